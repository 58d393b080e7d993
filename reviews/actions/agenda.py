"""The agenda of a meeting as a whole: taken over from an earlier meeting or the template, and put in order."""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from reviews import policy
from reviews.models import AgendaItem, Meeting, NotAllowedNow, User
from reviews.models.agenda import TEMPLATE, AgendaFields
from reviews.models.base import all_or_nothing


@all_or_nothing()
def copy_agenda(*, by: User, meeting: Meeting, source: Meeting | None) -> Meeting:
    """Add the items of an earlier meeting's agenda, without papers and outcomes; without a `source`, the template."""
    policy.require(by, "meeting.run")
    meeting.lock()  # two people copying at once: one after the other
    for values in outline_of(source):
        AgendaItem.add_to(meeting, by=by, **values)
    return meeting


def outline_of(source: Meeting | None) -> list[AgendaFields]:
    """The items that another agenda can take over."""
    if source is not None:
        return [item.outline for item in AgendaItem.objects.filter(meeting=source).order_by("position")]
    return [
        {"section": str(item.section), "title": str(item.title), "duration": item.duration}
        for item in TEMPLATE
    ]


@all_or_nothing()
def order_agenda(*, by: User, meeting: Meeting, order: Sequence[int], seen: Sequence[int]) -> Meeting:
    """Put the items into this order, by their ids; `seen` is the order that the person saw.

    Raises NotAllowedNow if the agenda has another order, or other items, by now.
    """
    policy.require(by, "meeting.run")
    meeting.lock()  # as the buttons that move one item
    items = list(AgendaItem.objects.filter(meeting=meeting).order_by("position", "number"))
    if [item.pk for item in items] != list(seen) or sorted(order) != sorted(seen):
        raise NotAllowedNow(
            _("Somebody changed the agenda while you were ordering it. Please order it again.")
        )
    by_id = {item.pk: item for item in items}
    for position, pk in enumerate(order, start=1):
        item = by_id[pk]
        item.meeting = meeting
        if item.position != position:
            item.change_traced(by=by, expected_version=item.version, position=position)
    return meeting
