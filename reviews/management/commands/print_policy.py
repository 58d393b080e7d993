"""Prints docs/policy.md, the whole of `policy.py` in sentences: `manage.py print_policy > docs/policy.md`."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _

from reviews.policy import ACTIONS, ADMINISTRATOR, NATIONAL, ROLE_GIVING, ROLE_GRANTS, Role, RoleGrant


class Command(BaseCommand):
    help = "Print who may see and do what, in sentences (docs/policy.md)."

    def handle(self, **options: Any) -> None:
        self.stdout.write(render_policy(), ending="")


def render_policy() -> str:
    """Return the text of docs/policy.md, in the active language."""
    paragraphs = [
        "# " + _("Who may see and do what"),
        _("Printed from `reviews/policy.py` by `manage.py print_policy`; a test fails when the two differ."),
        _(
            "What a person may not read does not exist for them (404); a reader who may not act is refused (403). "
            "Visitors and disabled accounts may do nothing. While a meeting is held, whoever runs it may also type "
            "what a country tells: its progress, data gaps and findings. Action points are finished by whoever they "
            "are for."
        ),
        _(
            "What one side of the guidance keeps to itself (private notes, drafts of advice), an administrator can "
            "open in the administration; the history of the gap or difficulty then names the administrator to that "
            "side, once a day. A lead consultant may approve an own draft of advice; the history says who did both."
        ),
    ]
    roles = [(str(Role(role).label), grant) for role, grant in ROLE_GRANTS.items()]
    roles.append((_("Administrator"), ADMINISTRATOR))
    for name, grant in roles:
        paragraphs += [f"## {name}", str(grant.sentence)]
        scopes = {
            _("For the own member state, and for the cycles that it takes part in, may:"): grant.own,
            _("Everywhere, may:"): grant.everywhere,
            _("Where it was shared with partners, may:"): grant.shared,
        }
        for title, actions in scopes.items():
            if actions:
                items = [f"- {sentence}" for action, sentence in ACTIONS.items() if action in actions]
                paragraphs.append("\n".join([title, *items]))
    paragraphs += [
        "## " + _("Who gives which role"),
        _(
            "By an invitation, or on the account. Only an administrator gives a role of one of the two sides of the "
            "guidance: whoever has it reads what that side keeps to itself. The side gets a mail. An invitation works "
            "only as long as whoever sent it may give its role."
        ),
        _role_giving(),
    ]
    paragraphs += ["## " + _("All of it at a glance"), _overview(roles)]
    return "\n\n".join(paragraphs) + "\n"


def _role_giving() -> str:
    """Return a table of who gives each role, and who is informed."""
    administrator = _("Administrator")
    rows = [[_("role"), _("given by"), _("gets a mail")], ["---"] * 3]
    for role, giving in ROLE_GIVING.items():
        givers = [*_labels(giving.by), administrator]
        informed = _labels(giving.informed)
        if role in NATIONAL:
            informed = [_("%s of that country") % label for label in informed]
        rows.append([str(Role(role).label), ", ".join(givers), ", ".join(informed) or "-"])
    rows.append([administrator] * 3)
    return _table(rows)


def _labels(roles: frozenset[str]) -> list[str]:
    return [str(role.label) for role in Role if role in roles]


def _table(rows: list[list[str]]) -> str:
    return "\n".join("| " + " | ".join(row) + " |" for row in rows)


def _overview(roles: list[tuple[str, RoleGrant]]) -> str:
    """Return a table of all actions and roles, with the scope of each in the cells."""
    heads = [_("may"), *(name for name, _grant in roles)]
    rows = [heads, ["---"] * len(heads)]
    for action, sentence in ACTIONS.items():
        cells = [str(sentence)]
        for _name, grant in roles:
            if action in grant.everywhere:
                cells.append(_("everywhere"))
            elif action in grant.own:
                cells.append(_("own"))
            else:
                cells.append(_("shared") if action in grant.shared else "-")
        rows.append(cells)
    return _table(rows)
