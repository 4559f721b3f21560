"""Pages for requests that cannot be served, in the language that the browser prefers.

They read no database and run no context processor: they must appear when everything else fails.
"""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.translation.trans_real import parse_accept_lang_header

from mos_platform.words import LANGUAGES, interface_language


def preferred_language(request: HttpRequest) -> str:
    """The first of the browser's languages that the interface has; else English."""
    for language, _weight in parse_accept_lang_header(request.headers.get("Accept-Language", "").lower()):
        if interface_language(language) == language.split("-")[0]:
            return interface_language(language)
    return LANGUAGES[0]


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001
    return _page(request, 400, "messages.bad_request_heading", "messages.bad_request_advice")


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001
    return _page(request, 403, "messages.forbidden_heading", "messages.forbidden_advice")


def expired(request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001 (named by Django)
    """A form whose proof of origin is missing or too old."""
    return _page(request, 403, "messages.expired_heading", "messages.expired_advice")


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001
    return _page(request, 404, "messages.not_found_heading", "messages.not_found_advice")


def server_error(request: HttpRequest) -> HttpResponse:
    return _page(request, 500, "messages.server_error_heading", "messages.server_error_advice")


def _page(request: HttpRequest, code: int, heading: str, advice: str) -> HttpResponse:
    context = {
        "interface": preferred_language(request),
        "heading": heading,
        "advice": advice,
        "places": {"code": code},
    }
    html = render_to_string("error.html", context)
    return HttpResponse(html, status=code, headers={"Vary": "Accept-Language"})
