"""Every page x everybody: who gets in, who is refused (403), and for whom a page does not exist (404)."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, get_resolver, reverse

from tests.support import grids, header_expectations, make, steps
from tests.support.browsers import body, content_of, everybody, everybody_of, nothing_written, told, undone

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
            assert not header_expectations.faults(answer), f"{name} reads {page}"
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


@each_line(POSTS)
def test_post(page, row, cast, cycle):
    """Who may not, changes nothing, though what they send would do if it came from somebody else."""
    made = steps.world(page, cast, cycle)
    browsers, before = everybody(cast), grids.fingerprint()  # what each of them does is taken back
    for name, browser in browsers.items():
        with undone():
            answer = browser.post(steps.address(page, made), steps.typed(page, made))
            assert told(answer) == row[name].replace("on", "302"), f"{name} posts to {page}"
            assert not header_expectations.faults(answer), f"{name} posts to {page}"
            done = row[name] == "302"
            assert bool(grids.changed(before)) is done, f"{name} posts to {page}"


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
