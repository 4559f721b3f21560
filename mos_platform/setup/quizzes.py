"""Checks that a rater answers: what is asked in each round, and what counts as right. No Django here.

The secret of a round is what is played or shown in it; it never leaves the server but as sound or picture.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Literal

import numpy as np

from mos_platform.setup.outcome import Outcome
from mos_platform.setup.plates import PLATE_DIGITS, PLATES, plate_png
from mos_platform.setup.sounds import Ear, spoken_digits, typed_digits
from mos_platform.setup.syncclips import SHIFTS_MS, sync_clip

Secret = Mapping[str, Any]
Timing = Literal["early", "together", "late"]
TIMINGS: Mapping[Timing, str] = MappingProxyType(
    {
        "early": "setup.sync_was_early",
        "together": "setup.sync_was_together",
        "late": "setup.sync_was_late",
    }
)
DIGITS_TO_TYPE = 3
EAR_ROUNDS = 3
CLEAR_MS = 300  # a sound that is shifted by more is heard by everybody


@dataclass(frozen=True)
class Body:
    """What is sent to the browser in one round."""

    content: bytes
    content_type: str


@dataclass(frozen=True)
class Round:
    """One round as it was answered."""

    secret: Secret
    given: str


@dataclass(frozen=True)
class Quiz:
    """`secrets` makes the rounds of one try; `said` names the words told after a round, "" for none."""

    secrets: Callable[[np.random.Generator], list[dict[str, Any]]]
    body: Callable[[Secret, str], Body]
    judge: Callable[[Sequence[Round]], Outcome]
    said: Callable[[Round], str]


def _nothing(_round: Round) -> str:
    return ""


def _digits_to_type(rng: np.random.Generator) -> list[dict[str, Any]]:
    return [{"digits": [int(digit) for digit in rng.permutation(10)[:DIGITS_TO_TYPE]]}]


def _spoken(secret: Secret, language: str) -> Body:
    return Body(spoken_digits(secret["digits"], language), "audio/wav")


def _judge_sound(rounds: Sequence[Round]) -> Outcome:
    (only,) = rounds
    heard = typed_digits(only.given) == list(only.secret["digits"])
    return Outcome(heard, {}, "setup.sound_passed" if heard else "setup.sound_wrong")


def _ears(rng: np.random.Generator) -> list[dict[str, Any]]:
    """Never the same ear in all rounds, which a defect could get right."""
    ears: list[Ear] = ["left", "right", "left" if rng.integers(2) else "right"]
    return [{"ear": ears[i], "digits": [int(rng.integers(10))]} for i in rng.permutation(EAR_ROUNDS)]


def _in_one_ear(secret: Secret, language: str) -> Body:
    return Body(spoken_digits(secret["digits"], language, secret["ear"]), "audio/wav")


def _judge_ears(rounds: Sequence[Round]) -> Outcome:
    right = sum(one.given == one.secret["ear"] for one in rounds)
    swapped = all({one.given, one.secret["ear"]} == {"left", "right"} for one in rounds)
    value = {"right": right, "of": len(rounds), "swapped": swapped}
    if right == len(rounds):
        return Outcome(True, value, "setup.headphones_passed")
    return Outcome(False, value, "setup.headphones_swapped" if swapped else "setup.headphones_wrong")


def _plates(rng: np.random.Generator) -> list[dict[str, Any]]:
    """The plate that everybody can read comes first, so that raters know what is meant."""
    return [
        {"plate": plate, "digit": int(rng.choice(PLATE_DIGITS)), "seed": int(rng.integers(2**31))}
        for plate in PLATES
    ]


def _plate(secret: Secret, _language: str) -> Body:
    return Body(plate_png(secret["plate"], secret["digit"], secret["seed"]), "image/png")


def _judge_plates(rounds: Sequence[Round]) -> Outcome:
    read = {one.secret["plate"]: typed_digits(one.given) == [one.secret["digit"]] for one in rounds}
    if all(read.values()):
        return Outcome(True, {"read": read}, "setup.colour_passed")
    return Outcome(
        False, {"read": read}, "setup.colour_unread" if read["control"] else "setup.colour_control"
    )


def _shifts(rng: np.random.Generator) -> list[dict[str, Any]]:
    return [{"shift_ms": int(shift)} for shift in rng.permutation(SHIFTS_MS)]


def _shifted(secret: Secret, language: str) -> Body:
    return Body(sync_clip(secret["shift_ms"], language), "video/mp4")


def _timing(secret: Secret) -> Timing:
    """What is right to say of a clip's sound."""
    shift = secret["shift_ms"]
    return "together" if shift == 0 else "late" if shift > 0 else "early"


def _judge_shifts(rounds: Sequence[Round]) -> Outcome:
    """Who gets the clear ones right has understood; the subtle one may escape anybody."""
    clips = [
        {"shift_ms": one.secret["shift_ms"], "said": one.given, "right": one.given == _timing(one.secret)}
        for one in rounds
    ]
    right = sum(clip["right"] for clip in clips)
    clear = all(clip["right"] for clip in clips if clip["shift_ms"] == 0 or abs(clip["shift_ms"]) > CLEAR_MS)
    places = {"right": right, "of": len(clips)}
    told = "setup.sync_done" if clear else "setup.sync_mixed"
    return Outcome(clear, {"clips": clips, "right": right}, told, places)


def _say_timing(one: Round) -> str:
    return TIMINGS[_timing(one.secret)]


QUIZZES: Mapping[str, Quiz] = MappingProxyType(
    {
        "sound": Quiz(_digits_to_type, _spoken, _judge_sound, _nothing),
        "headphones": Quiz(_ears, _in_one_ear, _judge_ears, _nothing),
        "colour": Quiz(_plates, _plate, _judge_plates, _nothing),
        "sync": Quiz(_shifts, _shifted, _judge_shifts, _say_timing),
    }
)
