"""ModelAdmin base: writes through create_traced()/change_traced() and requires a reason."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeAlias, TypeVar, cast

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.options import InlineModelAdmin
from django.contrib.admin.utils import flatten_fieldsets, unquote
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db import models
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.views.decorators.csrf import csrf_protect

from reviews import clock, policy
from reviews.admin.filtering import lookups_of, rows_with_words
from reviews.admin.forms import DOMAIN_ERRORS, AdminNumberInput, Text, ToolForm, TrackedForm, Values
from reviews.forms.fields import field_options, without_maxlength
from reviews.models import (
    Channel,
    Confidence,
    EditConflict,
    FrameworkNode,
    Meeting,
    MethodNote,
    NotAllowedNow,
    Organisation,
    PrivateReading,
    TimelineEvent,
    Trace,
    Tracked,
)
from reviews.models.codes import is_valid_code
from reviews.request_context import SignedInRequest
from reviews.web import form_keys

if TYPE_CHECKING:
    from django.contrib.admin.options import _FieldOpts

REFERENCE, CYCLES, REPORTS = _("Reference data"), _("Review cycles"), _("National reports")
MEETINGS, PEOPLE, HISTORY = _("Meetings"), _("People"), _("History")
# Groups of the kinds of record on the first page, in this order.
GROUPS = (CYCLES, REPORTS, MEETINGS, PEOPLE, REFERENCE, HISTORY)

Record = TypeVar("Record", bound=models.Model)
Fieldset: TypeAlias = "tuple[Text | None, _FieldOpts]"  # heading and options
HISTORY_PAGE = 100
# For columns that point at organisations: offers those that occur.
OCCURRING = admin.RelatedOnlyFieldListFilter
# In a list, in place of a text that one side of the guidance keeps to itself.
PRIVATE = _("private: open it to read it, which leaves a line in the history")


def shared_text(column: str, **shared: object) -> models.Case:
    """Return the text of a column where a row is shared, and else nothing: so that a search finds no private one."""
    text: models.TextField = models.TextField()
    return models.Case(models.When(**shared, then=column), default=models.Value(""), output_field=text)


def section(title: "Text | None", names: str, about: Text = "") -> Fieldset:
    """Return the fieldset of the named fields under one heading, with a sentence of help."""
    return title, {"fields": tuple(names.split()), "description": about}


TRUST = section(_("How far this may be trusted"), "confidence")


class TrackedAdmin(admin.ModelAdmin, Generic[Record]):
    """One kind of record. Adding and changing leave a trace with a reason; nothing is ever deleted."""

    form: type[TrackedForm] = TrackedForm
    formfield_overrides: ClassVar[Any] = dict.fromkeys(
        (models.IntegerField, models.BigIntegerField), {"widget": AdminNumberInput}
    )
    object_history_template = "admin/trace_history.html"
    list_per_page = 50
    show_full_result_count = False

    group: Promise  # one of GROUPS
    reference = False  # kept by the Secretariat too
    immutable = False  # never changed by anybody
    set_once: tuple[str, ...] = ()  # fields that say what a record is: editable only while it is added
    hidden_when_adding: tuple[str, ...] = ()  # fields that make no sense while a record is added
    reason_when_added = True
    folded: tuple[str, ...] = ()  # those of `search_fields` that are stored folded
    resets_held_since: tuple[str, ...] = ()  # fields whose change restarts `held_since`

    # --- permissions

    def may(self, request: HttpRequest) -> bool:
        return policy.may(request.user, "reference.edit" if self.reference else "record.correct")

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.may(request)

    def has_view_permission(self, request: HttpRequest, obj: Record | None = None) -> bool:
        return self.may(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self.may(request) and not self.immutable

    def has_change_permission(self, request: HttpRequest, obj: Record | None = None) -> bool:
        return self.may(request) and not self.immutable

    def has_delete_permission(self, request: HttpRequest, obj: Record | None = None) -> bool:
        return False

    # --- the list

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:
        """Allow what the page itself links to. Django would allow any column here, such as the password's hash."""
        return lookup in lookups_of(self)

    def get_search_results(
        self, request: HttpRequest, queryset: models.QuerySet[Record], search_term: str
    ) -> tuple[models.QuerySet[Record], bool]:
        """Find the rows that hold each word in one of `search_fields`, whatever its capitals and diacritics."""
        return rows_with_words(queryset, self.search_fields, self.folded, search_term), False

    # --- the form

    def get_readonly_fields(self, request: HttpRequest, obj: Record | None = None) -> tuple[str, ...]:
        if obj is None:
            return tuple(self.readonly_fields)
        codes = getattr(obj, "lasting_codes", ())
        lasting = [name for name in codes if is_valid_code(obj, name)]  # any other can be corrected
        return (*self.readonly_fields, *self.set_once, *lasting)

    def get_fieldsets(self, request: HttpRequest, obj: Record | None = None) -> list[Fieldset]:
        hidden = set() if obj else {*self.readonly_fields, *self.hidden_when_adding}
        fieldsets: list[Fieldset] = []
        for title, options in super().get_fieldsets(request, obj):
            fields = [name for name in options["fields"] if name not in hidden]
            if fields:
                fieldsets.append((title, {**options, "fields": fields}))
        if obj and not self.immutable:
            fieldsets.append(section(_("Reason"), "why version"))
        elif not self.immutable and self.reason_when_added:
            fieldsets.append(section(_("Reason"), "why"))
        return fieldsets

    def get_form(
        self, request: HttpRequest, obj: Record | None = None, change: bool = False, **kwargs: Any
    ) -> type[forms.ModelForm]:
        base = kwargs.get("form", self.form)
        not_of_model = {"version", *base.declared_fields}
        names = kwargs.get("fields") or flatten_fieldsets(self.get_fieldsets(request, obj))
        kwargs["fields"] = [name for name in names if name not in not_of_model]
        if refusal := getattr(request, "refusal", None):
            kwargs["form"] = type(base.__name__, (base,), {"refusal": refusal})
        return super().get_form(request, obj, change, **kwargs)

    def formfield_for_dbfield(
        self, db_field: models.Field, request: HttpRequest, **kwargs: Any
    ) -> forms.Field | None:
        """Use the fields of our forms, and name the two boxes of a moment for screen readers.

        Django only writes "Date:" and "Time:" beside them.
        """
        field = super().formfield_for_dbfield(db_field, request, **field_options(db_field) | kwargs)
        if field:
            without_maxlength(field.widget.attrs)
        if isinstance(field, forms.SplitDateTimeField):
            for box, part in zip(field.widget.widgets, (_now("date"), _now("time")), strict=True):
                box.attrs["aria-label"] = f"{field.label}: {part}"
        return field

    def get_inlines(
        self, request: HttpRequest, obj: Record | None
    ) -> list[type[InlineModelAdmin]] | tuple[type[InlineModelAdmin], ...]:
        return tuple(self.inlines) if obj else ()

    def get_formset_kwargs(
        self, request: HttpRequest, obj: Record, inline: InlineModelAdmin, prefix: str
    ) -> dict[str, Any]:
        """Without what was sent: inlines only show."""
        return {"instance": obj, "prefix": prefix, "queryset": inline.get_queryset(request)}

    def get_view_on_site_url(self, obj: models.Model | None = None) -> str | None:
        has_page = obj is not None and self.view_on_site and hasattr(obj, "get_absolute_url")
        return obj.get_absolute_url() if has_page else None  # type: ignore[union-attr]

    # --- writing

    @method_decorator(csrf_protect)
    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Show the form; if the models refuse what was sent, show it again with all input kept.

        Without Django's own transaction around it: a verb is one already, and SQLite would be locked for
        writing while the form is still being read.
        """
        try:
            return self._changeform_view(request, object_id, form_url, extra_context)  # type: ignore[attr-defined]
        except DOMAIN_ERRORS as error:
            if request.method != "POST" or hasattr(request, "refusal"):
                raise
            request.refusal = error  # type: ignore[attr-defined]
        return self._changeform_view(request, object_id, form_url, extra_context)  # type: ignore[attr-defined]

    def save_model(self, request: HttpRequest, obj: Record, form: TrackedForm, change: bool) -> None:
        signed_in = cast(SignedInRequest, request)  # nobody else has a permission here
        with form_keys.save_once(signed_in, repeatable=change) as sent:
            written = self.correct(signed_in, obj.pk, form) if change else self.add(signed_in, form)
            sent.set_result(written, self.url("change", written.pk))
        obj.__dict__.update(written.__dict__)

    def add(self, request: SignedInRequest, form: TrackedForm) -> Record:
        values = form.model_values()
        values |= self.defaults_for_new(request, values)
        record: Record = self.model.create_traced(by=request.user, why=form.cleaned_data["why"], **values)
        return record

    def correct(self, request: SignedInRequest, pk: int, form: TrackedForm) -> Record:
        # Read again: the form has already written into the object that it was made with.
        record, expected_version = self.model._default_manager.get(pk=pk), form.cleaned_data["version"]
        values = form.changed_values()
        if not values and record.version == expected_version:
            raise NotAllowedNow(_now("Nothing differs from what is stored, so nothing was saved."))
        values |= self.derived_values(request, record, values)
        why = form.cleaned_data["why"]
        corrected: Record = record.correct(
            by=request.user, expected_version=expected_version, why=why, **values
        )
        return corrected

    def defaults_for_new(self, request: SignedInRequest, values: Values) -> Values:
        """Return the values that a new record needs and nobody enters."""
        return {}

    def derived_values(self, request: SignedInRequest, record: Record, values: Values) -> Values:
        """Return what else changes with the corrected values."""
        return {"held_since": clock.now()} if {*self.resets_held_since} & {*values} else {}

    def save_related(self, request: HttpRequest, form: object, formsets: object, change: bool) -> None:
        """Nothing: the verb has written many-to-many fields too, and inlines only show."""

    def log_addition(self, request: HttpRequest, obj: Record, message: object) -> None:  # type: ignore[override]
        """Nothing: the trace is the history."""

    log_change = log_addition  # type: ignore[assignment]

    def construct_change_message(
        self, request: HttpRequest, form: object, formsets: object, add: bool = False
    ) -> list[Any]:
        return []

    # --- pages

    def render_change_form(
        self,
        request: HttpRequest,
        context: dict[str, Any],
        add: bool = False,
        change: bool = False,
        form_url: str = "",
        obj: Record | None = None,
    ) -> HttpResponse:
        if obj:
            self.record_reading(cast(SignedInRequest, request), obj)
        refusal = getattr(request, "refusal", None)
        context["object_tools"] = self.object_tools(request, obj) if obj else []
        context["conflict"] = conflicting_changes(refusal)
        context["sent_before"] = isinstance(refusal, form_keys.SentBefore)
        response = super().render_change_form(request, context, add, change, form_url, obj)
        response.status_code = 409 if isinstance(refusal, EditConflict) else 200
        return response

    def record_reading(self, request: SignedInRequest, record: Record) -> None:
        """Leave a line in the history of a gap or difficulty if what is shown is private to one side of it."""
        if isinstance(record, Tracked) and record.audience() != Channel.SHARED:
            subject: Any = record.history_owner()
            PrivateReading.record(subject, channel=record.audience(), by=request.user)

    def object_tools(self, request: HttpRequest, record: Record) -> list[tuple[str, Text]]:
        """Return addresses and names of what can be done with a record besides correcting it."""
        return []

    def may_use_tools(self, request: HttpRequest, obj: Record | None = None) -> bool:
        return self.has_change_permission(request, obj)

    def tool_view(
        self,
        request: SignedInRequest,
        object_id: str,
        form_class: type[ToolForm],
        title: Text,
        perform: Callable[[Record, Values], object],
    ) -> HttpResponse:
        """Show the page of an object tool. Once its form is valid, call `perform` with the record and the cleaned data.

        If the models refuse, the form says so, and is for the record as it is now.
        """
        record = self._permitted_record(request, object_id, self.may_use_tools)
        assert isinstance(record, Tracked)
        form = form_class(request.POST if request.method == "POST" else None, record=record)
        refusal: Exception | None = None
        if form.is_valid():
            try:
                with form_keys.save_once(request) as sent:
                    perform(record, form.cleaned_data)
                    sent.set_result(record, self.url("change", record.pk))
            except DOMAIN_ERRORS as error:
                refusal = error
                record.refresh_from_db()
                form.refuse(error, record)
            else:
                self.message_user(request, _now("Saved."), messages.SUCCESS)
                return redirect(self.url("change", record.pk))
        extra = {"form": form, "conflict": conflicting_changes(refusal)}
        response = self._page(request, record, "admin/object_tool.html", title, extra)
        response.status_code = 409 if isinstance(refusal, EditConflict) else 200
        return response

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        record = self._permitted_record(request, object_id, self.has_view_permission)
        self.record_reading(cast(SignedInRequest, request), record)
        pages = Paginator(self.history_of(record).select_related("by").order_by("-id"), HISTORY_PAGE)
        rows = pages.get_page(request.GET.get("p"))
        title = _now("History of %s") % record
        return self._page(request, record, self.object_history_template, title, {"rows": rows})

    def history_of(self, record: Record) -> models.QuerySet[Trace]:
        assert isinstance(record, Tracked)  # what is not tracked overrides this
        return Trace.objects.since_version(record, 0)

    def url(self, page: str, *args: object) -> str:
        return reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_{page}", args=args)

    def _permitted_record(
        self, request: HttpRequest, object_id: str, permits: Callable[[HttpRequest, Record], bool]
    ) -> Record:
        record: Record | None = self.get_object(request, unquote(object_id))
        if record is None:
            raise Http404
        if not permits(request, record):
            raise PermissionDenied
        return record

    def _page(
        self, request: HttpRequest, record: Record, template: str, title: Text, extra: dict[str, Any]
    ) -> TemplateResponse:
        context = {"title": title, "opts": self.opts, "original": record, "media": self.media}
        return TemplateResponse(request, template, self.admin_site.each_context(request) | context | extra)


class ReadOnlyFormSet(forms.BaseInlineFormSet):
    """Rows to read: whatever is sent, they are valid."""

    def is_valid(self) -> bool:
        return True


class ReadOnlyInline(admin.TabularInline):
    """Rows that belong to a record: shown with links, changed on their own pages."""

    formset = ReadOnlyFormSet
    extra = 0
    can_delete = False
    show_change_link = True
    view_on_site = False
    select_related: tuple[str, ...] = ()  # what the rows name

    def get_queryset(self, request: HttpRequest) -> models.QuerySet:
        rows = super().get_queryset(request)
        return rows.select_related(*self.select_related) if self.select_related else rows

    def has_view_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return True  # whoever may open the record

    def has_add_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False

    has_change_permission = has_delete_permission = has_add_permission


@admin.display(description=_("confidence"), ordering="confidence")
def confidence_mark(
    record: FrameworkNode | Meeting | MethodNote | Organisation | TimelineEvent,
) -> SafeString:
    """Column: how far the row may be trusted; what is still to be checked is marked."""
    if record.confidence == Confidence.CHECK:
        return format_html('<mark title="{}">⚑ {}</mark>', Confidence.CHECK.label, _("to be checked"))
    return format_html("{}", record.get_confidence_display())


def conflicting_changes(refusal: Exception | None) -> list[Trace] | None:
    """Return what others changed after this person had opened the record; None if there was no edit conflict."""
    if not isinstance(refusal, EditConflict):
        return None
    return list(Trace.objects.since_version(refusal.record, refusal.expected_version))
