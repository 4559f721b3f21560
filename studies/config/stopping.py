"""What a stop rule needs of the rest of a study file."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from studies.config.counts import Problem
    from studies.config.material import Method
    from studies.config.people import Stop, Targets
    from studies.config.questions import Part


def precision_has_its_numbers(stop: Stop, targets: Targets) -> Iterator[Problem]:
    """A width to reach, and a number of raters at which to give up reaching it."""
    if stop.rule != "precision":
        return
    if targets.half_width is None:
        yield "targets.half_width", "stop.rule: precision needs it; write the half-width to reach, in grades"
    least, most = stop.least_raters_per_method, stop.most_raters_per_method
    if most is None:
        yield (
            "stop.most_raters_per_method",
            "rule: precision needs it, as a width may never be reached; write with how many raters to stop",
        )
    elif most < least:
        yield (
            "stop.most_raters_per_method",
            f"{most} is less than least_raters_per_method {least}; raise it, or lower that",
        )


def precision_is_of_something(
    stop: Stop, parts: tuple[Part, ...], methods: tuple[Method, ...]
) -> Iterator[Problem]:
    """Scores have a width in grades; answers to A/B have none."""
    if stop.rule != "precision":
        return
    if not any(_has_width(stop, part) for part in parts):
        yield (
            "stop.rule",
            f"no part has scores whose {_told(stop)} could get precise; write never and close the study by "
            "hand, or quota where pairs are balanced, or correct 'intervals'",
        )
    if stop.intervals == "against_reference" and all(part.test_method in ("DCR", "PC") for part in parts):
        yield "stop.intervals", "DCR scores no reference to differ from; write methods or differences"
    if stop.intervals == "against_reference" and not any(method.reference for method in methods):
        yield "stop.intervals", "no method is the reference; mark the real video with reference: true"


def _has_width(stop: Stop, part: Part) -> bool:
    if part.test_method == "CCR":
        return stop.intervals != "methods"
    return part.test_method != "PC" and bool(part.ratings)


def _told(stop: Stop) -> str:
    return "means" if stop.intervals == "methods" else "differences"
