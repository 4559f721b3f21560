"""The state of a study as facts for its page: counts, never verdicts."""

from __future__ import annotations

from dataclasses import dataclass, replace

from mos_platform.assignments.models import Trial
from mos_platform.assignments.quota import ratings_of_each
from mos_platform.assignments.stock import stock_of
from mos_platform.metrics.progress import MetricProgress, Reason, metric_progress, reasons
from mos_platform.raters.models import Rater
from mos_platform.ratings.attention import as_instructed, with_answers
from mos_platform.ratings.models import Comparison, Rating
from mos_platform.stimuli.models import Role, Stimulus, Study


@dataclass(frozen=True)
class Cell:
    """One stimulus in the heat map; `share` is its number of raters over that wanted, at most 1."""

    stimulus: Stimulus
    raters: int
    share: float

    @property
    def step(self) -> int:
        """The shade, 0 (none yet) to 5 (target reached)."""
        return 0 if self.raters == 0 else 5 if self.share >= 1 else 1 + int(self.share * 4)


@dataclass(frozen=True)
class Row:
    method: str
    is_reference: bool
    cells: list[Cell]
    raters: int


@dataclass(frozen=True)
class Checks:
    """Attention checks answered so far, and how many as instructed."""

    answered: int
    passed: int


@dataclass(frozen=True)
class Progress:
    raters_active: int
    raters_finished: int
    raters_ended: int
    raters_turned_away: int
    raters_simulated: int
    target: int
    target_per_clip: int
    ratings: int
    comparisons: int
    checks: Checks
    items: list[str]
    rows: list[Row]
    metrics: list[MetricProgress]

    @property
    def raters(self) -> int:
        return self.raters_active + self.raters_finished

    @property
    def fewest(self) -> int:
        """Raters of the method that has fewest."""
        return min((row.raters for row in self.rows), default=0)

    @property
    def missing_values(self) -> list[Reason]:
        return reasons(self.metrics)

    @property
    def metrics_done(self) -> int:
        return sum(metric.done for metric in self.metrics)

    @property
    def metrics_total(self) -> int:
        return sum(metric.total for metric in self.metrics)

    @property
    def metrics_without_value(self) -> int:
        return sum(metric.without_value for metric in self.metrics)

    @property
    def metrics_with_value(self) -> int:
        return sum(metric.with_value for metric in self.metrics)

    @property
    def next_step(self) -> str:
        """What the study needs next, in one sentence."""
        if self.raters == 0:
            return "Nobody has rated yet: send the raters' link to your first raters, or rate it yourself."
        missing = self.target - self.fewest
        if missing > 0:
            people = "rater" if missing == 1 else "raters"
            return f"{missing} more {people} needed before every method has its {self.target}."
        if self.metrics_done < self.metrics_total:
            left = self.metrics_total - self.metrics_done
            people = "simulated raters" if self.raters_simulated >= self.raters else "raters"
            return f"Enough {people}; {left} metric values are still being computed."
        if 0 < self.raters_simulated < self.raters:
            return (
                "Simulated and real ratings are mixed: import the study under another id before you collect "
                "ratings that count."
            )
        if self.raters_simulated:
            return "The rehearsal is complete; simulated ratings show that the study works, and nothing else."
        lacking = self.metrics_without_value
        measured = (
            f"metric values are missing ({lacking}, see below)" if lacking else "every clip is measured"
        )
        return f"Every method has its raters and {measured}: read the report."


def study_progress(study: Study) -> Progress:
    raters = Rater.objects.filter(study=study)
    scored = Rating.objects.filter(trial__sitting__rater__study=study, trial__kind=Trial.Kind.SCORED)
    compared = Comparison.objects.filter(trial__sitting__rater__study=study, trial__kind=Trial.Kind.SCORED)
    target, per_clip = study.parsed.targets.raters_per_method, _wanted_of_each_clip(study)
    return Progress(
        raters_active=raters.filter(status=Rater.Status.ACTIVE).count(),
        raters_finished=raters.filter(status=Rater.Status.FINISHED).count(),
        raters_ended=raters.filter(status=Rater.Status.ENDED).count(),
        raters_turned_away=raters.filter(status=Rater.Status.TURNED_AWAY).count(),
        raters_simulated=raters.filter(simulated=True).count(),
        target=target,
        target_per_clip=per_clip,
        ratings=scored.count(),
        comparisons=compared.count(),
        checks=_checks(study),
        items=[item.name for item in study.items.filter(role=Role.SCORED)],
        rows=_heat_map(study, per_clip),
        metrics=metric_progress(study),
    )


def _heat_map(study: Study, target: int) -> list[Row]:
    """One row per method, one cell per scored item; whoever judged a pair judged both its clips."""
    raters = _raters_by_stimulus(study)
    stimuli = study.stimuli.select_related("method", "item").filter(
        method__role=Role.SCORED, item__role=Role.SCORED
    )
    rows: dict[str, Row] = {}
    people: dict[str, set[int]] = {}
    for stimulus in stimuli.order_by("method__order", "item__order"):
        name, judged = stimulus.method.name, raters.get(stimulus.pk, set())
        people[name] = people.get(name, set()) | judged
        row = rows.setdefault(name, Row(name, stimulus.method.is_reference, [], 0))
        row.cells.append(Cell(stimulus, len(judged), min(len(judged) / target, 1.0)))
    only_shown = {part.test_method for part in study.parsed.parts} == {"DCR"}
    return [
        replace(row, raters=len(people[name]))
        for name, row in rows.items()
        if not (row.is_reference and only_shown)
    ]


def _wanted_of_each_clip(study: Study) -> int:
    """So many raters that every method has its own; of pairs as many as of a method."""
    parts, stock = study.parsed.parts, stock_of(study)
    if any(part.is_paired for part in parts):
        return study.parsed.targets.raters_per_method
    return max(ratings_of_each(stock, part) for part in parts)


def _raters_by_stimulus(study: Study) -> dict[int, set[int]]:
    """Those whose answers count: of people, or of the rehearsal while there are none."""
    people = study.raters.filter(simulated=False).exists()
    answered = Trial.objects.filter(
        sitting__rater__study=study,
        sitting__rater__simulated=not people,
        kind=Trial.Kind.SCORED,
        state=Trial.State.ANSWERED,
        holds_place=True,
    ).order_by()
    raters: dict[int, set[int]] = {}
    for place in ("stimulus", "left", "right"):
        pairs = answered.filter(**{f"{place}__isnull": False}).values_list(place, "sitting__rater").distinct()
        for stimulus, rater in pairs:
            raters.setdefault(stimulus, set()).add(rater)
    return raters


def _checks(study: Study) -> Checks:
    """One trial is one check, however many questions stand on it."""
    trials = Trial.objects.filter(
        sitting__rater__study=study, kind=Trial.Kind.TRAP, state=Trial.State.ANSWERED
    )
    return Checks(answered=trials.count(), passed=sum(map(as_instructed, with_answers(trials))))
