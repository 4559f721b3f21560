from __future__ import annotations

import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser
from rich.console import Console

from mos_platform.metrics.measures.weights import Weights
from mos_platform.metrics.readiness import face_findings, metric_findings
from mos_platform.preflight.study import Preflight, check_study
from mos_platform.preflight.table import as_json, print_clips, print_table
from mos_platform.progress import progress_bar
from studies.config import load_study
from studies.errors import InputError

NOT_READY = 1


class Command(BaseCommand):
    help = (
        "Find every mistake of a study before a rater is paid: file, clips, blinding, time, cost, precision. "
        "Exit code 0: ready (perhaps with warnings); 1: something fails."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("path", type=Path, metavar="PATH", help="the study's folder or its study.yaml")
        parser.add_argument("--clips", action="store_true", help="list the facts of every clip")
        parser.add_argument("--json", action="store_true", help="print everything as JSON")

    def handle(self, *_args: Any, **options: Any) -> None:
        with progress_bar("Decoding the clips") as advance:
            preflight = _with_machine(
                check_study(options["path"], advance, settings.BASE_URL), options["path"]
            )
        if options["json"]:
            self.stdout.write(json.dumps(as_json(preflight), ensure_ascii=False, indent=1))
        else:
            console = Console(soft_wrap=False, width=None if sys.stdout.isatty() else 110)
            if options["clips"]:
                print_clips(preflight, console)
            print_table(preflight, console)
        if preflight.level == "fail":
            sys.exit(NOT_READY)


def _with_machine(preflight: Preflight, path: Path) -> Preflight:
    """With what of the study's gold and metrics cannot be made or computed on this machine."""
    try:
        config = load_study(path)
    except InputError:
        return preflight  # told already
    weights = Weights(Path(settings.WEIGHTS_DIR))
    found = [*face_findings(config, weights), *metric_findings(config.metrics, weights)]
    return replace(preflight, findings=(*preflight.findings, *found))
