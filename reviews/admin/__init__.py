"""The administration: every record, arranged by the same nouns as everything else."""

# Importing a noun registers its records; one a line.
from reviews.admin import (  # noqa: F401
    datagaps,
    deadlines,
    findings,
    framework,
    guidance,
    invitations,
    meetings,
    minutes,
    operations,
    people,
    plans,
    reports,
    rounds,
    trace,
    treatments,
)
from reviews.admin.admin_site import site

__all__ = ["site"]
