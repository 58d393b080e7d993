"""Every page of the site, as people with other eyes, hands and screens meet it.

axe finds nothing serious in light and dark, wide and narrow; nothing scrolls sideways at 320 pixels; nothing is
asked from another host, nothing breaks the content security policy; print leaves the navigation out.
"""

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from django.core.exceptions import BadRequest, PermissionDenied
from django.urls import resolve, reverse
from playwright.sync_api import ConsoleMessage, Page, expect

from reviews.actions.minutes import draft_minutes
from reviews.models import (
    Advice,
    BodyRole,
    DataGap,
    Deadline,
    Explanation,
    Extension,
    FollowUp,
    Meeting,
    Minutes,
    NationalReport,
    OutgoingMail,
    Round,
    User,
    Watch,
)
from reviews.operations.notifications import signer
from reviews.queries import board
from reviews.queries.reminders import remindable
from reviews.urls import account_urls, cycle_urls, urlpatterns
from tests.browser.test_main_story import CYCLE, REPORT, reach, type_progress
from tests.browser.test_setup_story import cycles_being_set_up
from tests.support import make

WIDE, NARROW = {"width": 1280, "height": 900}, {"width": 320, "height": 640}
AT = f"/cycles/{CYCLE}"

# A cycle that is being set up, and a test cycle.
DRAFT, TEST = "/cycles/next", "/cycles/rehearsal"
STEPS = (
    "framework", "framework/import", "members", "members/import", "bodies", "deadlines", "phases", "ladder",
    "ladder/copy",
)  # fmt: skip

