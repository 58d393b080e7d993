"""Records for tests, made through the product's own verbs."""

from datetime import date
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile

from reviews import policy
from reviews.actions import guidance
from reviews.actions.cycles import open_cycle
from reviews.actions.extensions import ask_for_extension
from reviews.actions.reports import submit_report
from reviews.actions.rounds import close_round, record_turn
from reviews.models import (
    Advice,
    BodyRole,
    CycleMembership,
    DataGap,
    Deadline,
    DefaultView,
    Delivery,
    Difficulty,
    Disruption,
    Extension,
    Finding,
    Framework,
    FrameworkNode,
    GapKind,
    Invitation,
    Meeting,
    MethodNote,
    NationalReport,
    Organisation,
    PlanStep,
    ReviewCycle,
    Role,
    Round,
    SavedView,
    Turn,
    User,
)
from reviews.operations.loading.pdf import make_pdf
from reviews.uploads.documents import Document

PASSWORD = "a long test password"
TOTP_SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
PDF = make_pdf("Our report")
# What a browser sends from a turn of the country round in which no row was touched.
TURN = {"data_collection": "", "analysis": "", "writing": "", "note": ""}
TURN |= {f"{rows}-{name}": value for rows in ("difficulties", "findings")
         for name, value in {"TOTAL_FORMS": "3", "INITIAL_FORMS": "0"}.items()}  # fmt: skip
TURN |= {f"findings-{n}-kind": "finding" for n in range(3)}
COUNTRIES = {"VNM": "Viet Nam", "LAO": "Lao PDR", "KHM": "Cambodia"}


def organisation(code: str, kind: str = "member_state", name: str = "", **fields: Any) -> Organisation:
    joined = {"joined_on": date(1967, 8, 8)} if kind == "member_state" else {}
    found = Organisation.objects.filter(code=code).first()
    values = {"code": code, "kind": kind, "name_en": name or COUNTRIES.get(code, code), **joined, **fields}
    return found or Organisation.create_traced(by=None, **values)


def user(username: str, role: str, body: Organisation, **fields: Any) -> User:
    made = User.objects.create_user(
        username, PASSWORD, name=fields.pop("name", username), role=role, organisation=body, **fields
    )
    second_factors(made)
    return made


def with_email(person: User, address: str) -> User:
    """The person with this e-mail address, as if it had always been there (without a mail about it)."""
    person.change_traced(by=None, expected_version=person.version, email=address)
    mail.outbox.clear()
    return person


def second_factors(*people: User) -> None:
    """An authenticator app for those who owe one, as if it had always been there (without a line of history)."""
    owing = [user for user in people if policy.must_use_second_factor(user)]
    data = {"secret": TOTP_SECRET}  # as allauth keeps it
    Authenticator.objects.bulk_create(Authenticator(user=u, type="totp", data=data) for u in owing)


def security_key(user: User, name: str = "Red") -> Authenticator:
    """As far as lists and forms know it; nobody can sign in with it."""
    return Authenticator.objects.bulk_create(
        [Authenticator(user=user, type="webauthn", data={"name": name, "credential": {}})]
    )[0]


def invitation(*, by: User, **fields: Any) -> tuple[Invitation, str]:
    """An invitation to Viet Nam's team, and its key."""
    values = {"email": "new@vnm.example", "name": "New Person", "role": Role.TEAM, **fields}
    return Invitation.invite(by=by, **{"organisation": organisation("VNM"), **values})


def framework() -> Framework:
    found = Framework.objects.filter(code="bp").first()
    return found or Framework.create_traced(by=None, code="bp", title="Blueprint")


def area(code: str = "A.1") -> FrameworkNode:
    found = FrameworkNode.objects.filter(code=code).first()
    return found or FrameworkNode.create_traced(
        by=None, framework=framework(), level="key_result_area", code=code, title="Engaged stakeholders"
    )


def kind(code: str = "missing") -> GapKind:
    found = GapKind.objects.filter(code=code).first()
    return found or GapKind.create_traced(by=None, code=code, label_en=code.replace("_", " ").capitalize())


