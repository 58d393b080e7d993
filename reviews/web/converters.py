"""URL converters: the codes in addresses."""


class StateCode:
    """A member state: VNM."""

    regex = "[A-Z0-9][A-Z0-9-]{1,19}"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


class GapCode(StateCode):
    """A data gap: VNM-3."""

    regex = "[A-Z0-9][A-Z0-9-]{1,19}-[1-9][0-9]{0,8}"


class Number(StateCode):
    """A number in a list, small enough for every database."""

    regex = "[1-9][0-9]{0,8}"


class PartKind(StateCode):
    """What is recorded at a meeting; see views.meetings.PARTS."""

    regex = "agenda|delegations|decisions|actions"


class FindingCode(StateCode):
    """A finding or recommendation: VNM-F2, VNM-R1."""

    regex = "[A-Z0-9][A-Z0-9-]{1,19}-[FR][1-9][0-9]{0,8}"
