"""Guesses at passwords that were wrong, for as long as they count."""

from django.db import models


class SignInGuess(models.Model):
    """One guess. Written before the password is looked at, taken back if it was right.

    No record of the review: nobody reads it, and it is gone within the hour.
    """

    key = models.CharField(max_length=64)  # whom or what it counts against; a digest, so nothing typed stays
    at = models.DateTimeField(db_index=True)  # real time, also on a demonstration's pinned day

    class Meta:
        indexes = (models.Index(fields=["key", "at"], name="guess_key_at"),)

    def __str__(self) -> str:
        return f"{self.key[:8]} {self.at:%H:%M}"
