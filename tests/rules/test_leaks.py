"""Who reads what, in everything that can be fetched: one word in each text, one line for each word."""

import re
from collections.abc import Iterator
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.apps import apps
from django.core import mail
from django.db import models
from django.test import Client
from django.urls import reverse

from reviews.models import CalendarFeed, Notification, OutgoingMail
from reviews.operations import jobs
from tests.support import crawl, grids, leak_markers, make
from tests.support.browsers import signed_in
from tests.support.leak_markers import STATES, word
from tests.support.shared_records import shared

# A line is where the word stands: model and field, and where one is not enough, on what occasion.
# x: reads it on some page. a: reads it in the administration alone. A dot: finds it nowhere.
# "gone": the account was switched off after signing in; "visitor": never signed in.

# Of each of two countries its own; "other" is the coordinator of the other one.
OF_A_COUNTRY = """
                                              own team other consultant lead secretariat observer admin gone visitor
User.username                                   .    .     .          .    .           .        .     a    .       .
User.name                                       x    x     .          x    x           x        .     x    .       .
User.email                                      .    .     .          .    .           .        .     a    .       .
User.password                                   .    .     .          .    .           .        .     .    .       .
SavedView.name                                  x    .     .          .    .           .        .     a    .       .
SavedView.name:shared_with_the_body             x    x     .          .    .           .        .     a    .       .
UnsavedText.title                               x    .     .          .    .           .        .     .    .       .
NationalReport.authors                          x    x     .          x    x           x        .     x    .       .
NationalReport.return_note                      x    x     .          x    x           x        .     x    .       .
ProgressUpdate.note                             x    x     .          x    x           x        .     x    .       .
Turn.internal_note                              x    x     .          x    x           x        .     x    .       .
ReportVersion.file                              x    x     .          x    x           x        .     x    .       .
ReportVersion.original_name                     x    x     .          x    x           x        .     x    .       .
ReportVersion.on_behalf_of                      x    x     .          x    x           x        .     x    .       .
ReportVersion.reason                            x    x     .          x    x           x        .     x    .       .
ReportVersion.cleared_by                        x    x     .          x    x           x        .     x    .       .
ReportVersion.clearance_letter                  x    x     .          x    x           x        .     x    .       .
Trace.why:recalled                              x    x     .          x    x           x        .     x    .       .
CoverageStatement.note                          x    x     .          x    x           x        .     x    .       .
Finding.text                                    x    x     .          x    x           x        .     x    .       .
Finding.text:withdrawn                          x    x     .          x    x           x        .     x    .       .
Trace.why:finding_withdrawn                     x    x     .          x    x           x        .     x    .       .
DataGap.missing                                 x    x     .          x    x           x        .     x    .       .
DataGap.missing:before                          x    x     .          x    x           x        .     x    .       .
DataGap.effect                                  x    x     .          x    x           x        .     x    .       .
DataGap.closing_note                            x    x     .          x    x           x        .     x    .       .
DataGap.closing_note:reopened                   x    x     .          x    x           x        .     x    .       .
Trace.why:gap_reopened                          x    x     .          x    x           x        .     x    .       .
Trace.why:taken_up                              x    x     .          x    x           x        .     x    .       .
StandIn.method                                  x    x     .          x    x           x        .     x    .       .
StandIn.method:retired                          x    x     .          x    x           x        .     x    .       .
StandIn.value                                   x    x     .          x    x           x        .     x    .       .
SeriesBreak.reason                              x    x     .          x    x           x        .     x    .       .
Beneficiaries.overlap                           x    x     .          x    x           x        .     x    .       .
CompletionLevel.agreed_by                       x    x     .          x    x           x        .     x    .       .
ThreadEntry.text:request                        x    x     .          x    x           x        .     x    .       .
ThreadEntry.text:question                       x    x     .          x    x           x        .     x    .       .
ThreadEntry.text:answer                         x    x     .          x    x           x        .     x    .       .
ThreadEntry.text:private_to_the_country         x    x     .          .    .           .        .     a    .       .
ThreadEntry.text:private_to_the_consultants     .    .     .          x    x           .        .     a    .       .
Advice.text                                     x    x     .          x    x           x        .     x    .       .
Advice.text:draft                               .    .     .          x    x           .        .     a    .       .
Advice.text:before_it_was_approved              .    .     .          x    x           .        .     a    .       .
Advice.text:dropped                             .    .     .          x    x           .        .     a    .       .
Trace.why:advice_dropped                        .    .     .          x    x           .        .     a    .       .
ReceivedAdvice.note                             x    x     .          x    x           x        .     x    .       .
Deadline.title:of_one_country                   x    x     .          x    x           x        .     x    .       .
Deadline.title:once_of_one_country              x    x     .          x    x           x        .     x    .       .
Extension.reason                                x    x     .          x    x           x        .     x    .       .
Delivery.note                                   x    x     .          x    x           x        .     x    .       .
Reminder.text                                   x    x     .          x    x           x        .     x    .       .
FollowUp.note                                   .    .     .          x    x           x        .     a    .       .
Explanation.question                            x    x     .          x    x           x        .     x    .       .
Explanation.answer                              x    x     .          x    x           x        .     x    .       .
Extension.reason:waiting                        x    x     .          x    x           x        .     x    .       .
Extension.decision_note                         x    x     .          x    x           x        .     x    .       .
ActionPoint.text                                x    x     x          x    x           x        x     x    .       .
ActionPoint.closing_note                        x    x     x          x    x           x        x     x    .       .
ActionPoint.file                                x    x     .          x    x           x        .     x    .       .
ActionPoint.original_name                       .    .     .          .    .           .        .     a    .       .
Turn.note                                       x    x     x          x    x           x        .     x    .       .
"""

