from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser
from rich.console import Console

from mos_platform.metrics.drawing import draw_landmarks
from mos_platform.metrics.measures.weights import Weights
from mos_platform.metrics.shown import measured_as_json, value_table
from mos_platform.metrics.single import Wish, measure

WIDTH = 100


class Command(BaseCommand):
    help = "Measure one clip, without a study: all that can be computed here, or the metrics asked for."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("clip", type=Path, metavar="CLIP", help="a video file")
        parser.add_argument(
            "--reference", type=Path, metavar="REF", help="the real video, for metrics that compare"
        )
        parser.add_argument(
            "--metrics", type=_names, default=(), metavar="A,B", help="their names, with commas between them"
        )
        parser.add_argument(
            "--every",
            type=_count,
            default=1,
            metavar="N",
            help="measures of single pictures look at every N-th only; values then differ a little",
        )
        parser.add_argument("--json", action="store_true", help="print a JSON list")
        parser.add_argument(
            "--landmarks",
            type=Path,
            metavar="OUT.png",
            help="also draw the landmarks of the first picture that shows a face, to be looked at",
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        weights = Weights(Path(settings.WEIGHTS_DIR))
        wish = Wish(options["clip"], options["reference"], weights, options["metrics"], options["every"])
        with _waiting(f"Measuring {wish.clip.name}"):
            measured, left_out = measure(wish)
            if options["landmarks"]:
                draw_landmarks(wish.clip, weights, options["landmarks"])
        if options["json"]:
            listed = [measured_as_json(one) for one in measured]
            self.stdout.write(json.dumps(listed, ensure_ascii=False, indent=1))
        else:
            console = Console(width=None if sys.stdout.isatty() else WIDTH, highlight=False)
            console.print(value_table(measured, left_out))


@contextmanager
def _waiting(what: str) -> Iterator[None]:
    """A sign of life on a terminal; nothing where the output goes elsewhere."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield
        return
    with console.status(what):
        yield


def _names(text: str) -> tuple[str, ...]:
    names = tuple(name.strip() for name in text.split(",") if name.strip())
    if not names:
        raise argparse.ArgumentTypeError("no metric is named")
    return names


def _count(text: str) -> int:
    if not (text.isascii() and text.isdigit() and int(text) > 0):
        raise argparse.ArgumentTypeError(f"{text!r} is no whole number from 1")
    return int(text)
