"""Saved views: the filters, the order and the columns of a list that a person keeps under a name."""

from typing import TYPE_CHECKING, Self, TypedDict, Unpack

from django.apps import apps
from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import models
from django.db.models import Exists, OuterRef, Q, Subquery
from django.db.models.functions import JSONObject
from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from reviews import clock, policy
from reviews.models.base import EditConflict, Tracked, TrackedQuerySet, all_or_nothing
from reviews.models.choices import choices_rule
from reviews.models.json_lists import JSONListSubquery
from reviews.policy import Role, Rows

if TYPE_CHECKING:
    from reviews.models import Organisation, ReviewCycle, User

MOST_VIEWS = 20  # of one person on one list
LONGEST_QUERY = 500  # characters
TOO_LONG = _("These filters are too long to be saved: use fewer or shorter ones.")
NAME_TAKEN = _("You have a view of this name already.")


class SavedViewFields(TypedDict, total=False):
    """What the owner types."""

    name: str
    shared_role: str
    shared_body: "Organisation | None"


class ListName(models.TextChoices):
    """The lists that can be saved as views, each by the name of its address."""

    BOARD = "board", _("Board")
    COMPARISON = "compare", _("Comparison")
    COMPARISON_OF_MEETINGS = "meeting-compare", _("Comparison of two meetings")
    REPORTS = "report-list", _("National reports")
    PROGRESS = "progress-list", _("Progress updates of a report")
    GAPS_OF_REPORT = "report-gaps", _("Data gaps of a report")
    FINDINGS_OF_REPORT = "report-findings", _("Findings of a report")
    ANNEX_OF_REPORT = "report-annex", _("Annex of a report")
    DATA_GAPS = "datagap-list", _("Data gaps")
    DIFFICULTIES = "difficulty-list", _("Shared difficulties")
    METHODS = "method-list", _("Method notes")
    DISRUPTIONS = "disruption-list", _("Disruptions")
    ANNEX = "annex", _("Annex on limitations")
    FINDINGS = "finding-list", _("Findings and recommendations")
    DEADLINES = "deadline-list", _("Deadlines")
    DEADLINE = "deadline", _("Countries of a deadline")
    EXTENSIONS = "extension-list", _("Extension requests")
    MEETINGS = "meeting-list", _("Meetings")
    ROUND = "round", _("Country round")
    ACTION_POINTS = "action-list", _("Action points")
    PEOPLE = "people", _("People")
    INVITATIONS = "invitation-list", _("Invitations")
    MAILS = "mail-list", _("Mails")
    PENDING = "pending-list", _("Pending items")
    MARKS = "follow-up-list", _("Marked for follow-up")
    TIMELINESS = "timeliness", _("Timeliness")


# Lists that belong to no review cycle.
OF_THE_SITE = (ListName.PEOPLE, ListName.INVITATIONS, ListName.MAILS)
# Lists of one record each (a country, a deadline, a meeting): a view is for all of them.
OF_A_RECORD = (
    ListName.COMPARISON_OF_MEETINGS,
    ListName.PROGRESS,
    ListName.GAPS_OF_REPORT,
    ListName.FINDINGS_OF_REPORT,
    ListName.ANNEX_OF_REPORT,
    ListName.DEADLINE,
    ListName.ROUND,
)


# What somebody must be able to read to open a list.
READ_PERMISSIONS = dict.fromkeys((ListName.BOARD, ListName.COMPARISON), "cycle.read") | {
    ListName.COMPARISON_OF_MEETINGS: "meeting.read",
    ListName.REPORTS: "report.read",
    ListName.PROGRESS: "report.read",
    ListName.GAPS_OF_REPORT: "report.read",
    ListName.FINDINGS_OF_REPORT: "report.read",
    ListName.ANNEX_OF_REPORT: "datagap.read",
    ListName.DATA_GAPS: "datagap.read",
    ListName.DIFFICULTIES: "difficulty.read",
    ListName.METHODS: "method.read",
    ListName.DISRUPTIONS: "disruption.read",
    ListName.ANNEX: "datagap.read",
    ListName.FINDINGS: "finding.read",
    ListName.DEADLINES: "deadline.read",
    ListName.DEADLINE: "deadline.read",
    ListName.EXTENSIONS: "extension.read",
    ListName.MEETINGS: "meeting.read",
    ListName.ROUND: "meeting.read",
    ListName.ACTION_POINTS: "meeting.read",
    ListName.PEOPLE: "people.read",
    ListName.INVITATIONS: "people.read",
    ListName.MAILS: "mail.read",
    ListName.PENDING: "pending.read",
    ListName.MARKS: "follow_up.mark",
    ListName.TIMELINESS: "timeliness.read",
}


