"""Action points: the list, their transitions, and the document of one."""

from dataclasses import dataclass
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import FileResponse, Http404
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _

from reviews.forms.actionpoints import FinishForm
from reviews.lists.actionpoints import ActionPointFilter, ActionPointTable
from reviews.models import ActionPoint, ReviewCycle, User
from reviews.request_context import SignedInRequest
from reviews.uploads.documents import CONTENT_TYPES
from reviews.views.base import ListPage, cycle_or_404
from reviews.views.form_pages import TransitionPage


def action_point_or_404(request: SignedInRequest, cycle: ReviewCycle, pk: str) -> ActionPoint:
    """An action point of any meeting of the cycle, if this person may read it."""
    points = ActionPoint.objects.visible_to(request.user).select_related("meeting__cycle")
    return get_object_or_404(points, pk=pk, meeting__cycle=cycle)


class ActionPointList(ListPage):
    """Action points of all meetings of the cycle."""

    title, nav, permission = _("Action points"), "actions", "meeting.read"
    table_class, filterset_class = ActionPointTable, ActionPointFilter
    empty_text = _("No meeting has given anybody anything to do yet.")

    def get_queryset(self) -> QuerySet[ActionPoint]:
        points = ActionPoint.objects.filter(meeting__cycle=self.cycle).visible_to(self.request.user)
        return points.select_related("meeting__cycle", "owner", "owner_body").order_by("due_on", "pk")


@dataclass
class ActionPointCard:
    """An action point, with what this person may do about it."""

    point: ActionPoint
    may_finish: bool
    may_verify: bool
    may_open_document: bool
    finish_form: FinishForm

    @classmethod
    def for_user(cls, point: ActionPoint, user: User) -> "ActionPointCard":
        return cls(
            point,
            may_finish=point.may_finish(user),
            may_verify=point.waits_for_verification and point.may_verify(user),
            may_open_document=bool(point.file) and point.may_open_document(user),
            finish_form=FinishForm(auto_id=f"finish-{point.pk}-%s", high=point.is_high),
        )


class ActionPointTransition(TransitionPage):
    """A transition of one action point."""

    object: ActionPoint
    record_or_404 = staticmethod(action_point_or_404)
    nav = "actions"

    def get_success_url(self) -> str:
        return self.object.meeting.get_absolute_url()


class FinishAction(ActionPointTransition):
    form_class, verb, title = FinishForm, "finish", _("Close the action point")
    success_message = _("The action point is closed as done.")

    def check_permission(self) -> None:
        if not self.object.may_finish(self.request.user):
            raise PermissionDenied(_("This action point is not yours to close."))

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"high": self.object.is_high}


class DropAction(ActionPointTransition):
    verb, title, success_message = "drop", _("Drop the action point"), _("The action point is dropped.")


class ReopenAction(ActionPointTransition):
    verb, title = "reopen", _("Reopen the action point")
    success_message = _("The action point is open again.")


class VerifyAction(ActionPointTransition):
    """A second person has looked at the document."""

    verb, title = "verify", _("Verify the action point")
    success_message = _("The action point is verified.")


def action_file(request: SignedInRequest, slug: str, pk: str) -> FileResponse:
    """The document of an action point, always as a download under our name."""
    point = action_point_or_404(request, cycle_or_404(request, slug), pk)
    if not point.file or not point.may_open_document(request.user):
        raise Http404
    content_type = CONTENT_TYPES[point.file.name.rpartition(".")[2]]
    return FileResponse(
        point.file.open("rb"), as_attachment=True, filename=point.download_name, content_type=content_type
    )