# What the members of the cycle share, what observers read of it, and what is nobody's or not yet anybody's.
COMMON = """
                                              own team other consultant lead secretariat observer admin gone visitor
Meeting.code                                    x    x     x          x    x           x        x     x    .       .
Meeting.title                                   x    x     x          x    x           x        x     x    .       .
Meeting.place                                   x    x     x          x    x           x        x     x    .       .
Meeting.video_link                              x    x     x          x    x           x        x     x    .       .
Meeting.source                                  x    x     x          x    x           x        x     x    .       .
Meeting.title:unshared                          x    x     x          x    x           x        .     x    .       .
Meeting.title:before_it_was_shared              x    x     x          x    x           x        .     x    .       .
Meeting.title:being_prepared                    .    .     .          x    x           x        .     x    .       .
Trace.why:of_a_meeting                          x    x     x          x    x           x        .     x    .       .
AgendaItem.title                                x    x     x          x    x           x        x     x    .       .
AgendaItem.title:carried_on                     x    x     x          x    x           x        x     x    .       .
AgendaItem.title:backlog                        x    x     x          x    x           x        .     x    .       .
AgendaItem.section                              x    x     x          x    x           x        x     x    .       .
AgendaItem.original_name                        x    x     x          x    x           x        x     x    .       .
AgendaItem.file                                 x    x     x          x    x           x        x     x    .       .
AgendaItem.presenter                            x    x     x          x    x           x        x     x    .       .
AgendaItem.paper                                x    x     x          x    x           x        x     x    .       .
AgendaItem.outcome_text                         x    x     x          x    x           x        x     x    .       .
Delegation.head                                 x    x     x          x    x           x        x     x    .       .
Delegation.note                                 x    x     x          x    x           x        x     x    .       .
Decision.text                                   x    x     x          x    x           x        x     x    .       .
Decision.text:unshared                          x    x     x          x    x           x        .     x    .       .
Decision.text:being_prepared                    .    .     .          x    x           x        .     x    .       .
MinutesSection.text                             x    x     x          x    x           x        .     x    .       .
MinutesSection.text:draft                       .    .     .          x    x           x        .     x    .       .
MinutesSection.text:before_they_were_circulated .    .     .          x    x           x        .     x    .       .
Deadline.title                                  x    x     x          x    x           x        x     x    .       .
Deadline.output_name                            x    x     x          x    x           x        x     x    .       .
Deadline.confidence_note                        x    x     x          x    x           x        x     x    .       .
Deadline.title:unshared                         x    x     x          x    x           x        .     x    .       .
Deadline.title:before_it_was_shared             x    x     x          x    x           x        .     x    .       .
Deadline.title:being_prepared                   .    .     .          x    x           x        .     x    .       .
Disruption.title                                x    x     x          x    x           x        .     x    .       .
Disruption.effect                               x    x     x          x    x           x        .     x    .       .
PlanStep.code                                   x    x     x          x    x           x        .     x    .       .
PlanStep.title                                  x    x     x          x    x           x        .     x    .       .
PlanStep.paper                                  x    x     x          x    x           x        .     x    .       .
PlanStep.note                                   x    x     x          x    x           x        .     x    .       .
MethodNote.code                                 x    x     x          x    x           x        .     x    .       .
MethodNote.title                                x    x     x          x    x           x        .     x    .       .
MethodNote.text                                 x    x     x          x    x           x        .     x    .       .
MethodNote.source                               x    x     x          x    x           x        .     x    .       .
Advice.text:for_several                         x    x     x          x    x           x        .     x    .       .
Advice.text:draft_for_several                   .    .     .          x    x           .        .     a    .       .
Difficulty.title                                .    .     .          x    x           x        .     x    .       .
User.name:drafter                               .    .     .          x    x           x        .     a    .       .
Organisation.code                               .    .     .          .    .           a        .     a    .       .
Organisation.name_en                            x    x     x          x    x           x        x     x    .       .
Organisation.name_vi                            .    .     .          .    .           a        .     a    .       .
Framework.code                                  .    .     .          .    .           a        .     a    .       .
Framework.title                                 x    x     x          x    x           x        x     x    .       .
Framework.title_vi                              .    .     .          .    .           a        .     a    .       .
FrameworkNode.code                              x    x     x          x    x           x        x     x    .       .
FrameworkNode.title                             x    x     x          x    x           x        x     x    .       .
FrameworkNode.title_vi                          .    .     .          .    .           a        .     a    .       .
GapKind.code                                    x    x     x          x    x           x        .     x    .       .
GapKind.label_en                                x    x     x          x    x           x        .     x    .       .
GapKind.label_vi                                .    .     .          .    .           a        .     a    .       .
GapKind.meaning                                 .    .     .          .    .           a        .     a    .       .
GapKind.source                                  .    .     .          .    .           a        .     a    .       .
TimelineEvent.code                              .    .     .          .    .           a        .     a    .       .
TimelineEvent.kind                              .    .     .          .    .           a        .     a    .       .
TimelineEvent.title                             .    .     .          .    .           a        .     a    .       .
TimelineEvent.place                             .    .     .          .    .           a        .     a    .       .
TimelineEvent.mode                              .    .     .          .    .           a        .     a    .       .
TimelineEvent.source                            .    .     .          .    .           a        .     a    .       .
ReviewCycle.name_en                             x    x     x          x    x           x        x     x    .       .
ReviewCycle.name_en:being_prepared              .    .     .          x    x           x        .     x    .       .
ReviewCycle.slug                                .    .     .          x    x           x        .     x    .       .
ReviewCycle.name_vi                             .    .     .          .    .           .        .     a    .       .
Trace.why:corrected                             .    .     .          x    x           x        .     x    .       .
Invitation.name                                 .    .     .          .    .           a        .     a    .       .
Invitation.email                                .    .     .          .    .           a        .     a    .       .
OutgoingMail.sender                             .    .     .          .    .           .        .     .    .       .
OutgoingMail.subject                            .    .     .          .    .           .        .     a    .       .
OutgoingMail.body                               .    .     .          .    .           .        .     .    .       .
OutgoingMail.html                               .    .     .          .    .           .        .     .    .       .
OutgoingMail.error                              .    .     .          .    .           .        .     a    .       .
"""

