"""What would single out somebody among the raters who answered: a release leaves it out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import pandas as pd

from analysis.release.carried import Frames, raters_in
from studies.bundle import COMPARISONS, RATERS, RATINGS

ANSWERS = (RATINGS.file, COMPARISONS.file)
NOT_TELLING = frozenset({"rater", "status", "simulated", "consent_version"})
ATTRIBUTES = [name for name in RATERS.header if name not in {*NOT_TELLING, "sittings"}]
COUNTED = ("status", "consent_version")
WIDTH, WIDTH_STEP = "displayed_width", 100


@dataclass(frozen=True)
class Spared:
    """`attributes`: columns left out; `emptied`: those whose rare values went; `silent`: without answers."""

    attributes: list[str]
    emptied: list[str]
    silent: int
    rounded: bool


def without_telling(frames: Frames, smallest: int, keep: Sequence[str]) -> tuple[Frames, Spared]:
    """Of raters who answered, `smallest` or more share each combination of what is left; see `too_telling`.

    The width at which clips were shown to a rater counts among it, rounded; raters without answers keep no
    attribute but those of `keep`, so that nobody hides among people of whom there is nothing to find.
    """
    rounded = _rounded(frames) if smallest > 1 else frames
    answered = raters_in({file: frame for file, frame in frames.items() if file in ANSWERS})
    people = _people(rounded, answered)
    telling = too_telling(people, smallest, keep)
    spared = {file: frame.drop(columns=telling, errors="ignore") for file, frame in rounded.items()}
    width = any(WIDTH in spared[file] for file in ANSWERS if file in spared)
    if RATERS.file not in spared:
        return spared, Spared(telling, [], 0, width and smallest > 1)
    raters, emptied = _without_rare(spared[RATERS.file], smallest)
    silent = ~raters["rater"].isin(answered)
    hidden = [str(name) for name in raters if name not in {*NOT_TELLING, *keep}]
    raters = raters.assign(**{name: raters[name].mask(silent, "") for name in hidden})
    told = Spared(telling, emptied, int(silent.sum()), width and smallest > 1)
    return {**spared, RATERS.file: raters}, told


def _rounded(frames: Frames) -> Frames:
    return {
        file: frame.assign(**{WIDTH: _steps(frame[WIDTH])}) if file in ANSWERS and WIDTH in frame else frame
        for file, frame in frames.items()
    }


def _steps(widths: pd.Series) -> pd.Series:
    steps = pd.to_numeric(widths, errors="coerce").div(WIDTH_STEP).round().mul(WIDTH_STEP)
    return steps.map(lambda width: "" if width != width else str(int(width)))


def _people(frames: Frames, answered: Sequence[str]) -> pd.DataFrame:
    """One row per rater who answered: attributes, and the widths at which clips were shown."""
    people = pd.DataFrame({"rater": list(answered)}, dtype=object)
    if RATERS.file in frames:
        people = people.merge(frames[RATERS.file], on="rater", how="left").fillna("")
    shown = [frames[file][["rater", WIDTH]] for file in ANSWERS if WIDTH in frames.get(file, ())]
    if not shown:
        return people
    widths = pd.concat(shown).groupby("rater")[WIDTH].agg(lambda cells: " ".join(sorted(set(cells) - {""})))
    return people.assign(**{WIDTH: people["rater"].map(widths).fillna("")})


def _without_rare(raters: pd.DataFrame, smallest: int) -> tuple[pd.DataFrame, list[str]]:
    """`status` and the like without the values that fewer than `smallest` raters hold."""
    raters, emptied = raters.copy(), list[str]()
    for name in [name for name in COUNTED if name in raters]:
        rare = (raters.groupby(name)[name].transform("size") < smallest) & (raters[name] != "")
        if rare.any():
            raters.loc[rare, name] = ""
            emptied.append(name)
    return raters, emptied


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
