"""timeline and sitting_drift: when the answers came in, and whether scores drift within a sitting.

timeline: one row per day (UTC) on which a sitting began. day; n_ratings (scored), n_comparisons; n_raters:
who answered; n_new: of those, whose first sitting it was. A sitting counts whole to the day of its first
trial, so that times of day may be left out of a released bundle; what a rater answered on one date without a
sitting's id counts as one sitting. Answers without a time stand on no day.

sitting_drift: one row per question and bin of positions within the sitting, the first trials first.
position_low, position_high: the bin's ends; mean: how much higher than elsewhere its scores lie, given rater
and stimulus (sums to zero over the scores), with ci_low, ci_high, procedure; n: its scores, of the primary
screening.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.lists.scope import Listing, Row, Scope, codes, scores
from analysis.stats.arrays import IntArray
from analysis.stats.position import position_effects, procedure
from analysis.tables import visits

MOST_BINS = 6
VISIT = ["rater", "visit"]


def timeline_rows(scope: Scope) -> Listing:
    """Rows of timeline in the order of days; none where no times were recorded."""
    data = scope.data
    scored = data.ratings["kind"] == "scored"
    counted = data.comparisons["expected_choice"] == ""
    answers = pd.concat(
        [
            _timed(data.ratings).assign(n_ratings=scored.astype(int), n_comparisons=0),
            _timed(data.comparisons).assign(
                n_ratings=0, n_comparisons=data.comparisons["n"].where(counted, 0).astype(int)
            ),
        ],
        ignore_index=True,
    )
    started = answers.groupby(VISIT, dropna=False)["time"].transform("min")
    known = answers.assign(day=started.dt.strftime("%Y-%m-%d"))[started.notna()]
    first = known.groupby("rater")["day"].min()
    return Listing([_day(str(day), rows, first) for day, rows in known.groupby("day")])


def _timed(frame: pd.DataFrame) -> pd.DataFrame:
    """rater, visit, time (NaT where not recorded)."""
    missing = pd.Series("", frame.index)
    times = frame.get("presented_at", missing)
    time = pd.to_datetime(times, format="ISO8601", utc=True, errors="coerce")
    visit = visits(frame.get("sitting", missing), time)
    return pd.DataFrame({"rater": frame["rater"], "visit": visit, "time": time})


def _day(day: str, answers: pd.DataFrame, first: pd.Series) -> Row:
    people = set(answers["rater"]) - {""}
    return {
        "day": day,
        "n_ratings": int(answers["n_ratings"].sum()),
        "n_comparisons": int(answers["n_comparisons"].sum()),
        "n_raters": len(people),
        "n_new": sum(first[rater] == day for rater in people),
    }


def position_rows(scope: Scope) -> Listing:
    """Rows of sitting_drift; none of a question whose positions are unknown or all the same."""
    listing = Listing()
    for question in scope.rated_questions:
        frame = scope.scored(question, scope.primary)
        known = frame[frame["position"].notna()] if "position" in frame else frame.iloc[:0]
        if known["rater"].nunique() and known["position"].nunique() > 1:
            listing.rows.extend(_effects(question, known, scope.options.confidence))
    return listing


def _effects(question: str, frame: pd.DataFrame, confidence: float) -> list[Row]:
    position = frame["position"].to_numpy(dtype=float).astype(np.int64)
    bins = _bins(position)
    found = position_effects(
        codes(frame["rater"]), codes(frame["stimulus"]), bins, scores(frame), confidence=confidence
    )
    return [
        {
            "question": question,
            "position_low": int(position[bins == place].min()),
            "position_high": int(position[bins == place].max()),
            "mean": one.effect,
            "ci_low": one.ci_low,
            "ci_high": one.ci_high,
            "n": one.n,
            "procedure": procedure(one),
        }
        for place, one in enumerate(found)
    ]


def _bins(position: IntArray) -> IntArray:
    """Codes 0…B−1 of up to MOST_BINS bins of about as many scores each; equal positions share a bin."""
    known, place, counts = np.unique(position, return_inverse=True, return_counts=True)
    middle = np.cumsum(counts) - counts / 2
    share = (middle * min(MOST_BINS, len(known)) / len(position)).astype(np.int64)
    return np.unique(share, return_inverse=True)[1][place].astype(np.int64)
