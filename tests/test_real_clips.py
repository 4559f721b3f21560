"""Six published methods on three portraits: imported, rated over HTTP, measured, reported, by command."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

pytestmark = pytest.mark.long

METHODS = {"FLOAT": 4.2, "Hallo": 3.8, "EchoMimic": 3.3, "AniTalker": 2.8, "SadTalker": 2.3, "EDTalk": 1.8}
RATERS = 8


@pytest.fixture(scope="module")
def float_study(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The FLOAT comparison's clips, the first half second of each: measuring whole ones takes minutes.

    The stated opinions are made up and say nothing about the papers.
    """
    folder = tmp_path_factory.mktemp("float")
    items = sorted(path.name for path in (shared / "clips" / "float").iterdir() if path.is_dir())
    for clip in (shared / "clips" / "float").glob("*/*.mp4"):
        cut(clip, folder / clip.parent.name / clip.name)
    study = {
        "study": "float",
        "title": "Six methods on three portraits",
        "texts": {
            "welcome": "Welcome.",
            "consent": {"version": "1", "body": "I agree to watch synthetic clips and to rate them."},
            "instructions": "Watch and rate.",
            "debriefing": "All clips were synthetic.",
        },
        "methods": [{"name": name} for name in METHODS],
        "items": [{"name": item} for item in items],
        "stimuli": {"pattern": "{item}/{method}.mp4"},
        "parts": [
            {
                "id": "rating",
                "test_method": "ACR",
                "dummies": 0,
                "questions": [{"id": "overall", "text": "How good?"}],
            },
            {
                "id": "preference",
                "test_method": "PC",
                "questions": [{"id": "better", "text": "Which is better?"}],
                "trials_per_sitting": 15,
            },
        ],
        "metrics": ["cpbd"],
    }
    opinions = {
        "simulated": True,
        "seed": 5,
        "raters": RATERS,
        "expertise": {"none": 1.0},
        "questions": {
            "overall": {
                "means": METHODS,
                "item_sd": 0.2,
                "rater_sd": 0.3,
                "rater_method_sd": 0.2,
                "residual_sd": 0.5,
            }
        },
        "preferences": {"better": {"by": "overall", "tie_width": 0.2}},
    }
    (folder / "study.yaml").write_text(yaml.safe_dump(study))
    (folder / "simulation.yaml").write_text(yaml.safe_dump(opinions))
    return folder


def cut(clip: Path, target: Path) -> None:
    """The first half second as it was encoded, picture and sound."""
    target.parent.mkdir(exist_ok=True)
    command = ["ffmpeg", "-v", "error", "-i", str(clip), "-t", "0.5", "-c", "copy", str(target)]
    subprocess.run(command, check=True)


def command(var: Path, *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", *arguments],
        env={**os.environ, "MOS_VAR": str(var)},
        capture_output=True,
        text=True,
        timeout=400,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def platform(float_study: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """MOS_VAR of a platform with the rated study, and its report."""
    var = tmp_path_factory.mktemp("var")
    command(var, "mos_platform", "migrate", "--verbosity", "0")
    assert "18 clips (6 methods × 3 items)" in command(var, "mos_platform", "import_study", str(float_study))
    simulation = str(float_study / "simulation.yaml")
    assert f"{RATERS} simulated raters" in command(var, "mos_platform", "simulate", "float", simulation)
    command(var, "analysis", "report", "float", "--format", "html,json", "--out", str(var / "report"))
    assert (var / "report" / "report.html").stat().st_size > 100_000
    return var


@pytest.fixture(scope="module")
def results(platform: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((platform / "report" / "results.json").read_text())
    return found


def test_every_method_is_rated_by_every_rater(results):
    assert results["study"]["simulated"] is True
    assert results["study"]["n_ratings"] == RATERS * 18
    assert results["study"]["n_comparisons"] == RATERS * 15
    assert {row["n_raters"] for row in results["mos"]} == {RATERS}


def test_the_report_finds_the_stated_order(results):
    mos = {row["method"]: row["mean"] for row in results["mos"] if row["screening"] == "none"}
    assert sorted(mos, key=mos.__getitem__, reverse=True) == list(METHODS)
    strengths = {row["method"]: row["strength"] for row in results["preference"]}
    assert strengths["FLOAT"] > strengths["EDTalk"]


def test_every_clip_is_measured_and_meets_its_mos(results):
    measured = {row["method"]: row for row in results["metrics"] if row["metric"] == "cpbd"}
    assert {row["n"] for row in measured.values()} == {3}
    # EDTalk's clips are visibly softer than Hallo's.
    assert measured["EDTalk"]["median"] < measured["Hallo"]["median"]
    levels = {row["level"]: row["n"] for row in results["correlation"] if row["metric"] == "cpbd"}
    assert levels["stimulus"] == 18


@pytest.mark.all
def test_the_notebook_of_a_study_id_runs_where_it_lies(platform, results):
    """In Jupyter, which has an event loop of its own, and without the platform's settings."""
    folder = platform / "notebooks" / "float"
    command(platform, "analysis", "notebook", "float", "--no-open", "--out", str(folder))
    environment = {name: value for name, value in os.environ.items() if not name.startswith("MOS_")}
    execute = [sys.executable, "-m", "jupyter", "execute", "--inplace", "report.ipynb"]
    done = subprocess.run(execute, cwd=folder, env=environment, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr[-2000:]
    assert {path.name for path in folder.iterdir()} == {"report.ipynb", "figures", ".written.json"}
    printed = str(json.loads((folder / "report.ipynb").read_text())["cells"])
    best = max((row for row in results["mos"] if row["screening"] == "none"), key=lambda row: row["mean"])
    assert f"{best['mean']:.2f}" in printed
