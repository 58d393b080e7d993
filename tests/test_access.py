"""Every page x everybody: who gets in, who is refused (403), and for whom a page does not exist (404)."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import transaction
from django.http import HttpResponseBase
from django.test import Client
from django.urls import URLPattern, get_resolver, reverse

from reviews import guidance
from reviews.models import Extension, ReviewCycle
from tests import edges, grids, make, steps

# "in": the visitor is asked to sign in. 302: done, and sent on. 405: not a step of this page.
# What each page is about belongs to Viet Nam (vnm and team), or is common to the members of the cycle.
GETS = """
                       visitor  vnm  team  lao  consultant  lead  secretariat  observer  admin  disabled
desk                        in  200   200  200         200   200          200       200    200        in
board                       in  200   200  200         200   200          200       200    200        in
framework                   in  200   200  200         200   200          200       200    200        in
report-list                 in  200   200  200         200   200          200       404    200        in
report                      in  200   200  404         200   200          200       404    200        in
progress-list               in  200   200  404         200   200          200       404    200        in
report-update               in  200   200  404         403   403          403       404    403        in
report-authors              in  200   403  404         403   403          403       404    403        in
report-submit               in  405   403  404         403   403          403       404    403        in
report-recall               in  405   403  404         403   403          403       404    403        in
report-start-reading        in  403   403  404         405   405          403       404    403        in
report-return               in  403   403  404         405   405          403       404    403        in
report-accept               in  403   403  404         405   405          403       404    403        in
report-version              in  200   200  404         200   200          200       404    200        in
report-version-file         in  200   200  404         200   200          200       404    200        in
datagap-list                in  200   200  200         200   200          200       404    200        in
datagap-add                 in  200   200  200         403   403          403       404    403        in
datagap                     in  200   200  404         200   200          200       404    200        in
datagap-edit                in  200   200  404         403   403          403       404    403        in
datagap-ask-guidance        in  405   405  404         403   403          403       404    403        in
datagap-take-up             in  405   405  404         403   403          403       404    403        in
datagap-close               in  200   200  404         403   403          403       404    403        in
datagap-reopen              in  405   405  404         403   403          403       404    403        in
datagap-question            in  403   403  404         405   405          403       404    403        in
datagap-answer              in  405   405  404         403   403          403       404    403        in
datagap-note                in  405   405  404         405   405          403       404    403        in
datagap-conclude            in  405   405  404         405   405          403       404    403        in
datagap-advise              in  403   403  404         200   200          403       404    403        in
datagap-adopt               in  405   405  404         403   403          403       404    403        in
datagap-set-aside           in  405   405  404         403   403          403       404    403        in
advice-edit                 in  404   404  404         200   200          404       404    404        in
advice-approve              in  404   404  404         403   405          404       404    404        in
advice-drop                 in  404   404  404         405   405          404       404    404        in
advice-send                 in  403   403  404         403   405          403       404    403        in
difficulty-list             in  404   404  404         200   200          200       404    200        in
difficulty-add              in  404   404  404         200   200          403       404    403        in
difficulty                  in  404   404  404         200   200          200       404    200        in
difficulty-edit             in  404   404  404         200   200          403       404    403        in
difficulty-advise           in  404   404  404         200   200          403       404    403        in
method-list                 in  200   200  200         200   200          200       404    200        in
method-add                  in  403   403  403         200   200          403       404    403        in
method                      in  200   200  200         200   200          200       404    200        in
method-edit                 in  403   403  403         200   200          403       404    403        in
finding-list                in  200   200  200         200   200          200       404    200        in
finding-add                 in  200   200  200         403   403          403       404    403        in
finding                     in  200   200  404         200   200          200       404    200        in
finding-edit                in  200   200  404         403   403          403       404    403        in
finding-finalise            in  405   405  404         403   403          403       404    403        in
finding-withdraw            in  405   405  404         403   403          403       404    403        in
finding-reopen              in  405   405  404         403   403          403       404    403        in
deadline-list               in  200   200  200         200   200          200       200    200        in
deadline-add                in  403   403  403         403   403          200       403    403        in
deadline                    in  200   200  200         200   200          200       200    200        in
deadline-edit               in  403   403  403         403   403          200       403    403        in
extension-ask               in  200   403  200         403   403          403       403    403        in
extension-decide            in  403   403  404         403   403          200       404    403        in
meeting-list                in  200   200  200         200   200          200       200    200        in
meeting-add                 in  403   403  403         403   403          200       403    403        in
meeting                     in  200   200  200         200   200          200       200    200        in
meeting-edit                in  403   403  403         403   403          200       403    403        in
meeting-hold                in  403   403  403         403   403          200       403    403        in
meeting-cancel              in  403   403  403         403   403          200       403    403        in
meeting-add-part            in  403   403  403         403   403          200       403    403        in
meeting-edit-part           in  403   403  403         403   403          200       403    403        in
action-list                 in  200   200  200         200   200          200       200    200        in
action-finish               in  405   405  403         403   403          405       403    403        in
action-drop                 in  403   403  403         403   403          405       403    403        in
action-reopen               in  403   403  403         403   403          405       403    403        in
report-annex                in  200   200  404         200   200          200       404    200        in
report-coverage             in  200   200  404         200   200          200       404    200        in
report-coverage-edit        in  200   200  404         403   403          403       404    403        in
annex                       in  404   404  404         200   200          200       404    200        in
coverage                    in  200   200  200         200   200          200       404    200        in
disruption-list             in  200   200  200         200   200          200       404    200        in
disruption-add              in  403   403  403         403   403          200       404    403        in
disruption                  in  200   200  200         200   200          200       404    200        in
disruption-edit             in  403   403  403         403   403          200       404    403        in
round                       in  200   200  200         200   200          200       200    200        in
round-open                  in  403   403  403         403   403          200       403    403        in
round-turn                  in  403   403  403         403   403          200       403    403        in
round-pass                  in  403   403  403         403   403          405       403    403        in
round-close                 in  403   403  403         403   403          405       403    403        in
meeting-compare             in  200   200  200         200   200          200       200    200        in
compare                     in  200   200  200         200   200          200       200    200        in
minutes                     in  200   200  200         200   200          200       404    200        in
minutes-docx                in  200   200  200         200   200          200       404    200        in
minutes-draft               in  403   403  403         403   403          405       403    403        in
minutes-section             in  403   403  403         403   403          200       404    403        in
minutes-redraft             in  403   403  403         403   403          405       404    403        in
minutes-circulate           in  404   404  404         403   403          405       404    403        in
minutes-adopt               in  403   403  403         403   403          405       404    403        in
brief                       in  200   200  200         200   200          200       404    200        in
brief-docx                  in  200   200  200         200   200          200       404    200        in
agenda-conclude             in  403   403  403         403   403          200       403    403        in
agenda-up                   in  403   403  403         403   403          405       403    403        in
agenda-down                 in  403   403  403         403   403          405       403    403        in
agenda-put-off              in  403   403  403         403   403          405       403    403        in
agenda-carry                in  403   403  403         403   403          405       403    403        in
agenda-reopen               in  403   403  403         403   403          405       403    403        in
action-verify               in  403   403  403         403   405          405       403    403        in
action-file                 in  200   200  404         200   200          200       404    200        in
plan                        in  200   200  200         200   200          200       404    200        in
plan-edit                   in  403   403  403         403   403          200       404    403        in
plan-outcome                in  403   403  403         403   403          200       404    403        in
account_login              200  302   302  302         302   302          302       302    302       200
account_logout             405  405   405  405         405   405          405       405    405       405
account_signed_out         200  200   200  200         200   200          200       200    200       200
account_reauthenticate      in  200   200  200         200   200          200       200    200        in
invitation                 200  302   302  302         302   302          302       302    302       200
usersessions_list           in  200   200  200         200   200          200       200    200        in
account_change_password     in  200   200  200         200   200          200       200    200        in
password_change_done        in  200   200  200         200   200          200       200    200        in
account_set_password        in  302   302  302         302   302          302       302    302        in
account_reset_password     200  200   200  200         200   200          200       200    200       200
account_reset_password_done   200  200   200  200         200   200          200       200    200       200
account_reset_password_from_key_done   200  200   200  200         200   200          200       200    200       200
account_reset_password_from_key   200  200   200  200         200   200          200       200    200       200
mfa_index                   in  200   200  200         200   200          200       200    200        in
mfa_authenticate           302  302   302  302         302   302          302       302    302       302
mfa_reauthenticate          in  302   302  302         302   302          200       302    200        in
mfa_activate_totp           in  200   200  200         200   200          302       200    302        in
mfa_deactivate_totp         in  404   404  404         404   404          200       404    200        in
mfa_view_recovery_codes     in  404   404  404         404   404          404       404    404        in
mfa_download_recovery_codes    in  404   404  404         404   404          404       404    404        in
mfa_generate_recovery_codes    in  200   200  200         200   200          200       200    200        in
mfa_list_webauthn           in  200   200  200         200   200          200       200    200        in
mfa_add_webauthn            in  200   200  200         200   200          200       200    200        in
mfa_reauthenticate_webauthn    in  302   302  302         302   302          302       302    302        in
mfa_edit_webauthn           in  200   404  404         404   404          404       404    404        in
mfa_remove_webauthn         in  200   404  404         404   404          404       404    404        in
socialaccount_connections    in  200   200  200         200   200          200       200    200        in
socialaccount_login_cancelled   200  200   200  200         200   200          200       200    200       200
openid_connect_login       404  404   404  404         404   404          404       404    404       404
openid_connect_callback    404  404   404  404         404   404          404       404    404       404
livez                      200  200   200  200         200   200          200       200    200       200
readyz                     503  503   503  503         503   503          503       503    503       503
metrics                    404  404   404  404         404   404          404       404    404       404
"""

# Sent with everything that the step needs, in a status that allows it: 302 means that it was done.
# on: sent on to another page, and nothing was done.
# A page that is only read takes no notice of what is sent to it (200, or 405 for a list).
POSTS = """
                       visitor  vnm  team  lao  consultant  lead  secretariat  observer  admin  disabled
