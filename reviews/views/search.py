"""Search over all records that a person may read."""

import re
from typing import NamedTuple

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from reviews.forms.search import SearchForm
from reviews.queries import search
from reviews.rendering.search import excerpt
from reviews.request_context import SignedInRequest
from reviews.text import in_language
from reviews.web.errors import BadAddress

TITLE_LENGTH, TEXT_LENGTH = 160, 240


class Line(NamedTuple):
    """A line of the answer."""

    match: search.Match
    url: str
    code: str
    title: SafeString
    text: SafeString


def search_page(request: SignedInRequest) -> HttpResponse:
    """Find records by words or by code: `?q=da nang`."""
    form, number = SearchForm(request.GET), page_number(request)
    query = search.parse_query(form.cleaned_data["q"] if form.is_valid() else "")
    lines, has_more = [], False
    if query.code and not query.is_too_short:
        matches, has_more = search.search(request.user, query, number)
        lines = [line_of(match, query) for match in matches]
    context = {
        "nav": "search",
        "title": _("Search"),
        "form": form,
        "query": query,
        "lines": lines,
        "demo": any(line.match.cycle and line.match.cycle.is_demo for line in lines),
        "number": number,
        "next_page": number + 1 if has_more else None,
        "ends_early": not has_more and number == search.MOST_PAGES,
    }
    return render(request, "search/search.html", context)


def page_number(request: SignedInRequest) -> int:
    """The page that the address names. Raises BadAddress if there can be none."""
    text = request.GET.get("page") or "1"
    if not re.fullmatch("[1-9][0-9]?", text) or int(text) > search.MOST_PAGES:
        raise BadAddress(_("There is no page “%s”.") % text[:40])
    return int(text)


def line_of(match: search.Match, query: search.Query) -> Line:
    """How a record that was found is shown, and where it leads."""
    entry = match.entry
    title = entry.title
    if match.kind.name in ("country", "report") and entry.member_state:
        title = in_language(entry.member_state.name_en, entry.member_state.name_vi)
    return Line(
        match=match,
        url=url_of(match),
        code=shown_code(match),
        title=excerpt(" ".join(title.split()), query.words, TITLE_LENGTH),
        text=excerpt(" ".join(entry.text.split()), query.words, TEXT_LENGTH),
    )


def shown_code(match: search.Match) -> str:
    """The code before the title; of guidance that of its gap. Short names in addresses are no codes to read."""
    if match.kind.name in ("method", "meeting"):
        return ""
    return match.entry.code or (match.entry.page if match.kind.name in ("thread", "advice") else "")


def url_of(match: search.Match) -> str:
    """The address of the page of a record, and its place on it."""
    entry = match.entry
    if match.kind.name == "person":
        return reverse(entry.url_name, args=[entry.page])
    assert match.cycle is not None  # search() leaves out what no cycle of the person shows
    names_record = match.kind.name != "country"
    url = reverse(entry.url_name, args=[match.cycle.slug, *([entry.page] if names_record else [])])
    return f"{url}#{entry.anchor}" if entry.anchor else url
