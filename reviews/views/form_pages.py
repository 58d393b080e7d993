"""Base of the pages with a form: optimistic locking, new records, transitions."""

from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.views.generic import FormView

from reviews import policy
from reviews.forms.base import OptionalNoteForm, RequiredNoteForm, ReviewForm
from reviews.forms.files import DocumentForm
from reviews.models import EditConflict, NotAllowedNow, ReviewCycle, Trace, Tracked
from reviews.request_context import SignedInRequest
from reviews.views.base import cycle_or_404, own_report
from reviews.web import form_keys
from reviews.web.errors import Text, conflict, post_required
from reviews.web.refusals import reason_of


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
        if "key_result_area" in form.fields:  # in the framework's own words
            form.fields["key_result_area"].label = self.cycle.area_label
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
        messages.success(self.request, self.get_success_message())
        return redirect(success_url)

    def get_success_message(self) -> str:
        return str(self.success_message)

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
