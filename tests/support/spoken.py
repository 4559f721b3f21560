"""The study that asks in every way, also in Arabic, and with every check before it."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

import every_type
import yaml

CHECKS = ["playback", "screen", "speed", "sound", "headphones", "colour", "distance", "sync"]
ASKED = ["expertise", "age_group", "gender", "language_skill", "knows_faces", "vision", "hearing"]


def make_folder(folder: Path) -> Path:
    """In English, German and Arabic; nobody is held up by a check."""
    every_type.make_folder(folder)
    study = _translated(copy.deepcopy(every_type.STUDY), count(1))
    study["study"] = "spoken"
    study["translations"] = ["de", "ar"]
    study["questionnaire"] = [{"id": name, "optional": name != "expertise"} for name in ASKED]
    study["setup"] = {"checks": CHECKS, "required": []}
    (folder / "study.yaml").write_text(yaml.safe_dump(study, sort_keys=False, allow_unicode=True))
    return folder


def _translated(value: Any, numbers: Iterator[int]) -> Any:
    """Every text of several languages gets an Arabic one, no two of which are alike."""
    if isinstance(value, list):
        return [_translated(one, numbers) for one in value]
    if not isinstance(value, dict):
        return value
    if set(value) == {"en", "de"}:
        return {**value, "ar": f"نص باللغة العربية رقم {next(numbers)} في هذه الدراسة"}
    return {key: _translated(one, numbers) for key, one in value.items()}
