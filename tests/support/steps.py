"""Every step that the site offers: where its page is, what it starts from, and what a browser sends."""

from copy import copy
from datetime import date
from types import SimpleNamespace
from typing import Any

from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.urls import reverse
from django.utils.http import int_to_base36

from reviews.actions import guidance
from reviews.actions.minutes import draft_minutes
from reviews.models import (
    ActionPoint,
    AgendaItem,
    CalendarFeed,
    Explanation,
    FollowUp,
    OutgoingMail,
    ReviewCycle,
    Round,
    SeenUntil,
    Topic,
    Trace,
    User,
    Watch,
)
from reviews.operations.notifications import signer
from reviews.queries.meetings import dependents_of, fingerprint_of
from reviews.queries.minutes import fingerprint, text_of_section
from reviews.urls import account_urls, health_urls
from tests.support import make, sheets

# The status of what a step is about, where it is not the first one.
REPORT_BEFORE = {
    "report-recall": "submitted", "report-start-reading": "submitted", "report-return": "being_read",
    "report-accept": "being_read", "report-version": "submitted", "report-version-file": "submitted",
}  # fmt: skip
GAP_BEFORE = {"datagap-conclude": "closed", "datagap-reopen": "closed"}
SAID = {"text": "In words."}
METHOD = {"title": "Chaining", "code": "chaining", "text": "Link the two."}
NEW_PASSWORD = {"password1": "another long password", "password2": "another long password"}
WINDOW = {"opens_on": "2020-08-01", "due_on": "2020-09-07"}
MEETING = {
    "title": "Fourth", "series": "coordination", "number": "4", "code": "4", "mode": "online",
    "planned_from": "2020-10-01", "planned_to": "2020-10-01", "time_zone": "Asia/Jakarta",
}  # fmt: skip
NOTE = {"note": "Because."}
DISRUPTION = {"title": "Flood", "kind": "disaster", "starts_on": "2020-08-01"}
FINDING = {"text": "Access widened"}
GAP = {"missing": "Series of 2018", "effect": ""}
CYCLE = {"name_en": "Next review", "starts_on": "2025-02-01", "ends_on": "2025-12-31"}
WHY = {"why": "Because."}
AWAY = {"away_from": "2020-08-24", "away_until": "2020-08-28"}
TYPED: dict[str, Any] = {
    "cycle-copy": {"name_en": "Next review", "starts_on": "2025-02-01", "parts": ["members"]},
    "cycle-empty": WHY, "cycle-framework": {"way": "use"}, "cycle-members": {"joined_on": "2020-08-01"},
    "cycle-ladder": {"days": "14", "planned_1": "2020-11-20"},
    "framework-amend": WHY | {"title": "Engaged people", "confidence": "check"},
    "framework-add": WHY | {"level": "key_result_area", "code": "B.9", "title": "One more", "confidence": "high"},
    "invite": {"name": "New Person", "email": "new@un.example", "role": "observer"}, "invitation-withdraw": WHY,
    "cycle-add": CYCLE | {"slug": "next"}, "cycle-edit": CYCLE, "cycle-seat": {"joined_on": "2020-08-01"},
    "cycle-close": {"why": "Adopted."}, "cycle-reopen": {"why": "An annex is missing."},
    "report-update": {"data_collection": "30", "analysis": "10", "writing": "", "note": ""},
    "report-authors": {"lead_author": "", "authors": "Ministry of Labour"},
    "report-submit": {"reason": "The rest follows.", "step": "submit"},
    "report-past-submission": {"submitted_on": "2020-08-18", "why": "It came by mail on that day."},
    "minutes-revise": NOTE, "report-recall": NOTE,
    "report-return": NOTE | {"revise_by": "2020-09-30"}, "report-accept": NOTE,
    "datagap-add": GAP, "datagap-edit": GAP, "datagap-ask-guidance": NOTE,
    "datagap-question": SAID, "datagap-answer": SAID, "datagap-note": SAID, "datagap-conclude": SAID,
    "datagap-advise": SAID, "datagap-adopt": NOTE, "datagap-set-aside": NOTE, "advice-edit": SAID, "advice-drop": NOTE,
    "difficulty-add": {"title": "Breaks"}, "difficulty-edit": {"title": "Breaks"}, "difficulty-advise": SAID,
    "method-add": METHOD, "method-edit": METHOD,
    "datagap-take-up": NOTE, "datagap-close": NOTE | {"way": "data_found"}, "datagap-reopen": NOTE,
    "finding-add": FINDING | {"kind": "finding"}, "finding-edit": FINDING | {"text": "Widened more"},
    "finding-finalise": NOTE, "finding-withdraw": NOTE, "finding-reopen": NOTE,
    "round-open": {"place_VNM": "1", "place_LAO": "2"}, "round-turn": make.TURN | {"data_collection": "30"},
    "round-pass": NOTE, "round-pass-all": NOTE,
    "disruption-add": DISRUPTION, "disruption-edit": DISRUPTION,
    "minutes-section": {"text": "All were there."}, "minutes-adopt": NOTE, "agenda-reopen": NOTE,
    "agenda-conclude": {"outcome": "decision", "outcome_text": "Agreed."},
    "plan-edit": {"title": "37th Summit", "days": "0", "planned_on": "2020-11-14", "why": "Moved by two days."},
    "plan-add": {"position": "1", "title": "29th SOCA", "code": "soca-29", "kind": "ladder", "days": "7"},
    "plan-outcome": {"outcome": "adopt"},
    "deadline-add": WINDOW | {"title": "Second", "output": "progress"},
    "deadline-edit": WINDOW | {"title": "National reports", "output": "national_report", "shared": "on"},
    "extension-ask": {"asked_until": "2020-09-21", "reason": "Floods"},
    "extension-decide": {"decision": "grant", "until": "2020-09-14", "note": ""},
    "extension-set": {"until": "2020-09-14", "reason": "Elections."}, "cycle-phases": {"analysis": "2020-09-01"},
    "cycle-body-add": {"role": "chair", "from_on": "2020-02-01"},
    "cycle-body-edit": {"role": "council", "from_on": "2020-03-01"},
    "delivery-record": {"met_on": "2020-08-19", "note": ""}, "delivery-take-back": NOTE,
    "delivery-add": {"met_on": "2020-08-19", "note": "Sent by mail."},
    "remind": {"items": ["1-VNM"], "text": "The chair asks."}, "reminder-schedule": {"comments.team": "-7, +1"},
    "follow-up-add": {"note": "Ask again.", "due_on": "2020-09-01"}, "follow-up-remove": {},
    "explanation-ask": {"question": "Why is it late?"}, "explanation-give": {"answer": "A ministry moved."},
    "notification-settings": dict.fromkeys(Topic.values, "weekly"),
    "meeting-add": MEETING, "meeting-edit": MEETING | {"why": "The hall is taken."},
    "meeting-hold": {"held_from": "2020-08-11", "held_to": "2020-08-11"}, "meeting-cancel": {"why": "Storm"},
    "meeting-agenda-copy": {"source": "template"},
    "meeting-add-part": {"title": "Opening"}, "meeting-edit-part": {"title": "Welcome"},
    "saved-view-add": {"name": "Late ones"}, "saved-view-edit": {"name": "Late"},
    "language": {"language": "vi"}, "calendar-add": {"content": "all"},
    "away": AWAY, "person-away": AWAY,
    "action-finish": NOTE, "action-drop": NOTE, "action-reopen": NOTE,
    "account_change_password": NEW_PASSWORD | {"oldpassword": make.PASSWORD},
    "account_reauthenticate": {"password": make.PASSWORD}, "account_reset_password": {"email": "no@body.example"},
    "invitation": NEW_PASSWORD | {"username": "new.person"}, "mfa_edit_webauthn": {"name": "Blue"},
}  # fmt: skip
# The steps in which a draft is set up.
SETTING_UP = (
    "cycle-setup",
    "cycle-framework",
    "framework-import",
    "cycle-members",
    "members-import",
    "cycle-deadlines",
    "cycle-phases",
    "cycle-bodies",
    "cycle-ladder",
    "cycle-ladder-copy",
)
OF_BODIES = ("cycle-body-edit", "cycle-body-take-out")
# Pages that belong to no cycle.
OF_THE_SITE = (
    "desk",
    "activity",
    "search",
    "unsaved",
    "unsaved-keep",
    "cycles",
    "cycle-add",
    "cycle-copy",
    "setup",
    "language",
    "calendar-subscribe",
    "calendar-add",
    "away",
    "away-end",
    "watches",
    "notification-settings",
    "mail-list",
    "saved-view-list",
)
OF_PEOPLE = (
    "people",
    "person",
    "person-alternate",
    "person-away",
    "person-hand-over",
    "person-hand-over-docx",
    "invite",
    "invite-sheet",
    "invitation-list",
    "invitation-withdraw",
)
# The steps that send nothing but a button, and the forms whose fields come from the records.
ONLY_BUTTONS = {
    "report-start-reading", "report-coverage-edit", "advice-approve", "advice-send", "agenda-up", "agenda-down",
    "agenda-put-off", "agenda-carry", "action-verify", "minutes-draft", "minutes-redraft", "minutes-circulate",
    "calendar-renew", "calendar-revoke", "watch-start", "watch-stop", "away-act", "away-end",
    "saved-view-remove", "saved-view-over", "saved-view-default", "saved-view-no-default", "saved-view-take-over",
    "round-close", "round-end-rehearsal", "logout", "cycle-open", "cycle-bodies", "cycle-body-take-out",
}  # fmt: skip


