"""The page on which a sitting takes place, and the clips and pictures that it shows."""

from __future__ import annotations

import mimetypes
from typing import BinaryIO, cast

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from mos_platform.assignments.models import Showing
from mos_platform.assignments.services import mark_delivered, showing
from mos_platform.raters.models import Sitting
from mos_platform.raters.services import study_for
from mos_platform.stimuli.media import serve_bytes


@never_cache
def sitting_page(request: HttpRequest, token: str) -> HttpResponse:
    sitting = get_object_or_404(Sitting.objects.select_related("rater__study"), token=token)
    context = {
        "study": study_for(sitting.rater),
        "sitting": sitting,
        "simulated": sitting.rater.simulated,
        "preview": settings.PREVIEW,
    }
    return render(request, "ratings/sitting.html", context)


@require_safe
def media(request: HttpRequest, token: str) -> HttpResponseBase:
    """A clip or picture under the address that it has in this one trial."""
    try:
        shown = showing(token)
        stored = shown.file
        file = stored.storage.open(str(stored.name))
    except (Showing.DoesNotExist, FileNotFoundError):
        raise Http404("There is nothing at this address.") from None
    kind, _encoding = mimetypes.guess_type(str(stored.name))
    if request.method == "GET":
        mark_delivered(shown)
    return serve_bytes(
        request,
        cast(BinaryIO, file),
        size=file.size,
        etag=f'"{shown.token}"',
        content_type=kind or "application/octet-stream",
    )
