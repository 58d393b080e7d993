"""Runs the scheduled jobs that are due; a timer calls this each minute (deploy/reviewtracker-tick.timer, or cron)."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from reviews.operations import jobs


class Command(BaseCommand):
    help = "Send mail and clear up. Start it each minute; a second one at the same time does nothing."

    def handle(self, **options: Any) -> None:
        all_well = jobs.tick()
        if all_well is None:
            self.stdout.write("Another tick is at work.")
        elif not all_well:
            raise CommandError("A job failed; the log tells which one and why. The others have run.")
