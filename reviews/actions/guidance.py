"""Advice on its way: what changes a piece of advice and the gaps that receive it, in one transaction."""

from typing import Any

from django.utils.translation import gettext as _

from reviews import clock
from reviews.models import Advice, DataGap, GapStatus, NotAllowedNow, ReceivedAdvice, Verb
from reviews.models.base import all_or_nothing


def approve_advice(*, by: Any, advice: Advice, expected_version: int) -> Advice:
    """Approve a draft: every open gap that it is for receives it, and those that asked are answered."""
    status = advice.permit("approve", by)
    approval = {"status": status, "approved_by": by, "approved_at": clock.now()}
    return _send(by, advice, expected_version, Verb.APPROVED, approval)


def send_advice(*, by: Any, advice: Advice, expected_version: int) -> Advice:
    """Send approved advice on a difficulty also to the gaps that were added since."""
    status = advice.permit("send", by)
    return _send(by, advice, expected_version, Verb.SENT, {"status": status})


def recipients(advice: Advice) -> Any:
    """The open gaps that the advice is for and that have not received it."""
    gaps = DataGap.objects.filter(pk=advice.gap_id) if advice.gap_id else advice.subject.gaps.all()
    return gaps.open().exclude(received__advice=advice).select_related("cycle", "member_state")


@all_or_nothing()
def _send(by: Any, advice: Advice, expected_version: int, verb: str, values: dict[str, Any]) -> Advice:
    # Locked, so that a gap which somebody moves at this moment is read as it then stands.
    gaps = list(recipients(advice).select_for_update(of=("self",)))
    if not gaps:
        raise NotAllowedNow(_("No open gap waits for this advice."))
    advice.change_traced(by=by, expected_version=expected_version, verb=verb, **values)
    for gap in gaps:
        ReceivedAdvice.create_traced(by=by, verb=Verb.SENT, advice=advice, gap=gap, received_at=clock.now())
        if gap.status == GapStatus.GUIDANCE_ASKED:
            gap.give_guidance(by=by, expected_version=gap.version)
    return advice
