"""Base of the pages that import a sheet: choose the file, see the rows as they will be, import all or nothing."""

from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _

from reviews.forms.base import ReviewForm
from reviews.forms.sheets import SheetForm
from reviews.views.form_pages import FormPage
from reviews.web.errors import Text

MOST_SHOWN = 200  # rows; those with an error come first


class ImportPage(FormPage):
    """Form view that shows the rows of a sheet first, and writes what was shown when it is sent once more."""

    template_name = "sheets/import.html"
    check_label: Text = _("Check the sheet")
    help_template = ""  # what the sheet should hold

    def form_valid(self, form: SheetForm) -> HttpResponse:  # type: ignore[override]
        if form.cleaned_data["seen"] != form.fingerprint:
            return self.render_preview(form)
        return super().form_valid(form)

    def form_invalid(self, form: ReviewForm) -> HttpResponse:
        form.replace_data({"seen": ""})
        return super().form_invalid(form)

    def render_preview(self, form: SheetForm) -> HttpResponse:
        """The rows as they will be, and the file kept for the next press."""
        form.replace_data({"seen": form.fingerprint})
        return self.render_to_response(self.get_context_data(form=form, is_preview=True))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        page = super().get_context_data(**kwargs)
        form = page["form"]
        rows = sorted(form.rows, key=lambda row: not row.errors)[:MOST_SHOWN]
        page["shown"] = sorted(rows, key=lambda row: row.number)
        page["table"] = [(row, row.cells(form.columns)) for row in page["shown"]]
        page["not_shown"] = len(form.rows) - len(rows)
        page["help_template"] = self.help_template
        if not page.get("is_preview"):
            page["import_label"], page["submit_label"] = page["submit_label"], self.check_label
        return page
