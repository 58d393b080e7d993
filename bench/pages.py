"""The pages that are measured: one address for ours and the floor, and the administration's page of the same record."""

from typing import NamedTuple

from django.db.models import Count
from django.urls import reverse

from bench import calendars
from bench.seed import RARE
from bench.world import World
from reviews.lists.pagination import MOST
from reviews.models import DataGap, Meeting, NationalReport
from reviews.views.base import ROWS

AS_OF = "2020-08-11"
# Columns of the administration's list, counted from 1.
ADMIN_HELD_SINCE, ADMIN_HOLDER = 5, 4


class Page(NamedTuple):
    name: str
    url: str
    admin: str = ""  # none: the administration has no such page
    who: str = "consultant"


def all_pages(made: World) -> list[Page]:
    cycle, country = f"/cycles/{made.cycles[0].slug}/", f"/cycles/{made.cycles[0].slug}/reports/VNM/"
    report = NationalReport.objects.get(cycle=made.cycles[0], member_state__code="VNM")
    meeting = Meeting.objects.get(cycle=made.cycles[0], code=calendars.FULL)
    gap = DataGap.objects.filter(cycle=made.cycles[0]).select_related("member_state").earliest("pk")
    return [
        *lists(made),
        Page("search, rare word", f"/search/?q={RARE}"),
        Page("search, two words", "/search/?q=ho+ngheo"),
        Page("search, of a country", "/search/?q=disaster+drills", who="coordinator"),
        Page("search, code", "/search/?q=VNM-12"),
        Page("report", country, _change(report)),
        Page("gap", f"{cycle}datagaps/{gap.code}/", _change(gap)),
        Page("meeting page", f"{cycle}meetings/{meeting.code}/", _change(meeting)),
        Page("update form", f"{country}update/", _change(report), "coordinator"),
        Page("board, 11 members", cycle),
        Page("board, a past day", f"{cycle}?as_of={AS_OF}"),
        Page("board, 195 members", f"/cycles/{made.states.slug}/"),
        Page("country round", f"/cycles/{made.provinces.slug}/meetings/{calendars.ROUND}/round/"),
        Page("coverage map", f"{cycle}coverage/"),
    ]


def lists(made: World) -> list[Page]:
    """Of data gaps: first page, filtered, sorted, with the columns of a view, the last page that can be turned to."""
    gaps = DataGap.objects.filter(cycle=made.cycles[0])
    kinds = gaps.order_by().values("kind", "kind__code").annotate(n=Count("pk"))
    kind = max(kinds, key=lambda row: (row["n"], row["kind"]))
    last = min(gaps.count(), MOST) // ROWS
    url, admin = f"/cycles/{made.cycles[0].slug}/datagaps/", reverse("admin:reviews_datagap_changelist")
    chosen = f"kind__id__exact={kind['kind']}&status__exact=open"
    return [
        Page("list, first page", url, admin),
        Page("list, filtered", f"{url}?kind={kind['kind__code']}&status=open", f"{admin}?{chosen}"),
        Page("list, sorted", f"{url}?sort=-held_since", f"{admin}?o=-{ADMIN_HELD_SINCE}"),
        Page("list, sorted on a name", f"{url}?sort=holder", f"{admin}?o={ADMIN_HOLDER}"),
        Page("list, saved columns", f"{url}?columns=code,kind,status,held_since&sort=-held_since&view="),
        Page("list, rare word", f"{url}?q={RARE}", f"{admin}?q={RARE}"),
        Page("list, deep page", f"{url}?page={last}", f"{admin}?p={last // 2}"),
    ]


def _change(record: NationalReport | DataGap | Meeting) -> str:
    return reverse(f"admin:reviews_{record._meta.model_name}_change", args=[record.pk])