# Texts that nobody writes, or that hold no words.
NO_WORDS = {
    # Made of the record, whose own words are above.
    "FollowUp.label",
    "Trace.model", "Trace.page_model", "Trace.label", "SentForm.made", "SentForm.url",
    "Organisation.iso2",  # two letters
    # What everybody who reads a framework reads with it, and the groups in which the Secretariat finds countries.
    "Framework.characteristic_name", "Framework.key_result_area_name", "Framework.strategic_measure_name",
    "Organisation.groups",
    "Meeting.time_zone",  # one of a list
    "DataGap.search", "Finding.search",  # the same words, folded
    "Organisation.sort_key", "FrameworkNode.sort_key",  # digits made of the name or code
    "Deadline.sort_key", "Disruption.sort_key", "Meeting.sort_key", "MethodNote.sort_key",  # and of the title
    "ActionPoint.sha256", "AgendaItem.sha256", "ReportVersion.sha256", "ReportVersion.receipt_number",  # worked out
    "Trace.digest", "TraceLink.digest", "Invitation.key_digest", "SignInGuess.key",  # worked out, too
    "SentForm.key", "SentForm.content", "User.language",
    "NotificationSettings.failed_address",  # the same as User.email
    "SavedView.query",  # of an address of a list
    "CalendarFeed.key",  # drawn at random
    "Watch.model",  # the product's own words
    "UnsavedText.place", "UnsavedText.page",  # addresses
    # The words of other records, each for its readers: tests/rules/test_search.py.
    *(f"SearchEntry.{name}" for name in ("kind", "readers", "code", "title", "text", "url_name", "page", "anchor")),
    *(f"SearchEntry.{name}" for name in ("folded_code", "folded_title", "search")),
    "JobRun.job", "JobRun.told",  # the product's own words
}  # fmt: skip

