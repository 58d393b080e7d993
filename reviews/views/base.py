"""Base of the pages: the cycle of an address, lists, forms with optimistic locking, new records, transitions."""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any, ClassVar, Literal, NamedTuple, TypeVar

import django_tables2 as tables
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import InvalidPage, Page, Paginator
from django.db import IntegrityError
from django.db.models import QuerySet
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.views.generic import FormView
from django_filters.views import FilterView
from django_tables2 import SingleTableMixin

from reviews import policy
from reviews.forms.base import OptionalNoteForm, RequiredNoteForm, ReviewForm
from reviews.forms.fields import DayField
from reviews.forms.files import DocumentForm
from reviews.lists.base import CycleFilterSet
from reviews.lists.pagination import ListPaginator
from reviews.models import EditConflict, NationalReport, NotAllowedNow, ReviewCycle, Trace, Tracked, User
from reviews.rendering import spreadsheets
from reviews.request_context import SignedInRequest
from reviews.web import form_keys
from reviews.web.errors import BadAddress, Text, conflict, post_required
from reviews.web.refusals import reason_of

Row = TypeVar("Row")

ROWS = 25
PAGE = re.compile("[1-9][0-9]{0,8}")


def cycle_or_404(request: SignedInRequest, slug: str) -> ReviewCycle:
    """A review cycle this person may open."""
    return get_object_or_404(cycles_named(request, slug))


def cycles_named(request: SignedInRequest, slug: str) -> QuerySet[ReviewCycle]:
    """The cycle as a queryset, for pages that fetch it together with their record."""
    return ReviewCycle.objects.visible_to(request.user).filter(slug=slug)


def parse_day(text: str) -> date:
    """The day that an address names, such as 2020-08-11, or as it was typed into the page. Raises BadAddress."""
    try:
        return DayField().clean(text)
    except ValidationError:
        raise BadAddress(_("“%s” is not a day: write it like 2020-08-11.") % text[:40]) from None


def page_of(request: HttpRequest, rows: Sequence[Row], per_page: int = ROWS) -> Page[Row]:
    """The page of these rows that the address names. Raises BadAddress if there is none."""
    number = request.GET.get("page") or "1"
    try:
        return Paginator(rows, per_page).page(number)
    except InvalidPage:
        raise BadAddress(_("There is no page “%s”.") % number[:40]) from None


def own_report(user: User, cycle: ReviewCycle) -> NationalReport | None:
    """The report of the person's own country; None for staff."""
    reports = NationalReport.objects.filter(cycle=cycle).with_seat().select_related("cycle", "member_state")
    return reports.filter(member_state=user.organisation_id).first()


def history(request: SignedInRequest, record: Tracked, limit: int = 30) -> list[Trace]:
    """The history of a record's page, as this person may read it."""
    rows = Trace.objects.on_page(record).readable_on_page_by(request.user)[:limit]
    readable = (row.for_reader(request.user) for row in rows)
    return [row for row in readable if row is not None]


class AddButton(NamedTuple):
    """A link beside the title of a list, to the form for a new record."""

    label: Promise
    url_name: str
    permission: str


