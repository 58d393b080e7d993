"""The hand-over of somebody who leaves, as a Word document: the same as on its page."""

from django.utils.translation import gettext as _

from reviews import clock
from reviews.queries.people import HandOver
from reviews.rendering import docx
from reviews.rendering.docx import Part


def hand_over_document(content: HandOver) -> bytes:
    person = content.person
    about = " · ".join(filter(None, (person.role_text, str(person.organisation or ""), person.account_text)))
    held: list[docx.Row] = [[item.what, item.about, item.stays_with] for item in content.held]
    gaps: list[docx.Row] = [
        [gap.code, gap.kind, gap.missing, gap.get_status_display()] for gap in content.gaps
    ]
    known: list[docx.Row] = [
        [row.label, row.kind, row.changes, clock.short_day(row.last_on), ", ".join(row.others) or "—"]
        for row in content.knowledge
    ]
    sections = [
        Part(_("Alternates"), [_("Alternates")], [[line] for line in content.alternates]),
        Part(_("Open items in this name"), [_("What"), _("About"), _("Stays with")], held),
        Part(
            _("Open data gaps of the country"), [_("Gap"), _("Kind"), _("What is missing"), _("Status")], gaps
        ),
        Part(
            _("Who knows what"),
            [_("Record"), _("Kind"), _("Changes"), _("Last"), _("Others who know it")],
            known,
        ),
    ]
    title = _("Hand-over: %(person)s") % {"person": person}
    return docx.report(title, None, clock.today(), about, sections)
