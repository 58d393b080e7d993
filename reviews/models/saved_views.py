"""Saved views: the filters, the order and the columns of a list that a person keeps under a name."""

from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from reviews import clock
from reviews.models.base import Tracked, TrackedQuerySet, all_or_nothing
from reviews.models.choices import choices_rule

if TYPE_CHECKING:
    from reviews.models import ReviewCycle, User

MOST_VIEWS = 20  # of one person on one list
LONGEST_QUERY = 500  # characters
NAME_TAKEN = _("You have a view of this name already.")


class ListName(models.TextChoices):
    """The lists that can be saved as views, each by the name of its address."""

    BOARD = "board", _("Board")


class SavedViewQuerySet(TrackedQuerySet["SavedView"]):
    def kept(self) -> "SavedViewQuerySet":
        """Without those that were removed."""
        return self.filter(removed_at=None)

    def visible_to(self, user: "User") -> "SavedViewQuerySet":
        """The person's own."""
        return self.kept().filter(person=user)

    def of_list(self, list_name: str, cycle: "ReviewCycle | None") -> "SavedViewQuerySet":
        """Those of one list; a list of the site has no cycle."""
        return self.filter(list_name=list_name, cycle=cycle)


class SavedView(Tracked):
    """Filters, order and columns of a list, kept by a person under a name.

    It holds no row of the list: whoever opens it sees what the list shows to them. Removed, it keeps its row.
    """

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("owner")
    )
    list_name = models.CharField(
        _("list"), max_length=30, choices=ListName, default=ListName.BOARD, db_default=ListName.BOARD
    )
    cycle = models.ForeignKey(
        "ReviewCycle", models.PROTECT, null=True, related_name="+", verbose_name=_("review cycle")
    )  # NULL: of a list that belongs to no cycle
    name = models.CharField(_("name"), max_length=60)
    query = models.CharField(
        _("filters, order and columns"), max_length=LONGEST_QUERY, blank=True
    )  # of an address, without the question mark
    removed_at = models.DateTimeField(_("removed"), null=True, editable=False)  # NULL: it is in use

    objects = SavedViewQuerySet.as_manager()

    class Meta:
        verbose_name = _("saved view")
        verbose_name_plural = _("saved views")
        ordering = ("name", "id")
        constraints = (
            choices_rule("saved_view_list_known", "list_name", ListName),
            models.UniqueConstraint(
                fields=("person", "list_name", "cycle", "name"),
                condition=Q(removed_at=None),
                name="saved_view_name_once",
                violation_error_message=NAME_TAKEN,
            ),
            models.UniqueConstraint(
                fields=("person", "list_name", "name"),
                condition=Q(removed_at=None, cycle=None),
                name="saved_view_of_site_name_once",
                violation_error_message=NAME_TAKEN,
            ),
        )

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("saved-view", args=[self.pk])

    def governing_cycle(self) -> None:
        """None: a view is no record of its cycle, and changes also when that is closed."""

    def clean(self) -> None:
        if len(self.query) > LONGEST_QUERY:
            raise ValidationError(_("These filters are too long to be saved: use fewer or shorter ones."))
        if self.removed_at is None and self._others().filter(name=self.name).exists():
            raise ValidationError({"name": NAME_TAKEN})

    def _others(self) -> SavedViewQuerySet:
        """The other views of the owner on this list."""
        views = SavedView.objects.kept().of_list(self.list_name, self.cycle)
        return views.filter(person=self.person_id).exclude(pk=self.pk)

    @classmethod
    @all_or_nothing()
    def save_for(
        cls, person: "User", cycle: "ReviewCycle | None", *, list_name: str, name: str, query: str
    ) -> Self:
        """Keep a view. Raises ValidationError if the name is taken, or there are too many."""
        person.lock()
        view = cls(person=person, cycle=cycle, list_name=list_name, name=name, query=query)
        view.clean()
        if view._others().count() >= MOST_VIEWS:
            text = _now("You have %(n)d views of this list: remove one first.")
            raise ValidationError(text % {"n": MOST_VIEWS})
        return cls.create_traced(
            by=person, person=person, cycle=cycle, list_name=list_name, name=name, query=query
        )

    def rename(self, *, by: "User", expected_version: int, name: str) -> Self:
        """Give the view another name."""
        self.require_owner(by)
        return self.change_traced(by=by, expected_version=expected_version, name=name)

    def remove(self, *, by: "User", expected_version: int) -> Self:
        """Take the view off all lists. Its row and its history stay."""
        self.require_owner(by)
        return self.change_traced(by=by, expected_version=expected_version, removed_at=clock.now())

    def require_owner(self, by: "User") -> None:
        """Raise PermissionDenied for anybody but the owner."""
        if by.pk != self.person_id:
            raise PermissionDenied(_now("Only the owner of a view changes it."))
