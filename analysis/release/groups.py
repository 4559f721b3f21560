"""Attributes of raters that would single out somebody: a release leaves them out."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import pandas as pd

from studies.bundle import RATERS

NOT_TELLING = frozenset({"rater", "sittings", "status", "simulated", "consent_version"})
ATTRIBUTES = [name for name in RATERS.header if name not in NOT_TELLING]


def too_telling(raters: pd.DataFrame, smallest: int, keep: Sequence[str]) -> list[str]:
    """The fewest attributes without which every rater shares the others with `smallest` − 1 raters or more.

    `keep` are never among them, whatever they tell. Of several choices the one that drops later columns.
    Source: Sweeney (2002), k-anonymity, here by leaving out whole columns: those that stay are unchanged.
    """
    present = [str(name) for name in raters.columns if name not in NOT_TELLING and (raters[name] != "").any()]
    known = [name for name in ATTRIBUTES if name in present]
    present = [*known, *(name for name in present if name not in known)]
    fixed = [name for name in present if name in keep]
    free = [name for name in present if name not in keep]
    for size in range(len(free), 0, -1):
        for chosen in combinations(free, size):
            if smallest_group(raters, [*fixed, *chosen]) >= smallest:
                return [name for name in free if name not in chosen]
    return free


def smallest_group(raters: pd.DataFrame, columns: Sequence[str]) -> int:
    """How many raters share the rarest combination of values; all of them where there is no column."""
    if not columns:
        return len(raters)
    return int(raters.groupby(list(columns)).size().min())
