"""URL converters: the codes in addresses."""

from urllib.parse import quote, unquote

from reviews.models.watches import WATCHED_KINDS


class StateCode:
    """A member state: VNM.

    Any other code, entered before codes were checked, is percent-encoded: its pages open, too.
    """

    regex = "[A-Za-z0-9_.~%-]{1,240}"

    def to_python(self, value: str) -> str:
        code = unquote(value)
        if not code.isprintable() or quote(code, safe="") != value:
            raise ValueError  # no code is written like this
        return code

    def to_url(self, value: str) -> str:
        return quote(value, safe="")


class GapCode(StateCode):
    """A data gap: VNM-3."""

    regex = f"{StateCode.regex}-[1-9][0-9]{{0,8}}"


class FindingCode(StateCode):
    """A finding or recommendation: VNM-F2, VNM-R1."""

    regex = f"{StateCode.regex}-[FR][1-9][0-9]{{0,8}}"


class AreaCode(StateCode):
    """An entry of a framework: A.1."""


class Number:
    """A number in a list, small enough for every database."""

    regex = "[1-9][0-9]{0,8}"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


class PartKind(Number):
    """What is recorded at a meeting; see views.meetings.PARTS."""

    regex = "agenda|decisions|actions"


class WatchedKind(Number):
    """A kind of record that people watch."""

    regex = "|".join(WATCHED_KINDS)
