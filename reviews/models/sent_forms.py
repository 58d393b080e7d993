"""Forms that were saved, each by its key, so that none is saved a second time."""

import secrets
from datetime import timedelta

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from reviews import clock
from reviews.models.people import User

FIELD = "form_key"  # of every form that saves something
# Longer than any page stays open with somebody signed in.
KEPT_FOR = timedelta(days=30)


class SentForm(models.Model):
    """A form that was saved, and what it made. Written in the transaction of the record.

    No record of the review: no page lists it, and it is deleted after KEPT_FOR.
    """

    key = models.CharField(max_length=60, unique=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    content = models.CharField(max_length=64)  # a digest of the address, what was typed and the files
    repeatable = models.BooleanField()  # whether the same content may be saved with another key
    made = models.CharField(max_length=200, blank=True)  # name of the record
    url = models.TextField(blank=True)  # the page that followed
    at = models.DateTimeField(default=clock.real_now)  # real time, also on a demonstration's pinned day

    class Meta:
        verbose_name = _("form that was saved")
        verbose_name_plural = _("forms that were saved")
        constraints = (
            models.UniqueConstraint(
                fields=("user", "content"), condition=Q(repeatable=False), name="sent_content_once"
            ),
        )

    def __str__(self) -> str:
        return self.made

    def set_result(self, record: object, url: str) -> None:
        """Say what the form made, and which page follows."""
        if self.key:
            self.made, self.url = str(record)[:200], url

    @classmethod
    def purge(cls) -> int:
        """Delete the rows of forms that nobody can send any more."""
        deleted, _by_model = cls.objects.filter(at__lt=clock.real_now() - KEPT_FOR).delete()
        return deleted


def new_key(user: User) -> str:
    """Return a random form key, signed, which names the person to whom the form is shown."""
    return _signer().sign(f"{user.pk}.{secrets.token_urlsafe(12)}")


def owner_of(key: str) -> int | None:
    """Return the id of the person to whom a form with this key was shown; None if the key is not ours."""
    try:
        return int(_signer().unsign(key).partition(".")[0])
    except (BadSignature, ValueError):
        return None


def _signer() -> Signer:
    return Signer(salt="reviews.sent_forms")
