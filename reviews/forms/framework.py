"""Forms about a framework: its entries from a sheet or from another framework, and amendments once it is fixed."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from reviews.actions.framework import Entry
from reviews.forms.base import RecordForm, ReviewForm, note_field
from reviews.forms.fields import TextField
from reviews.forms.record_choices import RecordField
from reviews.forms.sheets import Column, ImportRow, SheetForm, add_model_errors
from reviews.models import Confidence, Framework, FrameworkLevel, FrameworkNode
from reviews.models.framework import NAMED_LEVELS
from reviews.uploads.sheets import heading

LEVELS = [*FrameworkLevel]
TRUST = {"": Confidence.HIGH, "high": Confidence.HIGH, "confirmed": Confidence.HIGH}
TRUST |= {"check": Confidence.CHECK, "medium": Confidence.CHECK, "to be checked": Confidence.CHECK}


class FrameworkImportForm(SheetForm):
    """The entries of a framework. What a sheet leaves out stays as it is."""

    columns = (
        Column("code", _("Code"), required=True, also=("number", "no")),
        Column("title", _("Title"), required=True, also=("name", "name_en", "text")),
        Column("level", _("Level"), also=("kind", "type")),
        Column("parent", _("Part of"), also=("part_of", "under")),
        Column("confidence", _("Trust"), also=("trust",)),
    )

    key_result_area_name = TextField(
        label=_("Its word for “key result area”"),
        required=False,
        max_length=60,
        help_text=_("What reports and data gaps refer to, such as “priority area”. Empty: key result area."),
    )
    characteristic_name = TextField(
        label=_("Its word for “characteristic”"),
        required=False,
        max_length=60,
        help_text=_(
            "What stands above it, such as “pillar”. Empty: characteristic, or nothing stands above."
        ),
    )
    strategic_measure_name = TextField(
        label=_("Its word for “strategic measure”"), required=False, max_length=60
    )

    def __init__(self, *args: Any, framework: Framework, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.framework = framework
        for level in NAMED_LEVELS:
            name = f"{level}_name"
            self.fields[name].initial = getattr(framework, name)

    def prepare(self, texts: list[dict[str, str]]) -> None:
        self.known = {node.code: node for node in self.framework.nodes.select_related("parent")}
        self.codes = {*self.known, *(row["code"] for row in texts)}
        self.parents = {code: node.parent.code for code, node in self.known.items() if node.parent}
        self.parents |= {row["code"]: row["parent"] for row in texts}
        self.levels = {heading(str(level.label)): level for level in LEVELS}
        self.levels |= {heading(level.value): level for level in LEVELS}
        for level in NAMED_LEVELS:
            self.levels[heading(self.level_name(level))] = level

    def read_row(self, row: ImportRow) -> None:
        texts = row.texts
        level = self.levels.get(heading(texts["level"]) or FrameworkLevel.KEY_RESULT_AREA.value)
        if level is None:
            message = _now("“%(level)s” is no level of this framework. Its levels: %(levels)s.")
            row.add_error("level", message % {"level": texts["level"], "levels": self.level_names()})
        trust = TRUST.get(texts["confidence"].casefold())
        if trust is None:
            row.add_error("confidence", _("Write high or check, or leave it empty."))
        self.check_parent(row)
        if row.errors or level is None or trust is None:
            return
        node = FrameworkNode(framework=self.framework, level=level, code=texts["code"], title=texts["title"])
        add_model_errors(row, node, {"code": "code", "title": "title"})
        row.value = Entry(texts["code"], texts["title"], level.value, texts["parent"], trust.value)
        row.texts |= {"level": self.level_name(level), "confidence": str(trust.label)}
        row.outcome = self.outcome_of(row.value)

    def check_parent(self, row: ImportRow) -> None:
        parent = row.texts["parent"]
        if parent == row.texts["code"] and parent:
            row.add_error("parent", _("An entry is no part of itself."))
        elif parent and parent not in self.codes:
            row.add_error("parent", _now("There is no entry “%s”, neither in the sheet nor before.") % parent)
        elif parent and self.is_inside_itself(row.texts["code"]):
            row.add_error("parent", _("An entry is no part of itself."))

    def is_inside_itself(self, code: str) -> bool:
        """Whether the way up from an entry leads back to it."""
        above, seen = self.parents.get(code, ""), {code}
        while above and above not in seen:
            seen.add(above)
            above = self.parents.get(above, "")
        return above == code

    def level_name(self, level: FrameworkLevel) -> str:
        """As the framework will name it."""
        own = self.cleaned_data.get(f"{level}_name") if level in NAMED_LEVELS else ""
        return own or str(level.label)

    def level_names(self) -> str:
        return ", ".join(self.level_name(level) for level in LEVELS)

    def outcome_of(self, entry: Entry) -> str:
        node = self.known.get(entry.code)
        if node is None:
            return _now("new")
        parent = node.parent.code if node.parent else ""
        before = Entry(node.code, node.title, node.level, parent, node.confidence)
        return _now("as it is") if before == entry else _now("changes; before: %s") % node.title


class FrameworkChoiceForm(ReviewForm):
    """Which framework a cycle reviews: another one, or the entries of another one copied into its own."""

    framework = RecordField(label=_("Framework"), queryset=Framework.objects.none())
    way = forms.ChoiceField(
        label=_("How"),
        choices=[
            ("use", _("review this framework itself")),
            ("copy", _("copy its entries into a new framework, to be changed for this cycle")),
        ],
        widget=forms.RadioSelect,
        initial="use",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice = self.fields["framework"]
        assert isinstance(choice, RecordField)
        choice.offer(Framework.objects.filter(nodes__isnull=False).distinct())


class AmendEntryForm(RecordForm):
    """Another wording of an entry: its code and place stay."""

    why = note_field(_("Why the framework is amended"), required=True)

    class Meta:
        model = FrameworkNode
        fields = ("title", "confidence")


class AddEntryForm(RecordForm):
    """A new entry in a framework that is under review already."""

    why = note_field(_("Why the framework is amended"), required=True)

    class Meta:
        model = FrameworkNode
        fields = ("level", "parent", "code", "title", "confidence")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer(
            "parent", FrameworkNode.objects.filter(framework=self.instance.framework), _("none: at the top")
        )
        level = self.fields["level"]
        assert isinstance(level, forms.ChoiceField)
        level.choices = [
            (value, self.instance.framework.level_name(value)) for value in FrameworkLevel.values
        ]
