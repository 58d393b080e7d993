"""The form for the days on which somebody is away."""

from reviews.forms.base import RecordForm
from reviews.models import User


class AbsenceForm(RecordForm):
    """Both days, or neither: then the person is there."""

    class Meta:
        model = User
        fields = ("away_from", "away_until")
