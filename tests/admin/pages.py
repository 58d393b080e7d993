"""The pages of the administration, as a browser asks for them and sends them back."""

from typing import Any

import pytest
from django.forms import MultiWidget
from django.urls import reverse

from reviews.admin import site
from reviews.models import (
    DefaultView,
    Framework,
    FrameworkNode,
    GapKind,
    Invitation,
    MethodNote,
    NotificationSettings,
    Organisation,
    OutgoingMail,
    PrivateReading,
    ProgressUpdate,
    Reminder,
    ReminderSchedule,
    ReportVersion,
    SavedView,
    StatusAtMeeting,
    ThreadEntry,
    TimelineEvent,
    Trace,
)

MODELS = sorted(site._registry, key=lambda model: model.__name__)
REFERENCE: set[Any] = {Organisation, Framework, FrameworkNode, GapKind, TimelineEvent, MethodNote}
IMMUTABLE: set[Any] = {
    Trace,
    PrivateReading,
    ProgressUpdate,
    ReportVersion,
    StatusAtMeeting,
    ThreadEntry,
    OutgoingMail,
    Reminder,
    ReminderSchedule,
    NotificationSettings,
    SavedView,
    DefaultView,
}
INVITING: set[Any] = {Invitation}  # the Secretariat's too
each_model = pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)


def address(model: Any, page: str, *args: Any) -> str:
    return reverse(f"admin:reviews_{model.__name__.lower()}_{page}", args=args)


def sent(page: Any, **typed: Any) -> dict[str, Any]:
    """What a browser sends from an opened page of the administration, with some fields typed anew."""
    values: dict[str, Any] = {}
    for field in page.context["adminform"].form:
        value, widget = field.value(), field.field.widget
        if isinstance(widget, MultiWidget):
            parts = value if isinstance(value, list) else widget.decompress(value)
            values |= {f"{field.html_name}_{n}": part for n, part in enumerate(parts)}
        else:
            values[field.html_name] = value
    return {
        name: value for name, value in (values | typed).items() if value is not None and value is not False
    }


def correct(browser: Any, record: Any, **typed: Any) -> Any:
    url = address(type(record), "change", record.pk)
    return browser.post(url, sent(browser.get(url), **typed))
