"""metrics: each objective metric's values, method by method.

Median, quartiles and mean are over the values that exist, n of them; `status` says how many are missing and
why (an infinite value, such as the PSNR of identical pictures, is missing because infinite). Where a metric
has values of single clips, values of whole methods are left out.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.lists.metric_gaps import mixed_implementations
from analysis.lists.scope import Listing, Row, Scope, placed
from analysis.tables import natural


def metric_rows(scope: Scope) -> Listing:
    """One row per metric and method, over its clips that have a value (n); None where none has."""
    listing = Listing()
    values = of_one_level(scope.data.metrics)
    cells = dict(iter(values.groupby(["metric", "method"], sort=False)))
    for metric in natural(values["metric"]):
        of_metric = values[values["metric"] == metric]
        listing.notes.extend(placed(mixed_implementations(scope.metric_titles[metric], of_metric)))
        for method in scope.data.methods:
            if (cell := cells.get((metric, method))) is not None:
                listing.rows.append({"metric": metric, "method": method, **summary(cell)})
    return listing


def of_one_level(values: pd.DataFrame) -> pd.DataFrame:
    """Without the values of whole methods of such metrics as have values of clips."""
    of_clips = values["stimulus"] != ""
    divided = values["metric"].isin(set(values["metric"][of_clips]))
    return values[(of_clips | ~divided).to_numpy(dtype=bool)]


def summary(frame: pd.DataFrame) -> Row:
    """The columns that describe a set of values of one metric."""
    value = frame["value"].to_numpy(dtype=float)
    value = value[np.isfinite(value)]
    quartiles = [float(q) for q in np.quantile(value, [0.25, 0.5, 0.75])] if len(value) else [None] * 3
    return {
        "median": quartiles[1],
        "q1": quartiles[0],
        "q3": quartiles[2],
        "mean": float(value.mean()) if len(value) else None,
        "n": len(value),
        "direction": frame["direction"].iloc[0] or None,
        "unit": frame["unit"].iloc[0] or None,
        "status": _status(frame, len(value)),
    }


def _status(frame: pd.DataFrame, n: int) -> str:
    """`ok`, or how many of the values are missing and why."""
    if n == len(frame):
        return "ok"
    reasons = ", ".join(natural(frame["status"][frame["value"].isna()]))
    return f"{len(frame) - n} of {len(frame)} missing: {reasons}"