def world(page: str, cast: Any, cycle: Any) -> SimpleNamespace:
    """One record of each kind, in the status that this page's step starts from."""
    report, output = (
        make.report(cycle, "VNM"),
        "comments" if page.startswith("delivery-") else "national_report",
    )
    days = {"due_on": date(2020, 8, 19)} if page == "remind" else {}
    deadline = make.deadline(cycle, by=cast.secretariat, shared=True, output=output, **days)
    is_set = page in ("extension-ask", "extension-set")
    asked = not is_set and extension(report, deadline, cast)  # one request at a time
    made = SimpleNamespace(
        report=make.in_status(REPORT_BEFORE.get(page, "in_progress"), report, cast),
        gap=gap_in(GAP_BEFORE.get(page, "open"), report, cast),
        finding=finding_for(page, report, cast),
        deadline=deadline,
        extension=asked,
        meeting=make.meeting(cycle, by=cast.secretariat, shared=True),
    )
    if page == "delivery-take-back":
        made.delivery = make.delivery(deadline, by=cast.vnm)
    if page == "mail-again":
        to = {
            "person": cast.vnm,
            "sender": "a@b.example",
            "to": ["vnm@site.example"],
            "subject": "Notifications",
        }
        made.mail = OutgoingMail.objects.create(state="refused", error="No such user", **to)
    if page == "explanation-give":
        state = cast.vnm.organisation
        made.explanation = Explanation.request(deadline, state, by=cast.secretariat, question="Why?")
    if page in ("follow-up", "follow-up-remove"):
        made.mark = FollowUp.mark(made.gap, by=cast.secretariat, note="Ask again.")
    made.agenda = AgendaItem.add_to(made.meeting, by=cast.secretariat, title="Opening")
    made.action = action_of(page, made.meeting, cast)
    made.plan = make.step(cycle, by=cast.secretariat)
    made.view = view_for(page, cycle, cast)
    if page in ("watches", "watch-stop"):
        for person in (cast.vnm, cast.vnm_team, cast.consultant, cast.lead, cast.secretariat, cast.admin):
            Watch.start(person, made.report)
        Watch.start(cast.lao, made.meeting)
    if page == "mark-seen":
        for person in vars(cast).values():
            SeenUntil.objects.create(person=person, cycle=cycle, trace_id=0)
    if page.startswith("calendar-"):
        made.feed = CalendarFeed.make_for(cast.vnm, cycle=cycle)
    made.round = None if page in ("round-open", "meeting-cancel") else round_of(page, made.meeting, cast)
    if page == "meeting-compare":
        make.frozen(make.meeting(cycle, by=cast.secretariat, code="2", shared=True), by=cast.secretariat)
    made.disruption = make.disruption(cycle, by=cast.secretariat)
    made.area = make.area()
    made.advice, made.received, made.difficulty = guided(page, made.gap, cast)
    made.method = make.method(by=cast.lead)
    made.minutes = around_minutes(page, made, cast)
    made.body = make.body_role(cycle, by=cast.secretariat)
    made.of_account = of_account(page, cast)
    made.cycle = cycle_for(page, cycle, cast)
    made.person = away_for(cast.vnm, cast.vnm_team) if page == "away-act" else cast.vnm
    made.invitation = invitation_for(page, cast)
    made.source = source_for(page, cast)
    return made