desk                        in  200   200  200         200   200          200       200    200        in
board                       in  200   200  200         200   200          200       200    200        in
framework                   in  200   200  200         200   200          200       200    200        in
report-list                 in  405   405  405         405   405          405       404    405        in
report                      in  200   200  404         200   200          200       404    200        in
progress-list               in  405   405  405         405   405          405       404    405        in
report-update               in  302   302  404         403   403          403       404    403        in
report-authors              in  302   403  404         403   403          403       404    403        in
report-submit               in  302   403  404         403   403          403       404    403        in
report-recall               in  302   403  404         403   403          403       404    403        in
report-start-reading        in  403   403  404         302   302          403       404    403        in
report-return               in  403   403  404         302   302          403       404    403        in
report-accept               in  403   403  404         302   302          403       404    403        in
report-version              in  200   200  404         200   200          200       404    200        in
report-version-file         in  200   200  404         200   200          200       404    200        in
datagap-list                in  405   405  405         405   405          405       404    405        in
datagap-add                 in  302   302  302         403   403          403       404    403        in
datagap                     in  200   200  404         200   200          200       404    200        in
datagap-edit                in  302   302  404         403   403          403       404    403        in
datagap-ask-guidance        in  302   302  404         403   403          403       404    403        in
datagap-take-up             in  302   302  404         403   403          403       404    403        in
datagap-close               in  302   302  404         403   403          403       404    403        in
datagap-reopen              in  302   302  404         403   403          403       404    403        in
datagap-question            in  403   403  404         302   302          403       404    403        in
datagap-answer              in  302   302  404         403   403          403       404    403        in
datagap-note                in  302   302  404         302   302          403       404    403        in
datagap-conclude            in  302   302  404         302   302          403       404    403        in
datagap-advise              in  403   403  404         302   302          403       404    403        in
datagap-adopt               in  302   302  404         403   403          403       404    403        in
datagap-set-aside           in  302   302  404         403   403          403       404    403        in
advice-edit                 in  404   404  404         302   302          404       404    404        in
advice-approve              in  404   404  404         403   302          404       404    404        in
advice-drop                 in  404   404  404         302   302          404       404    404        in
advice-send                 in  403   403  404         403   302          403       404    403        in
difficulty-list             in  404   404  404         405   405          405       404    405        in
difficulty-add              in  404   404  404         302   302          403       404    403        in
difficulty                  in  404   404  404         200   200          200       404    200        in
difficulty-edit             in  404   404  404         302   302          403       404    403        in
difficulty-advise           in  404   404  404         302   302          403       404    403        in
method-list                 in  405   405  405         405   405          405       404    405        in
method-add                  in  403   403  403         302   302          403       404    403        in
method                      in  200   200  200         200   200          200       404    200        in
method-edit                 in  403   403  403         302   302          403       404    403        in
finding-list                in  405   405  405         405   405          405       404    405        in
finding-add                 in  302   302  302         403   403          403       404    403        in
finding                     in  200   200  404         200   200          200       404    200        in
finding-edit                in  302   302  404         403   403          403       404    403        in
finding-finalise            in  302   302  404         403   403          403       404    403        in
finding-withdraw            in  302   302  404         403   403          403       404    403        in
finding-reopen              in  302   302  404         403   403          403       404    403        in
deadline-list               in  405   405  405         405   405          405       405    405        in
deadline-add                in  403   403  403         403   403          302       403    403        in
deadline                    in  200   200  200         200   200          200       200    200        in
deadline-edit               in  403   403  403         403   403          302       403    403        in
extension-ask               in  302   403  302         403   403          403       403    403        in
extension-decide            in  403   403  404         403   403          302       404    403        in
meeting-list                in  405   405  405         405   405          405       405    405        in
meeting-add                 in  403   403  403         403   403          302       403    403        in
meeting                     in  200   200  200         200   200          200       200    200        in
meeting-edit                in  403   403  403         403   403          302       403    403        in
meeting-hold                in  403   403  403         403   403          302       403    403        in
meeting-cancel              in  403   403  403         403   403          302       403    403        in
meeting-add-part            in  403   403  403         403   403          302       403    403        in
meeting-edit-part           in  403   403  403         403   403          302       403    403        in
action-list                 in  405   405  405         405   405          405       405    405        in
action-finish               in  302   302  403         403   403          302       403    403        in
action-drop                 in  403   403  403         403   403          302       403    403        in
action-reopen               in  403   403  403         403   403          302       403    403        in
report-annex                in  405   405  405         405   405          405       404    405        in
report-coverage             in  200   200  404         200   200          200       404    200        in
report-coverage-edit        in  302   302  404         403   403          403       404    403        in
annex                       in  405   405  405         405   405          405       404    405        in
coverage                    in  200   200  200         200   200          200       404    200        in
disruption-list             in  405   405  405         405   405          405       404    405        in
disruption-add              in  403   403  403         403   403          302       404    403        in
disruption                  in  200   200  200         200   200          200       404    200        in
disruption-edit             in  403   403  403         403   403          302       404    403        in
round                       in  405   405  405         405   405          405       405    405        in
round-open                  in  403   403  403         403   403          302       403    403        in
round-turn                  in  403   403  403         403   403          302       403    403        in
round-pass                  in  403   403  403         403   403          302       403    403        in
round-close                 in  403   403  403         403   403          302       403    403        in
meeting-compare             in  405   405  405         405   405          405       405    405        in
compare                     in  405   405  405         405   405          405       405    405        in
minutes                     in  200   200  200         200   200          200       404    200        in
minutes-docx                in  200   200  200         200   200          200       404    200        in
minutes-draft               in  403   403  403         403   403          302       403    403        in
minutes-section             in  403   403  403         403   403          302       404    403        in
minutes-redraft             in  403   403  403         403   403          302       404    403        in
minutes-circulate           in  404   404  404         403   403          302       404    403        in
minutes-adopt               in  403   403  403         403   403          302       404    403        in
brief                       in  200   200  200         200   200          200       404    200        in
brief-docx                  in  200   200  200         200   200          200       404    200        in
agenda-conclude             in  403   403  403         403   403          302       403    403        in
agenda-up                   in  403   403  403         403   403          302       403    403        in
agenda-down                 in  403   403  403         403   403          302       403    403        in
agenda-put-off              in  403   403  403         403   403          302       403    403        in
agenda-carry                in  403   403  403         403   403          302       403    403        in
agenda-reopen               in  403   403  403         403   403          302       403    403        in
action-verify               in  403   403  403         403   302          302       403    403        in
action-file                 in  200   200  404         200   200          200       404    200        in
plan                        in  200   200  200         200   200          200       404    200        in
plan-edit                   in  403   403  403         403   403          302       404    403        in
plan-outcome                in  403   403  403         403   403          302       404    403        in
account_login              200   on    on   on          on    on           on        on     on       200
account_logout              on   on    on   on          on    on           on        on     on        on
account_signed_out         200  200   200  200         200   200          200       200    200       200
account_reauthenticate      in   on    on   on          on    on           on        on     on        in
invitation                 302   on    on   on          on    on           on        on     on       302
usersessions_list           in   on    on   on          on    on           on        on     on        in
account_change_password     in  302   302  302         302   302          302       302    302        in
password_change_done        in  405   405  405         405   405          405       405    405        in
account_set_password        in   on    on   on          on    on           on        on     on        in
account_reset_password      on   on    on   on          on    on           on        on     on        on
account_reset_password_done   405  405   405  405         405   405          405       405    405       405
account_reset_password_from_key_done   405  405   405  405         405   405          405       405    405       405
account_reset_password_from_key   200  200   200  200         200   200          200       200    200       200
mfa_index                   in  405   405  405         405   405          405       405    405        in
mfa_authenticate            on   on    on   on          on    on           on        on     on        on
mfa_reauthenticate          in   on    on   on          on    on          200        on    200        in
mfa_activate_totp           in  200   200  200         200   200           on       200     on        in
mfa_deactivate_totp         in  404   404  404         404   404          302       404    302        in
mfa_view_recovery_codes     in  405   405  405         405   405          405       405    405        in
mfa_download_recovery_codes    in  405   405  405         405   405          405       405    405        in
mfa_generate_recovery_codes    in  200   200  200         200   200          302       200    302        in
mfa_list_webauthn           in  405   405  405         405   405          405       405    405        in
mfa_add_webauthn            in  200   200  200         200   200          200       200    200        in
mfa_reauthenticate_webauthn    in   on    on   on          on    on           on        on     on        in
mfa_edit_webauthn           in  302   404  404         404   404          404       404    404        in
mfa_remove_webauthn         in  302   404  404         404   404          404       404    404        in
socialaccount_connections    in  200   200  200         200   200          200       200    200        in
socialaccount_login_cancelled   405  405   405  405         405   405          405       405    405       405
openid_connect_login       404  404   404  404         404   404          404       404    404       404
openid_connect_callback    404  404   404  404         404   404          404       404    404       404
livez                      405  405   405  405         405   405          405       405    405       405
readyz                     405  405   405  405         405   405          405       405    405       405
metrics                    405  405   405  405         405   405          405       405    405       405
"""


def patterns(found: Any, within: str = "") -> Iterator[str]:
    """The names of all addresses below a resolver, without the administration (tests/admin)."""
    for entry in found.url_patterns:
        if isinstance(entry, URLPattern):
            yield entry.name or f"{within}{entry.pattern}"
        elif entry.namespace != "admin":
            yield from patterns(entry, f"{within}{entry.pattern}")


def each_line(grid: str) -> Any:
    return pytest.mark.parametrize(("page", "row"), grids.read(grid), ids=list_in_order(grid))


def list_in_order(grid: str) -> list[str]:
    """The pages of a grid, each once."""
    return list(dict(grids.read(grid)))


@pytest.mark.parametrize("grid", [GETS, POSTS], ids=["GET", "POST"])
def test_every_page_has_a_line(grid):
    assert [page for page, _row in grids.read(grid)] == list_in_order(grid)
    assert {page for page, _row in grids.read(grid)} == set(patterns(get_resolver()))


@each_line(GETS)
def test_get(page, row, cast, cycle):
    made = steps.world(page, cast, cycle)
    browsers = everybody(cast)
    with nothing_written():
        for name, browser in browsers.items():
            answer = browser.get(steps.address(page, made))
            assert told(answer) == row[name], f"{name} reads {page}"
            assert not edges.faults(answer), f"{name} reads {page}"
            ask_without_reading(browser, steps.address(page, made), row[name], page)


def test_a_page_that_writes_when_it_is_read_is_noticed(cast, report, sign_in, monkeypatch):
    """Planted: the page of a report starts its work."""

    def writes(*_arguments: Any) -> list[Any]:
        make.finding(report, by=cast.vnm)
        return []

    monkeypatch.setattr("reviews.views.reports.history", writes)
    with pytest.raises(AssertionError), nothing_written():
        sign_in(cast.vnm).get(reverse("report", args=["mtr", "VNM"]))


# Lists that look for the report only when they are read: asked what they take, they answer the same of any.
BLIND = {"progress-list", "report-annex", "annex"}
# The same of pages of one's own that do not exist yet.
BLIND |= {
    "mfa_view_recovery_codes",
    "mfa_download_recovery_codes",
    "mfa_edit_webauthn",
    "mfa_remove_webauthn",
}
# What machines read takes GET and HEAD alone.
READ_ONLY = {"livez", "readyz", "metrics"}


def ask_without_reading(browser: Client, url: str, status: str, page: str) -> None:
    """HEAD answers as GET does, and OPTIONS those who may read: neither tells what stands there."""
    head, options = browser.head(url), browser.options(url)
    taken = {status.replace("405", "200")} | ({"200"} if page in BLIND and status == "404" else set())
    taken = {"405"} if page in READ_ONLY else taken
    assert told(head) == status, url
    assert told(options) in taken, url
    assert content_of(head) == b""
    assert content_of(options) == b"" or options.status_code != 200, url


def content_of(answer: Any) -> bytes:
    return b"".join(answer) if answer.streaming else answer.content


@each_line(POSTS)
def test_post(page, row, cast, cycle):
    """Who may not, changes nothing, though what they send would do if it came from somebody else."""
    made = steps.world(page, cast, cycle)
    for name, browser in everybody(cast).items():
        with undone():
            before = grids.fingerprint()
            answer = browser.post(steps.address(page, made), steps.typed(page, made))
            assert told(answer) == row[name].replace("on", "302"), f"{name} posts to {page}"
            assert not edges.faults(answer), f"{name} posts to {page}"
            done = row[name] == "302"
            assert bool(grids.changed(before)) is done, f"{name} posts to {page}"


def everybody(cast: Any) -> dict[str, Client]:
    """A browser for each column of the grids."""
    people = {name: person for name, person in vars(cast).items() if name != "vnm_team"}
    browsers = {name: signed_in(person) for name, person in people.items()} | {
        "team": signed_in(cast.vnm_team)
    }
    gone = make.user("gone", "coordinator", cast.vnm.organisation)
    browsers |= {"visitor": Client(), "disabled": signed_in(gone)}
    gone.change(by=cast.admin, seen=gone.version, is_active=False)
    return browsers


def signed_in(person: Any) -> Client:
    browser = Client()
    browser.force_login(person)
    return browser


def told(answer: HttpResponseBase) -> str:
    """The status; "in" for the way to the sign-in page."""
    asked_in = answer.status_code == 302 and answer["Location"].startswith(
        f"{reverse('account_login')}?next="
    )
    return "in" if asked_in else str(answer.status_code)


@contextmanager
def undone() -> Iterator[None]:
    """What happens in the block is taken back."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@contextmanager
