"""METRICS.md: every metric of the catalogue, whether it is computed here, how it is defined and by whom."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from studies.computed import COMPUTED, FAMILIES, Metric
from studies.metrics import CATALOGUE

METRICS_FILE = Path(__file__).with_name("METRICS.md")
GIVEN = {"fps": "given by the researcher, with the hardware"}
IMPORTED = "imported"

HEADING = """# Metrics

Made by `python -m studies` from the catalogue, which is what study files, exports and reports go by. Metrics
that are **computed** may stand under `metrics` in `study.yaml`; some need files that are no part of this
program (`python -m mos_platform weights` lists and fetches them). All others are **imported**: known by name
and definition, they come in as values that were measured elsewhere (`python -m mos_platform import_metrics`,
or `metrics.csv` beside a bundle).

*Better*: which way is; empty where neither is, or where papers differ. A unit is empty where implementations
differ in it. A metric whose definition or implementation differs from the usual one bears another name, so
that no figure is compared with a stranger's by mistake. Names are found whatever their case, spaces and
hyphens.

MOS, the mean opinion score, is what raters give (ITU-T P.800.1); `analysis report` computes it.
"""
COMPUTED_HEAD = "metric", "name", "better", "unit", "computed", "definition", "source"
IMPORTED_HEAD = "metric", "name", "better", "unit", "needs", "definition", "source"
NEEDS = ("reference", "audio", "face", "mesh", "text", "weights")


def metrics_text() -> str:
    """What `python -m studies` writes into the package."""
    parts = [HEADING, "## Computed here\n"]
    for family in FAMILIES:
        title = (family.__doc__ or "").rstrip(".")
        parts += [f"### {title}\n", _table(COMPUTED_HEAD, map(_computed, family.METRICS))]
        parts += [f"Stated for each, so that others can do the same:\n\n{_parameters(family.METRICS)}"]
    elsewhere = [metric for metric in CATALOGUE.values() if metric.name not in COMPUTED]
    parts += [
        "## Imported: measured elsewhere\n",
        _table(IMPORTED_HEAD, (_imported(one) for one in elsewhere if one.name not in GIVEN)),
        "## Given by the researcher\n",
        _table(IMPORTED_HEAD, (_imported(one) for one in elsewhere if one.name in GIVEN)),
    ]
    return "\n".join(parts)


def how(metric: Metric) -> str:
    """Where values of the metric come from: computed, computed with files, imported, or given."""
    if not metric.computed:
        return GIVEN.get(metric.name, IMPORTED)
    files = ", ".join(f"`{name}`" for name in metric.files)
    return f"with {files}" if files else "yes"


def _computed(metric: Metric) -> tuple[str, ...]:
    return (*_named(metric), how(metric), metric.definition, metric.source)


def _imported(metric: Metric) -> tuple[str, ...]:
    needs = ", ".join(need for need in NEEDS if need in metric.needs)
    return (*_named(metric), needs, metric.definition, metric.source)


def _named(metric: Metric) -> tuple[str, str, str, str]:
    others = f" ({', '.join(metric.aliases)})" if metric.aliases else ""
    level = ", of a method" if metric.level == "method" else ""
    unit = "" if metric.unit == "1" else metric.unit
    return f"**{metric.title}**{others}{level}", f"`{metric.name}`", metric.direction or "", unit


def _table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    head = list(head)
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(map(_cell, line)) + " |" for line in lines) + "\n"


def _parameters(metrics: Iterable[Metric]) -> str:
    return "\n".join(_stated(metric) for metric in metrics if metric.parameters) + "\n"


def _stated(metric: Metric) -> str:
    return f"- `{metric.name}`: " + "; ".join(f"{name}: {value}" for name, value in metric.parameters) + "."


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")
