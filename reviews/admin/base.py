"""ModelAdmin base: writes through create_traced()/change_traced() and requires a reason."""

from collections.abc import Callable, Iterable
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.utils import flatten_fieldsets, unquote
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest
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
from reviews.admin.forms import DOMAIN_ERRORS, TrackedForm
from reviews.models import Confidence, EditConflict, NotAllowedNow, Trace

REFERENCE, CYCLES, REPORTS = _("Reference data"), _("Review cycles"), _("National reports")
MEETINGS, PEOPLE, HISTORY = _("Meetings"), _("People"), _("History")
# Groups of the kinds of record on the first page, in this order.
GROUPS = (CYCLES, REPORTS, MEETINGS, PEOPLE, REFERENCE, HISTORY)

Act = Callable[[Any, Any], Any]  # takes the record and the cleaned values of a form
Section = tuple[Any, Any]  # heading and options, as Django takes them
Fieldsets = list[Section]
HISTORY_PAGE = 100
# For columns that point at organisations: offers those that occur.
OCCURRING = admin.RelatedOnlyFieldListFilter


def section(title: Any, names: str, about: Any = "") -> Section:
    """The named fields of a form under one heading, with a sentence of help."""
    return title, {"fields": names.split(), "description": about}


TRUST = section(_("How far this may be trusted"), "confidence")


