"""The page on which a sitting takes place."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import never_cache

from mos_platform.raters.models import Sitting


@never_cache
def sitting_page(request: HttpRequest, token: str) -> HttpResponse:
    sitting = get_object_or_404(Sitting.objects.select_related("rater__study"), token=token)
    study = sitting.rater.study.parsed
    return render(
        request,
        "ratings/sitting.html",
        {"study": study, "sitting": sitting, "simulated": sitting.rater.simulated},
    )
