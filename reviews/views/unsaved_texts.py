"""Texts that are kept while somebody types: kept by the script of a form, offered again when it is opened."""

from datetime import datetime
from typing import Any

from django.db import IntegrityError
from django.http import HttpResponse, HttpResponseBadRequest, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.generic import View

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


class KeepText(View):
    """What was typed so far, sent by the script of a form: kept, and answered with who else is editing."""

    http_method_names = ["post", "options"]

    def post(self, request: SignedInRequest) -> HttpResponse:
        about = {name: request.POST.get(name, "") for name in ABOUT}
        place, key, fields = about["unsaved_place"], about["unsaved_key"], typed_fields(request)
        is_shown = is_sealed(request.user, place, about["unsaved_seal"]) and owner_of(key) == request.user.pk
        if not is_shown or has_null(about, fields):
            return HttpResponseBadRequest()
        if sum(len(value) for values in fields.values() for value in values) > LARGEST:
            return HttpResponse(status=413)
        if SentForm.objects.filter(key=key.rpartition(":")[0]).exists():
            # It left before the form was saved, and came after.
            return JsonResponse({"saved": True, "editors": []})
        try:
            text = UnsavedText.keep(
                request.user,
                place,
                page=page_of_site(about["unsaved_page"]) or place,
                title=about["unsaved_title"],
                fields=fields,
                edits="unsaved_edits" in request.POST,
            )
        except IntegrityError:  # of two at the same moment the other one is kept; the next follows in seconds
            return JsonResponse({"editors": []})
        return JsonResponse({"at": moment_text(text.at), "editors": editors_of(request, place)})


def has_null(about: dict[str, str], fields: dict[str, list[str]]) -> bool:
    """Whether there is a null character, which no database column takes."""
    texts = [*about.values(), *fields, *(value for values in fields.values() for value in values)]
    return any("\x00" in text for text in texts)


def page_of_site(address: str) -> str:
    """The address if it is one of this site, such as /cycles/; else empty."""
    return address if url_has_allowed_host_and_scheme(address, None) and address.startswith("/") else ""


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
    """Who else is editing, or left a text here that is not saved, in sentences for the page."""
    now = clock.real_now()
    rows = UnsavedText.objects.editing(place, but=request.user, now=now)
    sentences = (editor_text(row, may_take_over=row.may_be_taken_over(now)) for row in rows)
    return [sentence for sentence in sentences if sentence]


def editor_text(row: UnsavedText, *, may_take_over: bool) -> str:
    """What is said about another editor; empty of one who only opened the form, a while ago."""
    names = {"name": row.user, "since": moment_text(row.began_at), "last": moment_text(row.at)}
    if not may_take_over:
        sentence = _(
            "%(name)s is editing this too, since %(since)s, and typed last at %(last)s. "
            "If nothing more is typed for ten minutes, you can take over."
        )
        return sentence % names
    sentence = _(
        "You can take over: %(name)s typed here last at %(last)s and has not saved it. That text stays kept for"
        " %(name)s alone and is offered there again. If both of you save, the second one is shown first what the other"
        " has saved."
    )
    return sentence % names if row.fields else ""


def moment_text(moment: datetime) -> str:
    """Time of day in Jakarta; of an earlier day with that day."""
    local = timezone.localtime(moment)
    time = date_format(local, "H:i")
    is_today = local.date() == timezone.localdate(clock.real_now())
    return time if is_today else f"{date_format(local.date())} {time}"
