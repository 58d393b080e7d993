"""How many of the deadlines that were due a country met: what counts, and who sees it."""

from datetime import date

import pytest
from django.urls import reverse

from reviews import clock
from reviews.queries.deadlines import statuses_today
from reviews.queries.timeliness import Share, timeliness_of
from tests.support import make


@pytest.fixture
def world(cycle, cast):
    """Three deadlines for comments of June, July and September: Viet Nam met one, and one late; Lao PDR one."""
    for month in (6, 7, 9):
        days = {"opens_on": date(2020, month, 1), "due_on": date(2020, month, 15)}
        made = make.deadline(cycle, by=cast.secretariat, output="comments", title=f"Month {month}", **days)
        if month == 6:
            make.delivery(made, by=cast.vnm, met_on=date(2020, 6, 10))
            make.delivery(made, by=cast.lao, met_on=date(2020, 6, 20))
        if month == 7:
            make.delivery(made, by=cast.vnm, met_on=date(2020, 7, 20))
    return cycle


def rows(sign_in, who):
    answer = sign_in(who).get(reverse("timeliness", args=["mtr"]))
    return [
        (str(row.state), row.timeliness.on_time.today, row.timeliness.complete.today)
        for row in answer.context["table"].data.data
    ]


def test_what_was_due_counts_and_nothing_else(world, cast, sign_in):
    assert rows(sign_in, cast.secretariat) == [
        ("Lao PDR", Share(0, 2), Share(1, 2)),
        ("Viet Nam", Share(1, 2), Share(2, 2)),
    ]


@pytest.mark.parametrize("who", ["vnm", "vnm_team"])
def test_a_country_sees_its_own_line_alone(who, world, cast, sign_in):
    assert [name for name, *_shares in rows(sign_in, getattr(cast, who))] == ["Viet Nam"]
    page = sign_in(getattr(cast, who)).get(reverse("timeliness", args=["mtr"])).content.decode()
    assert "Lao PDR" not in page


def test_the_trend_compares_with_the_time_before_the_last_deadline(world, report):
    measure = timeliness_of(statuses_today(report))
    assert (measure.on_time.trend, measure.complete.trend) == ("down 50 points", "unchanged")


def test_where_nothing_was_due_there_is_no_share(world, report):
    with clock.at(date(2020, 6, 5)):
        report.cycle.deadlines.all()
        measure = timeliness_of(statuses_today(make.report(report.cycle, "LAO")))
    assert (measure.on_time.today.text, measure.on_time.trend) == ("N/A", "")


def test_no_column_sorts_the_countries(world, cast, sign_in):
    assert (
        sign_in(cast.secretariat).get(reverse("timeliness", args=["mtr"]), {"sort": "on_time"}).status_code
        == 404
    )


def test_it_is_on_the_report_of_the_own_country(world, report, cast, sign_in):
    page = sign_in(cast.vnm).get(report.get_absolute_url()).content.decode()
    assert "Met on time" in page
    assert "50 % (1 of 2)" in page.replace("\xa0", " ")
    assert "Met on time" not in sign_in(cast.consultant).get(report.get_absolute_url()).content.decode()


def test_an_export_says_na_or_a_percentage(world, cast, sign_in):
    answer = sign_in(cast.secretariat).get(reverse("timeliness", args=["mtr"]), {"_export": "csv"})
    assert "Viet Nam" in b"".join(answer.streaming_content).decode()
