"""A small study of named people, as it lies before its release, and what a folder holds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from whole_bundle import CONFIG, Tables, sealed, tables, write_whole

RATERS = 8
STARTS = ("2026-01-01T09:14", "2026-01-02T17:41")
STUDY = {
    **CONFIG,
    "texts": {**CONFIG["texts"], "debriefing": "Questions? Write to study@lab.example."},
    "items": [{"name": name, "split": "test"} for name in ("i1", "i2")],
}


@dataclass(frozen=True)
class Release:
    bundle: Path
    folder: Path


def people() -> Tables:
    """Eight raters `subject-1` … with attributes, times of day, a split, and a column that nobody knows."""
    content = tables(raters=RATERS)
    for row in content["stimuli"]:
        row["split"] = "test"
    for name in ("raters", "ratings", "comparisons"):
        for row in content[name]:
            row["rater"] = _named(row["rater"])
    for n, row in enumerate(content["raters"]):
        row["expertise"] = "expert" if n % 2 else "none"
        row["age_group"] = "65-74" if n == 3 else "25-34"
        row["remark"] = "ask Maria"
    for row in content["ratings"]:
        row["sitting"] = f"visit-of-{row['rater']}"
        start = STARTS[int(row["rater"][-1]) % 2]
        for column in ("presented_at", "submitted_at"):
            minute, second = int(row[column][14:16]), row[column][17:19]
            row[column] = f"{start[:-2]}{int(start[-2:]) + minute:02}:{second}.250000Z"
    return content


def _named(rater: str) -> str:
    return f"subject-{int(rater.partition('-r')[2]) + 1}"


def bundle(folder: Path, spoil: Callable[[Tables], object] = lambda _: None) -> Path:
    content = people()
    spoil(content)
    return write_whole(folder, content, STUDY)


def with_text(folder: Path, text: str) -> Path:
    """The bundle with one free-text answer."""
    bundle(folder)
    (folder / "texts.csv").write_text(f'rater,stimulus,question,text\nsubject-1,a-near-i1,sync,"{text}"\n')
    return sealed(folder)


def files(folder: Path) -> dict[str, bytes]:
    found = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in found}
