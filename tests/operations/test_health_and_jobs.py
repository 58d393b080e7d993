"""Health, figures and the log: what machines are told, and what nobody is."""

import io
import json
import logging
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError
from django.test import Client, override_settings
from django.urls import reverse

from reviews import clock
from reviews.models import JobRun, OutgoingMail, Trace
from reviews.operations import health, log_formats
from tests.support import make

TOKEN = "a token for the monitor"
DOWN = "reviews.operations.health.connection"


@pytest.fixture
def ticked(db: Any) -> JobRun:
    now = clock.real_now()
    return JobRun.objects.create(job="tick", started_at=now, ended_at=now)


@override_settings(METRICS_TOKEN=TOKEN)
def ask(client: Client, query: str = "") -> Any:
    """As the monitor, which sends its token."""
    return client.get(f"/readyz{query}", headers={"Authorization": f"Bearer {TOKEN}"})


def readiness(client: Client, query: str = "") -> tuple[int, dict[str, str]]:
    answer = ask(client, query)
    return answer.status_code, answer.json()["checks"]


# --- alive and ready


def test_alive_asks_the_database_nothing(client, django_assert_num_queries, db):
    with django_assert_num_queries(0):
        assert client.get("/livez").json() == {"alive": True}


def test_all_is_well(client, ticked):
    answer = ask(client)
    assert (answer.status_code, answer["Cache-Control"]) == (200, "no-store, private")
    assert answer.json() == {"ready": True, "checks": dict.fromkeys(health.CHECKS, "ok")}


def test_before_the_first_tick(client, db):
    status, checks = readiness(client)
    assert (status, checks["database"]) == (503, "ok")
    assert checks["tick"].startswith("No tick has run yet")


def test_the_tick_is_late(client, ticked):
    JobRun.objects.update(ended_at=clock.real_now() - timedelta(minutes=6))
    status, checks = readiness(client)
    assert (status, checks["tick"][:22]) == (503, "The last tick ended 36")


@pytest.mark.parametrize(
    ("state", "status"), [("waiting", 503), ("sending", 503), ("sent", 200), ("given_up", 200)]
)
def test_mail_is_late(state, status, client, ticked):
    long_ago = clock.real_now() - timedelta(minutes=16)
    sent_at = long_ago if state == "sent" else None
    OutgoingMail.objects.create(
        sender="a@b.example",
        to=["secret@reader.example"],
        subject="Secret",
        state=state,
        created_at=long_ago,
        sent_at=sent_at,
    )
    answer = ask(client)
    assert answer.status_code == status
    assert b"ecret" not in answer.content
    assert ("Mail has waited for 9" in answer.json()["checks"]["mail"]) is (status == 503)


@pytest.mark.parametrize("token", ["", TOKEN])
@pytest.mark.parametrize("sent", [{}, {"Authorization": "Bearer "}, {"Authorization": "Bearer guessed"}])
def test_a_stranger_reads_only_whether_it_is_ready(sent, token, client, db, settings):
    settings.METRICS_TOKEN = token
    answer = client.get("/readyz", headers=sent)
    assert (answer.status_code, answer.json()) == (503, {"ready": False})


def test_the_reasons_are_in_the_log_and_printed_for_a_technician(client, db, caplog, capsys):
    client.get("/readyz")
    assert "Not ready, tick: No tick has run yet" in caplog.text
    with pytest.raises(CommandError, match="not ready"):
        call_command("check_health")
    assert capsys.readouterr().out.splitlines()[:2] == ["database: ok", "migrations: ok"]


def test_a_technician_is_told_that_all_is_well(ticked, capsys):
    call_command("check_health")
    assert capsys.readouterr().out.splitlines() == [f"{name}: ok" for name in health.CHECKS]


def test_a_migration_is_missing(client, ticked, monkeypatch):
    known = health.known_migrations() | {("reviews", "9999_not_here")}
    monkeypatch.setattr(health, "known_migrations", lambda: known)
    status, checks = readiness(client)
    assert (status, checks["migrations"]) == (503, "1 migrations are not applied: run `manage.py migrate`.")


