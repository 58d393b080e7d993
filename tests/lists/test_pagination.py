"""Pages of a long list: their number comes with the rows, and of very many rows only so many are counted."""

import pytest
from django.db import connection

from reviews.lists import pagination
from tests.support import make
from tests.support.shared_records import shared

LIST = "/cycles/mtr/datagaps/"


@shared
def gaps(cast, report):
    return [make.gap(report, by=cast.vnm) for _n in range(60)]


def rows_and_text(browser, page):
    answer = browser.get(f"{LIST}?page={page}")
    assert answer.status_code == 200
    return [row.number for row in answer.context["table"].page.object_list], answer.content.decode()


@pytest.mark.parametrize(("page", "first", "last"), [(1, 1, 25), (2, 26, 50), (3, 51, 60)])
def test_each_page_has_its_rows(page, first, last, gaps, cast, sign_in):
    numbers, text = rows_and_text(sign_in(cast.consultant), page)
    assert numbers == list(range(first, last + 1))
    assert f"{first}–{last} of 60" in text
    assert "and more" not in text


@pytest.mark.parametrize("page", ["4", "80", "999999999"])
def test_behind_the_last_page_is_nothing(page, gaps, cast, sign_in):
    assert sign_in(cast.consultant).get(f"{LIST}?page={page}").status_code == 404


def test_an_empty_list_has_one_page(report, cast, sign_in):
    assert sign_in(cast.consultant).get(f"{LIST}?page=1").status_code == 200


def test_of_very_many_rows_so_many_are_counted_and_paged_through(gaps, cast, sign_in, monkeypatch):
    monkeypatch.setattr(pagination, "MOST", 50)
    browser = sign_in(cast.consultant)
    numbers, text = rows_and_text(browser, 2)
    assert numbers == list(range(26, 51))
    assert "26–50 of 50 and more: narrow the list with its filters, or download all of it" in text
    assert browser.get(f"{LIST}?page=3").status_code == 404
    lines = b"".join(browser.get(f"{LIST}?_export=csv").streaming_content).decode().splitlines()
    assert len(lines) == 61


def test_exactly_so_many_are_all_of_them(gaps, cast, sign_in, monkeypatch):
    monkeypatch.setattr(pagination, "MOST", 60)
    _numbers, text = rows_and_text(sign_in(cast.consultant), 3)
    assert "51–60 of 60" in text
    assert "and more" not in text


@pytest.mark.parametrize("order", ["kind", "-kind", "holder"])
def test_rows_that_are_sorted_alike_stand_on_one_page_each(order, report, cast, sign_in):
    for n in range(120):
        make.gap(report, by=cast.vnm, kind=make.kind(f"kind-{n * n % 5}"))
    browser, numbers = sign_in(cast.consultant), []
    for page in range(1, 6):
        table = browser.get(f"{LIST}?sort={order}&page={page}").context["table"]
        numbers += [row.number for row in table.page.object_list]
    assert sorted(numbers) == list(range(1, 121))


def test_in_another_order_a_list_begins_anew(gaps, cast, sign_in):
    text = sign_in(cast.consultant).get(f"{LIST}?status=open&page=2&sort=kind").content.decode()
    assert 'href="?status=open&amp;sort=-kind"' in text
    assert 'href="?status=open&amp;sort=holder"' in text


def test_words_have_an_index_where_the_database_can(db):
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has no index of trigrams.")
    with connection.cursor() as cursor:
        cursor.execute("set local enable_seqscan = off")
        cursor.execute("explain select id from reviews_datagap where search like '%tsunami%'")
        assert "gap_by_words" in str(cursor.fetchall())
