"""The form of notification settings."""

from reviews.forms.base import RecordForm
from reviews.models import NotificationSettings, Topic


class NotificationSettingsForm(RecordForm):
    """How often a person wants mail about what, and when the person is away."""

    class Meta:
        model = NotificationSettings
        fields = (*Topic.values, "away_from", "away_until")