def nothing_written() -> Iterator[None]:
    before = grids.fingerprint()
    yield
    assert not grids.changed(before)


@pytest.mark.parametrize("method", ["head", "options", "put", "patch", "delete"])
def test_other_methods_open_nothing_more(method, cast, cycle):
    """Of those who may not read a page nobody gets it in another way, and nobody writes."""
    made = steps.world("report-version", cast, cycle)
    for page in ("report", "report-update", "report-version-file", "datagap", "board", "deadline-add"):
        row = dict(grids.read(GETS))[page]
        for name, browser in everybody_of("visitor lao observer", cast).items():
            with nothing_written():
                answer = getattr(browser, method)(steps.address(page, made))
            assert told(answer) in {row[name], "405"}, f"{method} by {name} at {page}"


def everybody_of(names: str, cast: Any) -> dict[str, Client]:
    return {name: signed_in(getattr(cast, name)) if name != "visitor" else Client() for name in names.split()}


# What one may not see


SECRETS = {
    "gap": "Gap-Kiwi",
    "note": "Note-Mango",
    "return": "Return-Papaya",
    "ask": "Ask-Durian",
    "guide": "Guide-Lime",
    "finding": "Finding-Guava",
}


@pytest.fixture
def secrets(cast: Any, cycle: Any) -> SimpleNamespace:
    """Viet Nam has told what Lao PDR and the observers must not read."""
    report = make.report(cycle, "VNM")
    report.post_progress(by=cast.vnm, seen=report.version, data_collection=100, note=SECRETS["note"])
    make.submitted(report, by=cast.vnm)
    report.start_reading(by=cast.consultant, seen=report.version)
    report.return_for_revision(by=cast.consultant, seen=report.version, note=SECRETS["return"])
    gap = make.gap(report, by=cast.vnm, missing=SECRETS["gap"])
    gap.ask_guidance(by=cast.vnm, seen=gap.version)
    advice = make.advice(by=cast.consultant, gap=gap, text=SECRETS["guide"])
    guidance.approve_advice(by=cast.lead, advice=advice, seen=advice.version)
    deadline = make.deadline(cycle, by=cast.secretariat, shared=True)
    asked = Extension.ask_for(
        report, deadline, by=cast.vnm, asked_until=date(2020, 9, 21), reason=SECRETS["ask"]
    )
    meeting = make.meeting(cycle, by=cast.secretariat, shared=True)
    finding = make.finding(report, by=cast.vnm, text=SECRETS["finding"])
    return SimpleNamespace(
        report=report, gap=gap, finding=finding, deadline=deadline, extension=asked, meeting=meeting
    )


