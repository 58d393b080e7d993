"""The button "Mark as seen"."""

from django import forms

from reviews.forms.base import ReviewForm


class MarkSeenForm(ReviewForm):
    """The newest change that the page showed, and that page."""

    until = forms.IntegerField(min_value=1, max_value=2**63 - 1, widget=forms.HiddenInput)
    next = forms.CharField(max_length=500, required=False, widget=forms.HiddenInput)
