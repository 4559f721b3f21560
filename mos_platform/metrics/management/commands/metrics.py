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
from mos_platform.metrics.progress import MetricProgress, metric_progress, progress, reasons
from mos_platform.metrics.tasks import wake
from mos_platform.stimuli.lookup import find_study
from mos_platform.stimuli.models import Study

EVERY_S = 1.0
WIDTH = 110


class Command(BaseCommand):
    help = "How far a study's metrics are: done, of how many, and why some have no value."

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
            console.print(_shown(study))

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
    with Live(_shown(study), console=console, auto_refresh=False, transient=False) as live:
        while not _is_done(study):
            time.sleep(EVERY_S)
            live.update(_shown(study), refresh=console.is_terminal)


def _is_done(study: Study) -> bool:
    state = progress(study)
    return state.done == state.total


def _shown(study: Study) -> RenderableType:
    metrics = metric_progress(study)
    if not metrics:
        return Text(f"Study '{study.name}' asks for no metrics and has none imported.")
    table = Table(box=None, header_style="bold", pad_edge=False)
    for name in ("metric", "done", "no value", "imported"):
        table.add_column(name, justify="left" if name == "metric" else "right", no_wrap=True)
    for metric in metrics:
        table.add_row(*_row(metric))
    return Group(table, *map(Text, _reasons(metrics)), Text(_summary(study)))


def _row(metric: MetricProgress) -> tuple[str, str, str, str]:
    done = f"{metric.done}/{metric.total}" if metric.total else "–"
    return metric.metric, done, str(metric.without_value or ""), str(metric.imported or "")


def _reasons(metrics: list[MetricProgress]) -> Iterator[str]:
    for place, reason in enumerate(reasons(metrics)):
        listed = ", ".join(f"{name} ({count})" for name, count in reason.counts.items())
        yield f"{chr(10) * (place == 0)}{reason.total} without a value: {reason.text}: {listed}"


def _summary(study: Study) -> str:
    state = progress(study)
    if state.done == state.total:
        return f"\nAll {state.total} values are done." if state.total else ""
    served = " They are computed while the platform is served." if settings.EMBEDDED else ""
    return f"\n{state.done} of {state.total} values are done.{served}"