class TrackedAdmin(admin.ModelAdmin):
    """One kind of record. Adding and changing leave a trace with a reason; nothing is ever deleted."""

    form: type[TrackedForm] = TrackedForm
    object_history_template = "admin/trace_history.html"
    list_per_page = 50
    show_full_result_count = False

    group: Promise  # one of GROUPS
    reference = False  # kept by the Secretariat too
    immutable = False  # never changed by anybody
    set_once: Any = ()  # what a record is: chosen when it is added, and not changed afterwards
    hidden_when_adding: tuple[str, ...] = ()  # what makes no sense while a record is added
    reason_when_added = True
    resets_held_since: tuple[str, ...] = ()  # fields that start the count of `held_since` anew

    # --- who may do what

    def may(self, request: HttpRequest) -> bool:
        return policy.may(request.user, "reference.edit" if self.reference else "record.correct")

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.may(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.may(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self.may(request) and not self.immutable

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.may(request) and not self.immutable

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    # --- what the form shows

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return (*self.readonly_fields, *(self.set_once if obj else ()))

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Fieldsets:
        shown = list(super().get_fieldsets(request, obj))
        if obj is None:
            shown = _without(shown, {*self.readonly_fields, *self.hidden_when_adding})
        if self.immutable or (obj is None and not self.reason_when_added):
            return shown
        return [*shown, section(_("Reason"), "why version" if obj else "why")]

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        ours = {"version", *kwargs.get("form", self.form).declared_fields}
        shown = kwargs.get("fields") or flatten_fieldsets(self.get_fieldsets(request, obj))
        kwargs["fields"] = [name for name in shown if name not in ours]
        form: Any = super().get_form(request, obj, change, **kwargs)
        form.trouble = getattr(request, "trouble", None)
        return form

    def formfield_for_dbfield(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        """Django writes "Date:" and "Time:" beside the two boxes of a moment, and names neither."""
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if isinstance(field, forms.SplitDateTimeField):
            for box, part in zip(field.widget.widgets, (_now("date"), _now("time")), strict=True):
                box.attrs["aria-label"] = f"{field.label}: {part}"
        return field

    def get_inlines(self, request: HttpRequest, obj: Any) -> Any:
        return self.inlines if obj else ()

    def get_formset_kwargs(self, request: HttpRequest, obj: Any, inline: Any, prefix: str) -> dict[str, Any]:
        """Inlines only show: nothing of what was sent is for them."""
        return {"instance": obj, "prefix": prefix, "queryset": inline.get_queryset(request)}

    def get_view_on_site_url(self, obj: Any = None) -> str | None:
        return obj.get_absolute_url() if hasattr(obj, "get_absolute_url") else None

    # --- writing

    @method_decorator(csrf_protect)
    def changeform_view(
        self, request: HttpRequest, object_id: Any = None, form_url: str = "", extra_context: Any = None
    ) -> Any:
        """The form; if the models refuse what was sent, the same form again with everything typed.

        Without Django's own transaction around it: a verb is one already, and SQLite would be locked for
        writing while the form is still being read.
        """
        try:
            return self._changeform_view(request, object_id, form_url, extra_context)  # type: ignore[attr-defined]
        except DOMAIN_ERRORS as trouble:
            if request.method != "POST" or hasattr(request, "trouble"):
                raise
            request.trouble = trouble  # type: ignore[attr-defined]
        return self._changeform_view(request, object_id, form_url, extra_context)  # type: ignore[attr-defined]

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        written = self.correct(request, obj.pk, form) if change else self.add(request, form)
        obj.__dict__.update(written.__dict__)

    def add(self, request: HttpRequest, form: Any) -> Any:
        values = form.typed()
        values |= self.defaults_for_new(request, values)
        return self.model.create_traced(by=request.user, why=form.cleaned_data["why"], **values)

    def correct(self, request: HttpRequest, pk: Any, form: Any) -> Any:
        # Read again: the form has already written into the object that it was made with.
        record, expected_version = self.model._default_manager.get(pk=pk), form.cleaned_data["version"]
        values = form.changed()
        if not values and record.version == expected_version:
            raise NotAllowedNow(_now("Nothing differs from what is stored, so nothing was saved."))
        values |= self.derived_values(request, record, values)
        return record.correct(
            by=request.user, expected_version=expected_version, why=form.cleaned_data["why"], **values
        )

    def defaults_for_new(self, request: HttpRequest, values: dict[str, Any]) -> dict[str, Any]:
        """What a new record needs and nobody types."""
        return {}

    def derived_values(self, request: HttpRequest, record: Any, values: dict[str, Any]) -> dict[str, Any]:
        """What else changes with the corrected values."""
        return {"held_since": clock.now()} if {*self.resets_held_since} & {*values} else {}

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Nothing: the verb has written many-to-many fields too, and inlines only show."""

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        """Nothing: the trace is the history."""

    log_change = log_addition

    def construct_change_message(self, *args: Any, **kwargs: Any) -> Any:
        return []

    # --- pages

    def render_change_form(self, request: HttpRequest, context: Any, **options: Any) -> Any:  # type: ignore[override]
        record, trouble = options.get("obj"), getattr(request, "trouble", None)
        context |= {"steps": self.steps(request, record) if record else [], "conflict": conflict(trouble)}
        response = super().render_change_form(request, context, **options)
        response.status_code = 409 if isinstance(trouble, EditConflict) else 200
        return response

    def steps(self, request: HttpRequest, record: Any) -> list[tuple[str, Any]]:
        """Addresses and names of what can be done with a record besides correcting it."""
        return []

    def may_step(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.has_change_permission(request, obj)

    def step_view(self, request: HttpRequest, object_id: str, form_class: Any, title: Any, act: Act) -> Any:
        """A page of its own for one step: `act(record, cleaned)` takes it."""
        record = self._mine(request, object_id, self.may_step)
        sent = request.POST if request.method == "POST" else None
        form, trouble = form_class(sent, record=record), None
        if form.is_valid():
            trouble = _attempt(act, record, form)
            if trouble is None:
                self.message_user(request, _now("Done. It stands in the history."), messages.SUCCESS)
                return redirect(self.url("change", record.pk))
        return self._step_page(request, record, form, title, trouble)

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> Any:
        record = self._mine(request, object_id, self.has_view_permission)
        pages = Paginator(self.traces(record).select_related("by").order_by("-id"), HISTORY_PAGE)
        rows = pages.get_page(request.GET.get("p"))
        title = _now("History of %s") % record
        return self._page(request, record, self.object_history_template, title, {"rows": rows})

    def traces(self, record: Any) -> QuerySet[Trace]:
        return Trace.objects.since_version(record, 0)

    def url(self, page: str, *args: Any) -> str:
        return reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_{page}", args=args)

    def _mine(self, request: HttpRequest, object_id: str, permitted: Callable[..., bool]) -> Any:
        record = self.get_object(request, unquote(object_id))
        if record is None:
            raise Http404
        if not permitted(request, record):
            raise PermissionDenied
        return record

    def _step_page(self, request: HttpRequest, record: Any, form: Any, title: Any, trouble: Any) -> Any:
        extra = {"form": form, "conflict": conflict(trouble)}
        response = self._page(request, record, "admin/step.html", title, extra)
        response.status_code = 409 if isinstance(trouble, EditConflict) else 200
        return response

    def _page(
        self, request: HttpRequest, record: Any, template: str, title: Any, extra: dict[str, Any]
    ) -> Any:
        about = {"title": title, "opts": self.opts, "original": record, "media": self.media}
        return TemplateResponse(request, template, self.admin_site.each_context(request) | about | extra)


class ReadOnlyFormSet(forms.BaseInlineFormSet):
    """Rows to read: whatever is sent, there is nothing wrong with them."""

    def is_valid(self) -> bool:
        return True


class ReadOnlyInline(admin.TabularInline):
    """Rows that belong to a record: shown with links, changed on their own pages."""

    formset = ReadOnlyFormSet
    extra = 0
    can_delete = False
    show_change_link = True
    view_on_site = False

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return True  # whoever may open the record

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    has_change_permission = has_delete_permission = has_add_permission


@admin.display(description=_("confidence"), ordering="confidence")
def confidence_mark(record: Any) -> SafeString:
    """How far the row may be trusted; what is still to be checked stands out."""
    if record.confidence == Confidence.CHECK:
        return format_html('<mark title="{}">⚑ {}</mark>', Confidence.CHECK.label, _("to be checked"))
    return format_html("{}", record.get_confidence_display())


def conflict(trouble: Exception | None) -> list[Trace] | None:
    """What others did to the record after this person had opened it; None when nobody was faster."""
    if not isinstance(trouble, EditConflict):
        return None
    return list(Trace.objects.since_version(trouble.record, trouble.expected_version))


def _attempt(act: Act, record: Any, form: Any) -> Exception | None:
    """Take the step; if the models refuse, say so on the form and offer it for the present version."""
    try:
        act(record, form.cleaned_data)
    except DOMAIN_ERRORS as trouble:
        record.refresh_from_db()
        form.refuse(trouble, record)
        return trouble
    return None


def _without(fieldsets: Fieldsets, names: Iterable[str]) -> Fieldsets:
    kept = [(title, o | {"fields": [n for n in o["fields"] if n not in names]}) for title, o in fieldsets]
    return [(title, options) for title, options in kept if options["fields"]]