class SavedViewQuerySet(TrackedQuerySet["SavedView"]):
    def kept(self) -> "SavedViewQuerySet":
        """Without those that were removed."""
        return self.filter(removed_at=None)

    def visible_to(self, user: "User") -> "SavedViewQuerySet":
        """The person's own, and those shared with the role or the body; of lists that the person may open."""
        cycles = apps.get_model("reviews", "ReviewCycle").objects.visible_to(user)
        lists = [
            name
            for name, permission in READ_PERMISSIONS.items()
            if policy.scope_of(user, permission) is not policy.Scope.NOTHING
        ]
        views = self.offered_to(user)
        return views.filter(Q(cycle=None) | Q(cycle__in=cycles), list_name__in=lists)

    def offered_to(self, user: "User") -> "SavedViewQuerySet":
        """As `visible_to`, where the caller knows that the person may open the list."""
        offered = Q(person=user) | Q(shared_role__in=policy.roles_of(user))
        if user.organisation_id:
            offered |= Q(shared_body=user.organisation_id)
        return self.kept().filter(offered)

    def of_list(self, list_name: str, cycle: "ReviewCycle | None") -> "SavedViewQuerySet":
        """Those of one list; a list of the site has no cycle."""
        return self.filter(list_name=list_name, cycle=cycle)

    def shared(self) -> "SavedViewQuerySet":
        """Those that others see too."""
        return self.kept().exclude(shared_role="", shared_body=None)

    def with_default_of(self, user: "User") -> "SavedViewQuerySet":
        """With `is_default`, whether the person's list opens with it, and `default_version` of that choice."""
        choices = DefaultView.objects.filter(person=user, list_name=OuterRef("list_name")).filter(
            Q(cycle=OuterRef("cycle")) | Q(cycle=None, list_name__in=OF_THE_SITE)
        )
        return self.annotate(  # type: ignore[no-redef]  # gives the attributes their values
            default_version=Subquery(choices.values("version")[:1]),
            is_default=Exists(choices.filter(view=OuterRef("pk"))),
        )


