"""Minutes: draft them from what was recorded at a meeting, whole or one part. Texts: reviews.queries.minutes."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from reviews import policy
from reviews.models import Meeting, MeetingStatus, Minutes, MinutesSection, NotAllowedNow, SectionKind, User
from reviews.models.base import all_or_nothing
from reviews.queries.minutes import text_of_section


@all_or_nothing()
def draft_minutes(*, by: User, meeting: Meeting) -> Minutes:
    """Draft the minutes of a held meeting from its records. Raises NotAllowedNow if there are some already."""
    policy.require(by, "meeting.run")
    meeting.lock()  # two people drafting at once: one draft
    if Minutes.objects.filter(meeting=meeting).exists():
        raise NotAllowedNow(_("There are minutes of this meeting already; edit them."))
    if meeting.status != MeetingStatus.HELD:
        raise NotAllowedNow(_("Minutes are drafted once the meeting has been recorded as held."))
    minutes = Minutes.create_traced(by=by, meeting=meeting)
    for position, kind in enumerate(SectionKind, start=1):
        text = text_of_section(kind, meeting)
        MinutesSection.create_traced(by=by, minutes=minutes, kind=kind, position=position, text=text)
    return minutes


def redraft_section(*, by: User, section: MinutesSection, expected_version: int) -> MinutesSection:
    """Replace a part's text by a draft from the records as they are now; the history keeps the earlier text.

    Its page shows the difference first, and asks.
    """
    text = text_of_section(SectionKind(section.kind), section.minutes.meeting)
    why = gettext_noop("Regenerated from the records.")
    return section.edit(by=by, expected_version=expected_version, text=text, why=why)
