"""Prints docs/policy.md, the whole of `policy.py` in sentences: `manage.py print_policy > docs/policy.md`."""

from collections.abc import Iterator
from typing import Any

from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _

from reviews.policy import ACTIONS, ADMINISTRATOR, ROLE_GRANTS, Role, RoleGrant


class Command(BaseCommand):
    help = "Print who may see and do what, in sentences (docs/policy.md)."

    def handle(self, **options: Any) -> None:
        self.stdout.write(render_policy(), ending="")


def render_policy() -> str:
    """The text of docs/policy.md, in the active language."""
    roles = [(str(Role(role).label), grant) for role, grant in ROLE_GRANTS.items()]
    roles.append((_("Administrator"), ADMINISTRATOR))
    sections = [section for name, grant in roles for section in _role_section(name, grant)]
    return "\n\n".join([*_introduction(), *sections, *_overview(roles)]) + "\n"


def _introduction() -> Iterator[str]:
    yield "# " + _("Who may see and do what")
    yield _("Printed from `reviews/policy.py` by `manage.py print_policy`; a test fails when the two differ.")
    yield _(
        "What a person may not read does not exist for them (404); a reader who may not act is refused (403). "
        "Visitors and disabled accounts may do nothing. While a meeting is held, whoever runs it may also type "
        "what a country tells: its progress, data gaps and findings. Action points are finished by whoever they "
        "are for."
    )


def _role_section(name: str, grant: RoleGrant) -> Iterator[str]:
    yield f"## {name}"
    yield str(grant.sentence)
    scopes = {
        _("For the own member state, and for the cycles that it takes part in, may:"): grant.own,
        _("Everywhere, may:"): grant.everywhere,
        _("Where it was shared with partners, may:"): grant.shared,
    }
    for title, actions in scopes.items():
        if actions:
            yield title + "\n" + "\n".join(f"- {ACTIONS[action]}" for action in ACTIONS if action in actions)


def _overview(roles: list[tuple[str, RoleGrant]]) -> Iterator[str]:
    yield "## " + _("All of it at a glance")
    heads = [_("may"), *(name for name, _grant in roles)]
    rows = [heads, ["---"] * len(heads)]
    for action, sentence in ACTIONS.items():
        rows.append([str(sentence), *(_overview_cell(action, grant) for _name, grant in roles)])
    yield "\n".join("| " + " | ".join(row) + " |" for row in rows)


def _overview_cell(action: str, grant: RoleGrant) -> str:
    if action in grant.everywhere:
        return _("everywhere")
    if action in grant.own:
        return _("own")
    return _("shared") if action in grant.shared else "-"
