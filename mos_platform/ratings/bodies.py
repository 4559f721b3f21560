"""What programs may send: JSON of a bounded size, in text that can be stored and sent back."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from io import BytesIO
from typing import IO, Any

from rest_framework import serializers
from rest_framework.exceptions import APIException, ParseError
from rest_framework.parsers import BaseParser, JSONParser
from rest_framework.request import Request

LARGEST = 256 * 1024  # bytes: several times the longest answers with all their events


class TooLargeError(APIException):
    status_code = 413
    default_detail = f"The message is too large; send at most {LARGEST // 1024} kB."


class SmallJSONParser(BaseParser):
    """Refuses a body by its declared length, before any of it is read."""

    media_type = JSONParser.media_type

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> dict[str, Any]:
        refuse_large((parser_context or {})["request"])
        parsed: dict[str, Any] = JSONParser().parse(BytesIO(stream.read()), media_type, parser_context)
        try:
            json.dumps(parsed, ensure_ascii=False).encode()
        except UnicodeEncodeError:
            raise ParseError("The message has a lone surrogate; send whole characters.") from None
        return parsed


def refuse_large(request: Request) -> None:
    """Raises TooLargeError. A body without a declared length is not read at all."""
    if int(request.META.get("CONTENT_LENGTH") or 0) > LARGEST:
        raise TooLargeError


class ShortListField(serializers.ListField):
    """A list whose length is refused before any entry is looked at, and then its first wrong entry."""

    def to_internal_value(self, data: Any) -> list[Any]:
        if isinstance(data, list) and self.max_length is not None and len(data) > self.max_length:
            self.fail("max_length", max_length=self.max_length)
        return super().to_internal_value(data)

    def run_child_validation(self, data: Iterable[Any]) -> list[Any]:
        return [self.child.run_validation(entry) for entry in data]


class ShortDictField(serializers.DictField):
    """A mapping with at most `most` keys, counted before any of its values is looked at."""

    def __init__(self, *, most: int, child: serializers.Field[Any, Any, Any, Any]) -> None:
        super().__init__(child=child, allow_empty=True)
        self.most = most

    def to_internal_value(self, data: Any) -> dict[Any, Any]:
        if isinstance(data, dict) and len(data) > self.most:
            raise serializers.ValidationError(f"Ensure this field has no more than {self.most} entries.")
        return super().to_internal_value(data)
