"""What the commands' options share: wrong ones are bad input like any other, told in one sentence."""

from __future__ import annotations

import argparse
import math
from typing import TYPE_CHECKING, NoReturn

from studies.errors import InputError
from studies.scales import SCALES

if TYPE_CHECKING:
    Commands = argparse._SubParsersAction["Parser"]

TARGETS = ("raters+items", "raters")


class Parser(argparse.ArgumentParser):
    """Wrong arguments are bad input like any other: one sentence."""

    def error(self, message: str) -> NoReturn:
        more = message.removeprefix("unrecognized arguments: ")
        if more != message and not more.startswith("-"):
            message = f"{message}, beside one that was read; make one bundle of several with 'analysis merge'"
        raise InputError(f"{message[:1].upper()}{message[1:].rstrip('.')}; see {self.prog} --help.")


def confidence(text: str) -> float:
    value = number(text)
    if not 0.5 < value < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number between 0.5 and 1, such as 0.95")
    return value


def grades(text: str) -> float:
    value = number(text)
    if not 0 < value < math.inf:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of grades above 0, such as 0.3")
    return value


def seed(text: str) -> int:
    if not text.isascii() or not text.isdecimal():
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number, 0 or more")
    return int(text)


def scale(text: str) -> tuple[float, float]:
    if text in SCALES:
        return float(SCALES[text].low), float(SCALES[text].high)
    low, high = (number(end) for end in text.partition(":")[::2])
    if not (math.isfinite(low) and math.isfinite(high) and low < high):
        raise argparse.ArgumentTypeError(f"{text!r} is neither one of {', '.join(SCALES)} nor like 0:100")
    return low, high


def scale_of(text: str) -> tuple[str, tuple[float, float]]:
    """(question, ends); the question is "" where none is named."""
    question, equals, ends = text.rpartition("=")
    if equals and not question:
        raise argparse.ArgumentTypeError(f"{text!r} names no question; write it like sync=1:7")
    return question, scale(ends)


def number(text: str) -> float:
    """NaN where it is none: every comparison with it is false."""
    try:
        return float(text)
    except ValueError:
        return math.nan
