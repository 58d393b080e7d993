"""Every address of the site: nouns, with POST verbs beneath."""

from typing import Any

from allauth.account import views as account
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as codes
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as webauthn
from allauth.socialaccount import views as social
from django.contrib.auth.views import PasswordChangeDoneView
from django.db.transaction import atomic
from django.urls import include, path, re_path, register_converter

from reviews.accounts import sign_on
from reviews.views import (
    absences,
    accounts,
    actionpoints,
    agenda,
    annex,
    board,
    brief,
    calendars,
    changes,
    comparison,
    coverage,
    cycles,
    datagaps,
    deadlines,
    delegations,
    desk,
    difficulties,
    disruptions,
    extensions,
    findings,
    follow_ups,
    framework,
    guidance,
    health,
    languages,
    mails,
    meetings,
    methods,
    minutes,
    notifications,
    pending,
    people,
    pictures,
    plans,
    progress_reports,
    projector,
    reminders,
    report_versions,
    reports,
    rounds,
    saved_views,
    search,
    setup,
    timeliness,
    unsaved_texts,
    watches,
)
from reviews.views.rehearsals import rehearsable
from reviews.web import converters

register_converter(converters.StateCode, "state")
register_converter(converters.GapCode, "gap")
register_converter(converters.Number, "number")
register_converter(converters.PartKind, "part")
register_converter(converters.FindingCode, "finding")
register_converter(converters.AreaCode, "area")
register_converter(converters.WatchedKind, "watched")

report_urls = [
    path("", reports.report_page, name="report"),
    path("progress/", reports.ProgressList.as_view(), name="progress-list"),
    path("gaps/", reports.ReportGaps.as_view(), name="report-gaps"),
    path("findings/", reports.ReportFindings.as_view(), name="report-findings"),
    path("files/", report_versions.report_files, name="report-files"),
    path("history/", reports.report_history, name="report-history"),
    path("update/", reports.UpdateReport.as_view(), name="report-update"),
    path("authors/", reports.AppointAuthors.as_view(), name="report-authors"),
    path("submit/", report_versions.SubmitReport.as_view(), name="report-submit"),
    path("past-submission/", report_versions.RecordPastSubmission.as_view(), name="report-past-submission"),
    path("recall/", reports.RecallReport.as_view(), name="report-recall"),
    path("start-reading/", reports.StartReading.as_view(), name="report-start-reading"),
    path("return/", reports.ReturnReport.as_view(), name="report-return"),
    path("accept/", reports.AcceptReport.as_view(), name="report-accept"),
    path("versions/<number:number>/", report_versions.version_page, name="report-version"),
    path("versions/<number:number>/file/", report_versions.version_file, name="report-version-file"),
    path("annex/", annex.ReportAnnex.as_view(), name="report-annex"),
    path("coverage/", coverage.report_coverage, name="report-coverage"),
    path("coverage/edit/", coverage.StateCoverage.as_view(), name="report-coverage-edit"),
]

datagap_urls = [
    path("", datagaps.gap_page, name="datagap"),
    path("edit/", datagaps.EditDataGap.as_view(), name="datagap-edit"),
    path("ask-guidance/", datagaps.AskGuidance.as_view(), name="datagap-ask-guidance"),
    path("take-up/", datagaps.TakeUp.as_view(), name="datagap-take-up"),
    path("close/", datagaps.CloseGap.as_view(), name="datagap-close"),
    path("reopen/", datagaps.ReopenGap.as_view(), name="datagap-reopen"),
    path("question/", guidance.AskBack.as_view(), name="datagap-question"),
    path("answer/", guidance.Answer.as_view(), name="datagap-answer"),
    path("note/", guidance.AddPrivateNote.as_view(), name="datagap-note"),
    path("conclude/", guidance.Conclude.as_view(), name="datagap-conclude"),
    path("advice/add/", guidance.AdviseOnGap.as_view(), name="datagap-advise"),
    path("advice/<number:pk>/adopt/", guidance.AdoptAdvice.as_view(), name="datagap-adopt"),
    path("advice/<number:pk>/set-aside/", guidance.SetAsideAdvice.as_view(), name="datagap-set-aside"),
]

