"""How many clips and pairs a part has, and what of its numbers cannot be had."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain, repeat
from math import ceil, comb
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
        scored = _scored(part, n_methods, n_items, design)
        for key in sorted({"repeats", "dummies"} & part.model_fields_set):
            if getattr(part, key) > scored > 0:
                yield (
                    f"parts.{place}.{key}",
                    f"{getattr(part, key)} are more than the {scored} scored trials of a sitting; use fewer",
                )


def with_dummies(
    parts: tuple[Part, ...], methods: tuple[Method, ...], items: tuple[Item, ...], design: Any
) -> tuple[Part, ...]:
    """The parts with as many dummies as those have that do not say: only a sitting's beginning needs some."""
    n_methods = sum(method.role == "scored" for method in methods)
    n_items = sum(item.role == "scored" for item in items)
    wanted = min(parts[0].dummies, _scored(parts[0], n_methods, n_items, design))
    return tuple(
        part if "dummies" in part.model_fields_set else part.model_copy(update={"dummies": number})
        for part, number in zip(parts, chain([wanted], repeat(0)), strict=False)
    )


def _scored(part: Part, methods: int, items: int, design: Any) -> int:
    """The scored trials of a sitting, of so many methods and items under evaluation."""
    judged = pairs_compared if part.is_paired else methods_judged
    there = judged(part, methods, design.raters) * items
    return min(part.trials_per_sitting or there, there)


def start_round(part: Part, methods: int) -> int:
    """The trials of the balanced round before pairs are chosen by answers."""
    return part.start or max(pairs_compared(part, methods, "within"), least_start(methods))


def least_start(methods: int) -> int:
    """Three trials of each method."""
    return ceil(3 * methods / 2)


def chosen_pairs(
    parts: tuple[Part, ...], methods: tuple[Method, ...], design: Any, stop: Any
) -> Iterator[Problem]:
    """Where pairs are chosen by answers: a round too short, and rules that contradict it."""
    n_methods = sum(method.role == "scored" for method in methods)
    for place, part in enumerate(parts):
        if part.choice != "active":
            continue
        if part.start is not None and part.start < least_start(n_methods):
            yield (
                f"parts.{place}.start",
                f"{part.start} trials are too few to begin with {n_methods} methods; write at least "
                f"{least_start(n_methods)}, three of each method",
            )
        if design.raters == "between":
            yield f"parts.{place}.choice", "active needs raters who meet all methods; write raters: within"
        if stop.rule == "quota":
            yield (
                f"parts.{place}.choice",
                "a quota wants each pair as often as any other, and active does not; write choice: balanced, "
                "or stop.rule: never and recruitment.limit",
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