def view_for(page: str, cycle: Any, cast: Any) -> Any:
    """Viet Nam's own; shared by somebody who left, where it is taken over."""
    if page != "saved-view-take-over":
        return make.saved_view(cast.vnm, cycle)
    body = cast.vnm.organisation
    left = make.user("left", "team", body)
    view = make.saved_view(left, cycle, shared_body=body)
    left.change_traced(by=None, expected_version=left.version, is_active=False)
    return view


def away_for(person: Any, alternate: Any) -> Any:
    """The person, away today, with an alternate; read anew, because another world may have changed the account."""
    person.refresh_from_db()
    day = date(2020, 8, 20)
    return person.change_traced(
        by=None, expected_version=person.version, alternate=alternate, away_from=day, away_until=day
    )


def invitation_for(page: str, cast: Any) -> Any:
    return make.invitation(by=cast.admin, role="observer")[0] if page == "invitation-withdraw" else None


def source_for(page: str, cast: Any) -> Any:
    """Another cycle, from which something is copied."""
    if page not in ("cycle-copy", "cycle-deadlines", "cycle-ladder-copy"):
        return None
    source = make.cycle("source", by=cast.secretariat)
    make.deadline(source, by=cast.secretariat, title="Of the source")
    make.step(source, by=cast.secretariat, code="soca-9")
    return source


