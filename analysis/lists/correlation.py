"""correlation, mapping, metric_contest and metric_classification: do objective metrics follow the raters?

mapping: one row per point of the curve that maps a metric of single clips to MOS. question, metric; value: of
the metric; fitted: the MOS that the curve gives there. No rows where no correlation is of mapped values
either: for metrics of whole methods, of fewer than eight clips, and for values that are all the same.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from analysis.lists.classification import Valued, classification_rows
from analysis.lists.contest import Contender, contest_rows
from analysis.lists.metric_gaps import (
    FEWEST,
    UNDIRECTED,
    WITHOUT_VALUES,
    dropped_levels,
    mapped_against,
    missing_values,
    without_direction,
)
from analysis.lists.reliability import reliability
from analysis.lists.scope import Listing, Placed, Row, Scope, codes, placed
from analysis.stats.contest import LEVELS, Level
from analysis.stats.correlation import FEWEST_TO_MAP, CorrelationEstimate, correlation_set, disattenuate
from analysis.stats.mapping import mapping_curve
from analysis.stats.result import Note
from analysis.stats.rounding import is_constant
from analysis.tables import natural
from studies.metrics import Direction, known_metric

DIRECTIONS: dict[str, Direction] = {"higher": "higher", "lower": "lower"}
STUDY_WIDE = "correlation_few_methods"  # how many methods there are is no matter of the metric

ABOVE_ONE = Note(
    "disattenuated_above_one",
    "A correlation corrected for rating noise exceeds 1 and is shown as computed; the correction is rough.",
)


@dataclass(frozen=True)
class CorrelationLists:
    correlation: Listing = field(default_factory=Listing)
    mapping: Listing = field(default_factory=Listing)
    contest: Listing = field(default_factory=Listing)
    classification: Listing = field(default_factory=Listing)


@dataclass(frozen=True)
class _Metric:
    """One metric beside the MOS of one question, over stimuli that have both (references excluded)."""

    name: str
    direction: Direction | None
    of_methods: bool
    frame: pd.DataFrame

    @property
    def stimuli(self) -> frozenset[str]:
        return frozenset(self.frame["stimulus"])

    @property
    def levels(self) -> tuple[Level, ...]:
        return ("method",) if self.of_methods else LEVELS

    @property
    def values(self) -> pd.Series:
        """By method, for metrics that have one value per method, by stimulus for others."""
        if self.of_methods:
            return self.frame.drop_duplicates("method").set_index("method")["value"]
        return self.frame.set_index("stimulus")["value"]


def correlation_lists(scope: Scope, stimulus_mos: list[Row], differences: list[Row]) -> CorrelationLists:
    """stimulus_mos, differences: the rows of those lists. References are left out, also of reliability."""
    lists = CorrelationLists()
    if scope.data.metrics.empty:
        return lists
    for question in scope.rated_questions:
        stimuli = _rated(scope, question, stimulus_mos)
        metrics, gaps = _metrics(scope, question, stimuli)
        lists.correlation.notes.extend(gaps)
        own = _reliabilities(scope, question, metrics)
        for metric in metrics:
            lists.correlation.add(_correlations(scope, question, metric, own[metric.stimuli]))
            lists.mapping.rows.extend(_mapping(question, metric))
        lists.contest.add(_contests(scope, question, metrics))
        lists.classification.add(_classification(scope, question, metrics, differences))
    return lists


def _classification(scope: Scope, question: str, metrics: list[_Metric], differences: list[Row]) -> Listing:
    valued = [
        Valued(metric.name, metric.direction, metric.of_methods, metric.values)
        for metric in metrics
        if metric.direction is not None
    ]
    return classification_rows(scope, question, _without_references(scope, question), valued, differences)


def _contests(scope: Scope, question: str, metrics: list[_Metric]) -> Listing:
    """A metric without a direction cannot enter."""
    contenders = [
        Contender(metric.name, metric.direction, metric.levels, metric.frame)
        for metric in metrics
        if metric.direction is not None
    ]
    return contest_rows(scope, question, contenders)


def _without_references(scope: Scope, question: str) -> pd.DataFrame:
    frame = scope.scored(question, scope.primary)
    return frame[~frame["stimulus"].isin(scope.references)]


def _reliabilities(
    scope: Scope, question: str, metrics: list[_Metric]
) -> dict[frozenset[str], dict[str, float | None]]:
    """By the stimuli that a metric has values of: the reliability of just their MOS."""
    rated = _without_references(scope, question)
    return {
        stimuli: reliability(rated[rated["stimulus"].isin(stimuli)])
        for stimuli in dict.fromkeys(metric.stimuli for metric in metrics)
    }


def _metrics(scope: Scope, question: str, stimuli: pd.DataFrame) -> tuple[list[_Metric], list[Placed]]:
    """Metrics with values enough, and what is left out of them."""
    found, notes = [], list[Placed]()
    values = scope.data.metrics
    titles = scope.metric_titles
    for name in natural(values["metric"]) if len(stimuli) else []:
        of_metric = values[(values["metric"] == name) & values["value"].notna()]
        direction = DIRECTIONS.get(str(values["direction"][values["metric"] == name].iloc[0]))
        clips = of_metric[of_metric["stimulus"] != ""]
        key = "stimulus" if len(clips) else "method"
        chosen = (clips if len(clips) else of_metric)[[key, "value"]]
        frame = stimuli.merge(chosen, on=key).sort_values("stimulus", ignore_index=True)
        notes += placed(dropped_levels(titles[name], of_metric), question)
        if frame.empty:
            notes += placed([WITHOUT_VALUES], question, titles[name])
            continue
        notes += placed(missing_values(titles[name], stimuli, frame), question)
        if len(frame) >= FEWEST:
            notes += _undirected(name, titles[name], direction, question)
            found.append(_Metric(name, direction, not len(clips), frame))
    return found, notes


def _undirected(name: str, title: str, direction: Direction | None, question: str) -> list[Placed]:
    """What the catalogue knows to have no direction is nobody's omission."""
    if direction is None and known_metric(name) is not None:
        return placed([UNDIRECTED], question, title)
    return placed(without_direction(title, direction), question)