# Who looks at which pages. Together they are all pages of the site: a new one without a line here fails.
PAGES = {
    "vnm.coordinator": [
        "/", f"{AT}/", f"{AT}/?as_of=2020-04-30", f"{AT}/framework/", f"{AT}/reports/", REPORT, f"{REPORT}progress/",
        f"{REPORT}gaps/", f"{REPORT}findings/", f"{REPORT}files/", f"{REPORT}history/", f"{REPORT}submit/",
        f"{AT}/extensions/", f"{AT}/deadlines/{{comments}}/", f"{AT}/deadlines/{{comments}}/done/",
        f"{REPORT}update/", f"{REPORT}authors/", f"{AT}/datagaps/", f"{AT}/datagaps/?q=nothing+like+this",
        f"{AT}/datagaps/add/", f"{AT}/datagaps/{{closed_gap}}/", f"{AT}/datagaps/{{open_gap}}/",
        f"{AT}/datagaps/{{open_gap}}/edit/", f"{AT}/deadlines/", f"{AT}/deadlines/1/", f"{AT}/deadlines/1/extension/",
        f"{AT}/calendar/", f"{AT}/calendar/?month=2020-09", "/calendar/", "/calendar/add/", "/away/",
        f"{AT}/meetings/", f"{AT}/meetings/3/", f"{AT}/actions/", "/accounts/password/", "/accounts/password/done/",
        "/accounts/confirm/", "/accounts/sessions/", "/accounts/second-factor/", "/accounts/second-factor/app/add/",
        "/accounts/second-factor/keys/add/",
        "/accounts/single-sign-on/", "/accounts/second-factor/codes/renew/",
        f"{REPORT}annex/", f"{REPORT}coverage/", f"{REPORT}coverage/edit/", f"{AT}/findings/", f"{AT}/findings/add/",
        f"{AT}/findings/VNM-F1/", f"{AT}/findings/VNM-F1/edit/", f"{AT}/datagaps/VNM-3/close/",
        f"{AT}/datagaps/VNM-3/close/?way=estimate_agreed",
        "/notifications/", "/notifications/off/{unsubscribe}/",
        f"{AT}/deadlines/{{comments}}/explanations/{{explanation}}/",
    ],
    "vnm.team": [
        "/accounts/second-factor/keys/", "/accounts/second-factor/keys/{key}/edit/",
        "/accounts/second-factor/keys/{key}/remove/",
    ],
    "secretariat": [
        "/accounts/second-factor/confirm/", "/accounts/second-factor/app/remove/", "/accounts/second-factor/",
        "/", "/search/?q=data", "/search/?q=x", "/unsaved/",
        f"{AT}/", f"{AT}/?status=in_progress&sort=-gaps", f"/saved-views/add/?of={AT}/%3Fstatus%3Din_progress",
        "/saved-views/", "/saved-views/{view}/", "/saved-views/{view}/edit/",
        f"{AT}/datagaps/?columns=code,kind,status&sort=holder&view={{view}}", f"{AT}/pictures/",
        f"{AT}/pictures/?as_of=2020-06-30",
        f"{AT}/reports/", f"{AT}/reports/IDN/", f"{AT}/reports/SGP/versions/1/", f"{AT}/datagaps/",
        f"{AT}/datagaps/?sort=-kind", f"{AT}/deadlines/add/", f"{AT}/deadlines/1/", f"{AT}/deadlines/2/edit/",
        f"{AT}/extensions/{{extension}}/decide/", f"{AT}/extensions/", f"{AT}/extensions/decide/",
        f"{AT}/follow-ups/", f"{AT}/follow-ups/report/{{report}}/add/", f"{AT}/follow-ups/{{mark}}/done/",
        f"{AT}/follow-ups/{{mark}}/", "/watching/",
        f"{AT}/timeliness/", f"{AT}/pending/", f"{AT}/pending/?waiting=over&holder=VNM",
        f"{AT}/deadlines/{{comments}}/", f"{AT}/deadlines/{{comments}}/met/",
        f"{AT}/deadlines/remind/", f"{AT}/deadlines/remind/?deadline={{comments}}", f"{AT}/deadlines/reminders/",
        f"{AT}/deadlines/{{comments}}/explain/{{asked}}/", f"{AT}/deadlines/1/another-day/VNM/",
        "/mails/", "/mails/{mail}/again/",
        f"{AT}/meetings/add/", f"{AT}/meetings/3/",
        f"{AT}/meetings/summit-37/", f"{AT}/meetings/3/edit/", f"{AT}/meetings/summit-37/hold/",
        f"{AT}/meetings/summit-37/cancel/", f"{AT}/meetings/3/agenda/add/",
        f"{AT}/meetings/3/attendance/", f"{AT}/meetings/3/agenda/copy/",
        *(f"{AT}/meetings/3/{p}/add/" for p in ("decisions", "actions")), f"{AT}/meetings/3/agenda/{{item}}/",
        f"{AT}/progress-report/", f"{AT}/progress-report/?since=2020-06-24&until=2020-08-11",
        f"{AT}/actions/", "/admin/", f"{AT}/annex/", f"{AT}/compare/", f"{AT}/coverage/", f"{AT}/disruptions/",
        f"{AT}/disruptions/1/", f"{AT}/disruptions/1/edit/", f"{AT}/disruptions/add/", f"{AT}/plan/",
        f"{AT}/plan/?slip=LAO:21", f"{AT}/plan/summit-37/edit/", f"{AT}/plan/draft/outcome/",
        f"{AT}/meetings/3/brief/", f"{AT}/meetings/3/round/",
        f"{AT}/meetings/3/round/VNM/", f"{AT}/meetings/3/minutes/", f"{AT}/meetings/2/minutes/",
        f"{AT}/meetings/2/minutes/{{section}}/", f"{AT}/meetings/2/minutes/{{section}}/redraft/",
        f"{AT}/meetings/3/compare/2/", f"{AT}/meetings/3/agenda/{{item}}/conclude/", f"{AT}/findings/",
        "/set-up/", "/cycles/copy/", f"{DRAFT}/set-up/", *(f"{DRAFT}/set-up/{step}/" for step in STEPS),
        f"{AT}/framework/", f"{AT}/framework/add/", f"{AT}/framework/A.1/amend/", f"{TEST}/cycle/empty/", f"{TEST}/",
        "/people/", "/people/{user}/", "/people/{user}/alternate/", "/people/{user}/away/", "/people/{user}/hand-over/",
        f"{AT}/calendar/?month=2020-09",
        "/people/invite/", "/people/invite/sheet/",
        "/people/invitations/", "/people/invitations/{invitation}/withdraw/",
        "/cycles/", "/cycles/add/", f"{AT}/cycle/", f"{AT}/cycle/edit/", f"{AT}/cycle/close/",
        f"{AT}/cycle/members/add/", f"{AT}/cycle/bodies/add/",
        *(f"{AT}/cycle/bodies/{{body}}/{p}/" for p in ("edit", "take-out")),
        f"{AT}/plan/add/", f"{AT}/meetings/wrap-up/round/open/",
        f"{AT}/meetings/{{finished_round}}/round/close/", f"{AT}/meetings/3/round/projector/",
    ],
    "lead.consultant": [
        "/", f"{AT}/difficulties/", f"{AT}/difficulties/1/", f"{AT}/difficulties/1/edit/", f"{AT}/difficulties/add/",
        f"{AT}/methods/", f"{AT}/methods/proxy/", f"{AT}/methods/proxy/edit/", f"{AT}/methods/add/",
        f"{AT}/advice/{{draft}}/edit/", f"{AT}/datagaps/VNM-4/advice/add/",
        f"{AT}/difficulties/1/advice/add/", f"{AT}/datagaps/VNM-4/",
    ],
    "consultant": ["/", f"{AT}/reports/BRN/", f"{AT}/reports/IDN/", f"{AT}/datagaps/{{open_gap}}/"],
    "idn.coordinator": ["/", f"{AT}/reports/IDN/"],
    "observer": ["/", "/activity/", f"{AT}/", f"{AT}/meetings/", f"{AT}/deadlines/"],
    "admin": [
        "/", "/admin/", *(f"/admin/reviews/{m}/" for m in ("nationalreport", "datagap", "user", "trace")),
        "/admin/reviews/nationalreport/{report}/change/", "/admin/reviews/nationalreport/{report}/history/",
        "/admin/reviews/deadline/add/", "/admin/reviews/user/{user}/change/", f"{REPORT}past-submission/",
    ],
}  # fmt: skip
# Pages that say no, with their status.
REFUSALS = {
    ("lao.coordinator", REPORT): 404,
    ("consultant", f"{REPORT}update/"): 403,
    ("vnm.coordinator", f"{REPORT}recall/"): 405,
    ("vnm.coordinator", f"{AT}/?as_of=yesterday"): 200,
    ("vnm.coordinator", f"{AT}/datagaps/?colour=red"): 404,
    ("vnm.coordinator", "/admin/"): 403,
}
# Put into a page once, for all looks at it.
AXE = Axe()
AXE.axe_script = f"if (!window.axe) {{ {AXE.axe_script} }}"
# In Django's administration a magnifying glass, with a text in its place, is the visible label.
ALL_THE_SAME = {("label-title-only", "#searchbar")}


