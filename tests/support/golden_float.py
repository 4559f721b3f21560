"""A study of published clips of the same portraits and voices, with gold made from them, as raters get it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from mos_platform.clips.filler import equalise
from mos_platform.clips.levelling import level
from mos_platform.metrics.measures.reading.mouths import face_marks
from mos_platform.stimuli.journal import Journal
from mos_platform.stimuli.preparation import Ready, make_ready
from mos_platform.stimuli.sources import find_sources
from mos_platform.stimuli.staging import Staging
from studies.config import Cell, load_study

Made = Mapping[str, Mapping[str, Any]]
TEXTS = {
    "welcome": "Welcome.",
    "consent": {"version": "1", "body": "I agree to see synthetic media."},
    "instructions": "Watch and rate.",
    "debriefing": "The clips were synthetic.",
}
PART = {
    "id": "rating",
    "test_method": "ACR",
    "dummies": 0,
    "gold": 1,
    "questions": [{"id": "sync", "text": "Do lips and voice go together?"}],
}


@dataclass(frozen=True)
class Kitchen:
    """`ready`: every clip prepared; `served`: the same as they are stored, (method, item) → file."""

    ready: Ready
    served: dict[Cell, Path]

    @property
    def gold(self) -> set[Cell]:
        return {cell for cell, clip in self.ready.clips.items() if "damage" in clip.prepared.done}


def write_study(
    folder: Path,
    shared: Path,
    methods: list[str],
    items: list[str],
    made: Made,
    gold: Iterable[Cell],
    clips: Mapping[str, Any],
) -> Path:
    """The study's folder. `made`: by gold method; `gold`: the clips of them that are made."""
    for method in methods:
        (folder / "clips" / method).mkdir(parents=True)
        for item in items:
            published = shared / "clips" / "float" / item / f"{method}.mp4"
            (folder / "clips" / method / f"{item}.mp4").symlink_to(published)
    golden = [{"name": name, "role": "gold", "made": dict(one)} for name, one in made.items()]
    known = {"expected": {"sync": {"high": 2}}}
    raw = {
        "study": "float",
        "title": "Gold",
        "texts": TEXTS,
        "methods": [*methods, *golden],
        "items": items,
        "parts": [PART],
        "gold": [{"method": method, "item": item, **known} for method, item in gold],
        "clips": dict(clips),
    }
    (folder / "study.yaml").write_text(json.dumps(raw))
    return folder


def cook(study: Path, work: Path, weights: Path) -> Kitchen:
    """Every clip as an import makes it; `work` is an empty folder."""
    config = load_study(study)
    with Journal(work / "journal") as journal:
        ready = make_ready(
            config,
            find_sources(config, study, _silent),
            Staging(work, journal),
            _silent,
            partial(face_marks, weights=weights),
        )
    (work / "served").mkdir()
    served = {cell: work / "served" / f"{'-'.join(cell)}.mp4" for cell in ready.clips}
    for cell, copy in served.items():
        shutil.copy(ready.clips[cell].file, copy)
    for item in {item for _, item in served}:
        copies = [copy for (_, other), copy in served.items() if other == item]
        level(copies)
        equalise(copies)
    return Kitchen(ready, served)


def _silent(_phase: str, _done: int, _total: int) -> None:
    """Nobody watches."""
