"""Reminders: by the schedule of a cycle, and by hand to several countries at once."""

from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.utils.translation import gettext as _

from reviews import clock, policy
from reviews.models import Deadline, Explanation, Organisation, Reminder, ReviewCycle, User, Verb
from reviews.models.base import NotAllowedNow, all_or_nothing
from reviews.models.extensions import require_asked
from reviews.models.reminders import SEND
from reviews.queries.reminders import DueReminder, due_reminders, status_for


def send_due_reminders() -> int:
    """Remind by the schedules of all open cycles. Returns how many reminders were written."""
    today, written = clock.today(), 0
    for cycle in ReviewCycle.objects.filter(status="open", is_test=False):
        for due in due_reminders(cycle, today):
            written += _remind_by_schedule(due)
    return written


def _remind_by_schedule(due: DueReminder) -> bool:
    """Write one reminder; not if another tick has, or the cycle was closed in the meantime."""
    deadline, state, role, due_on, days = due
    try:
        Reminder.create_traced(
            by=None,
            verb=Verb.SENT,
            deadline=deadline,
            member_state=state,
            role=role,
            due_on=due_on,
            days=days,
            on=clock.today(),
        )
    except (IntegrityError, NotAllowedNow):
        return False
    return True


@all_or_nothing()
def remind(*, by: User, items: Iterable[tuple[Deadline, Organisation]], text: str) -> list[Reminder]:
    """Remind countries of deadlines, all or none.

    Raises ValidationError where nothing more is asked of a country, or it was reminded of the deadline today.
    """
    policy.require(by, SEND)
    items = sorted(items, key=lambda item: (item[0].pk, item[1].pk))
    for deadline in dict.fromkeys(deadline for deadline, _state in items):
        deadline.lock()  # two people at once wait for each other here
    return [_remind_by_hand(by, deadline, state, text) for deadline, state in items]


def _remind_by_hand(by: User, deadline: Deadline, state: Organisation, text: str) -> Reminder:
    names, today = {"state": state, "deadline": deadline}, clock.today()
    status = status_for(deadline, state.pk)
    if status is None or not status.is_asked:
        raise ValidationError({"items": _("%(state)s: “%(deadline)s” asks nothing more.") % names})
    if deadline.reminders.to_countries().filter(on=today, member_state=state).exists():
        raise ValidationError({"items": _("%(state)s was reminded of “%(deadline)s” today.") % names})
    return Reminder.create_traced(
        by=by,
        verb=Verb.SENT,
        why=text,
        deadline=deadline,
        member_state=state,
        due_on=status.due_on,
        on=today,
        text=text,
        sent_by=by,
    )


@all_or_nothing()
def request_explanation(*, by: User, deadline: Deadline, state: Organisation, question: str) -> Explanation:
    """Ask a country why it has not met a deadline. Raises NotAllowedNow if it asks nothing more of it."""
    policy.require(by, "explanation.ask")
    deadline.lock()  # two people at once wait for each other here
    require_asked(deadline, status_for(deadline, state.pk))
    return Explanation.request(deadline, state, by=by, question=question)