def cycle_for(page: str, cycle: Any, cast: Any) -> Any:
    """The cycle: open, but where the page opens it, again or for the first time."""
    cycle.refresh_from_db()
    if page == "cycle-seat":
        make.organisation("KHM")
    if page == "cycle-reopen":
        cycle.close(by=cast.secretariat, expected_version=cycle.version, why="Adopted.")
    if page == "cycle-members":
        make.organisation("KHM")
    if page == "cycle-ladder":
        make.organisation("SUMMIT", "oversight_body")
    if page == "cycle-empty":
        ReviewCycle._base_manager.filter(pk=cycle.pk).update(is_test=True)
        cycle.refresh_from_db()
    if page == "cycle-open" or page in SETTING_UP:
        cycle.correct(by=cast.admin, expected_version=cycle.version, why="Too early.", status="preparing")
    return cycle


def of_account(page: str, cast: Any) -> dict[str, list[Any]]:
    """What stands in the addresses of pages about signing in: Viet Nam's security key, a link from a mail."""
    if page == "invitation":
        return {page: [make.invitation(by=cast.admin)[1]]}
    if page in ("mfa_edit_webauthn", "mfa_remove_webauthn"):
        return {page: [make.security_key(cast.vnm).pk]}
    asking = copy(cast.vnm)
    asking.last_login = None  # asked for before ever signing in; once signed in, the link opens nothing
    link = [int_to_base36(asking.pk), PasswordResetTokenGenerator().make_token(asking)]
    provider = dict.fromkeys(("openid_connect_login", "openid_connect_callback"), ["sso"])
    return {"account_reset_password_from_key": link, **provider}


def gap_in(status: str, report: Any, cast: Any) -> Any:
    gap = make.gap(report, by=cast.vnm)
    if status == "guidance_asked":
        gap.ask_guidance(by=cast.vnm, expected_version=gap.version)
    if status == "closed":
        gap.close(by=cast.vnm, expected_version=gap.version, way="data_found", note="Found.")
    return gap


def finding_for(page: str, report: Any, cast: Any) -> Any:
    finding = make.finding(report, by=cast.vnm)
    if page == "finding-reopen":
        finding.finalise(by=cast.vnm, expected_version=finding.version)
    return finding