EVERYBODYS = (
    "desk",
    "board",
    "framework",
    "plan",
    "round",
    "compare",
    "deadline-list",
    "deadline",
    "meeting-list",
    "meeting",
    "action-list",
)
LISTS = (
    "report-list", "datagap-list", "finding-list", "deadline-list", "meeting-list", "action-list", "coverage",
    "disruption-list",
)  # fmt: skip


def pages_of(made: Any) -> Iterator[str]:
    """All pages that everybody may open, today's and past ones, and every list taken away."""
    made.action = made.agenda = made.advice = made.received = made.difficulty = SimpleNamespace(
        pk=1, number=1
    )
    yield from (steps.address(page, made) for page in {*EVERYBODYS, *LISTS})
    yield steps.address("board", made) + "?as_of=2020-08-20"
    yield from (f"{steps.address(page, made)}?_export={kind}" for page in LISTS for kind in ("csv",))


@pytest.mark.parametrize("name", ["lao", "observer"])
def test_nothing_of_another_country_leaks(name, cast, secrets, sign_in):
    browser = sign_in(getattr(cast, name))
    for url in pages_of(secrets):
        answer = browser.get(url)
        assert answer.status_code == (404 if name == "observer" and hidden_from_observers(url) else 200)
        assert not [word for word in SECRETS.values() if word in body(answer)], url


