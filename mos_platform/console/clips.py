"""One stimulus with everything that is known about it, for its page."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from mos_platform.assignments.models import Trial
from mos_platform.metrics.models import ImportedValue, Measured
from mos_platform.ratings.models import Rating
from mos_platform.stimuli.models import Stimulus
from studies.config import Question
from studies.metrics import CATALOGUE, Metric, metric_title


@dataclass(frozen=True)
class Bar:
    label: str
    grade: int
    count: int
    percent: float


@dataclass(frozen=True)
class Distribution:
    question: Question
    bars: list[Bar]
    n: int


@dataclass(frozen=True)
class StimulusFacts:
    """Of a metric that was measured here and elsewhere, the value that is exported stands in its list, with
    the other one beside it.
    """

    stimulus: Stimulus
    distributions: list[Distribution]
    metrics: list[tuple[Metric, Measured, ImportedValue | None]]
    imported: list[tuple[str, ImportedValue, Measured | None]]
    ratings: list[Rating]


def stimulus_facts(stimulus: Stimulus) -> StimulusFacts:
    ratings = list(
        Rating.objects.filter(trial__stimulus=stimulus, trial__kind=Trial.Kind.SCORED)
        .select_related("trial__sitting__rater")
        .order_by("submitted_at", "question_position")
    )
    questions = {
        question.id: question
        for part in stimulus.study.parsed.parts
        if not part.is_paired
        for question in part.ratings
    }
    metrics, imported = _values(stimulus)
    return StimulusFacts(
        stimulus=stimulus,
        distributions=[_distribution(question, ratings) for question in questions.values()],
        metrics=metrics,
        imported=imported,
        ratings=ratings,
    )


def _values(
    stimulus: Stimulus,
) -> tuple[
    list[tuple[Metric, Measured, ImportedValue | None]], list[tuple[str, ImportedValue, Measured | None]]
]:
    here = {value.metric: value.measured for value in stimulus.metric_values.select_related("measured")}
    elsewhere = {value.metric: value for value in stimulus.imported_values.all()}
    counting = {name for name, value in elsewhere.items() if value.counts_before(here.get(name))}
    measured = [
        (CATALOGUE[name], value, elsewhere.get(name)) for name, value in here.items() if name not in counting
    ]
    imported = [
        (metric_title(name), value, here.get(name)) for name, value in elsewhere.items() if name in counting
    ]
    return measured, imported


def _distribution(question: Question, ratings: list[Rating]) -> Distribution:
    scale = question.grades
    counts = Counter(int(rating.score) for rating in ratings if rating.question == question.id)
    n = sum(counts.values())
    # A slider's scores are counted at the nearest of its words.
    grades = sorted(scale.labels) if scale.continuous else list(scale.grades)
    counts = Counter(
        min(grades, key=lambda grade: abs(grade - rating.score))
        for rating in ratings
        if rating.question == question.id
    )
    n = sum(counts.values())
    bars = [
        Bar(str(scale.labels.get(grade, "")), grade, counts[grade], 100 * counts[grade] / n if n else 0.0)
        for grade in reversed(grades)
    ]
    return Distribution(question, bars, n)