def test_a_load_balancer_leaves_out_what_it_cannot_mend(client, db):
    well = dict.fromkeys(("database", "migrations", "trace_key", "files"), "ok")
    assert readiness(client, "?exclude=tick&exclude=mail") == (200, well)
    assert client.get("/readyz?exclude=everything").status_code == 400


def test_another_trace_key_is_noticed(client, ticked, cast, settings):
    assert readiness(client)[1]["trace_key"] == "ok"
    settings.TRACE_KEY = "mistyped"
    status, checks = readiness(client)
    assert (status, checks["trace_key"][:30]) == (503, "TRACE_KEY is not the key that ")


def test_one_altered_row_is_no_wrong_trace_key(client, ticked, cast, monkeypatch):
    right = health.seal
    newest = Trace.objects.latest("id").pk
    monkeypatch.setattr(health, "seal", lambda row: "altered" if row.pk == newest else right(row))
    assert readiness(client)[1]["trace_key"] == "ok"


def test_a_folder_for_files_that_cannot_be_written_is_noticed(client, ticked, files_folder, monkeypatch):
    assert not files_folder.exists()
    assert readiness(client)[1]["files"] == "ok"
    monkeypatch.setattr("os.access", lambda path, mode: False)
    status, checks = readiness(client)
    assert (status, checks["files"][:28]) == (503, "FILES_DIR cannot be written:")


class Down:
    """A connection to a server that is gone."""

    def cursor(self) -> Any:
        raise OperationalError("connection to server at db.example failed for user kiwi")


def test_the_database_is_down(client, monkeypatch):
    monkeypatch.setattr(DOWN, Down())
    answer = ask(client)
    assert (answer.status_code, list(answer.json()["checks"])) == (503, ["database"])
    assert b"kiwi" not in answer.content


def test_a_page_says_that_the_database_is_down(monkeypatch, db):
    """In the site's look, without the person whom it could not read."""
    monkeypatch.setattr("django.contrib.sessions.backends.db.SessionStore.load", Down().cursor)
    client = Client(raise_request_exception=False)
    client.cookies["sessionid"] = "x" * 32
    answer = client.get("/")
    page = answer.content.decode()
    assert (answer.status_code, answer["Retry-After"]) == (503, "5")
    assert "The database does not answer" in page
    assert "reviews/site.css" in page
    assert "kiwi" not in page


def test_another_fault_stays_a_fault(monkeypatch, db):
    def fails(*_args: Any) -> None:
        raise ValueError("no")

    monkeypatch.setattr("django.contrib.sessions.backends.db.SessionStore.load", fails)
    client = Client(raise_request_exception=False)
    client.cookies["sessionid"] = "x" * 32
    assert client.get("/").status_code == 500


def test_a_foreign_host_is_refused_with_a_page(settings, db):
    settings.ALLOWED_HOSTS = ["review.example"]
    answer = Client(raise_request_exception=False).get("/accounts/login/", headers={"Host": "evil.example"})
    assert answer.status_code == 400
    assert b"evil.example" not in answer.content


# --- figures


@pytest.mark.parametrize(("token", "sent", "status"), [
    ("", "Bearer ", 404), ("", f"Bearer {TOKEN}", 404), (TOKEN, "", 401), (TOKEN, "Bearer other", 401),
    (TOKEN, TOKEN, 401), (TOKEN, f"Bearer {TOKEN}", 200),
])  # fmt: skip
def test_figures_need_the_token(token, sent, status, client, settings, db):
    settings.METRICS_TOKEN = token
    assert client.get("/metrics", headers={"Authorization": sent}).status_code == status


@override_settings(METRICS_TOKEN=TOKEN)
def figures(client: Client) -> dict[str, float]:
    text = client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"}).content.decode()
    lines = (line.rpartition(" ") for line in text.splitlines() if not line.startswith("#"))
    return {name: float(value) for name, _space, value in lines}


