"""As in English; Django itself puts the month's name into Vietnamese."""

from reviewtracker.formats.en.formats import *  # noqa: F403
