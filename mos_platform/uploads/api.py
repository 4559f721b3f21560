"""Studies over HTTP, for programs: a token that may import sends a zip, then asks how far it is."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.urls import reverse
from rest_framework import status
from rest_framework.exceptions import APIException, NotFound
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from mos_platform.exports.api import AsOffered, BearerToken, refused
from mos_platform.exports.models import Token
from mos_platform.uploads.models import Upload
from mos_platform.uploads.receiving import receive, too_long
from mos_platform.uploads.tasks import wake
from studies.errors import InputError

CHUNK = 1024 * 1024
YES, NO = ("1", "true", "yes"), ("", "0", "false", "no")


class MayImport(BasePermission):
    message = "This token opens bundles only; make one with `token create NAME --import`."

    def has_permission(self, request: Request, _view: APIView) -> bool:
        token: Any = request.auth
        return token is not None and token.permission == Token.Permission.IMPORT


class Refused(APIException):
    status_code = status.HTTP_400_BAD_REQUEST


class TooLarge(APIException):
    status_code = status.HTTP_413_REQUEST_ENTITY_TOO_LARGE


class LengthNeeded(APIException):
    status_code = status.HTTP_411_LENGTH_REQUIRED
    default_detail = "Send the zip's length in the header Content-Length."


class OnlyTheZip(APIException):
    status_code = status.HTTP_415_UNSUPPORTED_MEDIA_TYPE
    default_detail = (
        "Send the zip itself as the body: curl --data-binary @study.zip, or -T study.zip -X POST."
    )


class _ForTokens(APIView):
    authentication_classes = [BearerToken]
    permission_classes = [MayImport]
    content_negotiation_class = AsOffered

    def get_exception_handler(self) -> Any:
        """Refusals as {"detail": one sentence}."""
        return refused


class StudiesView(_ForTokens):
    http_method_names = ["post"]

    def post(self, request: Request) -> Response:
        """202 with the address to ask; the body is a zip, `?new_version=true` allows a changed study."""
        new_version = _flag(request, "new_version")
        _check_length(request)
        try:
            upload = receive(
                _body(request), name=_name(request), sender=_sender(request), new_version=new_version
            )
        except InputError as error:
            raise Refused(str(error)) from None
        wake()
        address = _address(upload)
        return Response({"upload": upload.token, "url": address}, status=202, headers={"Location": address})


class UploadView(_ForTokens):
    http_method_names = ["get"]

    def get(self, _request: Request, token: str) -> Response:
        """How far an upload is, and what became of it."""
        upload = Upload.objects.select_related("study").filter(token=token).first()
        if upload is None:
            raise NotFound("There is no such upload.")
        answer = Response(described(upload))
        answer["Cache-Control"] = "no-store"
        return answer


def described(upload: Upload) -> dict[str, Any]:
    """As JSON: `done` of `total` files are through `phase`; `sentences` say why a study was refused."""
    study = upload.study
    return {
        "state": upload.state,
        "phase": upload.phase,
        "done": upload.done,
        "total": upload.total,
        "sentences": upload.sentences,
        "was_here": upload.was_here,
        "study": None
        if study is None
        else {
            "study": study.slug,
            "version": study.version,
            "name": study.name,
            "url": settings.BASE_URL + reverse("console:study", args=[study.name]),
        },
    }


def _address(upload: Upload) -> str:
    return settings.BASE_URL + reverse("uploads:upload", args=[upload.token])


def _flag(request: Request, name: str) -> bool:
    value = request.query_params.get(name, "").lower()
    if value not in (*YES, *NO):
        raise Refused(f"{name} is {value!r}; write true or false.")
    return value in YES


def _check_length(request: Request) -> None:
    if request.META.get("CONTENT_TYPE", "").startswith("multipart/"):
        raise OnlyTheZip
    announced = request.META.get("CONTENT_LENGTH", "")
    if not announced.isdigit():
        raise LengthNeeded
    if int(announced) > settings.UPLOAD_MAX_BYTES:
        raise TooLarge(too_long())


def _body(request: Request) -> Iterator[bytes]:
    announced, got = int(request.META["CONTENT_LENGTH"]), 0
    while chunk := request._request.read(CHUNK):
        got += len(chunk)
        yield chunk
    if got < announced:
        raise InputError(f"the zip broke off after {got:,} of {announced:,} bytes; send it again.")


def _name(request: Request) -> str:
    return request.query_params.get("name", "") or "study.zip"


def _sender(request: Request) -> str:
    token: Any = request.auth
    return f"token {token.name}"