advice_urls = [
    path("edit/", guidance.EditAdvice.as_view(), name="advice-edit"),
    path("approve/", guidance.ApproveAdvice.as_view(), name="advice-approve"),
    path("send/", guidance.SendAdvice.as_view(), name="advice-send"),
    path("drop/", guidance.DropAdvice.as_view(), name="advice-drop"),
]

difficulty_urls = [
    path("", difficulties.difficulty_page, name="difficulty"),
    path("edit/", difficulties.EditDifficulty.as_view(), name="difficulty-edit"),
    path("advice/add/", difficulties.AdviseOnDifficulty.as_view(), name="difficulty-advise"),
]

finding_urls = [
    path("", findings.finding_page, name="finding"),
    path("edit/", findings.EditFinding.as_view(), name="finding-edit"),
    path("finalise/", findings.FinaliseFinding.as_view(), name="finding-finalise"),
    path("withdraw/", findings.WithdrawFinding.as_view(), name="finding-withdraw"),
    path("reopen/", findings.ReopenFinding.as_view(), name="finding-reopen"),
]

deadline_urls = [
    path("", deadlines.DeadlinePage.as_view(), name="deadline"),
    path("edit/", deadlines.EditDeadline.as_view(), name="deadline-edit"),
    path("extension/", extensions.AskExtension.as_view(), name="extension-ask"),
    path("another-day/<state:code>/", extensions.SetAnotherDay.as_view(), name="extension-set"),
    path("met/", deadlines.RecordDeliveries.as_view(), name="delivery-record"),
    path("done/", deadlines.Deliver.as_view(), name="delivery-add"),
    path("explain/<state:code>/", reminders.RequestExplanation.as_view(), name="explanation-ask"),
    path("explanations/<number:pk>/", reminders.GiveExplanation.as_view(), name="explanation-give"),
    path("met/<state:code>/take-back/", deadlines.TakeBackDelivery.as_view(), name="delivery-take-back"),
]

round_urls = [
    path("", rehearsable(rounds.RoundPage.as_view()), name="round"),
    path("projector/", rehearsable(projector.projector), name="round-projector"),
    path("open/", rounds.OpenRound.as_view(), name="round-open"),
    path("rehearsal/end/", rounds.EndRehearsal.as_view(), name="round-end-rehearsal"),
    path("close/", rehearsable(rounds.CloseRound.as_view()), name="round-close"),
    path("pass/", rehearsable(rounds.PassAllWaiting.as_view()), name="round-pass-all"),
    path("<state:state>/", rehearsable(rounds.TurnPage.as_view()), name="round-turn"),
    path("<state:state>/pass/", rehearsable(rounds.PassTurn.as_view()), name="round-pass"),
]

meeting_urls: list[Any] = [
    path("", meetings.meeting_page, name="meeting"),
    path("calendar/", meetings.meeting_ics, name="meeting-ics"),
    path("edit/", meetings.EditMeeting.as_view(), name="meeting-edit"),
    path("hold/", meetings.HoldMeeting.as_view(), name="meeting-hold"),
    path("cancel/", meetings.CancelMeeting.as_view(), name="meeting-cancel"),
    path("attendance/", delegations.RecordAttendance.as_view(), name="meeting-attendance"),
    path("<part:kind>/add/", meetings.AddPart.as_view(), name="meeting-add-part"),
    path("<part:kind>/<number:pk>/", meetings.EditPart.as_view(), name="meeting-edit-part"),
    path("round/", include(round_urls)),
    path("compare/<slug:other>/", comparison.CompareMeetings.as_view(), name="meeting-compare"),
]

agenda_urls = [
    path("paper/", agenda.agenda_paper, name="agenda-paper"),
    path("conclude/", agenda.ConcludeItem.as_view(), name="agenda-conclude"),
    path("up/", agenda.MoveItemUp.as_view(), name="agenda-up"),
    path("down/", agenda.MoveItemDown.as_view(), name="agenda-down"),
    path("put-off/", agenda.PutOffItem.as_view(), name="agenda-put-off"),
    path("carry/", agenda.CarryItem.as_view(), name="agenda-carry"),
    path("reopen/", agenda.ReopenItem.as_view(), name="agenda-reopen"),
]

