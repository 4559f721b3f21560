"""How many clips and pairs a part has, and what of its numbers cannot be had."""

from __future__ import annotations

from collections.abc import Iterator
from math import comb
from typing import Any

from studies.config.material import Item, Method
from studies.config.people import Gold
from studies.config.questions import Part

Problem = tuple[str, str]  # key, and one sentence without it


def methods_judged(part: Part, methods: int, raters: str) -> int:
    """The methods, of so many under evaluation, whose clips are judged one by one in a sitting."""
    if raters == "within":
        return methods - (part.test_method == "DCR")
    return 1 + (part.test_method == "ACR-HR")


def pairs_compared(part: Part, methods: int, raters: str) -> int:
    """The pairs of methods that meet in a sitting."""
    if isinstance(part.pairs, tuple):
        return len(part.pairs)
    if part.pairs == "all":
        return comb(methods, 2)
    return methods - 1 if raters == "within" else 1


def too_many_extras(
    parts: tuple[Part, ...], methods: tuple[Method, ...], items: tuple[Item, ...], design: Any
) -> Iterator[Problem]:
    """Repeats and dummies beyond the scored trials of a sitting."""
    n_methods = sum(method.role == "scored" for method in methods)
    n_items = sum(item.role == "scored" for item in items)
    for place, part in enumerate(parts):
        there = 0 if part.is_paired else methods_judged(part, n_methods, design.raters) * n_items
        scored = min(part.trials_per_sitting or there, there)
        for key in ("repeats", "dummies"):
            if getattr(part, key) > scored > 0:
                yield (
                    f"parts.{place}.{key}",
                    f"{getattr(part, key)} are more than the {scored} scored trials of a sitting; use fewer",
                )


def gold_twice(gold: tuple[Gold, ...]) -> Iterator[Problem]:
    """Answers expected twice of one clip."""
    seen: dict[tuple[str, str, str], int] = {}
    for place, one in enumerate(gold):
        for question in one.expected:
            if seen.setdefault((one.method, one.item, question), place) != place:
                yield (
                    f"gold.{place}",
                    f"{one.method} × {one.item} has expected answers to {question!r} above already; "
                    "remove one of the two",
                )
