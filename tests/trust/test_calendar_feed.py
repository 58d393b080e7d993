"""A calendar of 2,000 events is read within a second, and read back whole by another library."""

import time
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from ics import Calendar  # type: ignore[import-untyped]

from reviews.models import CalendarFeed
from tests.support import make

pytestmark = pytest.mark.trust
EACH = 1000  # meetings, and deadlines


def test_a_feed_of_2000_events(cast: Any, cycle: Any, figure: Any) -> None:
    first = date(2020, 9, 1)
    for number in range(1, EACH + 1):
        day = first + timedelta(days=number % 100)
        make.meeting(cycle, by=cast.secretariat, code=f"m{number}", planned_from=day, planned_to=day)
        make.deadline(cycle, by=cast.secretariat, title=f"Báo cáo số {number}", due_on=day)
    url = reverse("calendar-feed", args=[CalendarFeed.make_for(cast.vnm).token])
    program, seconds = Client(), []
    for _again in range(3):
        cache.clear()
        began = time.perf_counter()
        answer = program.get(url)
        seconds.append(time.perf_counter() - began)
    assert len(Calendar(answer.content.decode()).events) == 2 * EACH
    figure("a feed of 2,000 events, first reading after a start", seconds[0], "<= 3 s")
    figure("a feed of 2,000 events", min(seconds[1:]), "< 1 s")
