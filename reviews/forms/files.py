"""The field for a PDF or Word file. A chosen file survives an error in another field, a conflict, a refusal."""

from collections.abc import Iterator
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.forms.renderers import BaseRenderer
from django.template.defaultfilters import filesizeformat
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from reviews.forms.base import ReviewForm, Text
from reviews.uploads import kept
from reviews.uploads.documents import BUSY, Document, open_document

CHOOSE_AGAIN = _("Please choose the file again: the one before could not be kept.")
LOST = "lost"  # in place of a token: a file was chosen, and could not be kept


class DocumentInput(forms.FileInput):
    """A box for a file. Above it, the name of the one that was chosen before and is kept."""

    chosen: kept.KeptFile | None = None
    lost = False  # one was chosen before, and could not be kept

    def use_required_attribute(self, initial: Any) -> bool:
        return self.chosen is None and super().use_required_attribute(initial)

    def render(
        self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: BaseRenderer | None = None
    ) -> SafeString:
        attrs = attrs or {}
        if self.chosen:
            described_by = f"{attrs.get('aria-describedby', '')} {kept.token_field(name)}"
            attrs = attrs | {"aria-describedby": described_by.strip()}
        box = super().render(name, value, attrs, renderer)
        if not (self.chosen or self.lost):
            return box
        return self.render_chosen(name) + box + self.render_token(name) + self.render_leave_out(name)

    def render_chosen(self, name: str) -> SafeString:
        if not self.chosen:
            return SafeString()
        return format_html(
            '<p class="form-text" id="{}">{}: <strong><bdi>{}</bdi></strong> ({}). {}</p>',
            kept.token_field(name),
            _("Kept"),
            self.chosen.original_name,
            filesizeformat(self.chosen.size),
            _("Choose another file only if it should replace this one."),
        )

    def render_token(self, name: str) -> SafeString:
        token = self.chosen.token if self.chosen else LOST
        return format_html('<input type="hidden" name="{}" value="{}">', kept.token_field(name), token)

    def render_leave_out(self, name: str) -> SafeString:
        """The box to tick for saving without a file, where one may be left out."""
        if self.is_required:
            return SafeString()
        html = '<div class="check"><input type="checkbox" name="{0}" id="id_{0}"><label for="id_{0}">{1}</label></div>'
        return format_html(html, leave_out_name(name), _("Save without a file"))


class DocumentField(forms.FileField):
    """A PDF or Word file, opened and judged; its value is a Document."""

    widget = DocumentInput

    def __init__(self, label: Text, *, required: bool = True) -> None:
        super().__init__(
            label=label,
            required=required,
            help_text=_("PDF or Word (DOCX), at most 25 MB."),
            widget=DocumentInput(attrs={"accept": ".pdf,.docx"}),
            max_length=255,
        )

    def clean(self, data: Any, initial: Any = None) -> Document | None:
        if not data and getattr(self.widget, "lost", False):
            raise ValidationError(CHOOSE_AGAIN)
        document: Document | None = super().clean(data, initial)
        return document

    def to_python(self, data: Any) -> Document | None:
        upload = cast(UploadedFile | None, super().to_python(data))
        return open_document(upload) if upload else None


class DocumentForm(ReviewForm):
    """Base of forms that take a file. The view says for whom and at which address files are kept."""

    def restore_files(self, user_id: int, place: str) -> None:
        """Put the kept files where nothing else was chosen, before the form is judged."""
        for _name, key, box in self.document_boxes():
            token = self.data.get(kept.token_field(key))
            if not token or key in self.files or leave_out_name(key) in self.data:
                continue
            box.chosen = kept.find(token, user_id, place)
            box.lost = box.chosen is None
            if box.chosen:
                self.files = self.files.copy()
                self.files[key] = box.chosen.open()

    def keep_files(self, user_id: int, place: str) -> None:
        """Store the chosen files aside, before the form is shown once more. Refused ones are to be chosen again."""
        for name, key, box in self.document_boxes():
            upload = self.cleaned_data.get(name)
            if self.has_error(name, BUSY):
                upload = self.files[key]
            if not upload:
                box.chosen, box.lost = None, box.lost or key in self.files
            elif box.chosen is None:
                box.chosen = kept.keep(upload, user_id, place)
                box.lost = box.chosen is None

    @property
    def has_kept_files(self) -> bool:
        """Whether every chosen file could be kept."""
        return not any(box.lost for _name, _key, box in self.document_boxes())

    def refuse_lost_files(self) -> None:
        """Add an error to each file that could not be kept."""
        for name, _key, box in self.document_boxes():
            if box.lost:
                self.add_error(name, CHOOSE_AGAIN)

    def kept_files(self) -> list[kept.KeptFile]:
        return [box.chosen for _name, _key, box in self.document_boxes() if box.chosen]

    def kept_fields(self) -> SafeString:
        """The hidden fields with which a page sends the kept files again."""
        tokens = [(box.render_token(key),) for _name, key, box in self.document_boxes()]
        return format_html_join("", "{}", tokens)

    def document_boxes(self) -> Iterator[tuple[str, str, DocumentInput]]:
        """Each field for a file: its name, its name in what was sent, its box."""
        for name, field in self.fields.items():
            if isinstance(field.widget, DocumentInput):
                yield name, self.add_prefix(name), field.widget


def leave_out_name(name: str) -> str:
    return f"{name}-leave-out"
