"""Gold and other clips cannot be told apart by what FFmpeg's prober, or the file's boxes, say of them."""

from __future__ import annotations

import json
import struct
import subprocess
from collections.abc import Iterator, Mapping
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from golden_float import Kitchen, cook, write_study
from scipy.stats import binom
from sklearn.ensemble import RandomForestClassifier
from sklearn.feature_extraction import DictVectorizer
from sklearn.model_selection import StratifiedKFold, cross_val_predict

from mos_platform.metrics.measures.weights import Weights
from studies.config import Cell

METHODS = ["FLOAT", "Hallo", "SadTalker", "AniTalker", "EDTalk", "EchoMimic"]
LEVEL = 0.975  # of the two-sided 95 % interval of chance
FOLDS = 6
CONTAINERS = (b"moov", b"trak", b"edts", b"mdia", b"minf", b"dinf", b"stbl")


def facts(clip: Path) -> dict[str, Any]:
    """All that can be read without looking at pictures or listening, as one flat mapping."""
    shown = ("-show_format", "-show_streams", "-show_packets", "-show_frames", "-show_entries", FRAMES)
    command = ["ffprobe", "-v", "error", "-of", "json", *shown, str(clip)]
    told = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
    told["format"].pop("filename")
    told["boxes"] = [f"{kind} {length}" for kind, length in boxes(clip.read_bytes())]
    return dict(_flat(told))


FRAMES = "frame=media_type,key_frame,pts,duration,pkt_size,pict_type,nb_samples,repeat_pict,side_data_list"


def _flat(value: Any, name: str = "") -> Iterator[tuple[str, Any]]:
    """Numbers as numbers, everything else as text."""
    if isinstance(value, Mapping):
        for key, one in value.items():
            yield from _flat(one, f"{name}.{key}")
    elif isinstance(value, list):
        yield f"{name}.count", len(value)
        for place, one in enumerate(value):
            yield from _flat(one, f"{name}.{place}")
    else:
        try:
            yield name, float(value)
        except (TypeError, ValueError):
            yield name, str(value)


def boxes(content: bytes, at: int = 0, end: int | None = None) -> Iterator[tuple[str, int]]:
    """Kinds and lengths of all boxes, in order."""
    end = len(content) if end is None else end
    while at < end:
        length, kind = struct.unpack_from(">I4s", content, at)
        yield kind.decode(), length
        if kind in CONTAINERS:
            yield from boxes(content, at + 8, at + length)
        at += length


def hits(clips: Mapping[Any, dict[str, Any]], gold: set[Any]) -> tuple[int, int]:
    """How many clips a classifier that learnt from the others calls rightly gold or not, and of how many."""
    cells = sorted(clips)
    table = DictVectorizer(sparse=False).fit_transform([clips[cell] for cell in cells])
    is_gold = np.array([cell in gold for cell in cells])
    forest = RandomForestClassifier(100, random_state=7)
    folds = StratifiedKFold(FOLDS, shuffle=True, random_state=7)
    return int((cross_val_predict(forest, table, is_gold, cv=folds) == is_gold).sum()), len(cells)


def most_by_chance(n: int) -> int:
    return int(binom.ppf(LEVEL, n, 0.5))


@pytest.fixture(scope="module")
def few(shared: Path, weights: Weights, tmp_path_factory: pytest.TempPathFactory) -> Kitchen:
    """Two items: three clips of each as they are, and three made from them."""
    made = {
        "late": {"of": "FLOAT", "sound_late_frames": 12},
        "frozen": {"of": "Hallo", "frozen_mouth": True},
        "coarse": {"of": "SadTalker", "compressed": True},
    }
    items = ["id02", "id03"]
    folder, work = tmp_path_factory.mktemp("study"), tmp_path_factory.mktemp("work")
    small = {"width": 192, "seconds": 2}
    study = write_study(folder, shared, METHODS[:3], items, made, product(made, items), small)
    return cook(study, work, weights.folder)


@pytest.fixture(scope="module")
def found(few: Kitchen) -> dict[Cell, dict[str, Any]]:
    return {cell: facts(clip) for cell, clip in few.served.items()}


def test_every_fact_of_a_gold_clip_is_that_of_its_neighbours(
    few: Kitchen, found: dict[Cell, dict[str, Any]]
) -> None:
    assert len(few.gold) == 6
    for item in ("id02", "id03"):
        own = [one for cell, one in found.items() if cell[1] == item]
        assert len(own) == 6
        assert all(one == own[0] for one in own)
    assert len(found["late", "id02"]) > 1000
    right, n = hits(found, few.gold)
    assert right <= most_by_chance(n)


def test_before_they_are_made_alike_bit_rates_give_compression_away(few: Kitchen) -> None:
    rates = {
        cell: facts(few.ready.clips[cell].file)[".streams.0.bit_rate"]
        for cell in few.ready.clips
        if cell[0] in ("coarse", "SadTalker")
    }
    for item in ("id02", "id03"):
        assert rates["coarse", item] < 0.9 * rates["SadTalker", item]


def test_the_classifier_finds_a_single_fact_that_tells(
    few: Kitchen, found: dict[Cell, dict[str, Any]]
) -> None:
    told = {cell: {**one, ".format.tags.comment": str(cell in few.gold)} for cell, one in found.items()}
    small = {cell: {key: one[key] for key in list(one)[-30:]} for cell, one in told.items()}
    right, n = hits(small, few.gold)
    assert right > most_by_chance(n)


@pytest.fixture(scope="module")
def many(shared: Path, weights: Weights, tmp_path_factory: pytest.TempPathFactory) -> Kitchen:
    """All published clips of three items, and as many gold ones made from them."""
    lends = {"id02": "id03", "id03": "id04", "id04": "id02"}
    made = {
        "late": {"of": "FLOAT", "sound_late_frames": 12},
        "early": {"of": "Hallo", "sound_early_frames": 10},
        "frozen": {"of": "SadTalker", "frozen_mouth": True},
        "still": {"of": "EchoMimic", "frozen_mouth": True},
        "coarse": {"of": "EDTalk", "compressed": True},
        **{f"swap-{item}": {"of": "AniTalker", "swapped_sound": lent} for item, lent in lends.items()},
    }
    gold = [
        (name, item)
        for name, item in product(made, lends)
        if not name.startswith("swap") or name == f"swap-{item}"
    ]
    folder, work = tmp_path_factory.mktemp("study"), tmp_path_factory.mktemp("work")
    study = write_study(folder, shared, METHODS, list(lends), made, gold, {"width": 256})
    return cook(study, work, weights.folder)


@pytest.mark.all
def test_a_classifier_stays_at_chance_over_all_published_clips(many: Kitchen) -> None:
    right, n = hits({cell: facts(clip) for cell, clip in many.served.items()}, many.gold)
    assert n == 36
    assert len(many.gold) == 18
    assert right <= most_by_chance(n)
