"""group_metrics: metric values per split and per level of what is known of items.

Columns: attribute (`split` or an item attribute), level, metric, method, and those of the list `metrics`
(median, q1, q3, mean, n, direction, unit, status) over the method's clips of that level. Values of whole
methods, which cannot be divided, and clips without a level stand in no row.
"""

from __future__ import annotations

import pandas as pd

from analysis.lists.group_mos import dividing, item_facts
from analysis.lists.metrics import summary
from analysis.lists.scope import Listing, Row, Scope
from analysis.tables import natural


def group_metric_rows(scope: Scope) -> Listing:
    """One row per attribute, level, metric and method that has clips there."""
    facts = item_facts(scope)
    values = scope.data.metrics
    clips = values[values["stimulus"] != ""]
    listing = Listing()
    for attribute in dividing(facts, "stimulus") if len(clips) else ():
        levels = clips["stimulus"].map(facts.set_index("stimulus")[attribute]).fillna("")
        listing.rows.extend(_attribute_rows(scope, attribute, clips.assign(level=levels)))
    return listing


def _attribute_rows(scope: Scope, attribute: str, clips: pd.DataFrame) -> list[Row]:
    cells = dict(iter(clips.groupby(["level", "metric", "method"], sort=False)))
    return [
        {"attribute": attribute, "level": level, "metric": metric, "method": method, **summary(cell)}
        for level in natural(name for name in clips["level"] if name)
        for metric in natural(clips["metric"])
        for method in scope.data.methods
        if (cell := cells.get((level, metric, method))) is not None
    ]