HIDDEN = ("reports", "datagaps", "findings", "plan", "coverage", "disruptions")


def hidden_from_observers(url: str) -> bool:
    return any(f"/{noun}/" in url for noun in HIDDEN)


def test_the_same_pages_show_it_to_those_who_may(cast, secrets, sign_in):
    """So that the test above cannot pass because nothing is ever shown."""
    browser = sign_in(cast.vnm)
    shown = "".join(body(browser.get(url)) for url in [*pages_of(secrets), secrets.gap.get_absolute_url()])
    shown += body(browser.get(secrets.report.get_absolute_url()))
    assert [word for word in SECRETS.values() if word not in shown] == []


def body(answer: Any) -> str:
    """The page without what differs from one answer to the next."""
    content = b"".join(answer) if answer.streaming else answer.content
    return re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", content.decode())


PAIRS = [
    ("report", ["VNM"], ["XYZ"]), ("progress-list", ["VNM"], ["XYZ"]), ("report-update", ["VNM"], ["XYZ"]),
    ("report-version", ["VNM", 1], ["XYZ", 1]), ("report-version-file", ["VNM", 1], ["VNM", 7]),
    ("datagap", ["VNM-1"], ["VNM-9"]), ("datagap-edit", ["VNM-1"], ["VNM-9"]), ("report-submit", ["VNM"], ["XYZ"]),
    ("datagap-close", ["VNM-1"], ["VNM-9"]), ("extension-decide", [1], [999_999_999]),
]  # fmt: skip