def action_of(page: str, meeting: Any, cast: Any) -> Any:
    """Viet Nam's to do."""
    body = cast.vnm.organisation
    point = ActionPoint.add_to(
        meeting, by=cast.secretariat, text="Send the annex", owner_body=body, due_on=date(2020, 9, 1)
    )
    if page in ("action-verify", "action-file"):
        point.edit(by=cast.secretariat, expected_version=point.version, priority="high")
        point.finish(by=cast.vnm, expected_version=point.version, note="Sent.", file=make.pdf())
    if page == "action-reopen":
        point.finish(by=cast.vnm, expected_version=point.version, note="Sent.")
    return point


def round_of(page: str, meeting: Any, cast: Any) -> Any:
    """Open; with everybody passed, or frozen, where the page asks for it."""
    if page in ("round-close", "meeting-compare"):
        return make.frozen(meeting, by=cast.secretariat, close=page == "meeting-compare")
    return Round.open_for(meeting, by=cast.secretariat)


def guided(page: str, gap: Any, cast: Any) -> tuple[Any, Any, Any]:
    """Advice on a difficulty: received by the gap (and not by a second one), or a draft where that is what it takes."""
    if not gap.is_open:
        return SimpleNamespace(pk=1), SimpleNamespace(pk=1), SimpleNamespace(number=1)
    report = make.report(gap.cycle, "VNM")
    difficulty = make.difficulty(gap.cycle, [gap], by=cast.consultant)
    advice = make.advice(by=cast.consultant, difficulty=difficulty)
    if page.startswith("advice-") and page != "advice-send":
        return advice, SimpleNamespace(pk=1), difficulty
    guidance.approve_advice(by=cast.lead, advice=advice, expected_version=advice.version)
    values = {
        "gaps": [gap, make.gap(report, by=cast.vnm)],
        "title": difficulty.title,
        "kind": difficulty.kind,
    }
    difficulty.edit(by=cast.consultant, expected_version=difficulty.version, **values)
    return advice, gap.received.get(), difficulty


def around_minutes(page: str, made: Any, cast: Any) -> Any:
    """The minutes, their part and the agenda item that this page's step is about."""
    by, meeting, item = cast.secretariat, made.meeting, made.agenda
    other = AgendaItem.add_to(meeting, by=by, title="Round")
    if page == "agenda-up":
        made.agenda = other
    if page == "agenda-paper":
        item.edit(by=by, expected_version=item.version, file=make.pdf())
    if page in ("agenda-carry", "agenda-reopen"):
        item.put_off(by=by, expected_version=item.version)
        days = {"planned_from": date(2020, 9, 8), "planned_to": date(2020, 9, 8)}
        make.meeting(meeting.cycle, by=by, code="4", **days)
    return minutes_for(page, made, cast) if page.partition("-")[0] == "minutes" else None


def agenda_order(meeting: Any, step: int = 1) -> str:
    """The ids of the items as the page's script sends them; turned round with `step` -1."""
    return ".".join(str(pk) for pk in [*meeting.agendaitems.values_list("pk", flat=True)][::step])


def minutes_for(page: str, made: Any, cast: Any) -> Any:
    by, meeting = cast.secretariat, made.meeting
    meeting.hold(
        by=by, expected_version=meeting.version, held_from=meeting.planned_from, held_to=meeting.planned_to
    )
    if page == "minutes-draft":
        return meeting
    minutes = draft_minutes(by=by, meeting=meeting)
    if page not in ("minutes-circulate", "minutes-section", "minutes-redraft"):
        minutes.circulate(by=by, expected_version=minutes.version)
    made.section = minutes.sections.get(kind="decisions")
    return made.section if page in ("minutes-section", "minutes-redraft") else minutes


def extension(report: Any, deadline: Any, cast: Any) -> Any:
    return make.extension(report, deadline, by=cast.vnm, asked_until=date(2020, 9, 21))