minutes_urls = [
    path("", minutes.minutes_page, name="minutes"),
    path("docx/", minutes.minutes_docx, name="minutes-docx"),
    path("draft/", minutes.DraftMinutes.as_view(), name="minutes-draft"),
    path("circulate/", minutes.CirculateMinutes.as_view(), name="minutes-circulate"),
    path("revise/", minutes.ReviseMinutes.as_view(), name="minutes-revise"),
    path("adopt/", minutes.AdoptMinutes.as_view(), name="minutes-adopt"),
    path("<number:pk>/", minutes.EditSection.as_view(), name="minutes-section"),
    path("<number:pk>/redraft/", minutes.RedraftSection.as_view(), name="minutes-redraft"),
]

meeting_urls += [
    path("agenda/copy/", agenda.CopyAgenda.as_view(), name="meeting-agenda-copy"),
    path("agenda/order/", agenda.OrderAgenda.as_view(), name="meeting-agenda-order"),
    path("agenda/<number:pk>/", include(agenda_urls)),
    path("minutes/", include(minutes_urls)),
    path("brief/", brief.brief_page, name="brief"),
    path("brief/docx/", brief.brief_docx, name="brief-docx"),
]

setup_urls = [
    path("", setup.cycle_setup, name="cycle-setup"),
    path("framework/", framework.ChooseFramework.as_view(), name="cycle-framework"),
    path("framework/import/", framework.ImportFramework.as_view(), name="framework-import"),
    path("members/", setup.ChooseMembers.as_view(), name="cycle-members"),
    path("members/import/", setup.ImportMembers.as_view(), name="members-import"),
    path("bodies/", setup.EnterBodies.as_view(), name="cycle-bodies"),
    path("deadlines/", setup.CopyDeadlines.as_view(), name="cycle-deadlines"),
    path("phases/", setup.SetPhases.as_view(), name="cycle-phases"),
    path("ladder/", setup.EnterLadder.as_view(), name="cycle-ladder"),
    path("ladder/copy/", setup.CopyLadder.as_view(), name="cycle-ladder-copy"),
]

mail_urls = [
    path("", mails.MailList.as_view(), name="mail-list"),
    path("<number:pk>/again/", mails.SendAgain.as_view(), name="mail-again"),
]

people_urls = [
    path("", people.PeopleList.as_view(), name="people"),
    path("invite/", people.InvitePerson.as_view(), name="invite"),
    path("invite/sheet/", people.InvitePeople.as_view(), name="invite-sheet"),
    path("invitations/", people.InvitationList.as_view(), name="invitation-list"),
    path(
        "invitations/<number:pk>/withdraw/", people.WithdrawInvitation.as_view(), name="invitation-withdraw"
    ),
    path("<number:pk>/", people.person_page, name="person"),
    path("<number:pk>/alternate/", people.NameAlternate.as_view(), name="person-alternate"),
    path("<number:pk>/away/", absences.PersonAway.as_view(), name="person-away"),
    path("<number:pk>/hand-over/", people.hand_over_page, name="person-hand-over"),
    path("<number:pk>/hand-over/docx/", people.hand_over_docx, name="person-hand-over-docx"),
]

away_urls = [
    path("", absences.AbsencePage.as_view(), name="away"),
    path("act/<number:pk>/", absences.ActFor.as_view(), name="away-act"),
    path("end/", absences.StopActing.as_view(), name="away-end"),
]

watch_urls = [
    path("", watches.WatchesPage.as_view(), name="watches"),
    path("<watched:kind>/<number:pk>/start/", watches.StartWatching.as_view(), name="watch-start"),
    path("<watched:kind>/<number:pk>/stop/", watches.StopWatching.as_view(), name="watch-stop"),
]

calendar_urls = [
    path("", calendars.subscribe_page, name="calendar-subscribe"),
    path("add/", calendars.AddFeed.as_view(), name="calendar-add"),
    path("<number:pk>/renew/", calendars.RenewFeed.as_view(), name="calendar-renew"),
    path("<number:pk>/revoke/", calendars.RevokeFeed.as_view(), name="calendar-revoke"),
    path("<str:token>/calendar.ics", calendars.feed, name="calendar-feed"),
]

