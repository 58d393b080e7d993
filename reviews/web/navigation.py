"""The navigation: sections by what people do, and the pages of each. At most two clicks lead to any of them."""

from dataclasses import dataclass
from typing import NamedTuple

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from reviews import policy
from reviews.models import ReviewCycle, User


class Page(NamedTuple):
    """A page of a section. `key` is what its view calls `nav`."""

    key: str
    label: Promise
    url_name: str
    permission: str
    is_of_cycle: bool = True  # whether its address names the cycle


REPORTS, SET_UP = _("Reports"), _("Set-up")

SECTIONS: tuple[tuple[Promise, tuple[Page, ...]], ...] = (
    (
        _("Board"),
        (
            Page("board", _("Board"), "board", "cycle.read"),
            Page("pictures", _("Pictures"), "pictures", "cycle.read"),
            Page("compare", _("Comparison"), "compare", "cycle.read"),
        ),
    ),
    (
        REPORTS,
        (
            Page("reports", _("National reports"), "report-list", "report.read"),
            Page("progress-report", _("Progress report"), "progress-report", "report.read"),
            Page("timeliness", _("Timeliness"), "timeliness", "timeliness.read"),
            Page("coverage", _("Coverage"), "coverage", "report.read"),
        ),
    ),
    (
        _("Data gaps"),
        (
            Page("datagaps", _("Data gaps"), "datagap-list", "datagap.read"),
            Page("difficulties", _("Shared difficulties"), "difficulty-list", "difficulty.read"),
            Page("methods", _("Method notes"), "method-list", "method.read"),
            Page("disruptions", _("Disruptions"), "disruption-list", "disruption.read"),
            Page("annex", _("Annex on limitations"), "annex", "report.read"),
        ),
    ),
    (
        _("Calendar"),
        (
            Page("calendar", _("Month"), "calendar", "cycle.read"),
            Page("deadlines", _("Deadlines"), "deadline-list", "deadline.read"),
            Page("extensions", _("Extension requests"), "extension-list", "extension.read"),
            Page("meetings", _("Meetings"), "meeting-list", "meeting.read"),
            Page("subscribe", _("Subscribe"), "calendar-subscribe", "cycle.read", is_of_cycle=False),
        ),
    ),
    (
        _("Follow-up"),
        (
            Page("actions", _("Action points"), "action-list", "meeting.read"),
            Page("pending", _("Pending items"), "pending-list", "pending.read"),
            Page("follow-ups", _("Marked for follow-up"), "follow-up-list", "follow_up.mark"),
            Page("findings", _("Findings and recommendations"), "finding-list", "finding.read"),
        ),
    ),
    (_("Plan"), (Page("plan", _("Plan"), "plan", "plan.read"),)),
    (
        SET_UP,
        (
            Page("setup", _("All cycles"), "setup", "cycle.run", is_of_cycle=False),
            Page("cycle", _("Cycle and members"), "cycle", "cycle.read"),
            Page("framework", _("Framework"), "framework", "cycle.read"),
            Page("people", _("People"), "people", "people.read", is_of_cycle=False),
            Page("mails", _("Mails"), "mail-list", "mail.read", is_of_cycle=False),
        ),
    ),
)


@dataclass(frozen=True)
class Link:
    """An entry of a menu. `current`: "page" if it is the page itself, "true" if the page is inside it, else empty."""

    label: str
    url: str
    current: str


@dataclass(frozen=True)
class Section:
    """An entry of the main menu, and the pages inside it."""

    label: str
    pages: list[Link]

    @property
    def url(self) -> str:
        return self.pages[0].url

    @property
    def current(self) -> str:
        """Of the entry in the main menu: its first page, or one of the others."""
        return self.pages[0].current or ("true" if any(page.current for page in self.pages) else "")


def sections_for(user: User, cycle: ReviewCycle, nav: str, path: str) -> list[Section]:
    """Return the menu of a cycle as far as the person may read; `nav` and `path` are those of the present page."""
    sections = []
    for label, pages in SECTIONS:
        links = [_link(page, user, cycle, nav, path) for page in pages if may_open(user, page)]
        if links:
            sections.append(Section(_label(label, user), links))
    return sections


def may_open(user: User, page: Page) -> bool:
    """Whether the person reads anything there; the annex of all countries is for those who read all reports."""
    scope = policy.scope_of(user, page.permission)
    return scope is policy.Scope.EVERYWHERE if page.key == "annex" else scope is not policy.Scope.NOTHING


def _label(label: Promise, user: User) -> str:
    """Reports are under the name of one's own country; who cannot set a cycle up reads about it."""
    if label is REPORTS and user.is_national:
        return str(user.organisation)
    if label is SET_UP and not policy.may(user, "cycle.run"):
        return _now("About the cycle")
    return str(label)


def _link(page: Page, user: User, cycle: ReviewCycle, nav: str, path: str) -> Link:
    label, url = str(page.label), reverse(page.url_name, args=[cycle.slug] if page.is_of_cycle else [])
    if page.key == "reports" and user.is_national and user.organisation:
        label, url = _now("National report"), reverse("report", args=[cycle.slug, user.organisation.code])
    inside = "true" if page.key == nav else ""
    return Link(label, url, "page" if url == path else inside)
