"""The Content-Security-Policy of every page: our own files only, nothing inline, no other host.

And nothing from an address or a cookie that no database can look for.
"""

from __future__ import annotations

from collections.abc import Callable

from django.http import Http404, HttpRequest, HttpResponse, QueryDict

POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "connect-src 'self'",
        "media-src 'self' blob:",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)


def content_security_policy(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware; a view that needs another policy sets its own header."""

    def respond(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response.headers.setdefault("Content-Security-Policy", POLICY)
        return response

    return respond


def without_nul(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware: cookies and parameters with a NUL, which PostgreSQL refuses to compare, count as absent.

    There is nothing at an address with one.
    """

    def respond(request: HttpRequest) -> HttpResponse:
        if "\0" in request.path_info:
            raise Http404("There is nothing at this address.")
        request.COOKIES = {name: value for name, value in request.COOKIES.items() if "\0" not in value}
        if any("\0" in value for _, values in request.GET.lists() for value in values):
            request.GET = QueryDict(_readable(request.GET))
        return get_response(request)

    return respond


def _readable(query: QueryDict) -> str:
    kept = query.copy()
    for name, values in query.lists():
        if any("\0" in value for value in values):
            del kept[name]
    return kept.urlencode()