def address(page: str, made: Any) -> str:
    """Where the page of a record is."""
    noun, _dash, rest = page.partition("-")
    if page in (*OF_THE_SITE, *(url.name for url in [*account_urls, *health_urls])):
        return reverse(page, args=getattr(made, "of_account", {}).get(page, []))
    if page == "mail-again":
        return reverse(page, args=[made.mail.pk])
    if page == "unsubscribe":
        return reverse(page, args=[signer.sign(str(made.person.pk))])
    if page == "activity-target":
        about_the_report = Trace.objects.filter(model="reviews.nationalreport", member_state__code="VNM")
        return reverse(page, args=[about_the_report.latest("pk").pk])
    if page in ("watch-start", "watch-stop"):
        return reverse(page, args=["country", made.report.pk])
    if page == "away-act":
        return reverse(page, args=[made.person.pk])
    if page.startswith("saved-view"):
        of_list = (
            "?of=/cycles/mtr/%3Fstatus%3Dreturned" if page in ("saved-view-add", "saved-view-over") else ""
        )
        return reverse(page, args=[] if page == "saved-view-add" else [made.view.pk]) + of_list
    if page in ("calendar-renew", "calendar-revoke", "calendar-feed"):
        return reverse(page, args=[made.feed.token if page == "calendar-feed" else made.feed.pk])
    if page in OF_PEOPLE:
        pk = {name: made.person for name in OF_PEOPLE if name.startswith("person")}
        pk["invitation-withdraw"] = made.invitation
        return reverse(page, args=[pk[page].pk] if page in pk else [])
    codes = {
        "report": ["VNM"], "progress": ["VNM"], "datagap": [made.gap.code], "finding": [made.finding.code],
        "deadline": [made.deadline.number], "meeting": [made.meeting.code],
        "action": [made.action.pk], "board": [], "framework": [], "cycle": [],
    }  # fmt: skip
    codes |= {
        "round": [made.meeting.code],
        "compare": [],
        "minutes": ["3"],
        "brief": ["3"],
        "agenda": ["3", made.agenda.pk],
    }
    codes |= {"advice": [made.advice.pk], "difficulty": [made.difficulty.number], "method": ["proxies"]}
    more = {
        "framework-amend": ["A.1"], **dict.fromkeys((*SETTING_UP, "cycle-empty"), []),
        "datagap-adopt": [made.gap.code, made.received.pk], "datagap-set-aside": [made.gap.code, made.received.pk],
        "pictures": [], "mark-seen": [], "calendar": [],
        "annex": [], "coverage": [], "disruption": [1], "disruption-edit": [1],
        "round-turn": ["3", "VNM"], "round-pass": ["3", "VNM"], "meeting-compare": ["3", "2"],
        "minutes-section": ["3", getattr(made, "section", made.agenda).pk],
        "minutes-redraft": ["3", getattr(made, "section", made.agenda).pk],
        "progress-report": [], "progress-report-docx": [],
        "plan": [], "plan-add": [], "plan-edit": ["summit-37"], "plan-outcome": ["summit-37"],
        "report-version": ["VNM", 1], "report-version-file": ["VNM", 1], "extension-ask": codes["deadline"],
        "delivery-record": codes["deadline"], "delivery-add": codes["deadline"],
        "delivery-take-back": [*codes["deadline"], "VNM"], "extension-decide-all": [],
        "extension-set": [*codes["deadline"], "VNM"], **dict.fromkeys(OF_BODIES, [made.body.pk]),
        "cycle-body-add": [],
        **dict.fromkeys(("follow-up", "follow-up-remove"), [made.mark.pk if hasattr(made, "mark") else 1]),
        "timeliness": [], "follow-up-list": [], "follow-up-add": ["datagap", made.gap.pk],
        "remind": [], "reminder-schedule": [], "explanation-ask": [*codes["deadline"], "VNM"],
        "explanation-give": [*codes["deadline"], made.explanation.pk if hasattr(made, "explanation") else 1],
        "extension-decide": [made.extension and made.extension.pk], "meeting-add-part": ["3", "agenda"],
        "meeting-edit-part": ["3", "agenda", made.agenda.pk],
    }  # fmt: skip
    own = [] if rest in ("list", "add") and page != "progress-list" else codes.get(noun)
    return reverse(page, args=["mtr", *more.get(page, own)])


