"""The page on which a sitting takes place, and the clips and pictures that it shows."""

from __future__ import annotations

import mimetypes
from http import HTTPStatus
from io import BytesIO
from typing import BinaryIO, cast

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from mos_platform.assignments.checks import digits_said
from mos_platform.assignments.models import Showing
from mos_platform.assignments.services import mark_delivered, reserve_sitting, showing
from mos_platform.raters.completion import was_turned_away
from mos_platform.raters.models import Rater, Sitting
from mos_platform.raters.panels import framed, is_panel
from mos_platform.raters.services import study_for
from mos_platform.raters.telling import left_page, turned_away_page
from mos_platform.ratings.attention import has_ended
from mos_platform.ratings.ended import ended_words
from mos_platform.ratings.leaving import withdraw
from mos_platform.setup.services import setup_address
from mos_platform.setup.sounds import spoken_digits
from mos_platform.stimuli.media import serve_bytes
from mos_platform.words import interface_language

# Of the page's script, in the order of their need: told at once, they do not wait for one another.
MODULES = (
    *("sitting", "trial", "api", "words", "banner", "clips", "presentation", "player", "together"),
    *("questions", "controls", "outbox", "screens", "journal", "facts", "ending", "keys", "about"),
    *("tabs", "tone"),
)


@never_cache
def sitting_page(request: HttpRequest, token: str) -> HttpResponse:
    sitting = get_object_or_404(Sitting.objects.select_related("rater__study"), token=token)
    if sitting.rater.status == Rater.Status.WITHDRAWN:
        return redirect("ratings:withdraw", token=token)
    if has_ended(sitting):
        return redirect("ratings:ended", token=token)
    reserve_sitting(sitting)  # before the checks: nobody passes them to read that all places are taken
    if was_turned_away(sitting):
        return framed(render(request, "raters/refused.html", turned_away_page(sitting)), sitting.rater)
    checks = setup_address(sitting)
    if checks is not None:
        return redirect(checks)
    study = study_for(sitting.rater)
    context = {
        "study": study,
        "interface": interface_language(study.language),
        "together": any(part.plays == "together" for part in study.parts),
        "modules": MODULES,
        "sitting": sitting,
        "simulated": sitting.rater.simulated,
        "preview": settings.PREVIEW,
    }
    return framed(render(request, "ratings/sitting.html", context), sitting.rater)


# The token in the address is the key; in the frame of a panel browsers keep no cookie for another.
@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def withdraw_page(request: HttpRequest, token: str) -> HttpResponse:
    """Ask before everything is deleted; afterwards, and ever after, say that it is."""
    sitting = get_object_or_404(Sitting.objects.select_related("rater__study"), token=token)
    if request.method == "POST":
        withdraw(token)
        return redirect("ratings:withdraw", token=token)
    study = study_for(sitting.rater)
    context = {
        "study": study,
        "sitting": sitting,
        "interface": interface_language(sitting.rater.language),
        "withdrawn": sitting.rater.status == Rater.Status.WITHDRAWN,
        "from_panel": is_panel(sitting.rater.link.kind),
        **(left_page(sitting) if sitting.rater.status == Rater.Status.WITHDRAWN else {}),
    }
    return framed(render(request, "raters/withdraw.html", context), sitting.rater)


@never_cache
@require_safe
def ended_page(request: HttpRequest, token: str) -> HttpResponse:
    """Why a declared check has ended the sitting, and whom to write to."""
    sitting = get_object_or_404(Sitting.objects.select_related("rater__study"), token=token)
    if not has_ended(sitting):
        return redirect("ratings:sitting", token=token)
    return framed(render(request, "ratings/ended.html", ended_words(sitting)), sitting.rater)


@require_safe
def media(request: HttpRequest, token: str) -> HttpResponseBase:
    """A clip, a picture or spoken digits under the address that it has in this one trial."""
    try:
        shown = showing(token)
        if shown.role == Showing.Role.SOUND:
            return _digits(request, shown)
        stored = shown.file
        file = stored.storage.open(str(stored.name))
    except (Showing.DoesNotExist, FileNotFoundError):
        raise Http404("There is nothing at this address.") from None
    kind, _encoding = mimetypes.guess_type(str(stored.name))
    response = serve_bytes(
        request,
        cast(BinaryIO, file),
        size=file.size,
        etag=f'"{shown.token}"',
        content_type=kind or "application/octet-stream",
    )
    if request.method == "GET" and response.status_code in (HTTPStatus.OK, HTTPStatus.PARTIAL_CONTENT):
        mark_delivered(shown)
    return response


def _digits(request: HttpRequest, shown: Showing) -> HttpResponseBase:
    trial = shown.trial
    language = interface_language(trial.sitting.rater.language)
    said = spoken_digits(digits_said(trial.expected), language)
    return serve_bytes(
        request, BytesIO(said), size=len(said), etag=f'"{shown.token}"', content_type="audio/wav"
    )