saved_view_urls = [
    path("", saved_views.SavedViewList.as_view(), name="saved-view-list"),
    path("add/", saved_views.SaveView.as_view(), name="saved-view-add"),
    path("<number:pk>/", saved_views.saved_view_page, name="saved-view"),
    path("<number:pk>/edit/", saved_views.EditView.as_view(), name="saved-view-edit"),
    path("<number:pk>/save-over/", saved_views.SaveOver.as_view(), name="saved-view-over"),
    path("<number:pk>/remove/", saved_views.RemoveView.as_view(), name="saved-view-remove"),
    path("<number:pk>/take-over/", saved_views.TakeOverView.as_view(), name="saved-view-take-over"),
    path("<number:pk>/default/", saved_views.MakeDefault.as_view(), name="saved-view-default"),
    path("<number:pk>/no-default/", saved_views.ClearDefault.as_view(), name="saved-view-no-default"),
]

cycle_urls = [
    path("", board.board_page, name="board"),
    path("calendar/", calendars.month_page, name="calendar"),
    path("seen/", changes.MarkSeen.as_view(), name="mark-seen"),
    path("pictures/", pictures.pictures_page, name="pictures"),
    path("cycle/", cycles.cycle_page, name="cycle"),
    path("cycle/edit/", cycles.EditCycle.as_view(), name="cycle-edit"),
    path("cycle/open/", cycles.OpenCycle.as_view(), name="cycle-open"),
    path("cycle/close/", cycles.CloseCycle.as_view(), name="cycle-close"),
    path("cycle/reopen/", cycles.ReopenCycle.as_view(), name="cycle-reopen"),
    path("cycle/members/add/", cycles.SeatMember.as_view(), name="cycle-seat"),
    path("cycle/bodies/add/", cycles.AddBodyRole.as_view(), name="cycle-body-add"),
    path("cycle/bodies/<number:pk>/edit/", cycles.EditBodyRole.as_view(), name="cycle-body-edit"),
    path("cycle/bodies/<number:pk>/take-out/", cycles.TakeOutBodyRole.as_view(), name="cycle-body-take-out"),
    path("cycle/empty/", setup.EmptyCycle.as_view(), name="cycle-empty"),
    path("set-up/", include(setup_urls)),
    path("framework/", framework.framework_page, name="framework"),
    path("framework/add/", framework.AddEntry.as_view(), name="framework-add"),
    path("framework/<area:code>/amend/", framework.AmendEntry.as_view(), name="framework-amend"),
    path("progress-report/", progress_reports.progress_report, name="progress-report"),
    path("progress-report/docx/", progress_reports.progress_report_docx, name="progress-report-docx"),
    path("reports/", reports.ReportList.as_view(), name="report-list"),
    path("reports/<state:code>/", include(report_urls)),
    path("datagaps/", datagaps.DataGapList.as_view(), name="datagap-list"),
    path("datagaps/add/", datagaps.AddDataGap.as_view(), name="datagap-add"),
    path("datagaps/<gap:code>/", include(datagap_urls)),
    path("findings/", findings.FindingList.as_view(), name="finding-list"),
    path("findings/add/", findings.AddFinding.as_view(), name="finding-add"),
    path("findings/<finding:code>/", include(finding_urls)),
    path("deadlines/", deadlines.DeadlineList.as_view(), name="deadline-list"),
    path("deadlines/add/", deadlines.AddDeadline.as_view(), name="deadline-add"),
    path("deadlines/remind/", reminders.Remind.as_view(), name="remind"),
    path("deadlines/reminders/", reminders.ChooseReminderDays.as_view(), name="reminder-schedule"),
    path("deadlines/<number:number>/", include(deadline_urls)),
    path("extensions/", extensions.ExtensionList.as_view(), name="extension-list"),
    path("extensions/decide/", extensions.DecideExtensions.as_view(), name="extension-decide-all"),
    path("extensions/<number:pk>/decide/", extensions.DecideExtension.as_view(), name="extension-decide"),
    path("meetings/", meetings.MeetingList.as_view(), name="meeting-list"),
    path("meetings/add/", meetings.AddMeeting.as_view(), name="meeting-add"),
    path("meetings/<slug:code>/", include(meeting_urls)),
    path("compare/", comparison.CompareDays.as_view(), name="compare"),
    path("actions/", actionpoints.ActionPointList.as_view(), name="action-list"),
    path("actions/<number:pk>/finish/", actionpoints.FinishAction.as_view(), name="action-finish"),
    path("actions/<number:pk>/drop/", actionpoints.DropAction.as_view(), name="action-drop"),
    path("actions/<number:pk>/reopen/", actionpoints.ReopenAction.as_view(), name="action-reopen"),
    path("plan/", plans.plan_page, name="plan"),
    path("plan/add/", plans.AddStep.as_view(), name="plan-add"),
    path("plan/<slug:code>/edit/", plans.EditStep.as_view(), name="plan-edit"),
    path("plan/<slug:code>/outcome/", plans.RecordOutcome.as_view(), name="plan-outcome"),
    path("actions/<number:pk>/verify/", actionpoints.VerifyAction.as_view(), name="action-verify"),
    path("actions/<number:pk>/file/", actionpoints.action_file, name="action-file"),
    path("pending/", pending.PendingList.as_view(), name="pending-list"),
    path("follow-ups/", follow_ups.FollowUpList.as_view(), name="follow-up-list"),
    path("follow-ups/<number:pk>/", follow_ups.follow_up_target, name="follow-up"),
    path("follow-ups/<number:pk>/done/", follow_ups.RemoveFollowUp.as_view(), name="follow-up-remove"),
    path(
        "follow-ups/<slug:kind>/<number:pk>/add/", follow_ups.MarkForFollowUp.as_view(), name="follow-up-add"
    ),
    path("timeliness/", timeliness.TimelinessList.as_view(), name="timeliness"),
    path("annex/", annex.RegionalAnnex.as_view(), name="annex"),
    path("coverage/", coverage.coverage_map, name="coverage"),
    path("disruptions/", disruptions.DisruptionList.as_view(), name="disruption-list"),
    path("disruptions/add/", disruptions.AddDisruption.as_view(), name="disruption-add"),
    path("disruptions/<number:number>/", disruptions.disruption_page, name="disruption"),
    path("disruptions/<number:number>/edit/", disruptions.EditDisruption.as_view(), name="disruption-edit"),
    path("advice/<number:pk>/", include(advice_urls)),
    path("difficulties/", difficulties.DifficultyList.as_view(), name="difficulty-list"),
    path("difficulties/add/", difficulties.AddDifficulty.as_view(), name="difficulty-add"),
    path("difficulties/<number:number>/", include(difficulty_urls)),
    path("methods/", methods.MethodList.as_view(), name="method-list"),
    path("methods/add/", methods.AddMethod.as_view(), name="method-add"),
    path("methods/<slug:code>/", methods.method_page, name="method"),
    path("methods/<slug:code>/edit/", methods.EditMethod.as_view(), name="method-edit"),
]