def drafted_minutes() -> Minutes:
    """The minutes of the second meeting, drafted now: those of the demonstration are circulated already."""
    return draft_minutes(by=User.objects.get(username="secretariat"), meeting=Meeting.objects.get(code="2"))


def finished_round() -> Round:
    """A round in which every member was passed, and which nobody has closed yet."""
    return make.frozen(
        Meeting.objects.get(code="soc-com-15"), by=User.objects.get(username="secretariat"), close=False
    )


def records() -> dict[str, Any]:
    """The records whose numbers stand in addresses."""
    cycles_being_set_up()
    gaps = DataGap.objects.filter(member_state__code="VNM").select_related("member_state").order_by("number")
    return {
        "closed_gap": gaps.exclude(closing_way="").first().code, "open_gap": gaps.last().code,
        "extension": Extension.objects.to_decide().first().pk,
        "comments": Deadline.objects.get(output="comments").number,
        **of_mail(),
        "draft": Advice.objects.drafts().first().pk, "finished_round": finished_round().meeting.code,
        "section": drafted_minutes().sections.first().pk,
        "item": Meeting.objects.get(code="3").agendaitems.first().pk,
        "report": NationalReport.objects.get(member_state__code="VNM").pk,
        "key": make.security_key(User.objects.get(username="vnm.team")).pk,
        "user": User.objects.get(username="vnm.team").pk,
        "body": BodyRole.objects.filter(cycle__slug=CYCLE).first().pk,
        "invitation": make.invitation(by=User.objects.get(username="admin"))[0].pk,
    }  # fmt: skip


