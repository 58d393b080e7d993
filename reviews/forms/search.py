"""The search form."""

from django import forms
from django.utils.translation import gettext_lazy as _

from reviews.forms.fields import TextField


class SearchForm(forms.Form):
    """Words or a code to look for."""

    q = TextField(
        label=_("Words or code"),
        max_length=100,
        required=False,
        help_text=_("At least three letters, or two for the beginning of a code such as VNM-3."),
    )
