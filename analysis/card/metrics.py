"""What was measured, by which implementation and with which parameters."""

from __future__ import annotations

import pandas as pd

from analysis.card.facts import counts
from analysis.card.model import Metric, Origin
from studies.metrics import Metric as Known
from studies.metrics import known_metric, metric_titles


def metrics_part(metrics: pd.DataFrame) -> tuple[Metric, ...]:
    """In natural order of names, as the data have them."""
    if metrics.empty:
        return ()
    titles = metric_titles(metrics["metric"].unique())
    return tuple(
        _metric(str(name), titles[str(name)], rows) for name, rows in metrics.groupby("metric", sort=False)
    )


def _metric(name: str, title: str, rows: pd.DataFrame) -> Metric:
    known = known_metric(name)
    missing = rows["value"].isna()
    return Metric(
        name=name,
        title=title,
        definition=known.definition or None if known else None,
        source=known.source or None if known else None,
        direction=_only(rows, "direction") or (known.direction if known else None),
        unit=_only(rows, "unit") or (known.shared_unit or None if known else None),
        level="method" if rows["stimulus"].eq("").all() else "clip",
        origins=_origins(rows[~missing], known),
        n_values=int((~missing).sum()),
        n_missing=int(missing.sum()),
        missing_because=counts(rows[missing], "status"),
    )


def _origins(valued: pd.DataFrame, known: Known | None) -> tuple[Origin, ...]:
    """What was computed comes first. A row without a value tells nothing of those that have one."""
    of_each = valued.groupby(["imported", "implementation", "version"], sort=True)
    return tuple(_origin(rows, known) for _, rows in of_each)


def _origin(rows: pd.DataFrame, known: Known | None) -> Origin:
    imported = bool(rows["imported"].iloc[0])
    return Origin(
        imported=imported,
        implementation=_only(rows, "implementation"),
        version=_only(rows, "version"),
        parameters=dict(known.parameters) or None if known and not imported else None,
        stated_parameters=_only(rows, "parameters"),
        n_values=len(rows),
    )


def _only(rows: pd.DataFrame, column: str) -> str | None:
    """The words of a column, joined where they differ."""
    return ", ".join(counts(rows, column) or {}) or None
