"""How far a study's metrics are: what is done, what has no value, and why. Facts as counts."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from django.db.models import Count, Q

from mos_platform.metrics.models import Measured
from mos_platform.metrics.services import NOT_COMPUTED
from mos_platform.stimuli.models import Study

DONE = Measured.State.DONE


@dataclass(frozen=True)
class Progress:
    """How many of a study's metric values are done."""

    done: int
    total: int


@dataclass
class MetricProgress:
    """One metric: values that are `done`, with a value or without, of how many, and `imported` ones that were
    measured elsewhere.

    `reasons`: of those that are done without a value (and have none imported), commonest first.
    """

    metric: str
    done: int = 0
    total: int = 0
    imported: int = 0
    reasons: Counter[str] = field(default_factory=Counter)

    @property
    def without_value(self) -> int:
        return self.reasons.total()

    @property
    def with_value(self) -> int:
        return self.done - self.without_value


@dataclass(frozen=True)
class Reason:
    """Why values are missing, and how many of which metrics."""

    text: str
    counts: dict[str, int]

    @property
    def total(self) -> int:
        return sum(self.counts.values())


def progress(study: Study) -> Progress:
    values = study.metric_values.aggregate(total=Count("pk"), done=Count("pk", Q(measured__state=DONE)))
    return Progress(values["done"], values["total"])


def metric_progress(study: Study) -> list[MetricProgress]:
    """In the order of the study file; then metrics of which there are imported values only."""
    found = {metric: MetricProgress(metric) for metric in study.parsed.metrics}
    imported = set(study.imported_values.values_list("metric", "stimulus", "method"))
    for metric in sorted({metric for metric, _, _ in imported} - found.keys()):
        found[metric] = MetricProgress(metric)
    columns = "metric", "stimulus", "method", "measured__state", "measured__value", "measured__reason"
    for metric, stimulus, method, state, value, reason in study.metric_values.values_list(*columns):
        one = found.setdefault(metric, MetricProgress(metric))
        one.total += 1
        one.done += state == DONE
        if state == DONE and value is None and (metric, stimulus, method) not in imported:
            one.reasons[reason.removeprefix(NOT_COMPUTED)] += 1
    for metric, _, _ in imported:
        found[metric].imported += 1
    return [one for one in found.values() if one.total or one.imported]


def reasons(metrics: list[MetricProgress]) -> list[Reason]:
    """Each reason once, however many metrics it stands for."""
    found: dict[str, Reason] = {}
    for metric in metrics:
        for text, count in metric.reasons.most_common():
            found.setdefault(text, Reason(text, {})).counts[metric.metric] = count
    return list(found.values())
