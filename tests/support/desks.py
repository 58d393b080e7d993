"""What is on a person's desk."""

from reviews.models import ReviewCycle, User
from reviews.queries import desk
from reviews.queries.deadlines import CountryDeadline


def deadlines_on_desk(person: User, cycle: ReviewCycle) -> list[CountryDeadline]:
    return desk.deadlines_of_countries(
        person, [cycle], desk.reports_of(person, [cycle]), desk.extensions_of([cycle])
    )


def tasks_on_desk(person: User, cycle: ReviewCycle) -> list[desk.Task]:
    reports, extensions = desk.reports_of(person, [cycle]), desk.extensions_of([cycle])
    lines = desk.deadlines_of_countries(person, [cycle], reports, extensions)
    return desk.waiting(person, [cycle], reports, lines, extensions)
