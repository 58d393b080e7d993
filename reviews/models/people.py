"""The people who use the product."""

import copy
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Self

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Lower
from django.dispatch import Signal
from django.urls import reverse
from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from reviews import clock, policy
from reviews.models.alternates import stands_in_on, why_lapsed
from reviews.models.base import Tracked, TrackedQuerySet, all_or_nothing
from reviews.models.trace import Verb
from reviews.models.validators import validate_days, validate_distinct_letters
from reviews.policy import NATIONAL, Role
from reviews.request_context import signed_in
from reviews.text import fold, nfc

if TYPE_CHECKING:
    from django.utils.functional import Promise

# Sent in the transaction of the change: `earlier` and `person` are the account before and after, `by` who changed it.
account_changed = Signal()


class UserQuerySet(TrackedQuerySet["User"]):
    def select_for_update(self, *args: Any, **options: Any) -> Self:
        """Lock the person's row alone: PostgreSQL locks no joined row that may be missing."""
        return super().select_for_update(*args, **{"of": ("self",), **options})

    def visible_to(self, user: "User") -> Self:
        """All people, for those who read about them."""
        return policy.filter_readable(self, user, "people.read", own=Q(pk=None))

    def offered(self) -> Self:
        """Those who can sign in, today or from a later day on."""
        return self.filter(Q(active_until=None) | Q(active_until__gte=clock.today()), is_active=True)

    def gone(self) -> Self:
        """Those who can no longer sign in."""
        return self.filter(Q(is_active=False) | Q(active_until__lt=clock.today()))

    def away_on(self, day: date) -> Self:
        return self.filter(away_from__lte=day, away_until__gte=day)

    def with_choice_labels(self) -> Self:
        namesakes = User.objects.filter(name=OuterRef("name"), organisation=OuterRef("organisation"))
        return self.annotate(has_namesake=Exists(namesakes.exclude(pk=OuterRef("pk"))))


class UserManager(BaseUserManager.from_queryset(UserQuerySet)):
    def get_queryset(self) -> TrackedQuerySet:
        return super().get_queryset().select_related("organisation")  # every page shows it in its header

    def create_user(
        self, username: str, password: str | None = None, *, by: "User | None" = None, **fields: object
    ) -> "User":
        """An account, made by `by` (None: the system). Without a password it cannot sign in."""
        user = self.model(username=username)
        user.set_password(password)
        return self.model.create_traced(by=by, username=username, password=user.password, **fields)

    def create_superuser(
        self,
        username: str,
        password: str | None = None,
        *,
        by: "User | None" = None,
        email: str = "",
        **fields: object,
    ) -> "User":
        """An administrator. Raises ValidationError without an e-mail address that nobody else has."""
        if not email:
            raise ValidationError(
                _("An administrator needs an e-mail address: mails about the account go there.")
            )
        if self.filter(email__iexact=email).exists():
            raise ValidationError(_("Somebody has this e-mail address already."))
        return self.create_user(username, password, by=by, email=email, is_superuser=True, **fields)

    def by_login(self, text: str) -> "User | None":
        """The person with this e-mail address or user name, ignoring case; at most one, ever."""
        text = nfc(text)
        users = self.filter(Q(email__iexact=text) | Q(username__iexact=text)) if text else ()
        # Databases take more letters for equal than Python does, and guesses are counted by Python's.
        for name in ("email", "username"):
            for user in users:
                if getattr(user, name).lower() == text.lower():
                    return user
        return None

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(username__iexact=username)


def check_username(name: str, email: str) -> None:
    """Raise ValidationError if the name looks like an address that is not the person's own."""
    if "@" in name and name.lower() != email.lower():
        raise ValidationError(_("A user name with @ can only be the person's own e-mail."))


def check_username_free(name: str, person: "User | None" = None) -> None:
    """Raise ValidationError if another person has the name, or one that differs only in capitals or marks."""
    others = User.objects.exclude(pk=person.pk if person else None)
    if fold(name) in map(fold, others.values_list("username", flat=True)):
        raise ValidationError(_("This user name is taken, or looks like one that is taken."))


