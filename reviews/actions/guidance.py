"""Approving and sending advice: the advice and the gaps that receive it change in one transaction."""

from django.utils.translation import gettext as _

from reviews import clock
from reviews.models import (
    Advice,
    DataGap,
    Difficulty,
    GapStatus,
    NotAllowedNow,
    ReceivedAdvice,
    User,
    Verb,
    locks,
)
from reviews.models.base import all_or_nothing


def approve_advice(*, by: User, advice: Advice, expected_version: int) -> Advice:
    """Approve a draft: every open gap that it is for receives it, and those that asked are answered.

    Raises PermissionDenied, NotAllowedNow (also if no open gap waits for it) or EditConflict.
    """
    return _send("approve", by, advice, expected_version)


def send_advice(*, by: User, advice: Advice, expected_version: int) -> Advice:
    """Send approved advice on a difficulty also to the gaps that were added since. Raises as approve_advice."""
    return _send("send", by, advice, expected_version)


@all_or_nothing()
def _send(transition: str, by: User, advice: Advice, expected_version: int) -> Advice:
    advice.require_transition(transition, by)
    subject = advice.subject
    if isinstance(subject, Difficulty):
        gaps = subject.lock_shared().gaps.all()  # nobody removes one of them meanwhile
    else:
        gaps = DataGap.objects.filter(pk=subject.lock().pk)
    waiting = gaps.open().exclude(received__advice=advice).select_related("cycle", "member_state")
    recipients = locks.lock_rows(waiting, exclusive=True)  # a transition that is made at this moment is seen
    if not recipients:
        raise NotAllowedNow(_("No open gap waits for this advice."))
    approval: dict[str, object] = {}
    if transition == "approve":
        approval = {"approved_by": by, "approved_at": clock.now()}
    advice.make_transition(transition, by=by, expected_version=expected_version, note="", **approval)
    for gap in recipients:
        ReceivedAdvice.create_traced(by=by, verb=Verb.SENT, advice=advice, gap=gap, received_at=clock.now())
        if gap.status == GapStatus.GUIDANCE_ASKED:
            gap.give_guidance(by=by, expected_version=gap.version)
    return advice
