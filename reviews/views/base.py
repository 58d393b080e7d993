"""Base of the pages: the cycle of an address, lists, forms with optimistic locking, transitions."""

import re
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import InvalidPage
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.generic import FormView
from django_filters.views import FilterView
from django_tables2 import SingleTableMixin

from reviews import policy
from reviews.forms.base import OptionalNoteForm, RequiredNoteForm
from reviews.lists.pagination import ListPaginator
from reviews.models import EditConflict, NationalReport, NotAllowedNow, ReviewCycle, Trace
from reviews.rendering import spreadsheets
from reviews.request_context import SignedInRequest
from reviews.web.errors import BadAddress, conflict, post_required

ROWS = 25
PAGE = re.compile("[1-9][0-9]{0,8}")


def cycle_or_404(request: SignedInRequest, slug: str) -> ReviewCycle:
    """A review cycle this person may open."""
    return get_object_or_404(cycles_named(request, slug))


def cycles_named(request: SignedInRequest, slug: str) -> Any:
    """The cycle as a queryset, for pages that fetch it together with their record."""
    return ReviewCycle.objects.visible_to(request.user).filter(slug=slug)


def own_report_or_refuse(request: Any, cycle: ReviewCycle, reads: str, permission: str) -> Any:
    """The report of the person's own country, for what is created under it.

    Staff may read all such records but create none: they get a 403, who may not read them a 404.
    """
    reports = NationalReport.objects.filter(cycle=cycle).select_related("cycle", "member_state")
    own = reports.filter(member_state=request.user.organisation_id).first()
    if own is None:
        policy.require_reader(request.user, reads)
        policy.require(request.user, permission)
    return own


def history(request: SignedInRequest, record: Any, most: int = 30) -> list[Trace]:
    """The history of a record's page, as this person may read it."""
    rows = Trace.objects.on_page(record).readable_on_page_by(request.user)[:most]
    return [readable for row in rows if (readable := row.for_reader(request.user))]


