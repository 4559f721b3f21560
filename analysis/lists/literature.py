"""literature: published values of the same method, metric and data set beside those measured here.

Columns: method and metric as the study names them; dataset; published_value, unit and source as the survey
prints them, published_printed digit by digit; measured_mean, measured_median, n and measured_unit over the
method's clips of that data set; direction; units_match (None where one of the units is not stated: nothing is
converted). Clips are of a data set by column `dataset` of stimuli.csv or by key `dataset` of an item. A value
of a whole method counts where all its clips are of that data set. The published values were measured by
others, on other clips and often with another implementation: they show the order of magnitude, and no
statistic compares them.
"""

from __future__ import annotations

import pandas as pd

from analysis.lists.metrics import of_one_level, summary
from analysis.lists.scope import Listing, Row, Scope
from analysis.tables import natural
from studies import catalogue
from studies.catalogue import PublishedValue
from studies.metrics import same_metric

COLUMN = "dataset"


def literature_rows(scope: Scope) -> Listing:
    """One row per published value that a measured one stands beside."""
    values = of_one_level(scope.data.metrics)
    if values.empty or COLUMN not in scope.data.stimuli:
        return Listing()
    listing = Listing()
    for method in scope.methods_in(values["method"]):
        published = [value for value in catalogue.published() if catalogue.same_method(value.method, method)]
        if published:
            of_method = values[values["method"] == method]
            listing.rows.extend(_method_rows(scope, method, of_method, published))
    return listing


def _method_rows(
    scope: Scope, method: str, of_method: pd.DataFrame, published: list[PublishedValue]
) -> list[Row]:
    stimuli = scope.data.stimuli[scope.data.stimuli["method"] == method]
    of_clip = stimuli.set_index("stimulus")[COLUMN]
    rows = []
    for metric in natural(of_method["metric"]):
        of_metric = of_method[of_method["metric"] == metric]
        for one in published:
            if same_metric(one.metric, metric):
                measured = _of_dataset(of_metric, of_clip, one.dataset)
                valued = measured["value"].notna().any()
                rows.extend([_row(method, metric, one, measured)] if valued else [])
    return rows


def _of_dataset(of_metric: pd.DataFrame, of_clip: pd.Series, dataset: str) -> pd.DataFrame:
    same = {name for name in of_clip.unique() if catalogue.same_name(name, dataset)}
    stimuli = {*of_clip.index[of_clip.isin(same)]}
    if len(stimuli) == len(of_clip):
        stimuli.add("")
    return of_metric[of_metric["stimulus"].isin(stimuli).to_numpy(dtype=bool)]


def _row(method: str, metric: str, published: PublishedValue, of_dataset: pd.DataFrame) -> Row:
    measured = summary(of_dataset)
    units = published.unit, measured["unit"]
    return {
        "method": method,
        "metric": metric,
        "dataset": published.dataset,
        "published_value": published.value,
        "published_printed": published.printed,
        "unit": published.unit,
        "source": published.source,
        "measured_mean": measured["mean"],
        "measured_median": measured["median"],
        "n": measured["n"],
        "measured_unit": measured["unit"],
        "units_match": units[0] == units[1] if all(units) else None,
        "direction": measured["direction"],
    }