def of_mail() -> dict[str, Any]:
    """A mail that failed, the link of a mail, who can be asked to explain, and who was."""
    deadline = Deadline.objects.get(output="comments")
    person, by = User.objects.get(username="vnm.coordinator"), User.objects.get(username="secretariat")
    Watch.start(by, Meeting.objects.get(code="3"))
    explanation = Explanation.request(deadline, person.organisation, by=by, question="What holds it up?")
    return {
        "mail": OutgoingMail.objects.create(
            person=person, sender="a@b.example", to=["c@d.example"], state="refused"
        ).pk,
        "unsubscribe": signer.sign(str(person.pk)),
        "asked": remindable(deadline.cycle, deadline)[-1].state.code,
        "explanation": explanation.pk,
        "mark": FollowUp.mark(deadline, by=by).pk,
        "view": make.saved_view(
            by, deadline.cycle, list_name="datagap-list", query="status=open", shared_role="secretariat"
        ).pk,
    }


def test_no_page_is_left_out():
    numbers = {"closed_gap": "VNM-1", "open_gap": "VNM-2", "comments": "5"}
    numbers |= dict.fromkeys(
        ("body", "draft", "extension", "invitation", "item", "key", "report", "section", "user"), "1"
    )
    numbers |= {"finished_round": "soc-com-15", "asked": "IDN"}
    numbers |= dict.fromkeys(("mail", "unsubscribe", "explanation", "mark", "view"), "1")
    expected_version = {
        resolve(p.format(**numbers).partition("?")[0]).url_name for pages in PAGES.values() for p in pages
    }
    assert {url.name for url in all_urls() if opens(url)} <= expected_version | IN_THE_WAY_IN


def all_urls() -> list[Any]:
    return [*pages_below(urlpatterns), *pages_below(cycle_urls), *pages_below(account_urls)]


def pages_below(patterns: list[Any]) -> list[Any]:
    """The addresses of a list of patterns and of all that it includes, however deep. The administration is Django's."""
    found = []
    for pattern in patterns:
        below = getattr(pattern, "url_patterns", None)
        if below is None:
            found.append(pattern)
        elif getattr(pattern, "namespace", None) != "admin":
            found += pages_below(below)
    return found


# Looked at in test_way_in.py and in test_signing_in_and_out.
IN_THE_WAY_IN = {
    "account_login", "account_signed_out", "account_set_password", "account_reset_password",
    "account_reset_password_done", "account_reset_password_from_key", "account_reset_password_from_key_done",
    "invitation", "mfa_authenticate", "mfa_view_recovery_codes", "mfa_reauthenticate_webauthn",
    "openid_connect_login", "openid_connect_callback", "socialaccount_login_cancelled",
}  # fmt: skip
# The cycle of the demonstration is open already: their forms look like those of other reasons.
IN_THE_WAY_IN |= {"cycle-open", "cycle-reopen"}
FILES = {
    "mfa_download_recovery_codes",
    "report-version-file",
    "action-file",
    "brief-docx",
    "minutes-docx",
    "meeting-ics",
    "agenda-paper",
    "progress-report-docx",
    "person-hand-over-docx",
    "calendar-feed",
}
FILES |= {"livez", "readyz", "metrics"}
FILES.add("activity-target")  # leads to the page of a record


