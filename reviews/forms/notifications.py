"""The form of notification settings."""

from reviews.forms.base import RecordForm
from reviews.models import NotificationSettings, Topic


class NotificationSettingsForm(RecordForm):
    """How often a person wants mail about what."""

    class Meta:
        model = NotificationSettings
        fields = tuple(Topic.values)
