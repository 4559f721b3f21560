"""What no database can look for counts as absent, in addresses and in cookies."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory

from mos_platform.security import without_nul


def seen(query: str = "", cookie: str = "") -> HttpRequest:
    """The request as a view gets it."""
    found: list[HttpRequest] = []

    def view(request: HttpRequest) -> HttpResponse:
        found.append(request)
        return HttpResponse()

    without_nul(view)(RequestFactory().get(f"/?{query}", headers={"Cookie": cookie}))
    return found[0]


def test_parameters_with_a_nul_are_absent_and_all_others_stay() -> None:
    request = seen(query="PROLIFIC_PID=a%00b&SESSION_ID=s1&name=%C3%A9&worker=x&worker=%00&empty=")
    assert dict(request.GET.lists()) == {"SESSION_ID": ["s1"], "name": ["é"], "empty": [""]}


def test_cookies_with_a_nul_are_absent_and_all_others_stay() -> None:
    request = seen(cookie='sitting="a\\000b"; csrftoken=c1; sessionid="\\000"')
    assert request.COOKIES == {"csrftoken": "c1"}


def test_there_is_nothing_at_an_address_with_a_nul() -> None:
    assert Client().get("/console/studies/a%00b/").status_code == 404
    assert Client().get("/api/studies/a%00b/bundle").status_code == 404
