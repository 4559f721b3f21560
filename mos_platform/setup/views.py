"""The page of the checks before the first clip, and what it plays, shows and downloads."""

from __future__ import annotations

import os
from collections.abc import Iterator
from io import BytesIO

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from mos_platform.raters.completion import return_label
from mos_platform.raters.models import Sitting
from mos_platform.raters.panels import framed, is_panel
from mos_platform.raters.services import study_for
from mos_platform.setup import rounds, services
from mos_platform.stimuli.media import serve_bytes
from mos_platform.words import say

BODY_SIZES = (250_000, 2_000_000)  # bytes; the larger one only for those who had the smaller one quickly
CHUNK = 65536
NAMES = {
    "playback": "setup.playback_name",
    "screen": "setup.screen_name",
    "speed": "setup.speed_name",
    "sound": "setup.sound_name",
    "headphones": "setup.headphones_name",
    "colour": "setup.colour_name",
    "distance": "setup.distance_name",
    "sync": "setup.sync_name",
}


@never_cache
@require_safe
def page(request: HttpRequest, token: str) -> HttpResponse:
    sitting = get_object_or_404(Sitting.objects.select_related("rater__study"), token=token)
    if services.setup_address(sitting) is None:
        return redirect("ratings:sitting", token=token)
    study, kind = study_for(sitting.rater), sitting.rater.link.kind
    interface = services.language_of(sitting.rater)
    context = {
        "study": study,
        "sitting": sitting,
        "interface": interface,
        "steps": [_step(name, sitting) for name in study.setup.checks],
        "preview": settings.PREVIEW,
        "back_label": return_label(kind, interface) if is_panel(kind) else "",
    }
    return framed(render(request, "setup/setup.html", context), sitting.rater)


def _step(name: str, sitting: Sitting) -> dict[str, str]:
    said = say(NAMES[name], services.language_of(sitting.rater))
    return {"name": name, "said": said, "template": f"setup/{name}.html"}


@require_safe
def body(request: HttpRequest, token: str) -> HttpResponseBase:
    """What is heard or seen in one round."""
    try:
        found = rounds.body_of(token)
    except services.NoSuchCheckError:
        raise Http404("There is nothing at this address.") from None
    response = serve_bytes(
        request,
        BytesIO(found.content),
        size=len(found.content),
        etag=f'"{token}"',
        content_type=found.content_type,
    )
    response["Cache-Control"] = "no-store"
    return response


@require_safe
def noise(_request: HttpRequest, token: str, size: int) -> HttpResponseBase:
    """Random bytes, which nothing on the way can compress or keep."""
    if size not in BODY_SIZES or not Sitting.objects.filter(token=token).exists():
        raise Http404("There is nothing at this address.")
    response = StreamingHttpResponse(_random(size), content_type="application/octet-stream")
    response["Content-Length"] = str(size)
    response["Cache-Control"] = "no-store, no-transform"
    return response


def _random(size: int) -> Iterator[bytes]:
    for begin in range(0, size, CHUNK):
        yield os.urandom(min(CHUNK, size - begin))