def opens(url: Any) -> bool:
    """Whether the address is a page: no step that a button takes, no file."""
    view = getattr(url.callback, "view_class", None)
    return url.name not in FILES and (view is None or "get" in view.http_method_names)


# --- looking at a page


class Eyes:
    """Looks at one page after the other and remembers what is wrong with them."""

    def __init__(self, page: Page, host: str) -> None:
        self.page, self.host, self.listens = page, host, True
        self.problems: list[str] = []
        page.on("console", self._hears)
        page.on("pageerror", lambda error: self._notes(f"script error: {error}"))
        page.on("request", lambda request: self._wonders(request.url))

    def visits(self, path: str, status: int = 200) -> None:
        self._dresses("light", WIDE)
        answer = self.page.goto(path)
        if answer.status != status:
            self._notes(f"answers {answer.status}, not {status}")
        self.looks()

    def looks(self) -> None:
        """At the page as it stands."""
        self._reads_the_frame()
        self._asks_axe("light, wide")
        self._dresses("dark", WIDE)
        self._asks_axe("dark, wide", {"runOnly": ["color-contrast"]})
        self._dresses("dark", NARROW)
        self._asks_axe("dark, narrow", {"rules": {"color-contrast": {"enabled": False}}})
        self._scrolls_sideways()
        self._prints()
        self._dresses("light", WIDE)

    def _dresses(self, scheme: Any, size: Any) -> None:
        self.page.emulate_media(media="screen", color_scheme=scheme, reduced_motion="reduce")
        self.page.set_viewport_size(size)
        # Colours that fade in would be measured half way.
        self.page.evaluate("Promise.allSettled(document.getAnimations().map(a => a.finished))")

    def _reads_the_frame(self) -> None:
        headings, language, title = self.page.evaluate(
            "[document.querySelectorAll('h1').length, document.documentElement.lang, document.title]"
        )
        if headings != 1 or language != "en" or len(title) < 5:
            self._notes(f"{headings} h1, lang {language!r}, title {title!r}")

    def _asks_axe(self, look: str, options: Any = None) -> None:
        # It copies parts of the page to try them out, and that breaks the content security policy.
        self.listens = False
        found = AXE.run(self.page, options={"resultTypes": ["violations"], **(options or {})})
        self.listens = True
        for rule in found.response["violations"]:
            nodes = [n for n in rule["nodes"] if (rule["id"], *n["target"]) not in ALL_THE_SAME]
            if nodes and rule["impact"] in {"serious", "critical"}:
                where = "; ".join(f"{node['target']} {node['html'][:120]}" for node in nodes[:3])
                self._notes(f"{look}: {rule['id']}: {where}")

    def _scrolls_sideways(self) -> None:
        width, widest = self.page.evaluate(
            """() => [document.documentElement.scrollWidth, [...document.querySelectorAll("body *")]
                .filter(e => e.getBoundingClientRect().right > innerWidth + 1)
                .map(e => e.tagName + "." + e.className).slice(0, 5)]"""
        )
        if width > NARROW["width"]:
            self._notes(f"scrolls sideways to {width}: {widest}")

    def _prints(self) -> None:
        self.page.emulate_media(media="print")
        shown = self.page.locator("nav, [role=navigation]").filter(visible=True)
        if not self.page.url.startswith(f"{self.host}/admin/") and shown.count():
            self._notes("prints its navigation")

    def _hears(self, message: ConsoleMessage) -> None:
        # A browser also grumbles about the status of a page that says no.
        if self.listens and message.type == "error" and message.location["url"] != self.page.url:
            self._notes(f"console: {message.text}")

    def _wonders(self, url: str) -> None:
        if not url.startswith((self.host, "data:")):
            self._notes(f"asks {url}")

    def _notes(self, problem: str) -> None:
        self.problems.append(f"{self.page.url.removeprefix(self.host)} · {problem}")