def cycle(slug: str, *, by: User, members: Any = ("VNM", "LAO"), **fields: Any) -> ReviewCycle:
    """An open cycle of 2020 with these members and their reports."""
    values = {"name_en": slug.upper(), "starts_on": date(2020, 2, 1), "ends_on": date(2020, 12, 31), **fields}
    made = ReviewCycle.create_traced(by=by, slug=slug, framework=framework(), **values)
    for code in members:
        CycleMembership.create_traced(
            by=by, cycle=made, member_state=organisation(code), joined_on=date(2020, 2, 1)
        )
    return open_cycle(by=by, cycle=made, expected_version=made.version)


def report(cycle: ReviewCycle, code: str) -> NationalReport:
    reports = NationalReport.objects.select_related("cycle", "member_state", "holder")
    return reports.get(cycle=cycle, member_state__code=code)


def gap(report: NationalReport, *, by: User, **fields: Any) -> DataGap:
    values = {"kind": kind(), "missing": "Baseline of 2016", **fields}
    return DataGap.raise_for(report, by=by, **values)


def finding(report: NationalReport, *, by: User, **fields: Any) -> Finding:
    return Finding.record_for(report, by=by, **{"kind": "finding", "text": "Access widened", **fields})


def deadline(cycle: ReviewCycle, *, by: User, **fields: Any) -> Deadline:
    days = {"opens_on": date(2020, 8, 1), "due_on": date(2020, 9, 7)}
    return Deadline.set_for(cycle, by=by, **{"title": "National reports", **days, **fields})


def body_role(cycle: ReviewCycle, *, by: User, **fields: Any) -> BodyRole:
    """The ASCC Council as the council of the cycle, from its start, unless `fields` say otherwise."""
    body = fields.pop("body", None) or organisation("ASCC-COUNCIL", "oversight_body")
    return BodyRole.assign(
        cycle, by=by, **{"role": "council", "body": body, "from_on": cycle.starts_on, **fields}
    )


def extension(report: NationalReport, deadline: Deadline, *, by: User, **fields: Any) -> Extension:
    """A request for more time, until 21 September unless `fields` say otherwise."""
    values = {"asked_until": date(2020, 9, 21), "reason": "Floods", **fields}
    return ask_for_extension(by=by, report=report, deadline=deadline, **values)


def delivery(deadline: Deadline, *, by: User, **fields: Any) -> Delivery:
    """That a coordinator's country has met a deadline for comments and the like."""
    values = {"met_on": date(2020, 8, 19), "note": "Sent by mail.", **fields}
    return Delivery.record(deadline, by.organisation, by=by, **values)


def meeting(cycle: ReviewCycle, *, by: User, code: str = "3", **fields: Any) -> Meeting:
    days = {"planned_from": date(2020, 8, 11), "planned_to": date(2020, 8, 11)}
    number = int(code) if code.isdecimal() else None
    values = {"title": f"Meeting {code}", "code": code, "number": number, **days, **fields}
    return Meeting.plan(cycle, by=by, **values)


def step(cycle: ReviewCycle, *, by: User, code: str = "summit-37", **fields: Any) -> PlanStep:
    """A step of the plan, in the next place: of the ladder, on 12 November, unless `fields` say otherwise."""
    values = {"kind": "ladder", "title": code.capitalize(), "position": cycle.plan_steps.count() + 1}
    day = {} if "meeting" in fields else {"planned_on": date(2020, 11, 12)}
    return PlanStep.enter(cycle, by=by, code=code, **{**values, **day, **fields})


def frozen(meeting: Meeting, *, by: User, close: bool = True) -> Round:
    """The round of a meeting in which everybody was passed, closed if so wished."""
    made = Round.open_for(meeting, by=by)
    for turn in made.turns.waiting():
        turn.pass_over(by=by, expected_version=turn.version)
    return close_round(by=by, country_round=made, expected_version=made.version) if close else made


def told(turn: Turn, *, by: User, **values: Any) -> Turn:
    """A turn of the round, told as the Secretariat would."""
    theirs = report(turn.cycle, turn.member_state.code)
    return record_turn(
        by=by, turn=turn, expected_version=turn.version, report=theirs, report_seen=theirs.version, **values
    )


