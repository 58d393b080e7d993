"""The calendar of a cycle by month, the addresses that calendar programs read, and the page where they are made."""

import hashlib
import re
from datetime import date, timedelta
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import translation
from django.utils.cache import get_conditional_response
from django.utils.http import http_date, quote_etag
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from reviews import clock
from reviews.forms.base import ReviewForm
from reviews.forms.calendars import CalendarFeedForm
from reviews.models import CalendarFeed
from reviews.queries.calendars import (
    CalendarEntry,
    CalendarKind,
    entries_for,
    entries_of_feed,
    last_changes,
    weeks_of_month,
)
from reviews.rendering.calendars import CALENDAR, feed_calendar
from reviews.request_context import SignedInRequest
from reviews.views.base import cycle_or_404
from reviews.views.form_pages import FormPage, TransitionPage
from reviews.web.errors import BadAddress

MONTH = re.compile("[12][0-9]{3}-(0[1-9]|1[0-2])")
MOST_AN_HOUR = 60  # readings of one address: a calendar program asks a few times an hour at most
HOUR = 60 * 60


def month_page(request: SignedInRequest, slug: str) -> HttpResponse:
    """What is on in one month (`?month=2020-09`), with the dates of the person's own country."""
    cycle = cycle_or_404(request, slug)
    month, user = month_of(request), request.user
    state = user.organisation if user.is_national else None
    context = {
        "cycle": cycle,
        "nav": "calendar",
        "title": _("Calendar"),
        "month": month,
        "weeks": weeks_of_month(entries_for(user, [cycle], state), month),
        "earlier": month - timedelta(days=1),
        "later": month + timedelta(days=31),
        "kinds": [kind for kind in CalendarKind if kind != CalendarKind.ACTION],
        "state": state,
    }
    return render(request, "calendars/month.html", context)


def month_of(request: HttpRequest) -> date:
    """The first day of the month that the address names; of the present one without it. Raises BadAddress."""
    text = request.GET.get("month", "")
    if not text:
        return clock.today().replace(day=1)
    if not MONTH.fullmatch(text):
        raise BadAddress(_now("“%s” is not a month: write it like 2020-08.") % text[:40])
    return date.fromisoformat(f"{text}-01")


@login_not_required
@require_safe
def feed(request: HttpRequest, token: str) -> HttpResponseBase:
    """A calendar for a program that cannot sign in: as much as its owner may see at this moment."""
    found = CalendarFeed.of_token(token)
    if found is None:
        return refusal(404, _now("There is no such calendar. Its owner can make another address."))
    if not count_reading(found):
        return refusal(429, _now("This calendar was read too often within an hour."))
    with translation.override(found.person.mail_language):  # a program asks in no language, or in its own
        entries = entries_of_feed(found)
        if entries is None:
            return refusal(404, _now("There is no such calendar. Its owner can make another address."))
        return calendar_response(request, found, entries)


def calendar_response(
    request: HttpRequest, found: CalendarFeed, entries: list[CalendarEntry]
) -> HttpResponseBase:
    """The feed, or 304 for a program that has it already. Only its content decides, never a date."""
    changes = last_changes(entries)
    product = _now("Review tracker")
    name = f"{product}: {found}"
    content = feed_calendar(
        name, zip(entries, changes, strict=True), request.build_absolute_uri("/").rstrip("/")
    )
    etag = quote_etag(hashlib.sha256(content).hexdigest())
    response = HttpResponse(content, content_type=CALENDAR)
    response["Content-Disposition"] = 'attachment; filename="calendar.ics"'
    if changes:
        response["Last-Modified"] = http_date(max(change.at for change in changes).timestamp())
    response["ETag"] = etag
    return get_conditional_response(request, etag=etag, response=response) or response


def refusal(status: int, text: str) -> HttpResponse:
    """An answer to a program, in one sentence."""
    response = HttpResponse(text, status=status, content_type="text/plain; charset=utf-8")
    if status == 429:
        response["Retry-After"] = str(HOUR)
    return response


def count_reading(found: CalendarFeed) -> bool:
    """Count one reading of an address; False if there were too many within the hour."""
    key = f"calendar-{found.pk}-{found.key}-{int(clock.real_now().timestamp()) // HOUR}"
    cache.add(key, 0, timeout=HOUR)
    return cache.incr(key) <= MOST_AN_HOUR


def subscribe_page(request: SignedInRequest) -> HttpResponse:
    """The person's own calendar addresses, and how a calendar program is given one."""
    feeds = CalendarFeed.objects.filter(person=request.user).select_related("cycle", "member_state")
    addresses = []
    for row in feeds:
        url = request.build_absolute_uri(reverse("calendar-feed", args=[row.token]))
        addresses.append((row, url, f"webcal://{url.partition('://')[2]}"))
    context = {"nav": "subscribe", "title": _("Subscribe to the calendar"), "addresses": addresses}
    return render(request, "calendars/subscribe.html", context)


class FeedPage(FormPage):
    """A form about the person's own calendar addresses, which belong to no cycle."""

    nav = "subscribe"
    is_new = True

    def get_cycle(self) -> None:
        return None

    def check_permission(self) -> None:
        """Everybody has a calendar; nobody finds another's."""

    def check_open(self) -> None:
        """Always."""

    def get_success_url(self) -> str:
        return reverse("calendar-subscribe")

    get_cancel_url = get_success_url


class AddFeed(FeedPage):
    form_class = CalendarFeedForm
    title, submit_label = _("Make a calendar address"), _("Make address")
    success_message = _("The address is made. Copy it into your calendar program.")

    def get_object(self) -> CalendarFeed:
        return CalendarFeed(person=self.request.user)

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"user": self.request.user}

    def perform(self, form: ReviewForm, expected_version: int) -> CalendarFeed:
        return CalendarFeed.make_for(self.request.user, **form.values())


class FeedButton(FeedPage, TransitionPage):
    """A button beside one of the person's own addresses."""

    form_class = ReviewForm
    object: CalendarFeed

    def get_object(self) -> CalendarFeed:
        feeds = CalendarFeed.objects.select_related("person", "cycle", "member_state")
        return get_object_or_404(feeds, person=self.request.user, pk=self.kwargs["pk"])


class RenewFeed(FeedButton):
    success_message = _(
        "The address is renewed. The old one no longer works: replace it in your calendar program."
    )

    def perform(self, form: ReviewForm, expected_version: int) -> CalendarFeed:
        return self.object.renew()


class RevokeFeed(FeedButton):
    success_message = _("The address is revoked: it no longer works.")

    def perform(self, form: ReviewForm, expected_version: int) -> None:
        self.object.revoke()
