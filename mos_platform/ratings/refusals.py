"""Why the trial loop takes no answer: a word for programs and a sentence for raters."""

from __future__ import annotations

from datetime import timedelta
from typing import Literal

from mos_platform.raters.models import Rater, Sitting
from mos_platform.words import interface_language, say

Code = Literal["too_early", "not_next", "not_played", "invalid", "closed", "unknown"]
SENTENCES: dict[Code, str] = {
    "too_early": "refusals.too_early",
    "not_next": "refusals.not_next",
    "not_played": "refusals.not_played",
    "invalid": "refusals.invalid",
    "closed": "refusals.closed",
    "unknown": "refusals.unknown",
}


class RefusedError(Exception):
    """Nothing was stored. `retry_after`: how long to wait before the same answer can be taken."""

    def __init__(self, code: Code, sitting: Sitting, retry_after: timedelta | None = None) -> None:
        super().__init__(sentence(code, sitting.rater.language))
        self.code: Code = code
        self.retry_after = retry_after


def check_open(sitting: Sitting) -> None:
    """Refuse everything to whoever has withdrawn, as it is stored now. Raises RefusedError."""
    sitting.rater.refresh_from_db(fields=["status"])
    if sitting.rater.status == Rater.Status.WITHDRAWN:
        raise RefusedError("closed", sitting)


def sentence(code: Code, language: str) -> str:
    return say(SENTENCES[code], interface_language(language))
