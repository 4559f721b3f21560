"""presentation: how the clips played for each rater, how fast the answers came, which checks were passed."""

from __future__ import annotations

import pandas as pd

from analysis.lists.scope import Listing, Scope
from analysis.screening.attention import checks_of
from analysis.screening.presentation import one_per_trial, presented
from analysis.stats.result import finite
from analysis.tables import natural
from studies.screening import Playback, Screening

SUMS = ("stalled_ms", "dropped_frames", "hidden_ms", "replays")
MEASURED = ("response_s", "played_fraction")
FACTS = ["response_ms", "played_fraction", *SUMS]


def presentation_rows(scope: Scope) -> Listing:
    """One row per rater, excluded raters too; none where nothing of it was recorded.

    trials: scored trials and comparisons. response_s: median time from the clips' end to a trial's last
    answer. played_fraction: mean. stalled_ms, dropped_frames, hidden_ms, replays: sums. trials_cut,
    trials_stalled, trials_hidden: how many trials the playback rule faults, by the study's limits;
    trials_dropped: with any dropped frame. checks, checks_passed: attention checks. None: not recorded.
    """
    data = scope.data
    answers = presented(data, FACTS)
    checks = checks_of(data).groupby("rater")["missed"].agg(["size", "sum"])
    if checks.empty and not answers[FACTS].notna().to_numpy().any():
        return Listing()
    limits = (data.config.screening if data.config else Screening()).playback
    checked = pd.DataFrame({"checks": checks["size"], "checks_passed": checks["size"] - checks["sum"]})
    table = _played(_trials(answers), limits).join(checked, how="outer")
    names = natural(table.index)
    columns = {name: table.loc[names, name].to_numpy(dtype=float) for name in table.columns}
    return Listing(
        [
            {"rater": rater, **{name: _told(name, values[i]) for name, values in columns.items()}}
            for i, rater in enumerate(names)
        ]
    )


def _trials(answers: pd.DataFrame) -> pd.DataFrame:
    return one_per_trial(answers.assign(**{name: pd.to_numeric(answers[name]) for name in FACTS}))


def _played(trials: pd.DataFrame, limits: Playback) -> pd.DataFrame:
    """One row per rater; NaN where nothing of the kind was recorded."""
    faults = {
        "trials_cut": _fault(-trials["played_fraction"], -limits.played_fraction),
        "trials_stalled": _fault(trials["stalled_ms"], limits.stalled_ms),
        "trials_hidden": _fault(trials["hidden_ms"], limits.hidden_ms),
        "trials_dropped": _fault(trials["dropped_frames"], 0),
    }
    groups = trials.assign(**faults).groupby("rater")
    return pd.DataFrame(
        {
            "trials": groups.size(),
            "response_s": groups["response_ms"].median() / 1000,
            "played_fraction": groups["played_fraction"].mean(),
            **{name: groups[name].sum(min_count=1) for name in (*SUMS, *faults)},
        }
    )


def _fault(fact: pd.Series, limit: float) -> pd.Series:
    """1 above `limit`, 0 otherwise, NaN where not recorded."""
    return (fact > limit).astype(float).where(fact.notna())


def _told(name: str, value: float) -> float | int | None:
    found = finite(value)
    return found if found is None or name in MEASURED else int(found)
