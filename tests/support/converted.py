"""What `analysis convert` wrote, for tests to look into."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd

from analysis.load import StudyData, load_source
from analysis.options import Options
from analysis.results import compute

Convert = Callable[..., str]


def loaded(bundle: Path) -> StudyData:
    return load_source(str(bundle))


def table(bundle: Path, name: str) -> pd.DataFrame:
    return pd.read_csv(bundle / f"{name}.csv", dtype=str, keep_default_na=False)


def study(bundle: Path) -> dict[str, Any]:
    return dict(json.loads((bundle / "study.json").read_text()))


def results(source: Path) -> dict[str, Any]:
    """What a report of the source holds, with few replicates: points do not depend on their number."""
    return compute(load_source(str(source)), Options(n_boot=20))


def stimulus_means(source: Path) -> dict[tuple[str, str], tuple[float, int]]:
    """(MOS, number of ratings) by (method, item), of sets with one clip per method and item."""
    rows = [row for row in results(source)["stimulus_mos"] if row["measure"] == "MOS"]
    return {(row["method"], row["item"]): (row["mean"], row["n_ratings"]) for row in rows}
