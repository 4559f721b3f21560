"""A study's bundle over HTTP, for programs: a token opens it; there are no cookies and no sessions."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from typing import Any

from django.db import DatabaseError
from django.http import FileResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import get_conditional_response
from rest_framework import status
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import (
    APIException,
    AuthenticationFailed,
    NotAuthenticated,
    NotFound,
    Throttled,
)
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import SimpleRateThrottle
from rest_framework.views import APIView, exception_handler

from mos_platform.exports.models import Token
from mos_platform.exports.services import ZippedBundle, zipped_bundle
from mos_platform.exports.tokens import find_token, readable_study
from studies.errors import InputError

logger = logging.getLogger(__name__)


class WrongTokens(SimpleRateThrottle):
    """Wrong tokens per client. Right ones always pass: behind a proxy all clients look like one."""

    scope = "wrong_tokens"
    rate = "20/min"

    def get_cache_key(self, request: Request, _view: APIView) -> str:
        return f"{self.scope}:{request.META.get('REMOTE_ADDR', '')}"


class BearerToken(BaseAuthentication):
    def authenticate(self, request: Request) -> tuple[None, Token]:
        kind, _, secret = get_authorization_header(request).decode("latin-1").strip().partition(" ")
        if kind.lower() != "bearer" or not secret:
            raise NotAuthenticated("A token is needed: send the header 'Authorization: Bearer TOKEN'.")
        token = find_token(secret.strip())
        if token is None:
            raise self._refusal(request)
        return None, token

    def authenticate_header(self, _request: Request) -> str:
        return "Bearer"

    def _refusal(self, request: Request) -> APIException:
        throttle = WrongTokens()
        if throttle.allow_request(request, APIView()):
            return AuthenticationFailed("This token is wrong or was revoked; ask for a new one.")
        return Throttled(throttle.wait(), "Too many wrong tokens; check the token before you try again.")


class AsOffered(BaseContentNegotiation):
    """There is one form, whatever the client says that it accepts."""

    def select_renderer(
        self, _request: Request, renderers: Iterable[BaseRenderer], _suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        first = next(iter(renderers))
        return first, first.media_type


class NotExported(APIException):
    status_code = status.HTTP_503_SERVICE_UNAVAILABLE
    default_detail = "The platform cannot write the bundle just now; its log says why."


class BundleView(APIView):
    http_method_names = ["get", "head"]
    authentication_classes = [BearerToken]
    content_negotiation_class = AsOffered

    def get(self, request: Request, slug: str) -> HttpResponseBase:
        """The bundle as a zip, exported now; 304 where the facts are those that the client has."""
        token: Any = request.auth
        study = readable_study(token, slug)
        if study is None:
            raise NotFound(f"There is no study '{slug}' that this token opens.")
        try:
            bundle = zipped_bundle(study)
        except InputError as error:
            logger.error("the bundle of %s was not served: %s", study, error)
            raise NotExported from None
        return _answer(request, bundle)

    def get_exception_handler(self) -> Any:
        """Refusals as {"detail": one sentence}."""
        return refused


def refused(error: Exception, context: dict[str, Any]) -> Response | None:
    """A database that is locked, full or gone is no fault of the request, and passes."""
    if not isinstance(error, DatabaseError):
        return exception_handler(error, context)
    logger.error("not served: %s", error)
    return exception_handler(NotExported(), context)


def _answer(request: Request, bundle: ZippedBundle) -> HttpResponseBase:
    """The file for GET; only its headers for HEAD; 304 where the client has these facts."""
    tag = f'W/"{bundle.fingerprint}"'
    whole = FileResponse(bundle.file, as_attachment=True, filename=bundle.name)
    whole["ETag"], whole["Cache-Control"] = tag, "private, no-cache"
    unchanged = get_conditional_response(request, tag)
    if unchanged is None and request.method != "HEAD":
        return whole
    bundle.file.close()
    if unchanged is None:
        headers = {name: value for name, value in whole.headers.items() if name != "Content-Length"}
        return StreamingHttpResponse((), headers=headers)  # how long the next export is, nobody knows
    unchanged["ETag"], unchanged["Cache-Control"] = tag, whole["Cache-Control"]
    return unchanged
