"""Action points: the list, their transitions, and the document of one."""

from dataclasses import dataclass
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _

from reviews.forms.actionpoints import FinishForm
from reviews.lists.actionpoints import ActionPointFilter, ActionPointTable
from reviews.models import ActionPoint, User
from reviews.request_context import SignedInRequest
from reviews.uploads.storage import CONTENT_TYPES
from reviews.views.base import ListPage, TransitionPage, cycle_or_404


class ActionPointList(ListPage):
    """Action points of all meetings of the cycle."""

    title, nav, permission = _("Action points"), "meetings", "meeting.read"
    table_class, filterset_class = ActionPointTable, ActionPointFilter
    empty_text = _("No meeting has given anybody anything to do yet.")

    def get_queryset(self) -> Any:
        points = ActionPoint.objects.filter(meeting__cycle=self.cycle).visible_to(self.request.user)
        return points.select_related("meeting__cycle", "owner", "owner_body").order_by("due_on", "pk")


@dataclass
class ActionPointCard:
    """An action point, with what this person may do about it."""

    point: ActionPoint
    user: User

    @property
    def mine(self) -> bool:
        return self.point.may_finish(self.user)

    @property
    def may_verify(self) -> bool:
        return self.point.waits_for_verification and self.point.may_verify(self.user)

    @property
    def opens_document(self) -> bool:
        return bool(self.point.file) and self.point.may_open_document(self.user)

    @property
    def finish_form(self) -> FinishForm:
        return FinishForm(auto_id=f"finish-{self.point.pk}-%s", high=self.point.is_high)


class ActionPointTransition(TransitionPage):
    """A transition of one action point."""

    nav = "meetings"

    def get_object(self) -> ActionPoint:
        points = ActionPoint.objects.visible_to(self.request.user).select_related("meeting__cycle")
        return get_object_or_404(points, pk=self.kwargs["pk"], meeting__cycle=self.cycle)

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
    points = ActionPoint.objects.visible_to(request.user).select_related("meeting__cycle")
    point = get_object_or_404(points, pk=pk, meeting__cycle=cycle_or_404(request, slug))
    if not point.file or not point.may_open_document(request.user):
        raise Http404
    kind = CONTENT_TYPES[point.file.name.rpartition(".")[2]]
    return FileResponse(
        point.file.open("rb"), as_attachment=True, filename=point.download_name, content_type=kind
    )
