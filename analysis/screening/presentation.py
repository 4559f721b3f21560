"""Who did not see the clips as they were meant, or answered before anybody could have judged."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.load import StudyData
from analysis.screening.verdict import Finding, counted
from analysis.screening.votes import Answers
from analysis.tables import TRIAL
from studies.screening import Playback, Screening, Speed

PLAYBACK = ["played_fraction", "hidden_ms", "stalled_ms"]
SPEED = ["response_ms", "ahead_ms"]
TIMES = ["presented_at", "submitted_at"]
CLIPS = ["item", "left", "right"]
Counts = dict[str, int]


def playback(answers: Answers, screening: Screening) -> list[Finding]:
    """Every rater in natural order; empty where nothing of it was recorded.

    value: share of the trials that did not play to their end, were hidden or stalled. What was played again
    counts into played_fraction, and is no fault. Trials without any of the three facts are not judged.
    """
    limits = screening.playback
    given = presented(answers.data, PLAYBACK)
    trials = _known(given.drop_duplicates(TRIAL), PLAYBACK)
    faults = pd.DataFrame(
        {
            "rater": trials["rater"],
            "cut": trials["played_fraction"] < limits.played_fraction,
            "hidden": trials["hidden_ms"] > limits.hidden_ms,
            "stalled": trials["stalled_ms"] > limits.stalled_ms,
        }
    )
    found = _counts(faults)
    return [_seen(rater, found.get(rater), limits) for rater in answers.raters if found]


def _seen(rater: str, found: Counts | None, limits: Playback) -> Finding:
    if found is None:
        reason = "nothing is known of how the clips were played"
        return Finding(rater, None, None, limits.share, flagged=False, reason=reason)
    named = _listed(
        (found["cut"], f"played less than {limits.played_fraction:.0%} of the time"),
        (found["hidden"], f"hidden for more than {limits.hidden_ms / 1000:g} s"),
        (found["stalled"], f"stalled for more than {limits.stalled_ms / 1000:g} s"),
    )
    share = found["any"] / found["all"]
    reason = f"{found['any']} of {counted(found['all'], 'trial')} not seen as meant{named}"
    return Finding(rater, None, share, limits.share, share > limits.share, reason)


def speed(answers: Answers, screening: Screening) -> list[Finding]:
    """Every rater in natural order; empty where no times were recorded.

    value: share of the answers that came too soon after the clips' end, or before they can have ended (where
    the clips' durations are known). Answers without any time are not judged.
    """
    limits = screening.speed
    given = presented(answers.data, ["response_ms", *TIMES, "audible"])
    timed = _known(_with_time_left(given, answers.data.stimuli), SPEED)
    hurried = pd.DataFrame(
        {
            "rater": timed["rater"],
            "fast": timed["response_ms"] < limits.response_ms,
            "early": timed["ahead_ms"] > limits.early_ms,
        }
    )
    found = _counts(hurried)
    return [_answered(rater, found.get(rater), limits) for rater in answers.raters if found]


def _answered(rater: str, found: Counts | None, limits: Speed) -> Finding:
    if found is None:
        reason = "nothing is known of when the answers were given"
        return Finding(rater, None, None, limits.share, flagged=False, reason=reason)
    named = _listed(
        (found["fast"], f"within {limits.response_ms} ms of the clips' end"),
        (found["early"], "before they can have ended"),
    )
    share = found["any"] / found["all"]
    reason = f"{found['any']} of {counted(found['all'], 'answer')} impossibly fast{named}"
    return Finding(rater, None, share, limits.share, share > limits.share, reason)


def _listed(*causes: tuple[int, str]) -> str:
    named = ", ".join(f"{count} {cause}" for count, cause in causes if count)
    return f" ({named})" if named else ""


def presented(data: StudyData, facts: list[str]) -> pd.DataFrame:
    """Scored ratings (without sides), and comparisons that are no checks, each a stimulus of its own.

    Only the columns that matter, NaN where absent; no rows of a table that has none of the facts.
    """
    tables = ((_rated(data.ratings), TRIAL), (_compared(data.comparisons), [*TRIAL, *CLIPS]))
    parts = [
        table.reindex(columns=[*columns, *facts])
        for table, columns in tables
        if len(table) and set(facts) & set(table.columns)
    ]
    wanted = [*TRIAL, *CLIPS, *facts]
    given = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=wanted)
    return given.reindex(columns=wanted)


def one_per_trial(answers: pd.DataFrame) -> pd.DataFrame:
    """One row per trial, as several questions about one clip are asked after one presentation.

    response_ms becomes that of the trial's last answer, the largest; NaN where none was recorded.
    """
    trial = [name for name in TRIAL if name in answers]
    if "response_ms" in answers:
        times = answers.assign(response_ms=pd.to_numeric(answers["response_ms"]))
        latest = times.groupby(trial, dropna=False, sort=False)["response_ms"].transform("max")
        answers = times.assign(response_ms=latest)
    return answers.drop_duplicates(trial)


def _rated(ratings: pd.DataFrame) -> pd.DataFrame:
    return ratings[ratings["kind"] == "scored"]


def _compared(comparisons: pd.DataFrame) -> pd.DataFrame:
    shown = comparisons[(comparisons["expected_choice"] == "") & (comparisons["rater"] != "")]
    return shown.assign(stimulus=[f"pair\n{row}" for row in range(len(shown))])


def _known(answers: pd.DataFrame, facts: list[str]) -> pd.DataFrame:
    """rater and the facts as numbers, where at least one of them is recorded."""
    numbers = answers[["rater"]].assign(**{name: pd.to_numeric(answers[name]) for name in facts})
    return numbers[numbers[facts].notna().any(axis=1)]


def _counts(marks: pd.DataFrame) -> dict[str, Counts]:
    """Per rater: how many rows bear each mark, any of them, and how many rows there are (all)."""
    names = [name for name in marks.columns if name != "rater"]
    marks = marks.assign(any=marks[names].any(axis=1), all=True)
    sums = marks.groupby("rater")[[*names, "any", "all"]].sum()
    columns = {str(name): sums[name].to_numpy(dtype=int).tolist() for name in sums.columns}
    return {
        str(rater): {name: counts[place] for name, counts in columns.items()}
        for place, rater in enumerate(sums.index)
    }


def _with_time_left(answers: pd.DataFrame, stimuli: pd.DataFrame) -> pd.DataFrame:
    """With ahead_ms: by how much an answer was sent before its clips can have ended; NaN where unknown."""
    if "duration_s" not in stimuli or answers["submitted_at"].isna().all():
        return answers.assign(ahead_ms=np.nan)
    elapsed = (_time(answers["submitted_at"]) - _time(answers["presented_at"])).dt.total_seconds()
    return answers.assign(ahead_ms=1000 * (_duration(answers, stimuli) - elapsed))


def _duration(answers: pd.DataFrame, stimuli: pd.DataFrame) -> pd.Series:
    """Seconds that the clips of each answer last: one after the other, or together where one was audible."""
    alone = answers["stimulus"].map(stimuli.set_index("stimulus")["duration_s"])
    of_cell = stimuli.groupby(["item", "method"])["duration_s"].min().to_dict()
    sides = [
        [of_cell.get(cell, np.nan) for cell in zip(answers["item"], answers[side], strict=True)]
        for side in ("left", "right")
    ]
    together = answers["audible"].isin(["left", "right", "both"])
    both = np.where(together, np.max(sides, axis=0), np.sum(sides, axis=0))
    return alone.fillna(pd.Series(both, answers.index))


def _time(column: pd.Series) -> pd.Series:
    return pd.to_datetime(column, format="ISO8601", utc=True, errors="coerce")
