"""Every address of every object that there is: the patterns of the site, filled in from the database."""

from collections.abc import Iterator
from itertools import pairwise
from typing import Any, NamedTuple

from django.urls import URLPattern, get_resolver, reverse

from reviews.models import (
    ActionPoint,
    Advice,
    AgendaItem,
    DataGap,
    Deadline,
    Decision,
    Difficulty,
    Disruption,
    Extension,
    Finding,
    FrameworkNode,
    Meeting,
    MethodNote,
    MinutesSection,
    NationalReport,
    PlanStep,
    ReceivedAdvice,
    ReportVersion,
    Turn,
)

# What fills the patterns below each noun, and of which country it is (none: it is common).
Filled = tuple[str, dict[str, Any]]
PARTS = {"agenda": AgendaItem, "decisions": Decision, "actions": ActionPoint}


class Address(NamedTuple):
    page: str  # the name of the pattern
    state: str  # the country of the object; empty: common
    slug: str  # the cycle; empty: outside of all
    codes: dict[str, Any]

    @property
    def url(self) -> str:
        return reverse(self.page, kwargs=({"slug": self.slug} if self.slug else {}) | self.codes)


def patterns(found: Any = None, above: tuple[Any, ...] = ()) -> Iterator[tuple[str, str, list[str]]]:
    """Name, noun and variables of every pattern, without the administration."""
    for entry in (found or get_resolver()).url_patterns:
        way = (*above, entry.pattern)
        if isinstance(entry, URLPattern):
            route = "".join(str(part) for part in way)
            noun = [*route.split("/"), "", ""][2].partition("<")[0] if "<slug:slug>" in route else ""
            yield str(entry.name), noun, [name for part in way for name in part.regex.groupindex]
        elif entry.namespace != "admin":
            yield from patterns(entry, way)


def everywhere(cycle: Any) -> list[Address]:
    """Each pattern with each object of a cycle that fits it."""
    filled = _filled(cycle)
    found: dict[str, Address] = {}
    for page, noun, variables in patterns():
        needed = [name for name in variables if name != "slug"]
        slug = cycle.slug if "slug" in variables else ""
        rows: list[Filled] = filled.get(noun, []) if needed else [("", {})]
        for state, codes in rows:
            if set(needed) <= codes.keys() and fits(page, codes):
                address = Address(page, state, slug, {name: codes[name] for name in needed})
                found.setdefault(address.url, address)
    return list(found.values())


def fits(page: str, codes: dict[str, Any]) -> bool:
    """Ids of one kind are not tried where another kind is meant."""
    return "of" not in codes or page.partition("-")[0] == codes["of"]


def _filled(cycle: Any) -> dict[str, list[Filled]]:
    """By noun: the values of the variables in its addresses."""
    reports = list(NationalReport.objects.filter(cycle=cycle).select_related("member_state"))
    return {
        "reports": [(r.code, {"code": r.code}) for r in reports] + _versions(cycle),
        "datagaps": _of_country(DataGap, cycle) + _received(cycle),
        "findings": _of_country(Finding, cycle),
        "deadlines": [(_only(d), {"number": d.number}) for d in Deadline.objects.filter(cycle=cycle)],
        "extensions": [(e.member_state.code, {"pk": e.pk}) for e in Extension.objects.all()],
        "meetings": _meetings(cycle),
        "actions": [("", {"pk": p.pk}) for p in ActionPoint.objects.all()],
        "plan": [("", {"code": s.code}) for s in PlanStep.objects.filter(cycle=cycle)],
        "disruptions": [("", {"number": d.number}) for d in Disruption.objects.filter(cycle=cycle)],
        "difficulties": [("", {"number": d.number}) for d in Difficulty.objects.filter(cycle=cycle)],
        "advice": [(a.gap.member_state.code if a.gap else "", {"pk": a.pk}) for a in Advice.objects.all()],
        "framework": [
            ("", {"code": node.code}) for node in FrameworkNode.objects.filter(framework=cycle.framework)
        ],
        "methods": [("", {"code": n.code}) for n in MethodNote.objects.all()],
    }


def _of_country(model: Any, cycle: Any) -> list[Filled]:
    rows = model.objects.filter(cycle=cycle).select_related("member_state")
    return [(row.member_state.code, {"code": row.code}) for row in rows]


def _versions(cycle: Any) -> list[Filled]:
    rows = ReportVersion.objects.filter(report__cycle=cycle).select_related("report__member_state")
    return [(v.report.code, {"code": v.report.code, "number": v.number}) for v in rows]


def _received(cycle: Any) -> list[Filled]:
    rows = ReceivedAdvice.objects.filter(gap__cycle=cycle).select_related("gap__member_state")
    return [(r.gap.member_state.code, {"code": r.gap.code, "pk": r.pk}) for r in rows]


def _only(deadline: Any) -> str:
    only = [state.code for state in deadline.only_for.all()]
    return only[0] if len(only) == 1 else ""


def _meetings(cycle: Any) -> list[Filled]:
    meetings = list(Meeting.objects.filter(cycle=cycle))
    rows: list[dict[str, Any]] = [{"code": m.code} for m in meetings]
    rounds = [m.code for m in meetings if m.rounds.exists()]
    rows += [{"code": code, "other": other} for code, other in pairwise(rounds)]
    for kind, model in PARTS.items():
        rows += [{"code": m.code, "kind": kind} for m in meetings]
        rows += [
            {"code": p.meeting.code, "kind": kind, "pk": p.pk, "of": "meeting"} for p in _parts(model, cycle)
        ]
    rows += [{"code": p.meeting.code, "pk": p.pk, "of": "agenda"} for p in _parts(AgendaItem, cycle)]
    sections = MinutesSection.objects.filter(minutes__meeting__cycle=cycle).select_related("minutes__meeting")
    rows += [{"code": s.minutes.meeting.code, "pk": s.pk, "of": "minutes"} for s in sections]
    turns = Turn.objects.filter(round__meeting__cycle=cycle).select_related("round__meeting", "member_state")
    rows += [{"code": t.round.meeting.code, "state": t.member_state.code} for t in turns]
    return [("", row) for row in rows]


def _parts(model: Any, cycle: Any) -> Any:
    return model.objects.filter(meeting__cycle=cycle).select_related("meeting")
