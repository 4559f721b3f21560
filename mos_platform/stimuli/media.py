"""Byte ranges of a file over HTTP (RFC 9110, sections 13 and 14), as video players ask for them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import BinaryIO

from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse

CHUNK = 64 * 1024
SINGLE_RANGE = re.compile(
    r"bytes=\s*(?P<first>[0-9]{0,18})-(?P<last>[0-9]{0,18})\s*", re.ASCII | re.IGNORECASE
)


class UnsatisfiableError(Exception):
    """No byte of the file lies in the range that was asked for."""


class Slice:
    """`length` bytes of an open file from `start`, in chunks; closes the file in the end."""

    def __init__(self, file: BinaryIO, start: int, length: int) -> None:
        self._file, self._start, self._length = file, start, length

    def __iter__(self) -> Iterator[bytes]:
        self._file.seek(self._start)
        left = self._length
        while left and (chunk := self._file.read(min(CHUNK, left))):
            left -= len(chunk)
            yield chunk

    def close(self) -> None:
        self._file.close()


def parse_range(header: str, size: int) -> range | None:
    """The bytes asked for, or None where the header is to be ignored: several ranges, or not understood.

    Raises UnsatisfiableError where the range lies outside of a file of `size` bytes.
    """
    match = SINGLE_RANGE.fullmatch(header)
    if match is None or not (match["first"] or match["last"]):
        return None
    if not match["first"]:
        first, last = max(size - int(match["last"]), 0), size - 1
    else:
        first, last = int(match["first"]), int(match["last"] or size)
        if last < first and match["last"]:
            return None
    if first >= size or (not match["first"] and int(match["last"]) == 0):
        raise UnsatisfiableError
    return range(first, min(last, size - 1) + 1)


def serve_bytes(
    request: HttpRequest, file: BinaryIO, *, size: int, etag: str, content_type: str
) -> HttpResponseBase:
    """Answer GET and HEAD for a file of `size` bytes that never changes under its address."""
    if _names(request.headers.get("If-None-Match", ""), etag):
        file.close()
        return _described(HttpResponse(status=304), etag)
    try:
        part = _asked(request, size, etag)
    except UnsatisfiableError:
        file.close()
        response = HttpResponse(status=416, content_type=content_type)
        response["Content-Range"] = f"bytes */{size}"
        return _described(response, etag)
    return _described(_content(request, file, part, size, content_type), etag)


def _content(
    request: HttpRequest, file: BinaryIO, part: range | None, size: int, content_type: str
) -> HttpResponseBase:
    whole = part or range(size)
    body = Slice(file, whole.start, 0 if request.method == "HEAD" else len(whole))
    response = StreamingHttpResponse(body, status=206 if part else 200, content_type=content_type)
    response["Content-Length"] = str(len(whole))
    if part:
        response["Content-Range"] = f"bytes {part.start}-{part.stop - 1}/{size}"
    return response


def _asked(request: HttpRequest, size: int, etag: str) -> range | None:
    """Ranges are defined for GET alone, and If-Range limits them to the version that the player has."""
    header = request.headers.get("Range", "")
    if request.method != "GET" or not header or request.headers.get("If-Range", etag).strip() != etag:
        return None
    return parse_range(header, size)


def _names(header: str, etag: str) -> bool:
    tags = [tag.strip().removeprefix("W/") for tag in header.split(",")]
    return etag in tags or tags == ["*"]


def _described(response: HttpResponseBase, etag: str) -> HttpResponseBase:
    response["Accept-Ranges"] = "bytes"
    response["ETag"] = etag
    response["Cache-Control"] = "private, max-age=86400"
    return response