class ListPage(SingleTableMixin, FilterView):
    """List view: the subclass names its model, table and filterset."""

    template_name = "list.html"
    table_pagination: Mapping[str, object] | Literal[False] = {"per_page": ROWS, "silent": False}
    paginator_class = ListPaginator
    title: Text = ""
    lead: Text = ""
    empty_text: Text = ""
    nav = ""
    permission = ""  # who may not read any such record gets a 404
    model: Any  # a tracked model whose querysets have visible_to()
    select_related: tuple[str, ...] = ()
    add_button: AddButton | None = None
    filterset_class: type[CycleFilterSet]
    table_class: type[tables.Table]

    request: SignedInRequest
    cycle: ReviewCycle

    def setup(self, request: HttpRequest, *args: object, **kwargs: object) -> None:
        super().setup(request, *args, **kwargs)
        if request.user.is_authenticated:
            self.cycle = cycle_or_404(self.request, self.kwargs["slug"])
            policy.require_reader(request.user, self.permission)

    def get(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        """Raise BadAddress for a filter, sort column or page that does not exist."""
        known = {*self.filterset_class.base_filters, "sort", "page", "_export"}
        for name in request.GET:
            if name not in known:
                raise BadAddress(_("This list has no filter called “%s”.") % name[:40])

        columns, fixed = self.table_class.base_columns, self.table_class._meta.orderable is False
        for order in ",".join(request.GET.getlist("sort")).split(","):
            name = order.removeprefix("-")
            if name and (fixed or name not in columns or columns[name].orderable is False):
                raise BadAddress(_("This list cannot be sorted by “%s”.") % name[:40])

        if not PAGE.fullmatch(request.GET.get("page") or "1"):
            raise self.no_such_page()
        return super().get(request, *args, **kwargs)

    def get_table(self, **kwargs: object) -> tables.Table:
        try:
            return super().get_table(**kwargs)
        except InvalidPage:
            raise self.no_such_page() from None

    def no_such_page(self) -> BadAddress:
        return BadAddress(_("This list has no page “%s”.") % self.request.GET["page"][:40])

    def get_queryset(self) -> Any:
        """The records of the cycle that the person may read, in the order of `ordering`."""
        rows = self.model.objects.filter(cycle=self.cycle).visible_to(self.request.user)
        return rows.select_related(*self.select_related).order_by(*self.ordering)

    def get_filterset_kwargs(self, filterset_class: type[CycleFilterSet]) -> dict[str, Any]:
        return super().get_filterset_kwargs(filterset_class) | {"cycle": self.cycle}

    def render_to_response(self, context: dict[str, Any], **kwargs: object) -> HttpResponseBase:
        file_format = self.request.GET.get("_export")
        if file_format:
            return spreadsheets.response(file_format, context["table"], self.nav or "list")
        return super().render_to_response(context, **kwargs)

    def get_context_data(self, **kwargs: object) -> dict[str, Any]:
        query = self.request.GET.copy()
        query.pop("page", None)
        export_urls = {}
        for file_format in ("csv", "xlsx"):
            query["_export"] = file_format
            export_urls[f"export_{file_format}_url"] = f"?{query.urlencode()}"
        return (
            super().get_context_data(**kwargs)
            | {"title": self.title, "lead": self.lead, "nav": self.nav, "cycle": self.cycle}
            | {"empty_text": self.empty_text, "actions": self.get_actions()}
            | export_urls
        )

    def get_actions(self) -> list[tuple[Text, str]]:
        """Links beside the title: label and address."""
        button = self.add_button
        if button is None or self.cycle.is_closed:
            return []
        if policy.scope_of(self.request.user, button.permission) is policy.Scope.NOTHING:
            return []
        return [(button.label, reverse(button.url_name, args=[self.cycle.slug]))]


class FormPage(FormView):
    """Form view for one record, with optimistic locking.

    GET answers 409 with the reason where nothing could be saved now. POST calls the record's `verb`; where somebody
    else saved first, or the record was locked meanwhile, it answers 409 with the form, everything typed still in it.
    """

    template_name = "form.html"
    permission = ""
    transition = ""  # the row in the record's table of transitions that says when the form opens
    title: Text = ""
    submit_label: Text = ""
    success_message: Text = ""
    nav = ""
    is_new = False  # a new record has no version that somebody else could have changed
    verb = ""  # the method of the record that the form calls
    # Finds the record from the request, the cycle and the rest of the address; without it, it is the cycle.
    record_or_404: ClassVar[Callable[..., Tracked] | None] = None
    redirects_to_result = False  # to what was written, in place of the record that the form is about
    asks_before_repeating = False  # where it makes a record: the same once more is seldom meant
    # By the name of a field: the record's attribute it starts with.
    initial_from: ClassVar[Mapping[str, str]] = {}

    request: SignedInRequest
    cycle: ReviewCycle
    object: Any  # the record that the form is about
    result: Any  # what `perform` returned: the record written

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        self.cycle = self.get_cycle()
        self.object = self.get_object()
        self.check_permission()
        return super().dispatch(request, *args, **kwargs)

    def get_cycle(self) -> Any:
        """Return the cycle of the address. Raises Http404 if the person may not open it."""
        return cycle_or_404(self.request, self.kwargs["slug"])

    def get_object(self) -> Any:
        """Return the record that the form is about. Raises Http404 if the person may not see it."""
        if self.record_or_404 is None:
            return self.cycle
        rest_of_address = {name: value for name, value in self.kwargs.items() if name != "slug"}
        return self.record_or_404(self.request, self.cycle, **rest_of_address)

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
        reason = self.get_refusal_reason()
        return (
            conflict(request, reason, self.get_cancel_url())
            if reason
            else super().get(request, *args, **kwargs)
        )

    def perform(self, form: Any, expected_version: int) -> Any:
        """Write what was typed: calls the record's method `verb`. Raises ValidationError or a refusal."""
        verb = getattr(self.object, self.verb)
        return verb(by=self.request.user, expected_version=expected_version, **form.values())

    def get_instance(self) -> Any:
        """Return the object that a ModelForm starts from."""
        return self.object

    def get_initial(self) -> dict[str, Any]:
        values = {field: getattr(self.object, name) for field, name in self.initial_from.items()}
        return super().get_initial() | values

    def get_form_kwargs(self) -> dict[str, Any]:
        kwargs = super().get_form_kwargs()
        if hasattr(self.get_form_class(), "Meta"):
            kwargs["instance"] = self.get_instance()
        return kwargs

    def get_form(self, form_class: type[BaseForm] | None = None) -> Any:
        form = super().get_form(form_class)
        if not self.is_new:
            form.set_expected_version(self.object.version)
        if isinstance(form, DocumentForm):
            form.restore_files(self.request.user.pk, self.request.path)
        return form

    def form_valid(self, form: ReviewForm) -> HttpResponse:
        expected_version = form.cleaned_data.get("version", 0)
        try:
            # Before the verb judges what was typed over an old version.
            if not self.is_new and self.object.version != expected_version:
                raise EditConflict(self.object, expected_version)
            with form_keys.save_once(self.request, repeatable=not self.asks_before_repeating) as sent:
                self.result = self.perform(form, expected_version)
                success_url = self.get_success_url()
                sent.set_result(self.result or self.object, success_url)
        except ValidationError as error:
            self.object = self.get_object()  # as it is stored: what was begun has been taken back
            form.add_errors(error)
            return self.form_invalid(form)
        except form_keys.SentBefore as before:
            page = self.get_context_data(form=form, sent_before=before.sent)
            return self.render_to_response(page, status=409)
        except EditConflict as error:
            return self.render_conflict(form, error)
        except (NotAllowedNow, IntegrityError) as refused:
            self.object = self.get_object()
            return self.render_refusal(form, reason_of(self.request, refused))
        messages.success(self.request, str(self.success_message))
        return redirect(success_url)

    def form_invalid(self, form: ReviewForm) -> HttpResponse:
        reason = self.get_refusal_reason()
        if reason:
            return self.render_refusal(form, reason)
        sent_before = form_keys.saved_earlier(self.request) if self.asks_before_repeating else None
        return self.render_to_response(self.get_context_data(form=form, sent_before=sent_before))

    def render_refusal(self, form: ReviewForm, reason: str) -> HttpResponse:
        """Answer 409: the record was locked meanwhile. The form says why and keeps everything typed."""
        if reason not in form.non_field_errors():
            form.add_error(None, reason)
        return self.render_to_response(self.get_context_data(form=form), status=409)

    def render_conflict(self, form: Any, conflict: EditConflict) -> HttpResponse:
        """Answer 409: somebody else saved first. Show who changed what, and keep everything typed."""
        current = type(conflict.record).objects.get(pk=conflict.record.pk)
        changes = list(Trace.objects.since_version(current, conflict.expected_version))
        form.accept_version(current.version)
        self.object = self.get_object()
        if self.have_saved_this(changes, form.values()):
            messages.info(self.request, form_keys.SAVED_ALREADY)
            self.result, sent_before = self.object, form_keys.saved_earlier(self.request)
            return redirect(sent_before.url if sent_before else self.get_success_url())
        locked = self.get_refusal_reason()
        if locked:
            form.add_error(None, locked)
        return self.render_newer(form, changes, locked=locked)

    def have_saved_this(self, changes: list[Trace], values: dict[str, Any]) -> bool:
        """Whether the one newer version is what this person sends now: with an earlier press, or in another window."""
        if len(changes) != 1 or changes[0].by_id != self.request.user.pk:
            return False
        row = self.object.transitions.get(self.transition or self.verb)
        is_this_step = changes[0].verb == row.verb if row and row.target else bool(values)
        return is_this_step and changes[0].wrote(values)

    def render_newer(self, form: Any, changes: list[Trace], **about: object) -> HttpResponse:
        """Answer 409 with the form and what was changed since it was opened."""
        is_own = {change.by_id for change in changes} == {self.request.user.pk}
        newer = {"by": changes[-1].by if changes else None, "changes": changes, "is_own": is_own, **about}
        return self.render_to_response(self.get_context_data(form=form, stale=newer), status=409)

    def get_success_url(self) -> str:
        record = self.result if self.redirects_to_result else self.object
        return str(record.get_absolute_url())

    def get_cancel_url(self) -> str:
        """Return the address for leaving the form without a change."""
        return str(self.object.get_absolute_url())

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        form = kwargs.get("form")
        if isinstance(form, DocumentForm):  # sent, and shown once more
            form.keep_files(self.request.user.pk, self.request.path)
        page = {
            "title": self.title,
            "lead": self.object,
            "submit_label": self.submit_label,
            "cycle": self.cycle,
            "nav": self.nav,
            "subject": self.object,
            "cancel_url": self.get_cancel_url(),
        }
        return page | super().get_context_data(**kwargs)


class AddPage(FormPage):
    """Form view for a new record of a cycle: calls the class method `verb` of `model`, then shows the record."""

    model: Any  # a tracked model
    read_permission = ""  # who may not read any such record gets a 404, who reads but may not add one a 403
    is_new = redirects_to_result = asks_before_repeating = True

    def check_permission(self) -> None:
        if self.read_permission:
            policy.require_reader(self.request.user, self.read_permission)
        super().check_permission()

    def get_instance(self) -> Any:
        return self.model(cycle=self.cycle)

    def perform(self, form: Any, expected_version: int) -> Any:
        verb = getattr(self.model, self.verb)
        return verb(self.object, by=self.request.user, **form.values())


class AddToReportPage(AddPage):
    """Form view for a new record under the report of the person's own country. Staff have none: they get a 403."""

    def get_object(self) -> Any:
        return own_report(self.request.user, self.cycle)

    def get_instance(self) -> Any:
        return self.model(cycle=self.cycle, member_state=self.object.member_state)


class TransitionPage(FormPage):
    """A transition: by POST only, from a button or a small form on the record's page.

    `verb` names the record's method, and the row in its table of transitions unless `transition` does: what right it
    needs, and whether a note is required.
    """

    http_method_names = ["post", "options"]
    form_class: type[ReviewForm] | None = None  # the table says whether the note is required

    def check_permission(self) -> None:
        if self.permission:
            super().check_permission()
        else:
            self.object.require_permission(self.transition or self.verb, self.request.user)

    def get_form_class(self) -> type[ReviewForm]:
        if self.form_class:
            return self.form_class
        row = self.object.transitions[self.transition or self.verb]
        return RequiredNoteForm if row.note_required else OptionalNoteForm

    def http_method_not_allowed(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return post_required(request, self.object.get_absolute_url(), self.http_method_names)
