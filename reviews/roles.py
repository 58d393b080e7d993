"""The six roles and the three channels, apart from the models so that `policy.py` needs none of them."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    """What a person is in a review."""

    COORDINATOR = "coordinator", _("National coordinator")
    TEAM = "team", _("National team")
    CONSULTANT = "consultant", _("Regional consultant")
    LEAD_CONSULTANT = "lead_consultant", _("Lead consultant")
    SECRETARIAT = "secretariat", _("Secretariat")
    OBSERVER = "observer", _("Observer")


NATIONAL = (Role.COORDINATOR, Role.TEAM)


class Channel(models.TextChoices):
    """Who reads along in a discussion."""

    SHARED = "shared", _("shared")
    COUNTRY = "country", _("private to the country")
    CONSULTANTS = "consultants", _("private to the consultants")
