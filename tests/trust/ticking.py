"""Ticks one after the other, as a process that is killed: `python -m tests.trust.ticking tick|prepare|look`.

Minutes are seconds here: what a killed tick held is free again, and what failed is tried again, within seconds. The
clock is wrong by as many seconds as the file CLOCK says. PLANTED puts a fault into the product.
"""

import json
import os
import sys
import time
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import django
from django.conf import settings

SECOND = timedelta(seconds=1)
COUNTRIES, PEOPLE = 100, 10  # of each country


def set_up() -> None:
    django.setup()
    settings.EMAIL_BACKEND = "reviews.operations.outbox.Outbox"
    settings.DELIVERY_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", int(os.environ.get("MAIL_PORT", "0"))
    settings.EMAIL_TIMEOUT, settings.REVIEWTRACKER_TODAY = 1, date(2020, 8, 20)
    settings.LOGGING_CONFIG = None


def prepare(people: int) -> dict[str, int]:
    """A cycle with one deadline tomorrow: a reminder for each of so many people, of ten to a country."""
    from django.core.management import call_command
    from django.db.models import QuerySet

    from reviews.models import Frequency, NotificationEvent, NotificationSettings, Topic, User
    from tests.support import make

    call_command("migrate", verbosity=0)
    office = make.organisation("ASEC", "secretariat")
    make.organisation("RET", "evaluation_team")
    by = User.objects.create_user("secretariat", name="S", role="secretariat", organisation=office)
    states = [make.organisation(f"C{n:03}") for n in range(people // PEOPLE)]
    cycle = make.cycle("mtr", by=by, members=[state.code for state in states])
    make.deadline(cycle, by=by, output="comments", due_on=date(2020, 8, 21))
    NotificationEvent.objects.all().delete()
    rows = [
        User(
            username=f"person-{n}",
            name=f"Person {n}",
            email=f"person-{n}@site.example",
            role="coordinator",
            organisation=states[n // PEOPLE],
        )
        for n in range(people)
    ]
    QuerySet(User).bulk_create(rows)
    at_once = dict.fromkeys(Topic.values, Frequency.AT_ONCE)
    coordinators = User.objects.filter(role="coordinator")
    QuerySet(NotificationSettings).bulk_create(
        NotificationSettings(person=p, **at_once) for p in coordinators
    )
    return {"people": coordinators.count()}


def tick() -> None:
    """Until it is killed."""
    from reviews import clock
    from reviews.models import operations
    from reviews.operations import jobs, outbox

    real_now, wrong_by = clock.real_now, Path(os.environ["CLOCK"])
    clock.real_now = lambda: real_now() + timedelta(seconds=float(wrong_by.read_text() or 0))
    jobs.LOCK, outbox.SENDING_TIMEOUT = 2 * SECOND, 3 * SECOND
    outbox.wait_after = lambda tries: SECOND
    operations.LONGEST_WAIT = 10 * SECOND
    chosen = tuple(
        job if job.name == "send mail" else jobs.Job(job.name, SECOND, job.run) for job in jobs.JOBS[:4]
    )
    if os.environ.get("PLANTED") == "sent before it is":
        plant_a_fault(outbox)
    while True:
        jobs.tick(chosen)
        time.sleep(0.02)


def plant_a_fault(outbox: Any) -> None:
    """A mail counts as sent when it is about to be."""
    from reviews.models import MailState

    send = outbox._send

    def counted_first(row: Any, server: Any) -> Any:
        outbox._record(row, state=MailState.SENT, sent_at=outbox.clock.real_now(), error="")
        return send(row, server)

    outbox._send = counted_first


def look() -> dict[str, Any]:
    """What the site says of its mails."""
    from collections import Counter

    from reviews.models import Notification, NotificationEvent, OutgoingMail, Reminder

    states = Counter(OutgoingMail.objects.exclude(person=None).values_list("state", flat=True))
    return {
        "reminders": Reminder.objects.count(),
        "mails": dict(states),
        "people": OutgoingMail.objects.values("person").distinct().count(),
        "pending": Notification.objects.pending().count() + NotificationEvent.objects.undistributed().count(),
    }


if __name__ == "__main__":
    set_up()
    done: Any = prepare(int(sys.argv[2])) if sys.argv[1] == "prepare" else None
    done = look() if sys.argv[1] == "look" else done
    if sys.argv[1] == "tick":
        tick()
    print(json.dumps(done))
