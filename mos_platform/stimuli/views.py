"""The clips for researchers, by the names that they have in the bundle; raters get addresses of their own."""

from __future__ import annotations

import mimetypes
from typing import BinaryIO, cast

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from mos_platform.stimuli.media import serve_bytes
from mos_platform.stimuli.models import Stimulus


@require_safe
@login_required
def clip(request: HttpRequest, token: str) -> HttpResponseBase:
    stimulus = get_object_or_404(Stimulus, token=token)
    name = str(stimulus.file.name)
    try:
        file = stimulus.file.storage.open(name)
    except FileNotFoundError:
        raise Http404("The clip's file is gone.") from None
    kind, _ = mimetypes.guess_type(name)
    return serve_bytes(
        request,
        cast(BinaryIO, file),
        size=stimulus.bytes,
        etag=f'"{stimulus.token}"',  # a hash of the file could be looked up
        content_type=kind or "video/mp4",
    )
