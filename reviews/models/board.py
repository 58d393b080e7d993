"""Saved views: the addresses of a board that a person keeps under a name."""

from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from reviews.models import ReviewCycle, User

MOST_VIEWS = 20  # of one person on one board
LONGEST_QUERY = 500  # characters
NAME_TAKEN = _("You have a view of this name already.")


class SavedView(models.Model):
    """A filter and an order of a board, kept by a person under a name.

    No record of the review: nobody else sees it, and its owner removes it.
    """

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    cycle = models.ForeignKey("ReviewCycle", models.PROTECT, related_name="+")
    name = models.CharField(_("name"), max_length=60)
    query = models.CharField(max_length=LONGEST_QUERY, blank=True)  # without the question mark

    class Meta:
        verbose_name = _("saved view")
        verbose_name_plural = _("saved views")
        ordering = ("name", "id")
        constraints = (
            models.UniqueConstraint(
                fields=("person", "cycle", "name"),
                name="saved_view_name_once",
                violation_error_message=NAME_TAKEN,
            ),
        )

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return f"{reverse('board', args=[self.cycle.slug])}?{self.query}"

    @classmethod
    def save_for(cls, person: "User", cycle: "ReviewCycle", *, name: str, query: str) -> Self:
        """Keep a view. Raises ValidationError if the name is taken, or there are too many."""
        names = list(cls.objects.filter(person=person, cycle=cycle).values_list("name", flat=True))
        if name in names:
            raise ValidationError({"name": NAME_TAKEN})
        if len(names) >= MOST_VIEWS:
            raise ValidationError(_("You have 20 views of this board: remove one first."))
        view = cls(person=person, cycle=cycle, name=name, query=query)
        view.full_clean()
        view.save(force_insert=True)
        return view
