"""Attempts whose number within an hour is limited."""

from django.db import models


class SignInGuess(models.Model):
    """One attempt at a password or a code, or one mail to a stranger.

    An attempt is written before it is checked, and removed again if it was right.

    No record of the review: no page shows it, and it is deleted within the hour.
    """

    key = models.CharField(max_length=64)  # whom or what it counts against; a digest, so nothing typed stays
    at = models.DateTimeField(db_index=True)  # real time, also on a demonstration's pinned day

    class Meta:
        indexes = (models.Index(fields=["key", "at"], name="guess_key_at"),)

    def __str__(self) -> str:
        return f"{self.key[:8]} {self.at:%H:%M}"
