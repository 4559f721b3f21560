"""The page behind a recruitment link: what happens, consent, questionnaire."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods

from mos_platform.raters import doors
from mos_platform.raters.admission import Enrolment, Refusal, language_of
from mos_platform.raters.bots import read_ticket
from mos_platform.raters.doors import Entry
from mos_platform.raters.forms import EnrolForm
from mos_platform.raters.models import Link, Rater, Sitting
from mos_platform.raters.panels import in_turk_frame
from mos_platform.raters.services import TAKEN, NotAdmittedError, enrol
from mos_platform.raters.telling import refused_page, welcome_page
from mos_platform.words import interface_language, say
from studies.config import StudyConfig
from studies.errors import InputError

COOKIE = "sitting"
COOKIE_DAYS = 30


@dataclass(frozen=True)
class Visit:
    """One request by one address, in the languages of this person; `study` is in theirs."""

    request: HttpRequest
    came: Entry
    study: StudyConfig
    interface: str


# In the frame of Mechanical Turk browsers keep no cookie: the ticket stands for the token there.
@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def welcome(request: HttpRequest, token: str) -> HttpResponse:
    try:
        came = doors.entry(token, request.GET.dict(), request.COOKIES.get(COOKIE, ""))
    except Link.DoesNotExist:
        raise Http404("There is nothing at this address.") from None
    if came.link.kind == Link.Kind.MTURK:
        return in_turk_frame(_welcome(request, came))
    return csrf_protect(_welcome)(request, came)


def _welcome(request: HttpRequest, came: Entry) -> HttpResponse:
    visit = _visit(request, came)
    if came.barred and came.barred.key != "mturk_preview":
        return _refused(visit, came.barred)
    form = EnrolForm(
        request.POST or None,
        visit.study,
        visit.interface,
        simulated=came.simulated,
        has_ended=_has_ended(came),
    )
    if request.method == "POST":
        answer = _gone_on(visit) if "key" in request.POST else _sent(visit, form)
        if answer is not None:
            return answer
    return _page(visit, form, status=400 if form.errors else 200)


def _has_ended(came: Entry) -> bool:
    """Whether a sitting by an open link was begun in this browser, and goes on no more."""
    begun = None if came.is_known else doors.begun_sitting(came)
    return begun is not None and begun.rater.status != Rater.Status.ACTIVE


def _page(visit: Visit, form: EnrolForm, status: int) -> HttpResponse:
    context = welcome_page(visit.came, visit.study, visit.interface, doors.begun_sitting(visit.came))
    context |= {"form": form, "addresses": _addresses(visit)}
    return render(visit.request, "raters/welcome.html", context, status=status)


def _gone_on(visit: Visit) -> HttpResponse:
    """To the sitting whose key was sent, with the assignment in the address; else this page again."""
    begun = doors.begun_sitting(visit.came)
    if begun is None or not doors.renew(visit.came, begun, visit.request.POST["key"]):
        return redirect(visit.request.get_full_path())
    return _remembered(redirect("ratings:sitting", token=begun.token), visit.came, begun)


def _visit(request: HttpRequest, came: Entry) -> Visit:
    study = came.link.study.parsed
    begun = doors.begun_sitting(came)
    known = begun.rater.language if begun else ""
    wanted = request.POST.get("language") or request.GET.get("language", known)
    language = language_of(study, wanted, request.headers.get("Accept-Language", ""))
    return Visit(request, came, study.in_language(language), interface_language(language))


def _sent(visit: Visit, form: EnrolForm) -> HttpResponse | None:
    """The answer to a page that was sent off; None where something has to be mended on it."""
    if form.is_filled_by_a_program() and not visit.came.simulated:
        return _refused(visit, Refusal("robot"))
    if not form.is_valid() or _is_too_hasty(visit, form):
        return None
    try:
        sitting = enrol(visit.came, _enrolment(form, visit.study.language))
    except NotAdmittedError as refusal:
        if refusal.reason == TAKEN:
            return _page(visit, form, status=403)
        return _refused(visit, refusal.reason)
    except InputError as refusal:
        form.add_error(None, str(refusal))
        return None
    return _remembered(redirect("ratings:sitting", token=sitting.token), visit.came, sitting)


def _is_too_hasty(visit: Visit, form: EnrolForm) -> bool:
    """Whether nobody can have read the page; the form then says so."""
    if visit.came.simulated or settings.PREVIEW or not settings.BOT_CHECKS:
        return False
    ticket = read_ticket(visit.request.POST.get("ticket", ""))
    if ticket.id and not ticket.too_soon:
        return False
    form.add_error(None, say("welcome.too_soon" if ticket.id else "welcome.stale", visit.interface))
    return True


def _refused(visit: Visit, reason: Refusal) -> HttpResponse:
    context = refused_page(visit.came, reason, visit.interface)
    return render(visit.request, "raters/refused.html", context, status=403)


def _addresses(visit: Visit) -> dict[str, str]:
    """This page in each of the study's languages; what the panel put into the address stays there."""
    query = visit.request.GET.copy()
    found = {}
    for language in visit.came.link.study.parsed.languages:
        query["language"] = language
        found[language] = f"?{query.urlencode()}"
    return found


def _remembered(response: HttpResponse, came: Entry, sitting: Sitting) -> HttpResponse:
    """So that the link, opened again in this browser, offers to go on."""
    framed = came.link.kind == Link.Kind.MTURK
    response.set_cookie(
        COOKIE,
        sitting.token,
        max_age=COOKIE_DAYS * 24 * 3600,
        path=reverse("raters:welcome", args=[came.link.token]),
        httponly=True,
        # In the frame of Mechanical Turk no other cookie comes back, and without encryption none does.
        samesite="None" if framed and settings.SESSION_COOKIE_SECURE else "Lax",
        secure=settings.SESSION_COOKIE_SECURE,
    )
    return response


def _enrolment(form: EnrolForm, language: str) -> Enrolment:
    given, answers = form.cleaned_data, form.answers()
    return Enrolment(
        expertise=answers.pop("expertise", ""),
        age_group=answers.pop("age_group", ""),
        further=answers,
        device=given["device"],
        clock=given["clock"],
        language=language,
        screen_width=given["screen_width"],
        screen_height=given["screen_height"],
        ticket=given["ticket"],
        another=given["another"],
    )
