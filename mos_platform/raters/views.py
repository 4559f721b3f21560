"""The page behind a recruitment link: what happens, consent, questionnaire."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from mos_platform.raters.forms import EnrolForm
from mos_platform.raters.models import Link, Sitting
from mos_platform.raters.services import Enrolment, begun_sitting, enrol
from mos_platform.stimuli.duration import sitting_minutes
from studies.errors import InputError

COOKIE = "sitting"
COOKIE_DAYS = 30


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def welcome(request: HttpRequest, token: str) -> HttpResponse:
    link = get_object_or_404(Link.objects.select_related("study"), token=token)
    form = EnrolForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            sitting = enrol(link, _enrolment(form))
        except InputError as refusal:
            form.add_error(None, str(refusal))
        else:
            return _remembered(redirect("ratings:sitting", token=sitting.token), link, sitting)
    context = {
        "study": link.study.parsed,
        "texts": link.study.parsed.texts,
        "is_open": link.study.is_open,
        "begun": begun_sitting(link, request.COOKIES.get(COOKIE, "")),
        "minutes": sitting_minutes(link.study),
        "form": form,
        "simulated": link.kind == Link.Kind.SIMULATED,
    }
    return render(request, "raters/welcome.html", context, status=400 if form.errors else 200)


def _remembered(response: HttpResponse, link: Link, sitting: Sitting) -> HttpResponse:
    """So that the link, opened again in this browser, offers to go on."""
    response.set_cookie(
        COOKIE,
        sitting.token,
        max_age=COOKIE_DAYS * 24 * 3600,
        path=reverse("raters:welcome", args=[link.token]),
        httponly=True,
        samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE,
    )
    return response


def _enrolment(form: EnrolForm) -> Enrolment:
    given = form.cleaned_data
    return Enrolment(given["expertise"], given["age_group"], given["device"], given["clock"])