@pytest.mark.parametrize(("page", "foreign", "absent"), PAIRS, ids=lambda value: str(value))
@pytest.mark.parametrize("method", ["get", "post"])
def test_foreign_and_absent_look_the_same(method, page, foreign, absent, cast, secrets, sign_in):
    """Nobody learns from an answer what another country has."""
    browser = sign_in(cast.lao)
    real = [secrets.extension.pk] if page == "extension-decide" else foreign
    answers = [getattr(browser, method)(reverse(page, args=["mtr", *codes])) for codes in (real, absent)]
    status = 405 if (method, page) == ("post", "progress-list") else 404
    assert [answer.status_code for answer in answers] == [status, status]
    assert body(answers[0]) == body(answers[1])


# Cycles that are not for everybody

CYCLES = """
                 vnm  team  lao  consultant  secretariat  observer  admin
shared           200   200  200         200          200       200    200
unshared         200   200  200         200          200       404    200
preparing        404   404  404         200          200       404    200
closed           200   200  200         200          200       200    200
of_lao_alone     404   404  200         200          200       404    200
absent           404   404  404         404          404       404    404
"""


@pytest.fixture
def cycles(cast: Any) -> None:
    for slug in ("shared", "closed"):
        make.cycle(slug, by=cast.secretariat, shared=True)
    closed = ReviewCycle.objects.get(slug="closed")
    closed.close(by=cast.secretariat, seen=closed.version, why="Done.")
    make.cycle("unshared", by=cast.secretariat)
    make.cycle("of_lao_alone", by=cast.secretariat, members=["LAO"])
    days = {"starts_on": date(2021, 1, 1), "ends_on": date(2021, 12, 31)}
    ReviewCycle.record_new(
        by=None, slug="preparing", name_en="Next", framework=make.framework(), shared=True, **days
    )


