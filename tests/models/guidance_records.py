"""A gap in each status of its guidance, and what comes of an attempt at a step."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction

from reviews.models import DataGap, NotAllowedNow
from tests.support import grids, make

PEOPLE = ("vnm", "vnm_team", "lao", "consultant", "lead", "secretariat", "observer", "admin")


def in_status(status: str, gap: DataGap, cast: Any) -> DataGap:
    if status in ("guidance_asked", "guidance_given"):
        gap.ask_guidance(by=cast.vnm, expected_version=gap.version)
    if status == "guidance_given":
        make.approved(by=cast.lead, gap=gap)
        gap.refresh_from_db()
    if status == "being_resolved":
        gap.take_up(by=cast.vnm, expected_version=gap.version)
    if status == "closed":
        gap.close(by=cast.vnm, expected_version=gap.version, way="data_found", note="Found.")
    return gap


def attempt(act: Any) -> str:
    """Outcome: done, no (not this person's), refused (not in this status)."""
    before = grids.fingerprint()
    try:
        with transaction.atomic():
            act()
    except PermissionDenied:
        outcome = "no"
    except NotAllowedNow:
        outcome = "refused"
    else:
        return "done"
    assert not grids.changed(before)
    return outcome
