"""Method notes: the library of how each kind of difficulty is treated."""

from typing import TYPE_CHECKING, Self, TypedDict, Unpack

from django.db import models
from django.db.models import Count, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from reviews import policy
from reviews.models.base import Tracked, TrackedQuerySet
from reviews.models.choices import Confidence
from reviews.models.codes import address_word
from reviews.models.guidance import Advice
from reviews.models.numbering import sort_key_column

if TYPE_CHECKING:
    from reviews.models import GapKind, ReviewCycle, User


class MethodFields(TypedDict, total=False):
    """What the consultants enter; the code, which is part of the address, only once."""

    code: str
    kind: "GapKind"
    title: str
    text: str
    source: str


class MethodNoteQuerySet(TrackedQuerySet["MethodNote"]):
    def visible_to(self, user: "User") -> "MethodNoteQuerySet":
        return policy.filter_readable(self, user, "method.read", own=Q())

    def with_uses(self, user: "User") -> "MethodNoteQuerySet":
        """With `uses`: how many approved pieces of advice cite the note, of those that this person may read."""
        citing = Advice.objects.visible_to(user).approved().filter(notes=OuterRef("pk")).order_by()
        counted = citing.values("notes").annotate(n=Count("pk", distinct=True)).values("n")
        return self.annotate(uses=Coalesce(Subquery(counted), 0))


class MethodNote(Tracked):
    """How to treat one kind of difficulty; advice cites it."""

    code = address_word(_("short name in addresses"), 60, unique=True)
    kind = models.ForeignKey(
        "GapKind", models.PROTECT, related_name="method_notes", verbose_name=_("kind of data gap")
    )
    title = models.CharField(_("title"), max_length=200)
    sort_key = sort_key_column()
    text = models.TextField(_("text"))
    source = models.CharField(_("source"), max_length=200, blank=True)
    confidence = models.CharField(
        _("confidence"), max_length=10, choices=Confidence, default=Confidence.CHECK
    )

    lasting_codes = ("code",)
    sorted_by, untraced = "title", frozenset({"sort_key"})

    objects = MethodNoteQuerySet.as_manager()

    class Meta:
        verbose_name = _("method note")
        verbose_name_plural = _("method notes")
        ordering = ("kind__position", "sort_key")
        constraints = (
            models.CheckConstraint(
                condition=Q(confidence__in=Confidence.values), name="method_confidence_known"
            ),
        )

    def __str__(self) -> str:
        return self.title

    @property
    def confidence_text(self) -> str:
        """How far it may be trusted; the library has no published text to check against."""
        return _now("to be checked") if self.confidence == Confidence.CHECK else _now("confirmed")

    def address(self, cycle: "ReviewCycle") -> str:
        """Its page, read from within a cycle: the library is common to all of them."""
        return reverse("method", args=[cycle.slug, self.code])

    @classmethod
    def add(cls, *, by: "User", **values: Unpack[MethodFields]) -> Self:
        policy.require(by, "guidance.write")
        return cls.create_traced(by=by, **values)

    def edit(self, *, by: "User", expected_version: int, **values: Unpack[MethodFields]) -> Self:
        policy.require(by, "guidance.write")
        return self.change_traced(by=by, expected_version=expected_version, **values)
