"""Unsaved texts: what people type into a form, kept on the server while they type, until the form is saved."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.core.signing import Signer
from django.db import models
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext_lazy as _

from reviews import clock

if TYPE_CHECKING:
    from reviews.models import User

KEPT_FOR = timedelta(days=30)
EDITING_FOR = timedelta(minutes=10)  # since something was typed last; then somebody else may take over
LEFT_FOR = timedelta(
    days=1
)  # since then; whoever opens the form is told of the text that waits for its author
MOST_TEXTS = 50  # of one person; the oldest go
LARGEST = 300_000  # characters of one form
LONGEST_PLACE = 500


class UnsavedTextQuerySet(models.QuerySet["UnsavedText"]):
    def of(self, user: "User") -> Self:
        return self.filter(user=user).order_by("-at", "-id")

    def typed(self) -> Self:
        """Without those of people who have only opened the form."""
        return self.exclude(fields={})

    def editing(self, place: str, *, but: "User", now: datetime) -> Self:
        """Those of others who have the form open, or typed into it within a day; who began first comes first."""
        rows = self.filter(place=place, edits=True, at__gt=now - LEFT_FOR).exclude(user=but)
        return rows.select_related("user").order_by("began_at", "id")


class UnsavedText(models.Model):
    """What one person has typed into one form and has not saved yet.

    No record of the review: nobody else reads it, and it goes when the form is saved.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False)
    place = models.CharField(max_length=LONGEST_PLACE)  # the address that the form is sent to
    page = models.CharField(max_length=LONGEST_PLACE)  # the page that shows the form
    title = models.CharField(max_length=200)  # of that page
    fields = models.JSONField(default=dict)  # values by name; none: the form was only opened
    edits = models.BooleanField(default=False)  # a record that others may be editing too
    began_at = models.DateTimeField(default=clock.real_now)
    at = models.DateTimeField(default=clock.real_now)  # real time, also on a demonstration's pinned day

    objects = UnsavedTextQuerySet.as_manager()

    class Meta:
        verbose_name = _("unsaved text")
        verbose_name_plural = _("unsaved texts")
        constraints = (models.UniqueConstraint(fields=("user", "place"), name="unsaved_text_once"),)
        indexes = (models.Index(fields=("place", "at"), name="unsaved_by_place"),)

    def __str__(self) -> str:
        return self.title or self.place

    def may_be_taken_over(self, now: datetime) -> bool:
        """Whether its author has been silent for so long that somebody else may go on with the record.

        Nothing is taken: the text stays its author's. Who saves second is shown first what the other has saved.
        """
        return self.at <= now - EDITING_FOR

    @classmethod
    def keep(
        cls, user: "User", place: str, *, page: str, title: str, fields: dict[str, list[str]], edits: bool
    ) -> "UnsavedText":
        """Keep what the person has typed so far, in place of what was kept before; nothing typed keeps what was."""
        now = clock.real_now()
        values = {"page": page[:LONGEST_PLACE], "title": title[:200], "edits": edits, "at": now}
        began = {"fields": fields, "began_at": now}
        row, is_new = cls.objects.update_or_create(
            user=user,
            place=place,
            defaults=values | ({"fields": fields} if fields else {}),
            create_defaults=values | began,
        )
        if is_new:
            kept = cls.objects.of(user).values_list("pk", flat=True)[:MOST_TEXTS]
            cls.objects.filter(user=user).exclude(pk__in=list(kept)).delete()
        return row

    @classmethod
    def forget(cls, user: "User", place: str) -> None:
        cls.objects.filter(user=user, place=place).delete()

    @classmethod
    def purge(cls) -> int:
        deleted, _by_model = cls.objects.filter(at__lt=clock.real_now() - KEPT_FOR).delete()
        return deleted


def seal_of(user: "User", place: str) -> str:
    """What a page says with a form, so that only who was shown the form can keep a text for it."""
    return Signer(salt="reviews.unsaved_texts").signature(f"{user.pk} {place}")


def is_sealed(user: "User", place: str, seal: str) -> bool:
    return constant_time_compare(seal_of(user, place), seal)
