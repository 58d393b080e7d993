"""Mails about what people watch: of every change, to those whom no other rule names; only what they may read."""

from typing import Any

import pytest
from django.core import mail

from reviews.models import Frequency, NotificationEvent, NotificationSettings, OutgoingMail, Watch
from reviews.operations import jobs
from tests.support import make

LOCMEM = "django.core.mail.backends.locmem.EmailBackend"


@pytest.fixture(autouse=True)
def mails_at_once(settings: Any, cast: Any, cycle: Any) -> None:
    """Everybody has an address, and gets mails about what he or she watches at once, and about nothing else."""
    settings.EMAIL_BACKEND, settings.DELIVERY_BACKEND = "reviews.operations.outbox.Outbox", LOCMEM
    for name, person in vars(cast).items():
        make.with_email(person, f"{name}@site.example")
        choice = dict.fromkeys(("reports", "guidance", "meetings", "deadlines", "actions"), Frequency.OFF)
        choose(person, watched=Frequency.AT_ONCE, **choice)
    OutgoingMail.objects.all().delete()
    NotificationEvent.objects.all().delete()


def choose(person: Any, **values: Any) -> None:
    settings = NotificationSettings.of(person)
    settings.save_choice(by=person, expected_version=settings.version, **values)


def tick() -> dict[str, str]:
    """Run the jobs; the text of each mail by who got it."""
    mail.outbox.clear()
    assert jobs.tick() is True
    return {address: str(sent.body) for sent in mail.outbox for address in sent.to}


def test_whoever_watches_is_told_of_what_no_other_rule_is_about(report, cast):
    gap = make.gap(report, by=cast.vnm)
    tick()
    Watch.start(cast.secretariat, gap)
    Watch.start(cast.vnm, gap)
    gap.take_up(by=cast.vnm, expected_version=gap.version, note="We have found the series.")
    sent = tick()
    assert set(sent) == {"secretariat@site.example"}  # not who did it, nor who does not watch
    (text,) = sent.values()
    assert f"You watch this: {cast.vnm} started to resolve {gap}." in text
    assert "We have found the series." in text
    assert "http://testserver/cycles/mtr/datagaps/VNM-1/" in text


def test_who_is_notified_anyway_is_notified_once(report, cast):
    choose(cast.consultant, watched=Frequency.AT_ONCE, guidance=Frequency.AT_ONCE)
    gap = make.gap(report, by=cast.vnm)
    Watch.start(cast.consultant, gap)
    Watch.start(cast.secretariat, report)
    gap.ask_guidance(by=cast.vnm, expected_version=gap.version, note="How?")
    sent = tick()
    assert set(sent) == {"consultant@site.example", "secretariat@site.example"}
    assert "You watch this" not in sent["consultant@site.example"]
    assert "You watch this" in sent["secretariat@site.example"]


def test_a_change_that_nobody_watches_leaves_no_event(report, cast):
    make.gap(report, by=cast.vnm)
    assert not NotificationEvent.objects.exists()


def test_a_whole_country_is_watched_with_what_is_new_in_it(report, cycle, cast):
    Watch.start(cast.secretariat, report)
    gap = make.gap(report, by=cast.vnm)
    make.gap(make.report(cycle, "LAO"), by=cast.lao)
    assert f"{cast.vnm} created {gap}." in tick()["secretariat@site.example"]


def test_a_country_does_not_learn_what_the_consultants_keep_to_themselves(report, cast):
    gap = make.gap(report, by=cast.vnm)
    Watch.start(cast.vnm, gap)
    Watch.start(cast.secretariat, gap)
    Watch.start(cast.lead, gap)
    make.advice(by=cast.consultant, gap=gap, text="Perhaps a proxy.")
    assert "vnm@site.example" not in tick()


def test_nothing_of_what_may_not_be_seen_any_more_when_it_is_sent(report, cast):
    """The right was lost, or watching was stopped, between the change and the mail."""
    gap = make.gap(report, by=cast.vnm)
    for person in (cast.vnm_team, cast.secretariat):
        Watch.start(person, gap)
    gap.take_up(by=cast.vnm, expected_version=gap.version)
    lao = cast.lao.organisation
    cast.vnm_team.change_traced(by=cast.admin, expected_version=cast.vnm_team.version, organisation=lao)
    Watch.stop(cast.secretariat, gap)
    assert not [text for text in tick().values() if "You watch this" in text or gap.code in text]


def test_a_test_cycle_sends_nothing(cast):
    cycle = make.cycle("rehearsal", by=cast.secretariat, is_test=True)
    gap = make.gap(make.report(cycle, "VNM"), by=cast.vnm)
    Watch.start(cast.secretariat, gap)
    gap.take_up(by=cast.vnm, expected_version=gap.version)
    assert not NotificationEvent.objects.exists()


def test_who_switched_the_topic_off_gets_none(report, cast):
    gap = make.gap(report, by=cast.vnm)
    choose(cast.secretariat, watched=Frequency.OFF)
    Watch.start(cast.secretariat, gap)
    gap.take_up(by=cast.vnm, expected_version=gap.version)
    assert tick() == {}
