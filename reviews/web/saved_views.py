"""The saved views of the list that a request is about: which there are, and opening one of them.

An address of a list says everything itself: filters, order, columns. A view is opened by being sent on to its address
(`?open=17`), without what the list does not have any more, or not for this reader; `view=17` stays in it as a mark.
"""

from collections.abc import Callable
from functools import cached_property

from django.contrib import messages
from django.http import HttpResponseRedirect, QueryDict
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from reviews.lists.addresses import COLUMNS, OPEN, VIEW, KnownQuery, kept_query
from reviews.models import ListName, ReviewCycle, SavedView
from reviews.models.saved_views import saved_views_of
from reviews.request_context import SignedInRequest

MOST_SHARED = 20  # views of others above a list

KnowQuery = Callable[[QueryDict], KnownQuery]  # of one list, for one reader


class ListViews:
    """The saved views of one list, for the person who reads it."""

    def __init__(self, request: SignedInRequest, cycle: ReviewCycle | None) -> None:
        self.request = request
        self.list_name = request.resolver_match.url_name if request.resolver_match else ""
        self.cycle = cycle

    @cached_property
    def views(self) -> list[SavedView]:
        """All that the person may open, the own ones first; read with the cycle, or for a list of the site now."""
        if self.list_name not in ListName.values:  # such as the list of all saved views
            return []
        if self.cycle is None:
            views = SavedView.objects.visible_to(self.request.user).of_list(self.list_name, None)
            found = list(views.with_default_of(self.request.user))
        else:
            found = saved_views_of(self.cycle)
        return sorted(found, key=lambda view: view.person_id != self.request.user.pk)

    @property
    def own(self) -> list[SavedView]:
        return [view for view in self.views if view.person_id == self.request.user.pk]

    @property
    def shared(self) -> list[SavedView]:
        """Those that others share; of very many only the first."""
        return [view for view in self.views if view.person_id != self.request.user.pk][:MOST_SHARED]

    @property
    def default(self) -> SavedView | None:
        """The view with which the person's list opens."""
        return next((view for view in self.views if view.is_default), None)

    @property
    def may_save_over(self) -> bool:
        """Whether the person may let the view that is open keep the present address."""
        return self.is_changed and self.current in self.own

    @property
    def current(self) -> SavedView | None:
        """The view that the present address was opened from."""
        return self._find(self.request.GET.get(VIEW, ""))

    @property
    def mark(self) -> str:
        """The parameter `view` of links to other parts of the list; empty, it is there so that no default is opened."""
        return self.request.GET.get(VIEW, "")

    @property
    def is_changed(self) -> bool:
        """Whether the present address is another one than that of the view it was opened from."""
        return self.current is not None and QueryDict(self.current.query) != kept_query(self.request.GET)

    @property
    def is_current(self) -> bool:
        """Whether the present address is that of the view it was opened from."""
        return self.current is not None and not self.is_changed

    @property
    def kept(self) -> str:
        """What a view of the present address would keep."""
        return kept_query(self.request.GET).urlencode()

    @property
    def is_offered(self) -> bool:
        """Whether views of this list can be saved."""
        return self.list_name in ListName.values

    @property
    def address(self) -> str:
        """The present address, as the form that saves it takes it."""
        return f"{self.request.path}?{self.kept}"

    @property
    def beside_filters(self) -> list[tuple[str, str]]:
        """What the form with the filters sends along: the order, the columns and the view."""
        return [pair for pair in self._pairs() if pair[0] in ("sort", COLUMNS, VIEW)]

    @property
    def beside_columns(self) -> list[tuple[str, str]]:
        """What the form with the columns sends along: filters, the order and the view."""
        return [pair for pair in self._pairs() if pair[0] != COLUMNS]

    def _pairs(self) -> list[tuple[str, str]]:
        query = kept_query(self.request.GET)
        query[VIEW] = self.mark
        return [(name, value) for name, values in query.lists() for value in values]

    def opening(self, known_query: KnowQuery) -> HttpResponseRedirect | None:
        """The redirect to the view that the request opens: the one it names, or the default of an address alone."""
        if self.request.GET and OPEN not in self.request.GET:
            return None
        if not self.request.GET and self.default is None:
            return None
        view = self._find(self.request.GET[OPEN]) if self.request.GET else self.default
        if view is None:
            messages.warning(
                self.request, _("This view is no longer there, or it is no longer shared with you.")
            )
            return redirect(f"{self.request.path}?{VIEW}=")
        known = known_query(QueryDict(view.query))
        self._say_what_is_left_out(known)
        known.query[VIEW] = str(view.pk)
        return redirect(f"{self.request.path}?{known.query.urlencode()}")

    def _find(self, number: str) -> SavedView | None:
        return next((view for view in self.views if str(view.pk) == number), None)

    def _say_what_is_left_out(self, known: KnownQuery) -> None:
        """Without naming a value: it may be of something that this reader does not see."""
        if known.filters_left_out:
            messages.warning(
                self.request,
                _("A filter of this view does not exist here, or not for you. It was left out."),
            )
        if known.columns_left_out:
            messages.warning(
                self.request, _("A column of this view does not exist any more. It was left out.")
            )
        if known.order_left_out:
            messages.warning(
                self.request,
                _("This view is sorted by a column that this list does not have. The usual order is shown."),
            )
