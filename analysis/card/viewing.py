"""How clips were seen: what the players recorded, and when it happened."""

from __future__ import annotations

import pandas as pd

from analysis.card.facts import SITTING, answers, numbers, presentations, quartiles, share, times
from analysis.card.model import Timing, Viewing
from analysis.load import StudyData
from studies.screening import Playback


def viewing_part(data: StudyData) -> Viewing:
    """Wanted is what the study declared for its rule `playback`."""
    limits = data.config.screening.playback if data.config else Playback()
    trials = presentations(data)
    return Viewing(
        n_presentations=len(trials),
        displayed_width=quartiles(numbers(trials, "displayed_width")),
        played_fraction_wanted=limits.played_fraction,
        played_to_end_share=share(numbers(trials, "played_fraction") >= limits.played_fraction),
        stalled_share=share(numbers(trials, "stalled_ms") > limits.stalled_ms),
        hidden_share=share(numbers(trials, "hidden_ms") > limits.hidden_ms),
        replayed_share=share(numbers(trials, "replays") > 0),
        dropped_frames_share=share(numbers(trials, "dropped_frames") > 0),
    )


def timing_part(data: StudyData) -> Timing:
    """response_s: of each trial, from the clips' end to its last answer."""
    trials = presentations(data)
    sittings = _sittings(data)
    seconds = numbers(trials, "response_ms") / 1000
    known = "sitting" in trials and trials["sitting"].fillna("").ne("").any()
    per_sitting = trials[trials["sitting"] != ""].groupby(SITTING).size() if known else pd.Series()
    return Timing(
        n_sittings=len(per_sitting) if known else None,
        sitting_minutes=quartiles(sittings),
        trials_per_sitting=quartiles(per_sitting.astype(float)),
        response_s=quartiles(seconds),
    )


def _sittings(data: StudyData) -> pd.Series:
    """Minutes from a sitting's first presentation to its last answer."""
    given = answers(data)
    if "sitting" not in given:
        return pd.Series(dtype=float)
    given = pd.DataFrame(
        {
            **given[SITTING],
            "start": times(given, "presented_at"),
            "end": times(given, "submitted_at"),
        }
    )
    of_sitting = given[given["sitting"].fillna("") != ""].groupby(SITTING)
    return ((of_sitting["end"].max() - of_sitting["start"].min()).dt.total_seconds() / 60).dropna()


def collected(data: StudyData) -> tuple[str | None, str | None]:
    """First and last day of collection, in UTC."""
    given = times(answers(data), "submitted_at").dropna()
    return (str(given.min().date()), str(given.max().date())) if len(given) else (None, None)
