"""Pages for sending a study as a zip, behind sign-in."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from mos_platform.uploads.models import Upload
from mos_platform.uploads.receiving import receive, too_long
from mos_platform.uploads.tasks import wake
from studies.errors import InputError

RECENT = 10
NONE_CHOSEN = "no zip was chosen; choose the zip of a study's folder."


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def new_study(request: HttpRequest) -> HttpResponse:
    """The form, and the zip that it sends."""
    if request.method != "POST":
        return _form(request)
    file = request.FILES.get("study")
    if file is None:
        return _form(request, too_long() if _is_long(request) else NONE_CHOSEN)
    try:
        upload = receive(
            file.chunks(),
            name=file.name or "",
            sender=request.user.get_username(),
            new_version=request.POST.get("new_version") == "yes",
        )
    except InputError as error:
        return _form(request, str(error))
    wake()
    return redirect("console:upload", token=upload.token)


def _is_long(request: HttpRequest) -> bool:
    return int(request.META.get("CONTENT_LENGTH") or 0) > settings.UPLOAD_MAX_BYTES


def _form(request: HttpRequest, problem: str = "") -> HttpResponse:
    context = {
        "problem": problem[:1].upper() + problem[1:],
        "most_mb": settings.UPLOAD_MAX_BYTES // 1024**2,
        "recent": Upload.objects.select_related("study")[:RECENT],
    }
    return render(request, "console/new_study.html", context, status=400 if problem else 200)


@require_safe
@login_required
def upload_page(request: HttpRequest, token: str) -> HttpResponse:
    upload = get_object_or_404(Upload.objects.select_related("study"), token=token)
    return render(request, "console/upload.html", {"upload": upload})