@pytest.mark.parametrize("page", ["board", "framework", "deadline-list", "meeting-list", "action-list"])
@pytest.mark.parametrize(("slug", "row"), grids.read(CYCLES), ids=lambda value: str(value)[:12])
def test_cycles(slug, row, page, cast, cycles, sign_in):
    people = vars(cast) | {"team": cast.vnm_team}
    answers = {name: sign_in(people[name]).get(reverse(page, args=[slug])) for name in row}
    assert {name: str(answer.status_code) for name, answer in answers.items()} == row


READ = (
    "board",
    "report",
    "report-list",
    "datagap",
    "datagap-list",
    "deadline",
    "deadline-list",
    "meeting",
    "meeting-list",
)
WAY_TO_A_FORM = (
    r"/(update|authors|add|edit|extension|decide|hold|cancel|actions/\d+/\w+|start-reading|ask-guidance)/"
)


@pytest.mark.parametrize("page", READ)
def test_a_closed_cycle_offers_nothing_to_do(page, cast, cycle, sign_in):
    made = steps.world("report", cast, cycle)
    offered = {
        name: offers(sign_in(getattr(cast, name)), page, made) for name in ("vnm", "lead", "secretariat")
    }
    assert any(offered.values()) or page in ("board", "report-list")
    cycle.close(by=cast.secretariat, seen=cycle.version, why="Adopted.")
    for name in offered:
        assert offers(sign_in(getattr(cast, name)), page, made) == set(), f"{name} at {page}"


