"""The name of a saved view, and with whom it is shared."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from reviews import policy
from reviews.forms.base import RecordForm
from reviews.models import SavedView, User
from reviews.text import isolated

WITH_BODY = "body"


class SavedViewForm(RecordForm):
    share_with = forms.ChoiceField(
        label=_("Share with"),
        required=False,
        widget=forms.RadioSelect,
        help_text=_(
            "They see the name and the filters. What the list shows them is what they may see in any case."
        ),
    )

    class Meta:
        model = SavedView
        fields = ("name",)
        help_texts = {"name": _("For example “Returned reports”.")}  # noqa: RUF012 - Django reads it

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        field = self.fields["share_with"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = self.audiences()
        shared = WITH_BODY if self.instance.shared_body_id else self.instance.shared_role
        self.initial["share_with"] = shared

    def audiences(self) -> list[tuple[str, str]]:
        """Nobody, the person's own body, and the roles that the person may share with."""
        choices = [("", _now("nobody: only I see it"))]
        if self.user.organisation:
            body = isolated(str(self.user.organisation))
            choices.append((WITH_BODY, _now("everybody of %(body)s") % {"body": body}))
        for role in policy.roles_shared_with_by(self.user):
            choices.append((role.value, _now("everybody with the role: %(role)s") % {"role": role.label}))
        return choices

    def values(self) -> dict[str, Any]:
        values = super().values()
        chosen = values.pop("share_with")
        is_body = chosen == WITH_BODY
        shared = {
            "shared_role": "" if is_body else chosen,
            "shared_body": self.user.organisation if is_body else None,
        }
        return values | shared
