"""metrics.csv: what was measured here and elsewhere, one row for each metric of a clip or of a method."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from mos_platform.metrics.models import ImportedValue, Measured, MetricValue
from mos_platform.stimuli.models import Study
from studies.metrics import CATALOGUE, Metric

Row = dict[str, Any]
Place = tuple[str, int | None, int | None]
CHUNK = 2000


def metrics(study: Study) -> Iterator[Row]:
    """Values of single clips, then those of whole methods, whose `stimulus` is empty.

    An imported value stands where nothing was measured here, nothing could be, or where it replaces that.
    """
    imported = {_place(value): value for value in _imported(study)}
    for value in _measured(study).iterator(CHUNK):
        other = imported.get(_place(value))
        if other and other.counts_before(value.measured):
            continue
        imported.pop(_place(value), None)
        yield _measured_row(value)
    for value in imported.values():
        yield _imported_row(value)


def _measured(study: Study) -> Any:
    rows = MetricValue.objects.filter(study=study)
    rows = rows.select_related("measured", "method", "stimulus__method", "stimulus__item")
    return rows.order_by("method__order", "stimulus__method__order", "stimulus__item__order", "metric")


def _imported(study: Study) -> Any:
    rows = ImportedValue.objects.filter(study=study).select_related("method", "stimulus__method")
    return rows.order_by("method__order", "stimulus__method__order", "stimulus__item__order", "metric")


def _place(value: MetricValue | ImportedValue) -> Place:
    return value.metric, value.stimulus_id, value.method_id


def _where(value: MetricValue | ImportedValue) -> Row:
    if value.stimulus is not None:
        return {"stimulus": value.stimulus.token, "method": value.stimulus.method.name}
    return {"stimulus": None, "method": value.method.name if value.method else None}


def _measured_row(value: MetricValue) -> Row:
    metric, measured = CATALOGUE[value.metric], value.measured
    return {
        **_where(value),
        "metric": value.metric,
        "value": measured.value,
        "direction": metric.direction,
        "unit": metric.unit,
        "status": status(measured),
        "implementation": measured.implementation or None,
        "version": measured.version or None,
        "parameters": parameters(metric, measured.note) or None,
        "imported": False,
    }


def _imported_row(value: ImportedValue) -> Row:
    return {
        **_where(value),
        "metric": value.metric,
        "value": value.value,
        "direction": value.direction or None,
        "unit": value.unit or None,
        "status": "ok",
        "implementation": value.implementation or None,
        "version": value.version or None,
        "parameters": value.parameters or None,
        "imported": True,
    }


def status(measured: Measured) -> str:
    if measured.state != Measured.State.DONE:
        return f"not computed: {measured.state}"
    return "ok" if measured.value is not None else measured.reason


def parameters(metric: Metric, note: str) -> str:
    """What reproduces the value; then what was particular about it."""
    stated = ", ".join(f"{name} {value}" for name, value in metric.parameters)
    return "; ".join(filter(None, [stated, note]))
