"""Form that marks a record for follow-up."""

from django.utils.translation import gettext_lazy as _

from reviews.forms.base import ReviewForm, note_field
from reviews.forms.fields import DayField


class FollowUpForm(ReviewForm):
    note = note_field(_("Note"), help_text=_("Consultants and the Secretariat read this; no country does."))
    due_on = DayField(label=_("Day"), required=False, help_text=_("When to come back to it; may stay empty."))