def test_what_is_counted(cast, cycle, report, sign_in, client, monkeypatch):
    # Reading gunicorn's settings, as another test does, means several processes from then on.
    monkeypatch.delenv("PROMETHEUS_MULTIPROC_DIR", raising=False)
    browser, url = sign_in(cast.vnm), reverse("report-update", args=["mtr", "VNM"])
    before = figures(client)
    answers = [browser.post(url, {"data_collection": n, "version": report.version}) for n in (10, 20)]
    assert [answer.status_code for answer in answers] == [302, 409]
    after = figures(client)

    def more(name: str) -> float:
        return after[name] - before.get(name, 0)

    route = 'method="POST",route="report-update"'
    assert more(f'reviewtracker_requests_total{{{route},status="302"}}') == 1
    assert more(f'reviewtracker_requests_total{{{route},status="409"}}') == 1
    assert more('reviewtracker_request_seconds_count{route="report-update"}') == 2
    assert more("reviewtracker_stale_writes_total") == 1


def test_what_the_database_knows(client, ticked):
    OutgoingMail.objects.create(sender="a@b.example", to=["c@d.example"], subject="Hello")
    JobRun.objects.create(job="send mail", started_at=clock.real_now(), failed=True)
    metrics = figures(client)
    names = ("database_up", "unsent_mail", "failed_jobs")
    assert [metrics[f"reviewtracker_{name}"] for name in names] == [1, 1, 1]
    assert metrics["reviewtracker_last_tick_age_seconds"] < 60


def test_figures_while_the_database_is_down(client, monkeypatch):
    monkeypatch.setattr(health, "last_tick", Down().cursor)
    metrics = {
        name: value
        for name, value in figures(client).items()
        if "_requests" not in name and "_second" not in name
    }
    assert metrics["reviewtracker_database_up"] == 0
    assert "reviewtracker_unsent_mail" not in metrics


# --- the log


@pytest.fixture
def log(caplog: Any) -> Iterator[Any]:
    """What has been written so far, in one form or the other: `log("json")`."""
    caplog.set_level(logging.INFO)
    forms = {
        "json": log_formats.JsonFormatter("{levelname}{name}{message}", style="{"),
        "line": log_formats.LineFormatter("{request_id} {message}", style="{"),
    }
    handlers = {kind: logging.StreamHandler(io.StringIO()) for kind in forms}
    for kind, handler in handlers.items():
        handler.setFormatter(forms[kind])
        # One record is one text, also where it has several lines.
        handler.terminator = "\0"
        logging.getLogger().addHandler(handler)
    yield lambda kind: handlers[kind].stream.getvalue().split("\0")[:-1]
    for handler in handlers.values():
        logging.getLogger().removeHandler(handler)


def test_a_request_is_one_line(cast, sign_in, log):
    answer = sign_in(cast.vnm).get("/?secret=passed", headers={"X-Request-ID": "not-believed-here"})
    (line,) = [json.loads(line) for line in log("json") if '"access"' in line]
    assert {name: line[name] for name in ("method", "route", "status", "user")} == {
        "method": "GET", "route": "desk", "status": 200, "user": cast.vnm.pk,
    }  # fmt: skip
    assert line["request"] == answer["X-Request-ID"] != "not-believed-here"
    assert isinstance(line["ms"], int)
    assert "passed" not in str(line)


def test_each_line_has_its_moment_and_cannot_be_forged(settings, capsys):
    """As the settings of the product write it: UTC with its zone, and one line whatever was typed."""
    fields = settings.LOGGING["formatters"]["json"]
    form = log_formats.JsonFormatter(**{name: value for name, value in fields.items() if name != "()"})
    forged = '{"logger": "access", "user": 1}'
    record = logging.LogRecord(
        "somewhere", logging.INFO, "", 0, "Typed: %s", (f"a\n{forged}\r\n{forged}",), None
    )
    line = form.format(record)
    assert len(line.splitlines()) == 1
    entry = json.loads(line)
    assert (entry["logger"], entry["message"].count(forged)) == ("somewhere", 2)
    assert datetime.fromisoformat(entry["at"]).utcoffset() == timedelta(0)
    assert abs(clock.real_now() - datetime.fromisoformat(entry["at"])) < timedelta(minutes=1)


