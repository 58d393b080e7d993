"""Calendar feeds: addresses that a person gives to a calendar program, which cannot sign in."""

import secrets
from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from reviews import clock, policy
from reviews.models.locks import all_or_nothing

if TYPE_CHECKING:
    from reviews.models import Organisation, ReviewCycle, User

WHOLE = Q(cycle=None, member_state=None)


class CalendarFeed(models.Model):
    """One calendar of one person: everything of theirs, one review cycle, or one country.

    What its address shows is what the person may see when it is read. No record of the review: nobody else finds it,
    and its owner revokes it.
    """

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="calendar_feeds")
    cycle = models.ForeignKey(
        "ReviewCycle", models.PROTECT, null=True, related_name="+"
    )  # NULL: all that the person may open
    member_state = models.ForeignKey(
        "Organisation", models.PROTECT, null=True, related_name="+"
    )  # NULL: the person's own country, if any
    # Drawn again when the address is renewed. The address cannot be made from it without the installation's key.
    key = models.CharField(max_length=32, editable=False)
    made_at = models.DateTimeField(default=clock.now)

    class Meta:
        verbose_name = _("calendar address")
        verbose_name_plural = _("calendar addresses")
        ordering = ("id",)
        constraints = (
            models.UniqueConstraint(fields=("person",), condition=WHOLE, name="feed_of_person_once"),
            models.UniqueConstraint(fields=("person", "cycle"), name="feed_of_cycle_once"),
            models.UniqueConstraint(fields=("person", "member_state"), name="feed_of_country_once"),
            models.CheckConstraint(
                condition=Q(cycle=None) | Q(member_state=None), name="feed_of_one_or_the_other"
            ),
        )

    def __str__(self) -> str:
        return str(self.cycle or self.member_state or _now("My calendar"))

    def get_absolute_url(self) -> str:
        return reverse("calendar-subscribe")

    @property
    def token(self) -> str:
        """What stands in its address: signed, and stored nowhere."""
        return _signer().sign(f"{self.pk}-{self.key}")

    @classmethod
    def of_token(cls, token: str) -> Self | None:
        """The feed of an address; None where it was renewed or revoked, or its owner may no longer sign in."""
        try:
            number, _dash, key = _signer().unsign(token).partition("-")
        except BadSignature:
            return None
        feeds = cls.objects.select_related("person__organisation", "cycle", "member_state")
        feed = feeds.filter(pk=int(number), key=key).first()
        return feed if feed and feed.person.is_open_today else None

    @classmethod
    @all_or_nothing()
    def make_for(
        cls,
        person: "User",
        *,
        cycle: "ReviewCycle | None" = None,
        member_state: "Organisation | None" = None,
    ) -> Self:
        """A new address, with a line in the person's history."""
        feed = cls(person=person, cycle=cycle, member_state=member_state, key=_new_key())
        feed.save(force_insert=True)
        person.note(_now("calendar address made: %s") % feed, by=person)
        return feed

    @all_or_nothing()
    def renew(self) -> Self:
        """Another address in place of the one before, which answers no more."""
        self.key, self.made_at = _new_key(), clock.now()
        self.save(update_fields=["key", "made_at"])
        self.person.note(_now("calendar address renewed: %s") % self, by=self.person)
        return self

    @all_or_nothing()
    def revoke(self) -> None:
        """The address answers no more."""
        self.person.note(_now("calendar address revoked: %s") % self, by=self.person)
        self.delete()

    @property
    def is_personal(self) -> bool:
        """Whether it shows everything of its owner."""
        return self.cycle_id is None and self.member_state_id is None

    @property
    def deadlines_of(self) -> "Organisation | None":
        """The country whose dates it shows; None: the common ones."""
        own = self.person.organisation if self.person.is_national else None
        return self.member_state or own

    @property
    def is_permitted(self) -> bool:
        """Whether its owner may still read about the country that it is about."""
        if self.member_state is None:
            return True
        everywhere = policy.scope_of(self.person, "report.read") is policy.Scope.EVERYWHERE
        return everywhere or self.member_state_id == self.person.organisation_id


def _new_key() -> str:
    return secrets.token_urlsafe(18)


def _signer() -> Signer:
    return Signer(salt="reviews.calendars", sep="~")
