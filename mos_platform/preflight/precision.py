"""How wide the intervals will be: asked of the `analysis` program, so that there is one implementation."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mos_platform.preflight.effort import Effort
from mos_platform.preflight.findings import Finding, counted, failed, passed, warned
from studies.config import StudyConfig
from studies.errors import InputError

LONGEST_S = 120.0
FEW_ITEMS = 5
WIDE = 0.25  # of the scale, to either side of a mean: the interval covers half of it
USELESS = "wider than the scale: it will say nothing"
VAGUE = "over half the scale wide: hardly any methods can be told apart"
MORE_ITEMS = "add items, or write analysis: {target: raters}"
Ends = tuple[int, int]


@dataclass(frozen=True)
class Width:
    """Half-widths of a MOS in grades: `expected` with the raters needed, `ever` with ever more.

    `enough`: raters for the goal, None where no number suffices.
    """

    expected: float
    ever: float | None
    enough: int | None


def precision_findings(config: StudyConfig, effort: Effort) -> Iterator[Finding]:
    """Raises InputError where the `analysis` program does not answer."""
    items = len(config.scored_items)
    scales = {
        (q.grades.low, q.grades.high) for part in config.parts if not part.is_paired for q in part.ratings
    }
    for_items = config.analysis.target == "raters+items"
    askable = sorted(scales) if items > 1 or not for_items else []
    widths = {scale: asked_of_analysis(config, effort, scale) for scale in askable}
    if for_items and items < FEW_ITEMS:
        yield warned("items", f"{_few(items, widths)}; {MORE_ITEMS}.")
    for scale, width in widths.items():
        yield _finding(config, effort, width, scale)


def _few(items: int, widths: Mapping[Ends, Width]) -> str:
    """What so few items leave open, on the scale on which it shows most."""
    if items < 2:
        return "1 item cannot speak for all items like it: the report will give no intervals"
    left = [(width.ever, scale) for scale, width in widths.items() if width.ever is not None]
    told = f"{counted(items, 'item')} are few to speak for all items like them: "
    if not left:
        return f"{told}intervals will be wide however many raters there are"
    ever, (low, high) = max(left)
    return f"{told}they alone leave about ±{ever:.2f} on {low} to {high}, however many raters there are"


def _finding(config: StudyConfig, effort: Effort, width: Width, scale: tuple[int, int]) -> Finding:
    confidence = f"{100 * config.analysis.confidence:g} %"
    told = (
        f"with {counted(effort.raters, 'rater')} a MOS on the scale {scale[0]} to {scale[1]} will have about "
        f"±{width.expected:.2f} ({confidence}; variances of published studies)"
    )
    goal = config.targets.half_width
    if goal is None:
        return _wide(config, told, width, scale) or passed("precision", f"{told}.")
    if width.ever is not None and width.ever >= goal:
        return failed(
            "precision",
            f"±{goal:g} of targets.half_width cannot be reached with "
            f"{counted(len(config.scored_items), 'item')}: they alone leave "
            f"±{width.ever:.2f}, however many raters there are; add items.",
        )
    if width.expected <= goal:
        return _wide(config, told, width, scale) or passed(
            "precision", f"{told}, as targets.half_width asks (±{goal:g})."
        )
    need = f"about {counted(width.enough, 'rater')} would do" if width.enough else "more raters are needed"
    return warned("precision", f"{told}, wider than targets.half_width ±{goal:g}; {need}.")


def _wide(config: StudyConfig, told: str, width: Width, scale: Ends) -> Finding | None:
    """Intervals that cover much of the scale tell no methods apart, whatever was asked for."""
    span = scale[1] - scale[0]
    if width.expected <= WIDE * span:
        return None
    says = USELESS if 2 * width.expected >= span else VAGUE
    by_items = config.analysis.target == "raters+items" and (width.ever or 0.0) > WIDE * span
    mend = MORE_ITEMS if by_items else "raise targets.raters_per_method, or trials_per_sitting of a part"
    return warned("precision", f"{told}, an interval {says}; {mend}.")


def asked_of_analysis(config: StudyConfig, effort: Effort, scale: tuple[int, int]) -> Width:
    """Run `analysis plan` for this study's numbers."""
    with tempfile.TemporaryDirectory(prefix="plan-") as folder:
        command = [
            sys.executable,
            "-m",
            "analysis",
            "plan",
            *_options(config, effort, scale),
            "--out",
            folder,
        ]
        environment = {**os.environ, "PYTHONWARNINGS": "ignore"}
        try:
            done = subprocess.run(  # noqa: S603 -- this interpreter, numbers only
                command, env=environment, capture_output=True, text=True, timeout=LONGEST_S, check=False
            )
        except subprocess.TimeoutExpired:
            raise InputError("the analysis program does not answer; run the check again.") from None
        if done.returncode:
            last = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
            raise InputError(f"the expected precision could not be computed: {last}")
        return _width(json.loads((Path(folder) / "plan.json").read_text(encoding="utf-8")))


def _options(config: StudyConfig, effort: Effort, scale: tuple[int, int]) -> list[str]:
    goal = config.targets.half_width
    span = scale[1] - scale[0]
    options = {
        "--raters": max(effort.raters, 2),
        "--items": max(len(config.scored_items), 2),
        "--methods": len(config.scored_methods),
        "--ratings-per-rater": effort.ratings_per_rater,
        "--half-width": goal if goal is not None else span / 16,
        "--confidence": config.analysis.confidence,
        "--target": config.analysis.target,
    }
    return [
        f"--scale={scale[0]}:{scale[1]}",
        *(part for name, value in options.items() for part in (name, str(value))),
    ]


def _width(plan: dict[str, Any]) -> Width:
    (design,) = plan["designs"]
    alone = plan.get("items_alone") or [{}]
    needed = [row for row in plan.get("needed", ()) if row["goal"] == "half_width"]
    return Width(design["half_width"], alone[0].get("half_width"), needed[0]["raters"] if needed else None)