class ListPage(SingleTableMixin, FilterView):
    """List view: the subclass names its queryset, table and filterset."""

    template_name = "list.html"
    table_pagination: Any = {"per_page": ROWS, "silent": False}  # noqa: RUF012 - read only
    paginator_class = ListPaginator
    title: Any = ""
    lead: Any = ""
    empty_text: Any = ""
    nav = ""
    permission = ""  # who may not read any such record gets a 404
    filterset_class: Any
    table_class: Any

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        if request.user.is_authenticated:
            self.cycle = cycle_or_404(self.request, kwargs["slug"])
            policy.require_reader(request.user, self.permission)

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        self._refuse_unknown(request)
        return super().get(request, *args, **kwargs)

    def get_table(self, **kwargs: Any) -> Any:
        try:
            return super().get_table(**kwargs)
        except InvalidPage:
            raise self._no_page() from None

    def get_filterset_kwargs(self, filterset_class: Any) -> dict[str, Any]:
        return super().get_filterset_kwargs(filterset_class) | {"cycle": self.cycle}

    def render_to_response(self, context: dict[str, Any], **kwargs: Any) -> Any:
        kind = self.request.GET.get("_export")
        if kind:
            return spreadsheets.response(kind, context["table"], self.nav or "list")
        return super().render_to_response(context, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        page = {"title": self.title, "lead": self.lead, "nav": self.nav, "cycle": self.cycle}
        return (
            super().get_context_data(**kwargs)
            | page
            | {
                "empty_text": self.empty_text,
                "actions": self.get_actions(),
                "export_csv_url": self._export_url("csv"),
                "export_xlsx_url": self._export_url("xlsx"),
            }
        )

    def get_actions(self) -> list[tuple[Any, str]]:
        """Links beside the title: label and address."""
        return []

    def _export_url(self, kind: str) -> str:
        query = self.request.GET.copy()
        query.pop("page", None)
        query["_export"] = kind
        return f"?{query.urlencode()}"

    def _refuse_unknown(self, request: HttpRequest) -> None:
        known = {*self.filterset_class.base_filters, "sort", "page", "_export"}
        for name in request.GET:
            if name not in known:
                raise BadAddress(_("This list has no filter called “%s”.") % name[:40])
        self._refuse_unknown_sort(request.GET.getlist("sort"))
        if not PAGE.fullmatch(request.GET.get("page") or "1"):
            raise self._no_page()

    def _no_page(self) -> BadAddress:
        return BadAddress(_("This list has no page “%s”.") % self.request.GET["page"][:40])

    def _refuse_unknown_sort(self, orders: list[str]) -> None:
        columns, fixed = self.table_class.base_columns, self.table_class._meta.orderable is False
        for order in ",".join(orders).split(","):
            name = order.removeprefix("-")
            if name and (fixed or name not in columns or columns[name].orderable is False):
                raise BadAddress(_("This list cannot be sorted by “%s”.") % name[:40])


class FormPage(FormView):
    """Form view for one record, with optimistic locking.

    GET answers 409 with the reason where nothing could be saved now. POST calls the record's `verb`; where somebody
    else saved first, or the record was locked meanwhile, it answers 409 with the form, everything typed still in it.
    """

    template_name = "form.html"
    permission = ""
    transition = ""  # the row in the record's table of transitions that says when the form opens
    title: Any = ""
    submit_label: Any = ""
    success_message: Any = ""
    nav = ""
    is_new = False  # a new record has no version that somebody else could have changed
    verb = ""  # the method of the record that the form calls

    request: SignedInRequest
    cycle: ReviewCycle
    object: Any  # the record that the form is about
    result: Any  # what `perform` returned: the record written

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        self.cycle = cycle_or_404(self.request, kwargs["slug"])
        self.object = self.get_object()
        self.check_permission()
        return super().dispatch(request, *args, **kwargs)

    def get_object(self) -> Any:
        """Return the record that the form is about. Raises Http404 if the person may not see it."""
        return self.cycle

    def check_permission(self) -> None:
        policy.require(self.request.user, self.permission, self.object)

    def check_open(self) -> None:
        """Raise NotAllowedNow if nothing could be saved now."""
        for record in (self.object, self.get_instance()):
            record.require_open_for(self.transition)

    def get_refusal_reason(self) -> str:
        """Return why nothing could be saved now and who can unlock it; empty if something could."""
        try:
            self.check_open()
        except NotAllowedNow as refused:
            return str(refused)
        return ""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        why = self.get_refusal_reason()
        return conflict(request, why, self.get_cancel_url()) if why else super().get(request, *args, **kwargs)

    def perform(self, form: Any, expected_version: int) -> Any:
        """Write what was typed: calls the record's method `verb`. Raises ValidationError or a refusal."""
        verb = getattr(self.object, self.verb)
        return verb(by=self.request.user, expected_version=expected_version, **form.values())

    def get_instance(self) -> Any:
        """Return the object that a ModelForm starts from."""
        return self.object

    def get_form_kwargs(self) -> dict[str, Any]:
        kwargs = super().get_form_kwargs()
        return kwargs | ({"instance": self.get_instance()} if hasattr(self.form_class, "Meta") else {})

    def get_form(self, form_class: Any = None) -> Any:
        form = super().get_form(form_class)
        if not self.is_new:
            form.set_expected_version(self.object.version)
        return form

    def form_valid(self, form: Any) -> HttpResponse:
        expected_version = form.cleaned_data.get("version", 0)
        try:
            self.require_version(expected_version)
            self.result = self.perform(form, expected_version)
        except ValidationError as error:
            form.add_errors(error)
            return self.form_invalid(form)
        except EditConflict as error:
            return self.render_conflict(form, error)
        except NotAllowedNow as refused:
            self.object = self.get_object()  # as it is stored: what was begun has been taken back
            return self.render_refusal(form, str(refused))
        messages.success(self.request, self.success_message)
        return redirect(self.get_success_url())

    def form_invalid(self, form: Any) -> HttpResponse:
        why = self.get_refusal_reason()
        return self.render_refusal(form, why) if why else super().form_invalid(form)

    def render_refusal(self, form: Any, why: str) -> HttpResponse:
        """Answer 409: the record was locked meanwhile. The form says why and keeps everything typed."""
        if why not in form.non_field_errors():
            form.add_error(None, why)
        return self.render_to_response(self.get_context_data(form=form), status=409)

    def require_version(self, expected_version: int) -> None:
        """Raise EditConflict for an old version before the verb judges what was typed over it."""
        if not self.is_new and self.object.version != expected_version:
            raise EditConflict(self.object, expected_version)

    def get_success_url(self) -> str:
        return self.object.get_absolute_url()

    def get_cancel_url(self) -> str:
        """Return the address for leaving the form without a change."""
        return str(self.object.get_absolute_url())

    def render_conflict(self, form: Any, conflict: EditConflict) -> HttpResponse:
        """Answer 409: somebody else saved first. Show who changed what, and keep everything typed."""
        current = type(conflict.record).objects.get(pk=conflict.record.pk)
        changes = list(Trace.objects.since_version(current, conflict.expected_version))
        form.accept_version(current.version)
        self.object = self.get_object()
        if locked := self.get_refusal_reason():
            form.add_error(None, locked)
        newer = {"by": changes[-1].by if changes else None, "changes": changes, "locked": locked}
        return self.render_to_response(self.get_context_data(form=form, stale=newer), status=409)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        page = {
            "title": self.title, "lead": self.object, "submit_label": self.submit_label, "cycle": self.cycle,
            "nav": self.nav, "subject": self.object, "cancel_url": self.get_cancel_url(),
        }  # fmt: skip
        return page | super().get_context_data(**kwargs)


class TransitionPage(FormPage):
    """A transition: by POST only, from a button or a small form on the record's page.

    `verb` names the record's method, and the row in its table of transitions unless `transition` does: what right it
    needs, and whether a note is required.
    """

    http_method_names = ["post", "options"]
    form_class: Any = None  # the table says whether the note is required

    def check_permission(self) -> None:
        if self.permission:
            super().check_permission()
        else:
            self.object.require_permission(self.transition or self.verb, self.request.user)

    def get_form_class(self) -> Any:
        if self.form_class:
            return self.form_class
        row = self.object.transitions[self.transition or self.verb]
        return RequiredNoteForm if row.note_required else OptionalNoteForm

    def http_method_not_allowed(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return post_required(request, self.object.get_absolute_url(), self.http_method_names)
