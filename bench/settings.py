"""Production settings, on a day of the seed."""

from datetime import date

from reviewtracker.settings import *  # noqa: F403

# In production the day cannot be set from outside. The seed ends here: later, every deadline would be long past.
REVIEWTRACKER_TODAY = date(2020, 8, 20)
# One person stands for the many that press on the site at once.
COSTLY_PAGES_AT_ONCE = COSTLY_PAGES_WAITING = 100