# The pages of django-allauth that are used here, each by the name that it knows them by. There are none to sign
# up (people are invited) and none to prove an e-mail address (administrators keep them on the account).
# atomic: with its line in the history, or not at all.
factor_urls = [
    path("second-factor/", accounts.SecondFactors.as_view(), name="mfa_index"),
    path("second-factor/ask/", mfa.authenticate, name="mfa_authenticate"),
    path("second-factor/confirm/", atomic(mfa.reauthenticate), name="mfa_reauthenticate"),
    path("second-factor/app/add/", accounts.AddApp.as_view(), name="mfa_activate_totp"),
    path("second-factor/app/remove/", atomic(totp.deactivate_totp), name="mfa_deactivate_totp"),
    path("second-factor/codes/", accounts.RecoveryCodes.as_view(), name="mfa_view_recovery_codes"),
    path(
        "second-factor/codes/file/", accounts.RecoveryCodesFile.as_view(), name="mfa_download_recovery_codes"
    ),
    path("second-factor/codes/renew/", codes.generate_recovery_codes, name="mfa_generate_recovery_codes"),
    path("second-factor/keys/", webauthn.list_webauthn, name="mfa_list_webauthn"),
    path("second-factor/keys/add/", atomic(webauthn.add_webauthn), name="mfa_add_webauthn"),
    path(
        "second-factor/keys/confirm/",
        atomic(webauthn.reauthenticate_webauthn),
        name="mfa_reauthenticate_webauthn",
    ),
    path("second-factor/keys/<number:pk>/edit/", webauthn.edit_webauthn, name="mfa_edit_webauthn"),
    path(
        "second-factor/keys/<number:pk>/remove/", atomic(webauthn.remove_webauthn), name="mfa_remove_webauthn"
    ),
]

