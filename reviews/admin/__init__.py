"""The administration: every record, arranged by the same nouns as everything else."""

# Importing a noun registers its records; one a line.
from reviews.admin import (  # noqa: F401
    actionpoints,
    cycles,
    datagaps,
    deadlines,
    findings,
    follow_ups,
    framework,
    guidance,
    invitations,
    meetings,
    minutes,
    operations,
    organisations,
    people,
    plans,
    reminders,
    reports,
    rounds,
    saved_views,
    timeline,
    trace,
    treatments,
)
from reviews.admin.admin_site import site

__all__ = ["site"]
