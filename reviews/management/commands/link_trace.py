"""Links the new rows of the audit trail to its hash chain, once."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from reviews.operations import trace_chain


class Command(BaseCommand):
    help = "Link the new rows of the trace to the chain. Run it every few minutes."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--adopt",
            action="store_true",
            help="also link rows without a seal: once, after the upgrade from a release that did not seal",
        )

    def handle(self, *, adopt: bool, **options: Any) -> None:
        result = trace_chain.link_new_rows(adopt=adopt)
        if options["verbosity"]:
            self.stdout.write(f"{result.linked} rows linked; the head is {trace_chain.head() or '0:'}")
        if result.refused:
            raise CommandError(
                f"{result.refused} rows are not sealed by us: run verify_trace, it names them."
            )
