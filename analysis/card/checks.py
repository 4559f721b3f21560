"""Practice, hidden repeats and attention checks; 0 says that there was none, None that it is not known."""

from __future__ import annotations

import pandas as pd

from analysis.card.facts import numbers
from analysis.card.model import Checks
from analysis.load import StudyData
from analysis.screening.attention import checks_of
from analysis.tables import TRIAL


def checks_part(data: StudyData) -> Checks:
    checks = checks_of(data)
    missed = checks["missed"].astype(bool)
    known = len(checks) > 0 or _without_checks(data)
    return Checks(
        n_training=_trials(data, "training"),
        n_repeats=_trials(data, "repeat"),
        n_checks=len(checks) if known else None,
        n_passed=int((~missed).sum()) if known else None,
        pass_rate=float((~missed).mean()) if len(checks) else None,
        n_raters_checked=int(checks["rater"].nunique()) if known else None,
        n_raters_missed=int(checks["rater"][missed].nunique()) if known else None,
    )


def _without_checks(data: StudyData) -> bool:
    """Whether the study declared that it has none."""
    return data.config is not None and not any(part.attention_checks for part in data.config.parts)


def _trials(data: StudyData, kind: str) -> int | None:
    """Trials of a kind; where there is none, 0 only if the places of trials were recorded at all."""
    of_kind = data.ratings[data.ratings["kind"] == kind]
    n = len(of_kind.drop_duplicates([name for name in TRIAL if name in of_kind]))
    return n if n or _recorded(data.ratings) or _recorded(data.comparisons) else None


def _recorded(answers: pd.DataFrame) -> bool:
    return len(numbers(answers, "position")) > 0