class User(Tracked, AbstractBaseUser):
    """A person with an account: one organisation, one role."""

    username = models.CharField(
        _("user name"),
        max_length=150,
        unique=True,
        validators=[UnicodeUsernameValidator(), validate_distinct_letters],
    )
    name = models.CharField(_("name"), max_length=150)
    email = models.EmailField(_("e-mail"), blank=True)
    organisation = models.ForeignKey(
        "Organisation",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="people",
        verbose_name=_("organisation"),
    )  # NULL: administrators
    role = models.CharField(_("role"), max_length=20, choices=Role, blank=True)  # empty: administrators
    is_active = models.BooleanField(_("may sign in"), default=True)
    active_from = models.DateField(_("account opens on"), null=True, blank=True)  # NULL: always was
    active_until = models.DateField(
        _("last day of the account"), null=True, blank=True
    )  # NULL: no end is set
    is_superuser = models.BooleanField(_("administrator"), default=False)
    alternate = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="stands_in_for",
        verbose_name=_("alternate"),
        help_text=_("Who acts when this person is away: somebody of the same body."),
    )  # NULL: nobody was named
    away_from = models.DateField(_("away from"), null=True, blank=True)  # NULL: not away
    away_until = models.DateField(_("away until"), null=True, blank=True)  # NULL: not away

    # The review cycle that the person opened last: where the menu leads from pages that belong to no cycle.
    last_cycle = models.ForeignKey(
        "ReviewCycle", models.PROTECT, null=True, blank=True, editable=False, related_name="+"
    )

    # The language of pages and mails, chosen with the switch on every page; empty: that of the browser.
    language = models.CharField(
        _("language"), max_length=10, blank=True, editable=False, default="", db_default=""
    )

    # Nobody else's business: a visit, and what a person prefers.
    untraced = frozenset({"password", "last_login", "last_cycle_id", "language"})

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["name", "email"]  # noqa: RUF012 - Django asks for a list

    # In whose place the person acts in this request (reviews.accounts.standing_in); None: in the own name alone.
    acting_for: "User | None" = None
    held: int  # open items; only on people of reviews.queries.people.with_held()
    closed_at: datetime  # only on people of reviews.queries.people.people_gone_with_items()
    has_namesake: bool  # in the same body; only on people read with_choice_labels()

    objects = UserManager()

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        ordering = ("username",)
        constraints = (
            models.CheckConstraint(
                condition=Q(role__in=Role.values) | Q(role="", is_superuser=True), name="user_role_known"
            ),
            # "VNM.coordinator" and "vnm.coordinator" would be two people at one door.
            models.UniqueConstraint(
                Lower("username"),
                name="user_name_once",
                violation_error_message=_("Somebody has this user name already."),
            ),
            # It opens the account too, so it must not mean two people.
            models.UniqueConstraint(
                Lower("email"),
                name="user_email_once",
                condition=~Q(email=""),
                violation_error_message=_("Somebody has this e-mail address already."),
            ),
            models.CheckConstraint(
                condition=~Q(role__in=[*NATIONAL]) | Q(organisation__isnull=False), name="user_of_a_country"
            ),
            models.CheckConstraint(
                condition=Q(active_until__isnull=True)
                | Q(active_from__isnull=True)
                | Q(active_until__gte=F("active_from")),
                name="user_days_in_order",
            ),
            models.CheckConstraint(
                condition=Q(away_from__isnull=True, away_until__isnull=True)
                | Q(away_until__gte=F("away_from")),
                name="user_away_in_order",
            ),
        )

    def __str__(self) -> str:
        return self.name or self.username

    @property
    def choice_label(self) -> str:
        """The name and the body; also the user name, of a person without a body or with a namesake there."""
        parts = [str(self), str(self.organisation or "")]
        if self.organisation is None or getattr(self, "has_namesake", False):
            parts.append(self.username)
        return " · ".join(dict.fromkeys(filter(None, parts)))

    @property
    def display_name(self) -> str:
        return str(self)

    def get_absolute_url(self) -> str:
        return reverse("person", args=[self.pk])

    @property
    def role_text(self) -> str:
        """The role in words; administrators need none."""
        return str(_("Administrator")) if self.is_superuser else str(self.get_role_display())

    @property
    def account_text(self) -> str:
        """Whether the account can be used, in words."""
        if self.has_gone:
            return str(_("may no longer sign in"))
        return str(_("may sign in") if self.is_open_today else _("may sign in later"))

    @property
    def tone(self) -> str:
        return "good" if self.is_open_today else "neutral"

    @property
    def has_gone(self) -> bool:
        """Whether the account is closed for good: switched off, or past its last day."""
        return not self.is_active or (self.active_until is not None and self.active_until < clock.today())

    @property
    def is_open_today(self) -> bool:
        """Whether the person may sign in today."""
        return not self.has_gone and (self.active_from is None or self.active_from <= clock.today())

    @property
    def why_closed(self) -> str:
        """Why the account cannot be used today, and who can change that; empty if it can."""
        if self.active_from and clock.today() < self.active_from:
            text = _now("Your account opens on %(day)s. If you need it before, ask an administrator.")
            return text % {"day": date_format(self.active_from)}
        if self.active_until and self.active_until < clock.today():
            text = _now("Your account ended on %(day)s. If you still need it, ask an administrator.")
            return text % {"day": date_format(self.active_until)}
        return ""

    @property
    def mail_language(self) -> str:
        """The code of the language of mails to this person: English for one who has chosen none."""
        return self.language or settings.LANGUAGE_CODE

    @property
    def is_away(self) -> bool:
        return self.is_away_on(clock.today())

    def is_away_on(self, day: date) -> bool:
        return bool(self.away_from and self.away_until and self.away_from <= day <= self.away_until)

    @property
    def why_not_offered(self) -> "str | Promise":
        if self.is_active:
            return _("account ended") if self.has_gone else ""
        return _("account switched off")

    def clean(self) -> None:
        super().clean()
        if self.role in NATIONAL and not (self.organisation and self.organisation.is_member_state):
            raise ValidationError({"organisation": _("People of a national team belong to a member state.")})
        if not self.role and not self.is_superuser:
            raise ValidationError({"role": _("Choose a role.")})
        if self.active_from and self.active_until:
            validate_days(self.active_from, self.active_until, "active_until")
        validate_days(self.away_from, self.away_until, "away_until")
        if self.alternate and self.alternate.pk == self.pk:
            raise ValidationError({"alternate": _("Nobody is the alternate of himself or herself.")})
        try:
            check_username(self.username, self.email)
        except ValidationError as error:
            raise ValidationError({"username": error}) from error

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Write the trace when Django's own code saves an account (sign-in, new password)."""
        if kwargs.get("update_fields") in (["last_login"], ["last_cycle"], ["language"]):
            models.Model.save(self, **kwargs)  # a visit or a preference is no change of the account
            return
        stored = type(self).objects.get(pk=self.pk)
        if stored.password == self.password:
            return  # saved to be sure, by code that connects something with the account
        if kwargs.get("update_fields") == ["password"]:
            # Signing in renews a hash that was made with older settings: nobody chose a new password.
            change, why = super(User, stored).change_traced, gettext_noop("password hash renewed")
        else:
            change, why = stored.change_traced, gettext_noop("password set")
        change(by=signed_in(), expected_version=self.version, why=why, password=self.password)
        self.version = stored.version

    @all_or_nothing()
    def change_traced(
        self,
        *,
        by: "User | None",
        expected_version: int,
        verb: str = Verb.CHANGED,
        why: str = "",
        **values: object,
    ) -> Self:
        """As of every record; the receivers of `account_changed` write their mails in the same transaction."""
        earlier = copy.copy(self)
        super().change_traced(by=by, expected_version=expected_version, verb=verb, why=why, **values)
        account_changed.send(type(self), earlier=earlier, person=self, by=by)
        return self

    @transaction.atomic
    def note(self, why: "str | Promise", *, by: "User | None") -> None:
        """Add a row to the history for what no column holds: a second factor, a connection."""
        stored = type(self).objects.select_for_update().get(pk=self.pk)
        with translation.override(settings.LANGUAGE_CODE):  # shown in the reader's (Trace.why_text)
            text = str(why)
        stored.change_traced(by=by, expected_version=stored.version, why=text)
        self.version = stored.version

    def name_alternate(self, *, by: "User", expected_version: int, alternate: "User | None") -> Self:
        """Name who acts when this person is away. Raises ValidationError for somebody who could not."""
        policy.require(by, "people.arrange")
        if alternate and not policy.of_one_side(alternate, self):
            message = _("An alternate is somebody of the same body, with a role like that of the person.")
            raise ValidationError({"alternate": message})
        return self.change_traced(by=by, expected_version=expected_version, alternate=alternate)

    def set_away(
        self, *, by: "User", expected_version: int, away_from: date | None, away_until: date | None
    ) -> Self:
        """Enter the days on which the alternate acts for this person: one's own, or those of somebody arranged for."""
        if by.pk != self.pk:
            policy.require(by, "people.arrange")
        return self.change_traced(
            by=by, expected_version=expected_version, away_from=away_from, away_until=away_until
        )

    def stands_in_today(self, person: "User") -> bool:
        """Whether this person may act for somebody today."""
        return stands_in_on(clock.today(), person) == self

    @property
    def why_alternate_lapsed(self) -> str:
        """Why the named alternate may no longer act; empty if they may, or nobody was named."""
        return why_lapsed(self)

    @property
    def alternate_text(self) -> str:
        """The alternate; one who cannot act any more is marked."""
        if self.alternate is None:
            return ""
        text = _now("%(person)s (cannot act)") if why_lapsed(self) else "%(person)s"
        return text % {"person": self.alternate}

    @property
    def name_in_trace(self) -> str:
        """Of whoever acts for somebody both names: "X for Y"."""
        if self.acting_for is None:
            return str(self)
        return _now("%(person)s for %(away)s") % {"person": self, "away": self.acting_for}

    @property
    def is_staff(self) -> bool:
        """Whether Django's admin lets the person in."""
        return policy.opens_admin(self)

    @property
    def is_national(self) -> bool:
        return self.role in NATIONAL

    def has_perm(self, perm: str, obj: object = None) -> bool:
        return self.is_active and self.is_superuser

    def has_module_perms(self, app_label: str) -> bool:
        return self.is_staff


def everybody_in_the_room() -> User:
    """The reader who stands for all who sit in a meeting: reads what every member may, and nothing of one country.

    For `visible_to()`, where a page is shown to the whole room.
    """
    return User(role=Role.TEAM)
