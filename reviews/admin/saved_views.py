"""Saved views of lists, and the defaults that people chose: to read."""

from django.contrib import admin

from reviews.admin.admin_site import site
from reviews.admin.base import PEOPLE, TrackedAdmin, section
from reviews.models import DefaultView, SavedView


@admin.register(SavedView, site=site)
class SavedViewAdmin(TrackedAdmin[SavedView]):
    group, immutable, view_on_site = PEOPLE, True, False  # its page is its owner's
    list_display = ("name", "list_name", "cycle", "person")
    list_select_related = ("cycle", "person")
    search_fields = ("name", "person__name", "person__username")
    fieldsets = [section(None, "name person list_name cycle query shared_role shared_body removed_at")]


@admin.register(DefaultView, site=site)
class DefaultViewAdmin(TrackedAdmin[DefaultView]):
    group, immutable, view_on_site = PEOPLE, True, False  # its page is its owner's
    list_display = ("person", "list_name", "cycle", "view")
    list_select_related = ("person", "cycle", "view")
    search_fields = ("person__name", "person__username")
    fieldsets = [section(None, "person list_name cycle view")]