sign_on_urls = [
    path("single-sign-on/", atomic(social.connections), name="socialaccount_connections"),
    path("single-sign-on/cancelled/", social.login_cancelled, name="socialaccount_login_cancelled"),
    path("single-sign-on/<str:provider_id>/login/", sign_on.login, name="openid_connect_login"),
    path(
        "single-sign-on/<str:provider_id>/login/callback/", sign_on.callback, name="openid_connect_callback"
    ),
]

password_urls = [
    path("password/", account.password_change, name="account_change_password"),
    path("password/done/", PasswordChangeDoneView.as_view(), name="password_change_done"),
    path("password/set/", account.password_set, name="account_set_password"),
    path("password/reset/", account.password_reset, name="account_reset_password"),
    path("password/reset/sent/", account.password_reset_done, name="account_reset_password_done"),
    path(
        "password/reset/done/",
        account.password_reset_from_key_done,
        name="account_reset_password_from_key_done",
    ),
    re_path(
        r"^password/reset/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>[^/]+)/$",
        accounts.ChooseNewPassword.as_view(),
        name="account_reset_password_from_key",
    ),
]

notification_urls = [
    path("", notifications.NotificationSettingsPage.as_view(), name="notification-settings"),
    path("off/<str:token>/", notifications.Unsubscribe.as_view(), name="unsubscribe"),
]

account_urls = [
    path("login/", account.login, name="account_login"),
    path("logout/", accounts.SignOut.as_view(), name="account_logout"),
    path("signed-out/", accounts.signed_out, name="account_signed_out"),
    path("confirm/", atomic(account.reauthenticate), name="account_reauthenticate"),
    path("invitation/<str:key>/", accounts.AcceptInvitation.as_view(), name="invitation"),
    path("sessions/", accounts.OwnSessions.as_view(), name="usersessions_list"),
    *password_urls,
    *factor_urls,
    *sign_on_urls,
]

# For machines. Without a slash at the end, as monitors know them.
health_urls = [
    path("livez", health.livez, name="livez"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", health.figures, name="metrics"),
]

urlpatterns = [
    *health_urls,
    path("", desk.desk_page, name="desk"),
    path("activity/", desk.activity_page, name="activity"),
    path("activity/<number:pk>/", desk.activity_target, name="activity-target"),
    path("unsaved/", unsaved_texts.unsaved_page, name="unsaved"),
    path("unsaved/keep/", unsaved_texts.KeepText.as_view(), name="unsaved-keep"),
    path("search/", search.search_page, name="search"),
    path("cycles/", cycles.cycle_list, name="cycles"),
    path("cycles/add/", setup.AddCycle.as_view(), name="cycle-add"),
    path("cycles/copy/", setup.CopyCycle.as_view(), name="cycle-copy"),
    path("set-up/", setup.setup_page, name="setup"),
    path("people/", include(people_urls)),
    path("calendar/", include(calendar_urls)),
    path("saved-views/", include(saved_view_urls)),
    path("away/", include(away_urls)),
    path("watching/", include(watch_urls)),
    path("cycles/<slug:slug>/", include(cycle_urls)),
    path("accounts/", include(account_urls)),
    path("language/", languages.ChooseLanguage.as_view(), name="language"),
    path("mails/", include(mail_urls)),
    path("notifications/", include(notification_urls)),
]
