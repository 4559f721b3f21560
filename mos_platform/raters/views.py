"""The page behind a recruitment link: what happens, consent, questionnaire."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from mos_platform.raters.admission import Enrolment, language_name, language_of, needs
from mos_platform.raters.forms import EnrolForm
from mos_platform.raters.models import Link, Sitting
from mos_platform.raters.services import NotAdmittedError, begun_sitting, enrol, is_full
from mos_platform.stimuli.duration import sitting_minutes
from studies.config import StudyConfig
from studies.errors import InputError

COOKIE = "sitting"
COOKIE_DAYS = 30


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def welcome(request: HttpRequest, token: str) -> HttpResponse:
    link = get_object_or_404(Link.objects.select_related("study"), token=token)
    form = EnrolForm(request.POST or None)
    language = _language(request, link.study.parsed)
    if request.method == "POST" and form.is_valid():
        try:
            sitting = enrol(link, _enrolment(form, language))
        except NotAdmittedError as refusal:
            return render(request, "raters/refused.html", {"reason": str(refusal)}, status=403)
        except InputError as refusal:
            form.add_error(None, str(refusal))
        else:
            return _remembered(redirect("ratings:sitting", token=sitting.token), link, sitting)
    context = {**_about(link, language), **_about_visit(request, link), "form": form}
    return render(request, "raters/welcome.html", context, status=400 if form.errors else 200)


def _language(request: HttpRequest, study: StudyConfig) -> str:
    wanted = request.POST.get("language") or request.GET.get("language", "")
    return language_of(study, wanted, request.headers.get("Accept-Language", ""))


def _about(link: Link, language: str) -> dict[str, Any]:
    study = link.study.parsed
    choice = [(one, language_name(one)) for one in study.languages] if study.translations else []
    return {
        "study": study.in_language(language),
        "languages": choice,
        "needs": needs(study.devices),
        "is_paid": study.payment is not None and study.payment.amount > 0,
        "minutes": sitting_minutes(link.study),
    }


def _about_visit(request: HttpRequest, link: Link) -> dict[str, Any]:
    simulated = link.kind == Link.Kind.SIMULATED
    full = is_full(link.study, simulated=simulated)
    return {
        "is_open": link.study.is_open and not full,
        "is_full": link.study.is_open and full,
        "begun": begun_sitting(link, request.COOKIES.get(COOKIE, "")),
        "simulated": simulated,
        "preview": settings.PREVIEW,
    }


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


def _enrolment(form: EnrolForm, language: str) -> Enrolment:
    given = form.cleaned_data
    return Enrolment(
        expertise=given["expertise"],
        age_group=given["age_group"],
        device=given["device"],
        clock=given["clock"],
        language=language,
        screen_width=given["screen_width"],
        screen_height=given["screen_height"],
    )