@pytest.mark.browser
@pytest.mark.parametrize("who", PAGES)
def test_every_page(who, person, live_server):
    eyes, numbers = Eyes(person(who), live_server.url), records()
    for path in PAGES[who]:
        eyes.visits(path.format(**numbers))
    assert not eyes.problems, "\n".join(eyes.problems)


@pytest.mark.browser
def test_pages_that_say_no(person, live_server):
    problems = []
    for (who, path), status in REFUSALS.items():
        eyes = Eyes(person(who), live_server.url)
        eyes.visits(path, status)
        problems += eyes.problems
    assert not problems, "\n".join(problems)


@pytest.mark.browser
@pytest.mark.parametrize(
    ("error", "status"),
    [(BadRequest, 400), (PermissionDenied, 403), (RuntimeError, 500)],
    ids=lambda v: str(v),
)
def test_pages_when_something_fails(error, status, person, live_server, monkeypatch):
    def fails(*args: Any) -> None:
        raise error("on purpose")

    monkeypatch.setattr(board, "build", fails)
    eyes = Eyes(person("vnm.coordinator"), live_server.url)
    eyes.visits(f"{AT}/", status)
    assert not eyes.problems, "\n".join(eyes.problems)


@pytest.mark.browser
def test_signing_in_and_out(visitor, person, live_server):
    eyes = Eyes(visitor(), live_server.url)
    eyes.visits("/accounts/login/")
    eyes.page.get_by_role("button", name="Sign in").click()
    expect(eyes.page.get_by_role("alert")).to_be_visible()
    eyes.looks()
    leaving = Eyes(person("secretariat"), live_server.url)
    leaving.page.goto("/")
    leaving.page.get_by_role("banner").locator("summary").click()
    leaving.looks()
    leaving.page.get_by_role("button", name="Sign out").click()
    leaving.page.get_by_role("heading", level=1).wait_for()
    leaving.looks()
    assert not eyes.problems + leaving.problems, "\n".join(eyes.problems + leaving.problems)


@pytest.mark.browser
def test_forms_sent_back(person, live_server):
    """With mistakes in them, and over somebody else's newer version."""
    eyes = Eyes(person("vnm.coordinator"), live_server.url)
    page = eyes.page
    page.goto(f"{REPORT}update/")
    type_progress(page, 80, 101, 30, note="Một")
    page.get_by_role("button", name="Post progress").click()
    expect(page.get_by_role("alert")).to_be_visible()
    eyes.looks()
    report = NationalReport.objects.get(member_state__code="VNM")
    report.post_progress(
        by=User.objects.get(username="vnm.team"),
        expected_version=report.version,
        data_collection=75,
        note="Hai",
    )
    page.get_by_role("textbox", name="Analysis").fill("60")
    page.get_by_role("button", name="Post progress").click()
    expect(page.get_by_role("alert")).to_contain_text("Viet Nam team")
    eyes.looks()
    page.goto(f"{AT}/datagaps/add/")
    page.get_by_role("main").get_by_role("button", name="Add gap").click()
    expect(page.get_by_role("alert")).to_be_visible()
    eyes.looks()
    assert not eyes.problems, "\n".join(eyes.problems)


# --- with the keyboard alone


@pytest.mark.browser
def test_the_skip_link(person):
    page = person("vnm.coordinator")
    page.goto(f"{AT}/")
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="Skip")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.getElementById('main').contains(document.activeElement)")


@pytest.mark.browser
@pytest.mark.parametrize(
    ("who", "name"),
    [
        ("vnm.coordinator", "report-update"),
        ("vnm.coordinator", "report"),
        ("vnm.coordinator", "datagap-list"),
        ("secretariat", "meeting-add"),
        ("secretariat", "deadline-list"),
    ],
)
def test_the_main_action_is_reached(who, name, person):
    page = person(who)
    page.goto(reverse(name, args=[CYCLE, "VNM"] if "report" in name else [CYCLE]))
    reach(page, page.get_by_role("main").locator(".btn-primary").first)