def disruption(cycle: ReviewCycle, *, by: User, **fields: Any) -> Disruption:
    values = {"title": "COVID-19", "kind": "epidemic", "starts_on": date(2020, 3, 11), **fields}
    return Disruption.register(cycle, by=by, **values)


def pdf(name: str = "report.pdf", content: bytes = PDF) -> Document:
    """A file as a form gives it to a verb; a browser may send it as well."""
    return Document(SimpleUploadedFile(name, content), "pdf", pages=1)


def submitted(report: NationalReport, *, by: User) -> NationalReport:
    """A report handed in complete."""
    full = {"data_collection": 100, "analysis": 100, "writing": 100}
    report.post_progress(by=by, expected_version=report.version, **full)
    submit_report(by=by, report=report, expected_version=report.version, file=pdf())
    return report


def in_status(status: str, report: NationalReport, cast: Any) -> NationalReport:
    """The report, brought to a status by the moves that lead there."""
    if status == "not_started":
        return report
    if status == "in_progress":
        report.post_progress(by=cast.vnm, expected_version=report.version, data_collection=10)
        return report
    submitted(report, by=cast.vnm)
    if status == "submitted":
        return report
    report.start_reading(by=cast.consultant, expected_version=report.version)
    if status == "returned":
        return report.return_for_revision(
            by=cast.consultant,
            expected_version=report.version,
            note="Please add annex 2.",
            revise_by=date(2020, 9, 30),
        )
    return (
        report.accept(by=cast.consultant, expected_version=report.version) if status == "accepted" else report
    )


def cast() -> dict[str, User]:
    """The people of every test: two countries, consultants, secretariat, observer, administrator."""
    vnm, lao = organisation("VNM"), organisation("LAO")
    ret = organisation("RET", "evaluation_team", "Regional Evaluation Team")
    asec, partner = (
        organisation("ASEC", "secretariat", "ASEAN Secretariat"),
        organisation("UN", "partner", "UN"),
    )
    return {
        "vnm": user("vnm.coordinator", Role.COORDINATOR, vnm), "vnm_team": user("vnm.team", Role.TEAM, vnm),
        "lao": user("lao.coordinator", Role.COORDINATOR, lao), "consultant": user("consultant", Role.CONSULTANT, ret),
        "lead": user("lead.consultant", Role.LEAD_CONSULTANT, ret),
        "secretariat": user("secretariat", Role.SECRETARIAT, asec),
        "observer": user("observer", Role.OBSERVER, partner),
        "admin": user("admin", "", asec, is_superuser=True),
    }  # fmt: skip


def saved_view(person: User, cycle: ReviewCycle | None, **values: Any) -> SavedView:
    """A saved view, of the board unless another list is named."""
    fields = {"list_name": "board", "name": "Mine", "query": "status=returned"} | values
    return SavedView.save_for(person, cycle, **fields)


def default_view(view: SavedView, cycle: ReviewCycle | None) -> DefaultView:
    """The choice of a view's owner: the list of the view, in a cycle, opens with it."""
    choice = DefaultView(person=view.person, list_name=view.list_name, cycle=cycle)
    return choice.choose(by=view.person, expected_version=1, view=view)


def method(code: str = "proxies", *, by: User, **fields: Any) -> MethodNote:
    values = {"kind": kind(), "title": "Proxies", "text": "Name the reason.", **fields}
    return MethodNote.add(by=by, code=code, **values)


def difficulty(cycle: ReviewCycle, gaps: list[DataGap], *, by: User, **fields: Any) -> Difficulty:
    return Difficulty.group(cycle, by=by, gaps=gaps, **{"kind": kind(), "title": "Series end", **fields})


def advice(*, by: User, text: str = "Use two periods.", **subject: Any) -> Advice:
    """A draft on `gap` or `difficulty`."""
    return Advice.draft(by=by, text=text, **subject)


def approved(*, by: User, **draft: Any) -> Advice:
    """Advice drafted and approved by one lead consultant."""
    made = advice(by=by, **draft)
    return guidance.approve_advice(by=by, advice=made, expected_version=made.version)


def listed(browser: Any, user: Any) -> None:
    """Sign in as the page does, which puts the session on the person's list."""
    browser.force_login(user)
    UserSession.objects.create(user=user, session_key=browser.session.session_key, ip="127.0.0.1")
