"""Practice, hidden repeats, attention checks and gold; 0 says that there was none, None: not known."""

from __future__ import annotations

from typing import Literal

import pandas as pd

from analysis.card.facts import numbers
from analysis.card.model import Checks
from analysis.load import StudyData
from analysis.screening.attention import checks_of
from analysis.tables import TRIAL


def checks_part(data: StudyData) -> Checks:
    of_both = checks_of(data).astype({"gold": bool, "missed": bool})
    checks, gold = of_both[~of_both["gold"]], of_both[of_both["gold"]]
    known = len(checks) > 0 or _declared(data, "attention_checks", "sound_checks") == 0
    known_gold = len(gold) > 0 or _declared(data, "gold") == 0
    return Checks(
        n_training=_trials(data, "training"),
        n_dummies=_trials(data, "dummy"),
        n_repeats=_trials(data, "repeat"),
        n_checks=len(checks) if known else None,
        n_passed=int((~checks["missed"]).sum()) if known else None,
        pass_rate=float((~checks["missed"]).mean()) if len(checks) else None,
        n_raters_checked=int(checks["rater"].nunique()) if known else None,
        n_raters_missed=int(checks["rater"][checks["missed"]].nunique()) if known else None,
        n_gold=len(gold) if known_gold else None,
        n_gold_passed=int((~gold["missed"]).sum()) if known_gold else None,
        n_raters_gold=int(gold["rater"].nunique()) if known_gold else None,
        n_raters_gold_missed=int(gold["rater"][gold["missed"]].nunique()) if known_gold else None,
    )


def _declared(data: StudyData, *kinds: Literal["attention_checks", "sound_checks", "gold"]) -> int | None:
    """How many the study declared for a sitting; None without a study file."""
    if data.config is None:
        return None
    return sum(int(getattr(part, kind)) for part in data.config.parts for kind in kinds)


def _trials(data: StudyData, kind: str) -> int | None:
    """Trials of a kind; where there is none, 0 only if the places of trials were recorded at all."""
    of_kind = data.ratings[data.ratings["kind"] == kind]
    n = len(of_kind.drop_duplicates([name for name in TRIAL if name in of_kind]))
    return n if n or _recorded(data.ratings) or _recorded(data.comparisons) else None


def _recorded(answers: pd.DataFrame) -> bool:
    return len(numbers(answers, "position")) > 0
