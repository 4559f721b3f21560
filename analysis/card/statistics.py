"""How reliable the answers are and how intervals were made: what results.json says, in the card's words."""

from __future__ import annotations

from typing import Any, Literal

from analysis.card.model import Interval, QuestionCorrelation, Reliability, Screening, Statistics
from analysis.load import StudyData
from analysis.stats.twoway import REFUSED

Row = dict[str, Any]
RELIABILITY = (
    "ICC(1)",
    "ICC(A,1)",
    "ICC(A,k)",
    "ICC(Q,k)",
    "alpha_ordinal",
    "alpha_interval",
    "kendall_w",
    "generalizability",
    "repeat_consistency",
)


def reliability_part(results: Row) -> tuple[Reliability, ...]:
    """With everybody, and with those whose answers count; of comparisons, the latter only."""
    rows = [row for row in results["agreement"] if row["coefficient"] in RELIABILITY]
    rated = [Reliability(**{key: row[key] for key in Reliability.model_fields}) for row in rows]
    return (*rated, *(_of_comparisons(results, row) for row in results["preference_model"]))


def _of_comparisons(results: Row, model: Row) -> Reliability:
    return Reliability(
        question=model["question"],
        coefficient="kendall_u",
        screening=_primary(results),
        value=model["kendall_u"],
        ci_low=None,
        ci_high=None,
        procedure="Kendall's u, pooled over pairs of clips",
    )


def question_correlation_part(results: Row) -> tuple[QuestionCorrelation, ...]:
    rows = results["question_correlation"]
    kept = QuestionCorrelation.model_fields
    return tuple(QuestionCorrelation(**{key: row[key] for key in kept}) for row in rows)


def screening_part(results: Row, data: StudyData) -> Screening:
    rows = results["screening"]
    declared = data.config.excluding if data.config else None
    limits = data.config.screening.model_dump(mode="json") if data.config else {}
    by_rule: dict[str, set[str]] = {row["rule"]: set() for row in rows}
    for row in rows:
        by_rule[row["rule"]] |= {row["rater"]} if row["flagged"] else set()
    return Screening(
        declared=declared,
        thresholds=None if declared is None else {rule: _numbers(limits.get(rule, {})) for rule in declared},
        raters_flagged={rule: len(raters) for rule, raters in by_rule.items()},
        raters_excluded=len({row["rater"] for row in rows if row["applied"]}),
    )


def _numbers(limits: Row) -> dict[str, float]:
    """Thresholds only: what happens to raters meanwhile decides nothing here."""
    return {name: value for name, value in limits.items() if not isinstance(value, str)}


def statistics_part(results: Row) -> Statistics:
    options = results["options"]
    kept = ("target", "confidence", "seed", "n_boot", "margin")
    tested = [*results["differences"], *results["preference_pairs"]]
    return Statistics(
        **{key: options[key] for key in kept},
        intervals=tuple(_intervals(results)),
        multiplicity="Holm, per question" if tested else None,
    )


def _intervals(results: Row) -> list[Interval]:
    """One entry per question and kind of result, of those whose answers count."""
    primary = _primary(results)
    found: dict[tuple[str, str], dict[str, None]] = {}
    targets: dict[tuple[str, str], str | None] = {}
    for row, result in _estimates(results):
        if row.get("screening", primary) == primary and row["procedure"] not in ("", None, REFUSED):
            kind = (row["question"], result)
            found.setdefault(kind, {})[row["procedure"]] = None
            targets[kind] = row.get("target", results["options"]["target"])
    return [
        Interval(question=question, result=result, target=targets[question, result], procedures=tuple(words))
        for (question, result), words in found.items()
    ]


def _primary(results: Row) -> Literal["none", "applied"]:
    return "applied" if any(row["applied"] for row in results["screening"]) else "none"


def _estimates(results: Row) -> list[tuple[Row, str]]:
    means = [(row, row["measure"]) for row in results["mos"]]
    differences = [(row, f"{row['measure']} differences") for row in results["differences"]]
    preference = [(row, "preference strengths") for row in results["preference"]]
    raw = [{**row, "target": None} for row in results["correlation"] if row["mapping"] == "raw"]
    return [*means, *differences, *preference, *((row, f"correlation, {row['level']} level") for row in raw)]