def _rated(scope: Scope, question: str, stimulus_mos: list[Row]) -> pd.DataFrame:
    """stimulus, method, item, mean, half_width of every rated stimulus that is no reference."""
    rows = [
        {
            **{name: row[name] for name in ("stimulus", "method", "item", "mean")},
            "half_width": _half_width(row),
        }
        for row in stimulus_mos
        if row["question"] == question
        and row["screening"] == scope.primary
        and row["measure"] != "DMOS"
        and row["stimulus"] not in scope.references
    ]
    return pd.DataFrame(rows, columns=["stimulus", "method", "item", "mean", "half_width"])


def _half_width(row: Row) -> float:
    limits = (row["ci_low"], row["ci_high"])
    return np.nan if None in limits else float(limits[1] - limits[0]) / 2


def _correlations(scope: Scope, question: str, metric: _Metric, own: dict[str, float | None]) -> Listing:
    frame = metric.frame
    width = frame["half_width"].to_numpy(dtype=float)
    found = correlation_set(
        frame["mean"].to_numpy(dtype=float),
        frame["value"].to_numpy(dtype=float),
        codes(frame["item"]),
        codes(frame["method"]),
        confidence=scope.options.confidence,
        n_boot=scope.options.n_boot,
        rng=scope.options.rng("correlation", question, metric.name),
        levels=metric.levels,
        half_width=None if np.isnan(width).any() else width,
    )
    title = scope.metric_titles[metric.name]
    listing = Listing([_row(question, metric, one, own.get(one.level)) for one in found])
    for one, row in zip(found, listing.rows, strict=True):
        for note in one.notes:
            place = () if note.code == STUDY_WIDE else (question, title)
            listing.notes.extend(placed([note], *place))
        listing.notes.extend(placed(mapped_against(metric.direction, one), question, title))
        if row["disattenuated"] is not None and abs(row["disattenuated"]) > 1:
            listing.notes.extend(placed([ABOVE_ONE], question, title))
    return listing


def _mapping(question: str, metric: _Metric) -> list[Row]:
    value, mean = (metric.frame[name].to_numpy(dtype=float) for name in ("value", "mean"))
    if metric.of_methods or len(value) < FEWEST_TO_MAP or is_constant(value):
        return []
    pairs = zip(*mapping_curve(value, mean), strict=True)
    return [{"question": question, "metric": metric.name, "value": x, "fitted": y} for x, y in pairs]


def _row(question: str, metric: _Metric, one: CorrelationEstimate, own: float | None) -> Row:
    plain = one.coefficient == "PLCC" and one.mapping == "raw"
    corrected, ceiling = disattenuate(one.value, own) if plain else (None, None)
    return {
        "question": question,
        "metric": metric.name,
        "level": one.level,
        "coefficient": one.coefficient,
        "value": one.value,
        "ci_low": one.ci_low,
        "ci_high": one.ci_high,
        "procedure": one.procedure,
        "n": one.n,
        "n_items": one.n_items,
        "n_methods": one.n_methods,
        "direction": metric.direction,
        "mapping": one.mapping,
        "rmse": one.rmse,
        "outlier_ratio": one.outlier_ratio,
        "disattenuated": corrected,
        "reliability": own if plain else None,
        "ceiling": ceiling,
        "independent_ci_low": one.independent_ci_low,
        "independent_ci_high": one.independent_ci_high,
        "independent_procedure": one.independent_procedure,
    }
