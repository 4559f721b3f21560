from __future__ import annotations

import sys
import time
from collections import Counter
from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser
from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.table import Table
from rich.text import Text

from mos_platform.metrics import services
from mos_platform.metrics.planning import FEATURES, plan
from mos_platform.metrics.progress import MetricProgress, metric_progress, reasons
from mos_platform.metrics.tasks import wake
from mos_platform.stimuli.lookup import find_study
from mos_platform.stimuli.models import Study

EVERY_S = 1.0
WIDTH = 110


class Command(BaseCommand):
    help = "How far a study's metrics are: values that are there, of how many, and why some have none."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("study", metavar="STUDY", help="the study's id")
        parser.add_argument("--watch", action="store_true", help="go on until everything is done")
        parser.add_argument(
            "--again",
            action="store_true",
            help="compute again what has no value or comes from an older version, for instance once weights "
            "have arrived; what was computed stays",
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        study = find_study(options["study"])
        if options["again"]:
            self._again(study)
        console = Console(width=None if sys.stdout.isatty() else WIDTH)
        if options["watch"]:
            _watch(study, console)
        else:
            console.print(_shown(study, metric_progress(study)))

    def _again(self, study: Study) -> None:
        planned, repeated = plan(study), services.again(study)
        wake()
        for sentence in _told(planned.new, planned.renewed, repeated):
            self.stdout.write(sentence)


def _told(new: int, renewed: int, repeated: Counter[str]) -> list[str]:
    said = []
    if new:
        said.append(f"{new} values that were not planned yet are computed.")
    if renewed:
        said.append(f"{renewed} values come from an older version and are computed by the newer one.")
    metrics = {name: count for name, count in repeated.items() if not name.startswith(FEATURES)}
    if metrics:
        listed = ", ".join(f"{name} ({count})" for name, count in sorted(metrics.items()))
        said.append(f"Computed again, as they have no value: {listed}.")
    return said or ["Every value is there, by the newest version; nothing is computed again."]


def _watch(study: Study, console: Console) -> None:
    if console.is_terminal:
        with Live(console=console, auto_refresh=False, transient=False) as live:
            for metrics in _until_done(study):
                live.update(_shown(study, metrics), refresh=True)
        return
    told, metrics = "", []
    for metrics in _until_done(study):
        if _left(metrics) and _summary(metrics) != told:
            told = _summary(metrics)
            print(told, file=console.file, flush=True)
    console.print(_shown(study, metrics))


def _until_done(study: Study) -> Iterator[list[MetricProgress]]:
    """How far the metrics are, every second, and at last once all are done."""
    while True:
        metrics = metric_progress(study)
        yield metrics
        if not _left(metrics):
            return
        time.sleep(EVERY_S)


def _left(metrics: list[MetricProgress]) -> int:
    """How many values are still to be computed."""
    return sum(metric.total - metric.done for metric in metrics)


def _shown(study: Study, metrics: list[MetricProgress]) -> RenderableType:
    if not metrics:
        return Text(f"Study '{study.name}' asks for no metrics and has none imported.")
    table = Table(box=None, header_style="bold", pad_edge=False)
    for name in ("metric", "values", "no value", "imported"):
        table.add_column(name, justify="left" if name == "metric" else "right", no_wrap=True)
    for metric in metrics:
        table.add_row(*_row(metric))
    return Group(table, *map(Text, _reasons(metrics)), *_ending(metrics))


def _row(metric: MetricProgress) -> tuple[str, str, str, str]:
    values = f"{metric.with_value}/{metric.total}" if metric.total else "–"
    return metric.metric, values, str(metric.without_value or ""), str(metric.imported or "")


def _reasons(metrics: list[MetricProgress]) -> Iterator[str]:
    for place, reason in enumerate(reasons(metrics)):
        listed = ", ".join(f"{name} ({count})" for name, count in reason.counts.items())
        yield f"{chr(10) * (place == 0)}{reason.total} without a value: {reason.text}: {listed}"


def _ending(metrics: list[MetricProgress]) -> Iterator[Text]:
    if any(metric.total for metric in metrics):
        served = " They are computed while the platform is served." if settings.EMBEDDED else ""
        yield Text(f"\n{_summary(metrics)}{served if _left(metrics) else ''}")


def _summary(metrics: list[MetricProgress]) -> str:
    total, there = sum(one.total for one in metrics), sum(one.with_value for one in metrics)
    without, left = sum(one.without_value for one in metrics), _left(metrics)
    if there == total:
        return f"All {total} values are there."
    others = [f"{without} without a value"] * bool(without) + [f"{left} still to be computed"] * bool(left)
    return f"{there} of {total} values are there, {', '.join(others)}."
