"""A preflight as a table for people, and as JSON for programs."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from rich.console import Console
from rich.table import Table

from mos_platform.clips.facts import ClipFacts
from mos_platform.preflight.findings import Level
from mos_platform.preflight.study import Preflight

MARKS: dict[Level, str] = {"pass": "[green]pass[/]", "warn": "[yellow]warn[/]", "fail": "[bold red]fail[/]"}
VERDICTS: dict[Level, str] = {
    "pass": "Ready: nothing to mend.",
    "warn": "Ready, if the warnings are as you mean them.",
    "fail": "Not ready: mend what fails.",
}


def print_table(preflight: Preflight, console: Console) -> None:
    table = Table(box=None, pad_edge=False, show_header=False)
    for column in ("level", "check", "finding"):
        table.add_column(column, no_wrap=column != "finding", overflow="fold")
    for finding in preflight.findings:
        table.add_row(MARKS[finding.level], finding.check, _plain(finding.sentence))
    console.print(table)
    console.print(f"\n{VERDICTS[preflight.level]}", highlight=False)


def print_clips(preflight: Preflight, console: Console) -> None:
    table = Table(box=None, pad_edge=False)
    for column in ("clip", "container", "picture", "size", "fps", "s", "start", "sound", "LUFS"):
        table.add_column(
            column, overflow="fold", justify="left" if column in ("clip", "container") else "right"
        )
    for name, clip in preflight.clips.items():
        table.add_row(_plain(name), *_cells(clip))
    console.print(table)
    console.print()


def _plain(text: str) -> str:
    """Brackets in names are no markup."""
    return text.replace("[", "\\[")


def _cells(clip: ClipFacts) -> tuple[str, ...]:
    video, audio = clip.video, clip.audio
    loud = "–" if audio is None or audio.loudness_lufs is None else f"{audio.loudness_lufs:.1f}"
    rate = f"{video.fps:.2f}" + (" VFR" if video.variable_rate else "")
    return (
        clip.container.split(",")[0],
        f"{video.codec} {video.pixel_format}",
        f"{video.width}×{video.height}",
        rate,
        f"{clip.duration_s:.2f}",
        f"{video.first_s:.2f}",
        "none" if audio is None else f"{audio.codec} {audio.sample_rate}",
        loud,
    )


def as_json(preflight: Preflight) -> dict[str, Any]:
    return {
        "level": preflight.level,
        "findings": [asdict(finding) for finding in preflight.findings],
        "clips": {name: asdict(clip) for name, clip in preflight.clips.items()},
    }
