"""Data gaps: raise one, and ask for guidance on it at once."""

from typing import Unpack

from reviews.models import DataGap, NationalReport, User
from reviews.models.datagaps import GapFields
from reviews.models.locks import all_or_nothing
from reviews.text import is_blank


@all_or_nothing()
def raise_gap(
    *, by: User, report: NationalReport, asks_guidance: bool, question: str, **values: Unpack[GapFields]
) -> DataGap:
    """Raise a gap of the report's country; asking, or a question, hands it to the regional consultants at once."""
    gap = DataGap.raise_for(report, by=by, **values)
    if asks_guidance or not is_blank(question):
        gap.ask_guidance(by=by, expected_version=gap.version, note=question)
    return gap
