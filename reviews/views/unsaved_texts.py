"""Texts that are kept while somebody types: kept by the script of a form, offered again when it is opened."""

from datetime import datetime
from typing import Any

from django.db import IntegrityError
from django.http import HttpResponse, HttpResponseBadRequest, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from reviews import clock
from reviews.models import SentForm, UnsavedText
from reviews.models.sent_forms import owner_of
from reviews.models.unsaved_texts import LARGEST, LONGEST_PLACE, is_sealed
from reviews.request_context import SignedInRequest

# What the script says about a form, beside the fields of the form itself.
ABOUT = ("unsaved_place", "unsaved_seal", "unsaved_page", "unsaved_title", "unsaved_key", "unsaved_edits")
NEVER_KEPT = ("password", "csrfmiddlewaretoken", "form_key")


def unsaved_page(request: SignedInRequest) -> HttpResponse:
    """The person's unsaved texts; with `?place=` what a form that is opened has to know, for its script."""
    if request.method == "POST":
        return discard_text(request)
    if "place" in request.GET:
        return about_form(request)
    texts = UnsavedText.objects.of(request.user).typed()
    context = {"nav": "unsaved", "title": _("Unsaved texts"), "texts": texts}
    return render(request, "unsaved_texts/unsaved_texts.html", context)


def about_form(request: SignedInRequest) -> HttpResponse:
    place = request.GET["place"]
    if not is_sealed(request.user, place, request.GET.get("seal", "")):
        return HttpResponseBadRequest()
    text = UnsavedText.objects.of(request.user).typed().filter(place=place).first()
    answer: dict[str, Any] = {"editors": editors_of(request, place)}
    if text:
        answer |= {"fields": text.fields, "at": moment_text(text.at)}
    return JsonResponse(answer)


@require_POST
def keep_text(request: SignedInRequest) -> HttpResponse:
    """Keep what was typed so far; or nothing but that the person has opened the form."""
    place, seal = request.POST.get("unsaved_place", ""), request.POST.get("unsaved_seal", "")
    if not is_sealed(request.user, place, seal) or owner_of(request.POST.get("unsaved_key", "")) is None:
        return HttpResponseBadRequest()
    fields = typed_fields(request)
    if sum(len(value) for values in fields.values() for value in values) > LARGEST:
        return HttpResponse(status=413)
    key = request.POST["unsaved_key"].rpartition(":")[0]
    if SentForm.objects.filter(key=key).exists():
        return JsonResponse(
            {"saved": True, "editors": []}
        )  # it left before the form was saved, and came after
    try:
        text = UnsavedText.keep(
            request.user,
            place,
            page=request.POST.get("unsaved_page", place),
            title=request.POST.get("unsaved_title", ""),
            fields=fields,
            edits="unsaved_edits" in request.POST,
        )
    except IntegrityError:  # of two at the same moment the other one is kept; the next follows in seconds
        return JsonResponse({"editors": []})
    return JsonResponse({"at": moment_text(text.at), "editors": editors_of(request, place)})


def discard_text(request: SignedInRequest) -> HttpResponse:
    UnsavedText.forget(request.user, request.POST.get("place", "")[:LONGEST_PLACE])
    return redirect("unsaved")


def typed_fields(request: SignedInRequest) -> dict[str, list[str]]:
    return {
        name: values
        for name, values in request.POST.lists()
        if name not in ABOUT and not any(part in name.lower() for part in NEVER_KEPT)
    }


def editors_of(request: SignedInRequest, place: str) -> list[str]:
    """Who else is editing, in sentences for the page."""
    rows = UnsavedText.objects.editing(place, but=request.user, now=clock.real_now())
    sentence = _(
        "%(name)s is editing this too, since %(since)s, and typed last at %(last)s. "
        "If nothing more is typed for ten minutes, you can take over."
    )
    return [
        sentence % {"name": row.user, "since": moment_text(row.began_at), "last": moment_text(row.at)}
        for row in rows
    ]


def moment_text(moment: datetime) -> str:
    """Time of day in Jakarta; of an earlier day with that day."""
    local = timezone.localtime(moment)
    time = date_format(local, "H:i")
    is_today = local.date() == timezone.localdate(clock.real_now())
    return time if is_today else f"{date_format(local.date())} {time}"
