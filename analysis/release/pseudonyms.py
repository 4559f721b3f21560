"""Raters and sittings under new names, which tell nothing about the old ones."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from typing import Literal

import pandas as pd

from analysis.release.carried import Frames, raters_in
from analysis.release.wish import RaterOrder
from analysis.tables import natural

NUMBERED = re.compile(r"([A-Za-z]{0,12}[-_. ]?)(\d{1,6})")
RANDOM = re.compile(
    r"[0-9a-f]{16}|[0-9a-f]{20}|[0-9a-f]{32}|[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"
)
MOST_SERIAL, SPARE_NUMBERS = (
    99,
    3,
)  # serials may reach this many times the raters, as some who were invited never came
Order = Literal["kept", "shuffled"]


def order_of(raters: Sequence[str], wanted: RaterOrder) -> Order:
    """Kept where the ids are numbers or random; else, as names or e-mails have a known order, shuffled."""
    return wanted if wanted != "auto" else "kept" if _tell_nothing(raters) else "shuffled"


def _tell_nothing(raters: Sequence[str]) -> bool:
    return are_serials(raters) or all(
        RANDOM.fullmatch(rater) and not rater.isdecimal() and not rater.isalpha() for rater in raters
    )


def are_serials(raters: Sequence[str]) -> bool:
    """One prefix with small numbers: longer ones may be matriculation numbers, several prefixes names."""
    found = [NUMBERED.fullmatch(rater) for rater in raters]
    parts = [match.groups() for match in found if match]
    highest = max(MOST_SERIAL, SPARE_NUMBERS * len(raters))
    return (
        len(parts) == len(found)
        and len({prefix for prefix, _ in parts}) <= 1
        and all(int(number) <= highest for _, number in parts)
    )


def renamed(frames: Frames, order: Order) -> Frames:
    """Rows by new rater, each rater's own in their order; the order in which raters came is gone."""
    raters = raters_in(frames)
    names = _in_order(raters) if order == "kept" else _by_content(frames, raters)
    return {file: _called(frame, names) for file, frame in _with_sittings(frames, names).items()}


def _in_order(raters: Sequence[str]) -> dict[str, str]:
    """Sorted as before; where that can be had, in the natural order too: rows and draws stay in place."""
    plain = {rater: f"r{place}" for place, rater in enumerate(natural(raters), start=1)}
    if sorted(raters, key=plain.__getitem__) == sorted(raters):
        return plain
    return _padded(sorted(raters))


def _padded(raters: Sequence[str]) -> dict[str, str]:
    width = max(3, len(str(len(raters))))
    return {rater: f"r{place:0{width}}" for place, rater in enumerate(raters, start=1)}


def _by_content(frames: Frames, raters: Sequence[str]) -> dict[str, str]:
    """In the order of a hash of what is published of each: nobody who knows the ids can redo it from them."""
    digests = {rater: hashlib.sha256() for rater in raters}
    for file, frame in sorted(frames.items()):
        if "rater" not in frame:
            continue
        told = frame.drop(columns=["rater", "sitting"], errors="ignore")
        lines = told.agg("\x1f".join, axis=1) if len(told.columns) else pd.Series("", frame.index)
        for rater, own in lines.groupby(frame["rater"], sort=False):
            if rater:
                digests[str(rater)].update("\x1e".join([file, *own]).encode())
    return _padded(sorted(raters, key=lambda rater: (digests[rater].hexdigest(), rater)))


def _with_sittings(frames: Frames, names: Mapping[str, str]) -> Frames:
    """Sittings numbered within each rater, in the order of their first answers."""
    with_sitting = {
        file: frame for file, frame in frames.items() if {"rater", "sitting"} <= set(frame.columns)
    }
    seen = [frame[["rater", "sitting", *_time(frame)]] for frame in with_sitting.values()]
    if not seen:
        return frames
    sittings = pd.concat(seen, ignore_index=True)
    sittings = sittings[sittings["sitting"] != ""]
    if "presented_at" in sittings:
        sittings["presented_at"] = sittings["presented_at"].replace("", None)
        sittings = sittings.sort_values("presented_at", kind="stable", na_position="last")
    called: dict[tuple[str, str], str] = {}
    count: dict[str, int] = {}
    for rater, sitting in sittings[["rater", "sitting"]].drop_duplicates().itertuples(index=False):
        count[rater] = count.get(rater, 0) + 1
        called[rater, sitting] = f"{names.get(rater, 'sitting')}-{count[rater]}"
    return {**frames, **{file: _sat(frame, called) for file, frame in with_sitting.items()}}


def _time(frame: pd.DataFrame) -> list[str]:
    return [name for name in ("presented_at",) if name in frame]


def _sat(frame: pd.DataFrame, called: Mapping[tuple[str, str], str]) -> pd.DataFrame:
    pairs = zip(frame["rater"], frame["sitting"], strict=True)
    return frame.assign(sitting=[called.get(pair, "") for pair in pairs])


def _called(frame: pd.DataFrame, names: Mapping[str, str]) -> pd.DataFrame:
    if "rater" not in frame:
        return frame
    named = frame.assign(rater=[names.get(rater, "") for rater in frame["rater"]])
    place = {name: place for place, name in enumerate(natural(names.values()), start=1)}
    return named.sort_values("rater", key=lambda column: column.map(place).fillna(0), kind="stable")
