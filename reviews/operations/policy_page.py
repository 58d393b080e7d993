"""docs/policy.md: the whole of `policy.py` in sentences, for people who do not read code."""

from collections.abc import Iterable, Iterator

from django.utils.translation import gettext as _

from reviews.policy import ACTIONS, ADMINISTRATOR, ROLE_GRANTS, Role, RoleGrant


def page() -> str:
    """The page, in the language in force."""
    roles = [(str(Role(role).label), duty) for role, duty in ROLE_GRANTS.items()]
    roles.append((_("Administrator"), ADMINISTRATOR))
    sections = [section for name, duty in roles for section in _role(name, duty)]
    return "\n\n".join([*_beginning(), *sections, *_grid(roles)]) + "\n"


def _beginning() -> Iterator[str]:
    yield "# " + _("Who may see and do what")
    yield _("Printed from `reviews/policy.py` by `manage.py print_policy`; a test fails when the two differ.")
    yield _(
        "What a person may not read does not exist for them (404); a reader who may not act is refused (403). "
        "Visitors and disabled accounts may do nothing. While a meeting is held, whoever runs it may also type "
        "what a country tells: its progress, data gaps and findings. Action points are finished by whoever they "
        "are for."
    )


def _role(name: str, duty: RoleGrant) -> Iterator[str]:
    yield f"## {name}"
    yield str(duty.sentence)
    for title, actions in _reaches(duty):
        if actions:
            yield title + "\n" + "\n".join(f"- {ACTIONS[action]}" for action in _in_order(actions))


def _reaches(duty: RoleGrant) -> Iterator[tuple[str, frozenset[str]]]:
    yield _("For the own member state, and for the cycles that it takes part in, may:"), duty.own
    yield _("Everywhere, may:"), duty.everywhere
    yield _("Where it was shared with partners, may:"), duty.shared


def _in_order(actions: Iterable[str]) -> list[str]:
    return [action for action in ACTIONS if action in set(actions)]


def _grid(roles: list[tuple[str, RoleGrant]]) -> Iterator[str]:
    yield "## " + _("All of it at a glance")
    head = [_("may"), *(name for name, _duty in roles)]
    lines = [head, ["---"] * len(head)]
    lines += [
        [str(told), *(_cell(action, duty) for _name, duty in roles)] for action, told in ACTIONS.items()
    ]
    yield "\n".join("| " + " | ".join(line) + " |" for line in lines)


def _cell(action: str, duty: RoleGrant) -> str:
    if action in duty.everywhere:
        return _("everywhere")
    if action in duty.own:
        return _("own")
    return _("shared") if action in duty.shared else "-"