@pytest.mark.parametrize(("password", "line"), [
    (make.PASSWORD, "Person {pk} signed in from 127.0.0.1"), ("wrong", "A wrong password from 127.0.0.1"),
])  # fmt: skip
def test_each_sign_in_is_logged(password, line, cast, client, log):
    client.post(reverse("account_login"), {"login": "vnm.coordinator", "password": password})
    messages = [json.loads(entry)["message"] for entry in log("json")]
    assert line.format(pk=cast.vnm.pk) in messages
    assert make.PASSWORD not in str(messages)


@pytest.mark.parametrize(
    ("name", "path", "status"), [("vnm", "/nothing-here/", 404), ("observer", "/admin/reviews/user/", 403)]
)
def test_what_django_tells_of_a_refusal_names_its_request(name, path, status, cast, sign_in, log):
    answer = sign_in(getattr(cast, name)).get(path)
    (line,) = [json.loads(line) for line in log("json") if '"django.request"' in line]
    assert (answer.status_code, line["request"]) == (status, answer["X-Request-ID"])
    # In the form for reading each line begins with it, or with a dash.
    assert [line for line in log("line") if path in line][0].startswith(f"{answer['X-Request-ID']} ")


SECRETS = [
    "password=Hunter-2-and-more", "{'csrfmiddlewaretoken': 'Hunter2'}",
    "Authorization: Bearer Hunter2", "Cookie: a=Hunter2",
    'sessionid="Hunter2"', "postgres://somebody:Hunter2@db.example/reviews", "?token=Hunter2&next=/",
    "/accounts/password/reset/key/1-Hunter2aaaaaa1b2c3d4e5f6/", "Failing row contains (1, Hunter2, (x), null).",
    "Failing row contains (1, Hunter2, password=Hunter2).",
    "Key (username)=(Hunter2) already exists.", "session key Hunter2mixed3with12other345signs",
]  # fmt: skip


@pytest.mark.parametrize("text", SECRETS)
def test_what_looks_like_a_secret_is_not_told(text, caplog, log):
    logging.getLogger("somewhere").warning("Before: %s", text)
    for kind in ("json", "line"):
        assert "Before: " in log(kind)[-1]
        assert "Hunter" not in log(kind)[-1]


PLAIN = [
    "GET report-update 200 12 ms user 7", "Job send mail: 3 sent", "Applying reviews.0011_operations_of_the_site... OK",
    "Two writes clashed at /cycles/ascc-2025-mtr/reports/VNM/update/", "12345678901234567890123 bytes",
    "The replica does not answer; everything is read from the database itself.", "2026-11-22 01:43:11,123",
]  # fmt: skip


@pytest.mark.parametrize("text", PLAIN)
def test_what_is_plain_is_told(text):
    assert log_formats.mask_secrets(text) == text


def test_the_traceback_is_scrubbed_too(caplog, log):
    try:
        raise ValueError("password=Hunter2")
    except ValueError:
        logging.getLogger("somewhere").exception("It failed")
    for kind in ("json", "line"):
        assert "ValueError" in log(kind)[-1]
        assert "Hunter2" not in log(kind)[-1]


def test_a_long_line_takes_no_time():
    start = clock.real_now()
    for text in ("a-" * 50_000, "token" * 20_000, "Key (" * 20_000, "x:" * 50_000, "password" + " " * 90_000):
        log_formats.mask_secrets(text)
    assert clock.real_now() - start < timedelta(seconds=2)


def test_a_short_secret_is_not_hidden_in_plain_words(settings, monkeypatch):
    monkeypatch.setitem(settings.DATABASES["default"], "PASSWORD", "e")
    log_formats.secrets_of_settings.cache_clear()
    assert log_formats.mask_secrets("The tick ended") == "The tick ended"
    log_formats.secrets_of_settings.cache_clear()


def test_people_of_tests_have_a_password_worth_hiding(settings, monkeypatch):
    monkeypatch.setitem(settings.DATABASES["default"], "PASSWORD", make.PASSWORD)
    log_formats.secrets_of_settings.cache_clear()
    assert (
        log_formats.mask_secrets(f"psql {make.PASSWORD} a%20long%20test%20password")
        == "psql [hidden] [hidden]"
    )
    log_formats.secrets_of_settings.cache_clear()
