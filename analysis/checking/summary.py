"""What a sound bundle holds, and which statistics it allows."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from analysis.lists.limits import alike_ids
from analysis.load import StudyData
from analysis.screening.verdict import counted


def summary(data: StudyData) -> list[str]:
    """Sentences: the numbers, and what can and cannot be made."""
    can, cannot = _statistics(data)
    lines = [f"{data.study}: {held(data)}."]
    if data.questions:
        lines.append(f"Questions: {', '.join(_question(data, name) for name in data.questions)}.")
    if can:
        lines.append(f"Can be made: {', '.join(can)}.")
    lines.extend(f"Cannot be made: {what}." for what in cannot)
    lines.extend(f"Note: {note.message}" for note in (*data.notes, *alike_ids(data)))
    return lines


def held(data: StudyData) -> str:
    """How much there is, as words."""
    raters = {*data.ratings["rater"], *data.comparisons["rater"]} - {""}
    scored = data.ratings["kind"] == "scored"
    asked = data.comparisons["expected_choice"] == ""
    numbers = (int(scored.sum()), "rating"), (int(data.comparisons["n"][asked].sum()), "comparison")
    answers = [counted(number, word) for number, word in numbers if number]
    stimuli = f"{len(data.stimuli)} {'stimulus' if len(data.stimuli) == 1 else 'stimuli'}"
    made = f"{counted(len(data.methods), 'method')}, {counted(len(data.items), 'item')}"
    marked = ", simulated" if data.simulated else ""
    of = f" of {stimuli}" if len(data.stimuli) else ""
    beside = _beside(data.ratings["kind"][~scored], int(data.comparisons["n"][~asked].sum()))
    told = " and ".join(answers) or "no answer"
    return f"{told} by {counted(len(raters), 'rater')}{of} ({made}{marked}){beside}"


def _beside(kinds: pd.Series, checks: int) -> str:
    """Answers that are not counted: practice, attention checks and repeats."""
    told = [
        f"{counted(int(number), 'rating')} marked {kind}"
        for kind, number in sorted(kinds.value_counts().items())
    ]
    told += [f"{counted(checks, 'comparison')} with a known right answer"] if checks else []
    return f"; beside these {' and '.join(told)}" if told else ""


def _question(data: StudyData, name: str) -> str:
    graded = data.comparisons["question"][data.comparisons["score"].notna()]
    low, high = data.scales.get(name, data.scale)
    scored = name in {*data.ratings["question"], *graded}
    return f"{name} ({low:g} to {high:g})" if scored else f"{name} (A or B)"


def _statistics(data: StudyData) -> tuple[list[str], list[str]]:
    scored = data.ratings[data.ratings["kind"] == "scored"]
    checks = list(_rated(data, scored["rater"].nunique())) if len(scored) else []
    checks += list(_compared(data)) if len(data.comparisons) else []
    checks += list(_measured(data)) if len(scored) else []
    return [what for what, why in checks if not why], [f"{what} ({why})" for what, why in checks if why]


def _rated(data: StudyData, raters: int) -> Iterator[tuple[str, str]]:
    """(statistic, why not)."""
    items = data.ratings["item"].nunique()
    yield "MOS with two-way intervals", "" if items > 1 and raters > 1 else "needs two items and two raters"
    yield "method differences", "" if data.ratings["method"].nunique() > 1 else "there is one method"
    yield "agreement of raters", "" if raters > 1 else "there is one rater"
    yield (
        "DMOS",
        "" if data.hidden_reference_questions else _unmarked(data),
    )
    repeats = (data.ratings["kind"] == "repeat").any()
    yield "repeat consistency", "" if repeats else "no rating is marked as repeat"


def _unmarked(data: StudyData) -> str:
    hint = "; name the real video with 'analysis report … --reference METHOD'"
    none_marked = data.config is None and data.reference is None
    return f"no method is marked as reference and rated among the others{hint if none_marked else ''}"


def _compared(data: StudyData) -> Iterator[tuple[str, str]]:
    yield "preference strengths", ""
    graded = data.comparisons["score"].notna().any()
    yield "CMOS", "" if graded else "comparisons have no score"


def _measured(data: StudyData) -> Iterator[tuple[str, str]]:
    valued = data.metrics[data.metrics["value"].notna()]
    names = ", ".join(sorted(set(valued["metric"])))
    yield f"correlation with {names or 'metrics'}", "" if names else "no metric has a value"
