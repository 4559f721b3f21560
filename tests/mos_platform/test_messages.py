"""Requests that cannot be served: the same calm page in six languages, also without a database."""

from __future__ import annotations

import re
from html import unescape

import pytest
from django.http import HttpResponse
from django.test import Client, RequestFactory, override_settings
from django.urls import get_resolver

from mos_platform.words import LANGUAGES, say
from mos_platform.words.messages import preferred_language

CODES = (400, 403, 404, 500)
KEYS = {400: "bad_request", 403: "forbidden", 404: "not_found", 500: "server_error"}


def answer(code: int, language: str = "en") -> HttpResponse:
    """Made by the handler that the server itself would call."""
    request = RequestFactory().get("/", headers={"Accept-Language": language})
    handler = get_resolver().resolve_error_handler(code)
    return handler(request) if code == 500 else handler(request, Exception("unseen"))


def text_of(response: HttpResponse) -> str:
    return unescape(response.content.decode())


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("code", CODES)
def test_every_message_is_said_in_the_browsers_language_without_a_database(code: int, language: str):
    response = answer(code, language)
    assert response.status_code == code
    text = text_of(response)
    direction = "rtl" if language == "ar" else "ltr"
    assert f'<html lang="{language}" dir="{direction}">' in text
    for words in (f"{KEYS[code]}_heading", f"{KEYS[code]}_advice"):
        assert say(f"messages.{words}", language) in text
    assert re.search(rf"\b{code}\b", text)
    assert "unseen" not in text


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("", "en"),
        ("it, pt;q=0.9", "en"),
        ("it, fr-CH;q=0.9, de;q=0.8", "fr"),
        ("de;q=0.2, es;q=0.9", "es"),
        ("en-GB, de", "en"),
        ("zh-Hant-TW", "zh"),
        ("*", "en"),
        (";;;q=,,\x00", "en"),
    ],
)
def test_the_first_language_that_the_interface_has_is_taken(header: str, language: str):
    request = RequestFactory().get("/", headers={"Accept-Language": header})
    assert preferred_language(request) == language


def test_an_unknown_address_is_told_in_german(client: Client):
    response = client.get("/nowhere/", headers={"Accept-Language": "de-AT"})
    assert response.status_code == 404
    assert "Unter dieser Adresse gibt es nichts" in text_of(response)
    assert response.headers["Vary"] == "Accept-Language"


@override_settings(ALLOWED_HOSTS=["study.example"])
def test_a_request_for_another_host_is_told_so(client: Client):
    response = client.get("/nowhere/", headers={"Host": "other.example"})
    assert response.status_code == 400
    assert say("messages.bad_request_heading", "en") in text_of(response)


@pytest.mark.django_db
def test_a_form_without_its_proof_says_what_helps():
    response = Client(enforce_csrf_checks=True).post("/console/login/", headers={"Accept-Language": "fr"})
    assert response.status_code == 403
    assert say("messages.expired_advice", "fr") in text_of(response)