LINES = [(line, state) for line, _row in grids.read(OF_A_COUNTRY) for state in STATES]
LINES += [(line, "") for line, _row in grids.read(COMMON)]
ROWS = dict(grids.read(OF_A_COUNTRY) + grids.read(COMMON))
# Of the other country's words the columns change places.
FROM_THE_OTHER = {"own": "other", "team": "other", "other": "own"}
PEOPLE = {
    "own": "vnm", "team": "vnm_team", "other": "lao", "consultant": "consultant", "lead": "lead",
    "secretariat": "secretariat", "observer": "observer", "admin": "admin",
}  # fmt: skip
# For whom there is most to find that is not for them: also sheets of the other kind, and forms sent in vain.
TRYING = ("own", "other", "observer")
# Who reads what somebody above reads: lists are not taken away again.
ALIKE = ("team", "lead", "admin")


def expected(column: str, marks: str, home: str = "VNM") -> set[str]:
    """The words that the person of a column reads; `home` is the country that the columns are seen from."""
    found = {word(line) for line, row in grids.read(COMMON) if row[column] in marks}
    for line, row in grids.read(OF_A_COUNTRY):
        seen_as = {state: column if state == home else FROM_THE_OTHER.get(column, column) for state in STATES}
        found |= {word(line, state) for state in STATES if row[seen_as[state]] in marks}
    return found


@shared
def planted(cast: Any) -> SimpleNamespace:
    return leak_markers.plant(cast)


def browser_of(column: str, cast: Any) -> Client:
    if column == "visitor":
        return Client()
    if column == "gone":
        gone = make.user("gone", "coordinator", cast.vnm.organisation)
        browser = signed_in(gone)
        gone.change_traced(by=cast.admin, expected_version=gone.version, is_active=False)
        return browser
    return signed_in(getattr(cast, PEOPLE[column]))


def test_every_text_has_a_word(planted):
    """A new field needs a line above, or a reason."""
    texts = {
        f"{model.__name__}.{field.name}"
        for model in apps.get_app_config("reviews").get_models()
        for field in model._meta.concrete_fields
        if isinstance(field, models.CharField | models.TextField | models.FileField) and not field.choices
    }
    lines = {line.partition(":")[0] for line in ROWS}
    assert (texts - lines, lines - texts, lines & NO_WORDS) == (NO_WORDS, set(), set())
    assert [name for name in LINES if not leak_markers.row_of(*name)] == []
    assert len({word(*name) for name in LINES}) == len(LINES)


@pytest.mark.parametrize("column", [*PEOPLE, "gone", "visitor"])
def test_everybody_reads_what_is_for_them_and_nothing_else(column, planted, cast):
    browser, theirs, shown = browser_of(column, cast), expected(column, "x"), set()
    for where, text in answers(column, browser, crawl.addresses(planted.cycle, planted.following)):
        found = crawl.words(text)
        assert found - theirs == set(), where
        shown |= found
    # And what a person may read is read: the test looks where it could be.
    assert theirs - shown == set()
    assert expected(column, "a") - in_the_administration(column, browser) == set()


