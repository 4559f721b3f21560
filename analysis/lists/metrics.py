"""metrics: each objective metric's values, method by method."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.lists.scope import Listing, Row, Scope
from analysis.tables import natural


def metric_rows(scope: Scope) -> Listing:
    """One row per metric and method, over its clips that have a value (n); None where none has."""
    listing = Listing()
    values = scope.data.metrics
    for metric in natural(values["metric"]):
        of_metric = values[values["metric"] == metric]
        for method in scope.methods_in(of_metric["method"]):
            listing.rows.append(_row(metric, method, of_metric[of_metric["method"] == method]))
    return listing


def _row(metric: str, method: str, frame: pd.DataFrame) -> Row:
    value = frame["value"].to_numpy(dtype=float)
    value = value[~np.isnan(value)]
    quartiles = [float(q) for q in np.quantile(value, [0.25, 0.5, 0.75])] if len(value) else [None] * 3
    return {
        "metric": metric,
        "method": method,
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
    missing = frame[frame["value"].isna()]
    if missing.empty:
        return "ok"
    reasons = ", ".join(natural(missing["status"]))
    return f"{len(missing)} of {len(missing) + n} missing: {reasons}"