def offers(browser: Client, page: str, made: Any) -> set[str]:
    """The kinds of steps that a page leads to."""
    shown = body(browser.get(steps.address(page, made)))
    return {found.group(1) for found in re.finditer(rf'(?:href|action)="[^"]*{WAY_TO_A_FORM}', shown)}


def test_a_cycle_that_one_may_not_open_is_on_no_desk(cast, cycles, sign_in):
    assert "OF_LAO_ALONE" not in body(sign_in(cast.vnm).get(reverse("desk")))
    assert "OF_LAO_ALONE" in body(sign_in(cast.lao).get(reverse("desk")))
    assert "UNSHARED" not in body(sign_in(cast.observer).get(reverse("desk")))


@pytest.mark.parametrize("page", ["deadline", "meeting"])
def test_observers_read_of_a_shared_cycle_only_what_is_shared(page, cast, cycle, sign_in):
    made = SimpleNamespace(
        deadline=make.deadline(cycle, by=cast.secretariat, title="Quiet"),
        meeting=make.meeting(cycle, by=cast.secretariat, title="Quiet"),
    )
    url = getattr(made, page).get_absolute_url()
    assert sign_in(cast.observer).get(url).status_code == 404
    assert "Quiet" not in body(sign_in(cast.observer).get(reverse(f"{page}-list", args=["mtr"])))
    assert "Quiet" in body(sign_in(cast.lao).get(url))


def test_a_deadline_for_one_country_does_not_exist_for_another(cast, cycle, sign_in):
    only = make.deadline(cycle, by=cast.secretariat, title="Quiet", only_for=[cast.vnm.organisation])
    for page in (only.get_absolute_url(), reverse("extension-ask", args=["mtr", only.number])):
        assert sign_in(cast.lao).get(page).status_code == 404
    assert "Quiet" not in body(sign_in(cast.lao).get(reverse("deadline-list", args=["mtr"])))
    assert "Quiet" in body(sign_in(cast.vnm).get(reverse("deadline-list", args=["mtr"])))


def test_signing_out_ends_the_visit(cast, cycle, sign_in):
    browser = sign_in(cast.vnm)
    browser.post(reverse("account_logout"))
    assert told(browser.get(reverse("board", args=["mtr"]))) == "in"


def test_a_form_from_elsewhere_is_refused(cast, report):
    """Without the site's own token nothing is taken, from nobody."""
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(cast.vnm)
    with nothing_written():
        answer = browser.post(reverse("report-update", args=["mtr", "VNM"]), {"writing": "5", "version": "1"})
    assert answer.status_code == 403
    assert "Review tracker" in body(answer)


@pytest.mark.parametrize("debug", [True, False])
def test_a_page_that_is_not_there_looks_like_the_site(debug, settings, cast, cycle, sign_in):
    settings.DEBUG = debug
    answer = sign_in(cast.lao).get("/cycles/mtr/reports/VNM/")
    assert (answer.status_code, "There is no such page for you" in answer.content.decode()) == (404, True)