# What a form is about, where its address does not say so; and the forms that choose a kind of gap.
SUBJECTS = {
    "cycle-body-edit": "body",
    "cycle-body-take-out": "body",
    "framework-amend": "area",
    "framework-import": "cycle",
    "members-import": "cycle",
    "meeting-edit-part": "agenda",
    "follow-up-remove": "mark",
    "datagap-adopt": "received",
    "datagap-set-aside": "received",
    "saved-view-edit": "view",
    "saved-view-remove": "view",
    "saved-view-over": "view",
    "saved-view-take-over": "view",
}
OF_A_KIND = {
    "datagap-add", "datagap-edit", "difficulty-add", "difficulty-edit", "method-add", "method-edit",
}  # fmt: skip


def typed(page: str, made: Any) -> dict[str, Any]:
    """What a browser sends from that page, with the version that the person saw."""
    noun = page.partition("-")[0].removeprefix("data")
    subject = getattr(made, SUBJECTS.get(page, noun), None)
    if page in ("round-turn", "round-pass"):
        subject = made.round.turns.get(member_state__code="VNM")
    values = TYPED.get(page, {}) | {"version": subject.version if subject else 1}
    if page in ("difficulty-add", "difficulty-edit"):
        values["gaps"] = [made.gap.pk]
    if page in OF_A_KIND:
        values["kind"] = make.kind().pk
    if page == "watches":
        values["watches"] = list(Watch.objects.values_list("pk", flat=True))
    if page == "mark-seen":
        values["until"] = Trace.objects.latest("pk").pk
    if page == "cycle-add":
        values["framework"] = make.framework().pk
    if page == "delivery-record":
        values["states"] = [make.organisation("VNM").pk]
    if page == "extension-decide-all":
        asked = {"decision": "grant", "until": "2020-09-14", "version": made.extension.version}
        values |= {f"{name}_{made.extension.pk}": value for name, value in asked.items()}
    if page in ("cycle-copy", "cycle-deadlines", "cycle-ladder-copy"):
        values["source"] = made.source.pk
    if page == "cycle-body-add":
        values["body"] = make.organisation("VNM").pk
    if page == "cycle-body-edit":
        values["body"] = made.body.body_id
    if page == "cycle-bodies":
        values |= {"council": made.body.body_id, "oversight": made.body.body_id}
    if page == "cycle-framework":
        values["framework"] = made.area.framework_id
    if page == "cycle-members":
        values["members"] = [make.organisation("KHM").pk]
        seats = made.cycle.memberships.order_by("member_state")
        values["seen"] = ".".join(str(seat.member_state_id) for seat in seats)
    if page == "cycle-ladder":
        values["body_1"] = make.organisation("SUMMIT", "oversight_body").pk
    if page == "invite":
        values["organisation"] = make.organisation("UN", "partner").pk
    if page == "person-alternate":
        values["alternate"] = User.objects.get(username="vnm.team").pk
    if page in sheets.SHEETS:
        values |= sheets.typed(page, made)
    if page == "cycle-seat":
        values["member_state"] = make.organisation("KHM").pk
    if page == "report-coverage-edit":
        values |= {f"coverage_{made.area.pk}": "reported", f"seen_{made.area.pk}": "0"}
    if page in ("minutes-circulate", "minutes-adopt"):
        values["seen_parts"] = made.minutes.seen_parts
    if page == "meeting-agenda-order":
        values |= {"seen": agenda_order(made.meeting), "order": agenda_order(made.meeting, -1)}
    if page == "meeting-attendance":
        pk = made.report.member_state_id
        values |= {f"present_{pk}": "yes", f"head_{pk}": "Dr Hoa", f"seen_{pk}": "0", f"was_{pk}": "nothing"}
    if page == "round-turn":
        values["report_seen"] = made.report.version
    if page == "meeting-cancel":
        values["shown"] = fingerprint_of(dependents_of(made.meeting))
    if page == "minutes-redraft":
        values["drafted"] = fingerprint(text_of_section(made.section.kind, made.meeting))
    with_file = page in ("report-submit", "report-past-submission")
    return values | ({"file": make.pdf()} if with_file else {})