class SavedView(Tracked):
    """Filters, order and columns of a list, kept by a person under a name, and shared with a role or a body or nobody.

    It holds no row of the list: whoever opens it sees what the list shows to them. Removed, it keeps its row.
    """

    is_default: bool  # only on views read with_default_of()
    default_version: int | None  # as well

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
    shared_role = models.CharField(
        _("shared with the role"), max_length=20, choices=Role, blank=True, default="", db_default=""
    )  # empty: with no role
    shared_body = models.ForeignKey(
        "Organisation",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("shared with the body"),
    )  # NULL: with no body
    removed_at = models.DateTimeField(_("removed"), null=True, editable=False)  # NULL: it is in use

    objects = SavedViewQuerySet.as_manager()

    class Meta:
        verbose_name = _("saved view")
        verbose_name_plural = _("saved views")
        ordering = ("name", "id")
        constraints = (
            choices_rule("saved_view_list_known", "list_name", ListName),
            choices_rule("saved_view_role_known", "shared_role", Role, blank=True),
            models.CheckConstraint(
                condition=Q(shared_role="") | Q(shared_body=None), name="saved_view_shared_once"
            ),
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
            raise ValidationError(TOO_LONG)
        if self.removed_at is None and self._others().filter(name=self.name).exists():
            raise ValidationError({"name": NAME_TAKEN})

    def _others(self) -> SavedViewQuerySet:
        """The other views of the owner on this list."""
        views = SavedView.objects.kept().of_list(self.list_name, self.cycle)
        return views.filter(person=self.person_id).exclude(pk=self.pk)

    @property
    def is_shared(self) -> bool:
        return bool(self.shared_role or self.shared_body_id)

    @property
    def shared_text(self) -> str:
        """With whom it is shared, in words."""
        if self.shared_role:
            return str(self.get_shared_role_display())
        return str(self.shared_body or _now("nobody"))

    @classmethod
    @all_or_nothing()
    def save_for(
        cls,
        person: "User",
        cycle: "ReviewCycle | None",
        *,
        list_name: str,
        query: str,
        **values: Unpack[SavedViewFields],
    ) -> Self:
        """Keep a view. Raises ValidationError if the name is taken, or there are too many."""
        require_shareable(person, **values)
        person.lock()
        view = cls(person=person, cycle=cycle, list_name=list_name, query=query, **values)
        view.clean()
        if view._others().count() >= MOST_VIEWS:
            text = _now("You have %(n)d views of this list: remove one first.")
            raise ValidationError(text % {"n": MOST_VIEWS})
        return cls.create_traced(
            by=person, person=person, cycle=cycle, list_name=list_name, query=query, **values
        )

    def edit(self, *, by: "User", expected_version: int, **values: Unpack[SavedViewFields]) -> Self:
        """Give the view another name, or share it with others."""
        self.require_owner(by)
        require_shareable(by, **values)
        return self.change_traced(by=by, expected_version=expected_version, **values)

    def save_over(self, *, by: "User", expected_version: int, query: str) -> Self:
        """Let the view keep other filters, another order or other columns. All that it is shared with see them."""
        self.require_owner(by)
        require_shareable(by, shared_role=self.shared_role, shared_body=self.shared_body)
        if len(query) > LONGEST_QUERY:
            raise ValidationError(TOO_LONG)
        return self.change_traced(by=by, expected_version=expected_version, query=query)

    def remove(self, *, by: "User", expected_version: int) -> Self:
        """Take the view off all lists. Its row and its history stay."""
        self.require_owner(by)
        return self.change_traced(by=by, expected_version=expected_version, removed_at=clock.now())

    def take_over(self, *, by: "User", expected_version: int) -> Self:
        """Become the owner of a shared view whose owner can no longer sign in."""
        if not self.is_open_to_take_over(by):
            raise PermissionDenied(_now("Only the owner of a view changes it."))
        return self.change_traced(by=by, expected_version=expected_version, person=by)

    def is_open_to_take_over(self, by: "User") -> bool:
        """Whether this person may become the owner."""
        return self.is_shared and self.person.has_gone and may_share(by, self.shared_role, self.shared_body)

    def require_owner(self, by: "User") -> None:
        """Raise PermissionDenied for anybody but the owner."""
        if by.pk != self.person_id:
            raise PermissionDenied(_now("Only the owner of a view changes it."))


def may_share(by: "User", shared_role: str, shared_body: "Organisation | None") -> bool:
    """Whether a person may share a view with a role or a body; with nobody everybody may."""
    if shared_role and shared_role not in policy.roles_shared_with_by(by):
        return False
    return shared_body is None or shared_body.pk == by.organisation_id


def require_shareable(by: "User", **values: Unpack[SavedViewFields]) -> None:
    """Raise PermissionDenied unless the person may share a view like this."""
    if not may_share(by, values.get("shared_role", ""), values.get("shared_body")):
        raise PermissionDenied(_now("A view is shared with your own role or your own body."))


# What a list needs of its views.
COLUMNS = ("id", "version", "person_id", "name", "query")


def with_saved_views(cycles: Rows, user: "User", list_name: str) -> Rows:
    """The cycles with `saved_view_rows`: the views of one of their lists, in the query that reads them.

    For a page that nobody opens who may not open the list.
    """
    views = SavedView.objects.offered_to(user).filter(list_name=list_name, cycle=OuterRef("pk")).order_by()
    is_default = Exists(DefaultView.objects.filter(person=user, view=OuterRef("pk")).order_by())
    item = JSONObject(is_default=is_default, **{name: name for name in COLUMNS})
    return cycles.annotate(saved_view_rows=JSONListSubquery(views.values(item=item)))


def saved_views_of(cycle: "ReviewCycle") -> list[SavedView]:
    """The views of a list, by name, of a cycle that was read `with_saved_views`."""
    found = []
    for row in cycle.saved_view_rows or ():  # type: ignore[attr-defined]
        view = SavedView(**{name: row[name] for name in COLUMNS})
        view.is_default = bool(row["is_default"])
        found.append(view)
    return sorted(found, key=lambda view: (view.name, view.pk))


class DefaultView(Tracked):
    """The saved view with which a person's list opens, by list; the person's own choice."""

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("person")
    )
    list_name = models.CharField(_("list"), max_length=30, choices=ListName)
    cycle = models.ForeignKey(
        "ReviewCycle", models.PROTECT, null=True, related_name="+", verbose_name=_("review cycle")
    )  # NULL: of a list that belongs to no cycle
    view = models.ForeignKey(
        SavedView, models.PROTECT, null=True, related_name="+", verbose_name=_("saved view")
    )  # NULL: the list opens whole

    class Meta:
        verbose_name = _("default view")
        verbose_name_plural = _("default views")
        ordering = ("person", "list_name", "id")
        constraints = (
            choices_rule("default_view_list_known", "list_name", ListName),
            models.UniqueConstraint(
                fields=("person", "list_name", "cycle"), name="default_view_of_cycle_once"
            ),
            models.UniqueConstraint(
                fields=("person", "list_name"), condition=Q(cycle=None), name="default_view_of_site_once"
            ),
        )

    def __str__(self) -> str:
        return str(self.get_list_name_display())

    def get_absolute_url(self) -> str:
        return reverse("saved-view-list")

    def governing_cycle(self) -> None:
        """None, as of the views."""

    def history_owner(self) -> Tracked:
        return self.person

    @classmethod
    def of(cls, person: "User", view: SavedView) -> "DefaultView":
        """The person's choice for the list of a view: the one that is stored, or a new one."""
        about = {"person": person, "list_name": view.list_name, "cycle": view.cycle}
        return cls.objects.filter(**about).first() or cls(**about)

    @all_or_nothing()
    def choose(self, *, by: "User", expected_version: int, view: SavedView | None) -> Self:
        """Let the person's list open with a view, or whole."""
        if by.pk != self.person_id:
            raise PermissionDenied(_now("Everybody chooses for oneself alone."))
        if not self._state.adding:
            return self.change_traced(by=by, expected_version=expected_version, view=view)
        by.lock()
        stored = type(self).objects.filter(person=by, list_name=self.list_name, cycle=self.cycle).first()
        if stored is not None:  # chosen in another window meanwhile
            raise EditConflict(stored, expected_version)
        return type(self).create_traced(
            by=by, person=by, list_name=self.list_name, cycle=self.cycle, view=view
        )