@pytest.mark.parametrize("column", PEOPLE)
def test_a_calendar_address_tells_what_its_owner_reads_and_nothing_else(column, planted, cast):
    """To whoever knows it: of everything, of the cycle, and of the own country."""
    owner, theirs, shown = getattr(cast, PEOPLE[column]), expected(column, "x"), set()
    contents = [{}, {"cycle": planted.cycle}]
    contents += [{"member_state": owner.organisation}] if owner.is_national else []
    for content in contents:
        url = reverse("calendar-feed", args=[CalendarFeed.make_for(owner, **content).token])
        unfolded = crawl.text(Client().get(url)).replace("\r\n ", "").replace("\\n", " ")
        found = crawl.words(unfolded)
        assert found - theirs == set(), content
        shown |= found
    assert any("meeting" in word for word in shown)


def test_mails_tell_what_their_readers_may_read_and_nothing_else(planted, cast, settings):
    """Of all that has happened, to everybody who has an address, with the files that come with it."""
    for name, person in vars(cast).items():
        person.refresh_from_db()
        make.with_email(person, f"{name}@site.example")
    settings.EMAIL_BACKEND = "reviews.operations.outbox.Outbox"
    settings.DELIVERY_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    OutgoingMail.objects.all().delete()
    sent, shown = mails_of_all_that_waits(), {}
    for column, name in PEOPLE.items():
        texts = [text_of(message) for message in sent if f"{name}@site.example" in message.to]
        shown[column] = crawl.words("\n".join(texts))
        assert shown[column] - expected(column, "x") == set(), column
    assert {column for column in PEOPLE if shown[column]} >= {"own", "other", "lead", "secretariat"}


def mails_of_all_that_waits() -> list[Any]:
    mail.outbox.clear()
    assert jobs.tick() is True
    for row in Notification.objects.pending():
        row.due_at -= timedelta(days=8)
        row.save()
    assert jobs.tick() is True
    return list(mail.outbox)


def text_of(message: Any) -> str:
    """Of its subject, its parts and its files; the lines of a calendar file unfolded."""
    parts = [part for part in message.message().walk() if not part.is_multipart()]
    return "\n".join([message.subject, *(p.get_payload(decode=True).decode() for p in parts)]).replace(
        "\r\n ", ""
    )


def answers(column: str, browser: Client, found: list[Any]) -> Iterator[tuple[str, str]]:
    kinds = ("csv", "xlsx") if column in TRYING else () if column in ALIKE else ("csv",)
    yield from crawl.read(browser, found, kinds)
    if column in TRYING:
        yield from crawl.refused(browser, found)


def in_the_administration(column: str, browser: Client) -> set[str]:
    """What a person finds there: nothing, but for the two who come in."""
    rows = {row for name in LINES if "a" in ROWS[name[0]].values() and (row := leak_markers.row_of(*name))}
    # Who is refused there still has the menu, with the name of the cycle that they opened last.
    of_the_menu = {word for word in expected(column, "x") if "reviewcycle" in word}
    allowed, shown = expected(column, "xa") if column in ("admin", "secretariat") else of_the_menu, set()
    for where, text in crawl.administration(browser, sorted(rows, key=str)):
        assert crawl.words(text) - allowed == set(), where
        shown |= crawl.words(text)
    return shown


def test_the_administration_offers_only_pages_that_open(planted, cast):
    """“View on site” of each kind of record."""
    browser, answers = signed_in(cast.admin), {}
    for model in crawl.site._registry:
        for row in model._base_manager.order_by("pk")[:2]:
            url = reverse(f"admin:reviews_{model._meta.model_name}_change", args=[row.pk])
            for link in re.findall(r'href="([^"]+)" class="viewsitelink"', crawl.text(browser.get(url))):
                answers[url, link] = browser.get(link, follow=True).status_code
    assert len(answers) > 10
    assert {where: status for where, status in answers.items() if status != 200} == {}


def test_a_country_cannot_tell_that_its_gap_is_grouped(planted, sign_in, cast):
    page = crawl.without_token(crawl.text(sign_in(cast.lao).get(planted.gap.get_absolute_url())))
    assert word("Advice.text:for several") in page
    assert not [text for text in ("D1", "VNM", "Viet Nam", "difficult/", "/difficulties/") if text in page]


def test_the_conflict_page_tells_nothing_private(planted, sign_in, cast):
    gap = planted.gap
    url = reverse("datagap-answer", args=[planted.cycle.slug, gap.code])
    answer = sign_in(cast.lao).post(url, {"text": "Late.", "version": "1"})
    assert answer.status_code == 409
    assert crawl.words(crawl.text(answer)) - expected("own", "x", "LAO") == set()
