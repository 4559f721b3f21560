"""Every protocol file, from its folder to its report, with simulated raters over HTTP."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from protocol_clips import write_study
from walked import check_bundle, check_results, report_of

from analysis.cli import main as analysis
from mos_platform.preflight.study import check_study
from studies.config import load_study

REPO = Path(__file__).resolve().parents[3]
FOLDER = REPO / "studies" / "protocols"
FILES = sorted(FOLDER.glob("[0-9]*.yaml"))
HALF = len(FILES) // 2
FEW = 5
FORMATS = ("--format", "json,html")
# Walked always: gold, practice and repeats, a choice and a rating. Pairs and metrics are also walked, and
# reported, in tests/test_real_clips.py, and clips against their references in test_blinding.py.
ALWAYS = "07_emotional_consistency"
AGAINST_REFERENCE, PAIRS = "21_degradation", "03_comparative_realism"

pytestmark = pytest.mark.long

Bundles = Callable[[str], Path]


def by_driver(files: list[Path], folder: Path, var: Path) -> Bundles:
    """Walk all files in one program with one server; gives each one's bundle."""
    studies = [str(write_study(file, folder / file.stem)) for file in files]
    command = [sys.executable, str(REPO / "tests" / "support" / "walking.py"), str(folder / "bundles")]
    env = {**os.environ, "MOS_VAR": str(var), "DJANGO_SETTINGS_MODULE": "mos_platform.settings"}
    env["PYTHONPATH"] = str(REPO)
    done = subprocess.run([*command, str(FEW), *studies], env=env, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-3000:]
    told = {one["folder"]: one for one in map(json.loads, filter(_is_json, done.stdout.splitlines()))}

    def bundle(name: str) -> Path:
        assert "error" not in told[name], told[name]
        return Path(told[name]["bundle"])

    return bundle


def _is_json(line: str) -> bool:
    return line.startswith("{")


def walked_whole(file: Path, bundle: Path, out: Path) -> None:
    config = load_study(file)
    check_bundle(config, bundle)
    assert analysis(["report", str(bundle), *FORMATS, "--out", str(out)]) == 0
    check_results(config, report_of(bundle, out))


@pytest.fixture(scope="class")
def first_half(install: Any, tmp_path_factory: pytest.TempPathFactory) -> Bundles:
    return by_driver(FILES[:HALF], tmp_path_factory.mktemp("first"), install("first").var)


@pytest.fixture(scope="class")
def second_half(install: Any, tmp_path_factory: pytest.TempPathFactory) -> Bundles:
    return by_driver(FILES[HALF:], tmp_path_factory.mktemp("second"), install("second").var)


@pytest.mark.all
class TestFirstHalf:
    """Two classes, so that two processes of pytest share the walks."""

    @pytest.mark.parametrize("file", FILES[:HALF], ids=lambda file: file.stem)
    def test_a_protocol_leads_to_its_report(self, file: Path, first_half: Bundles, tmp_path: Path) -> None:
        walked_whole(file, first_half(file.stem), tmp_path / "report")


@pytest.mark.all
class TestSecondHalf:
    @pytest.mark.parametrize("file", FILES[HALF:], ids=lambda file: file.stem)
    def test_a_protocol_leads_to_its_report(self, file: Path, second_half: Bundles, tmp_path: Path) -> None:
        walked_whole(file, second_half(file.stem), tmp_path / "report")


@pytest.mark.all
@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_protocol_passes_the_check_once_clips_lie_beside_it(file: Path, tmp_path: Path) -> None:
    preflight = check_study(write_study(file, tmp_path / "study"), lambda *_progress: None)
    assert [one.sentence for one in preflight.findings if one.level == "fail"] == []


OTHERS = [pytest.param(name, marks=pytest.mark.all) for name in (AGAINST_REFERENCE, PAIRS)]


@pytest.mark.parametrize("name", [ALWAYS, *OTHERS])
def test_the_commands_walk_a_protocol(name: str, installation: Any, tmp_path: Path) -> None:
    """As a user types them: check, import, rehearse, export; then the report."""
    file = FOLDER / f"{name}.yaml"
    config = load_study(file)
    folder = write_study(file, tmp_path / "study")
    bundle = tmp_path / "bundle"
    said = []
    for words in (
        ("check_study", str(folder)),
        ("import_study", str(folder)),
        ("simulate", config.study, "--raters", str(FEW)),
        ("export", config.study, "--out", str(bundle)),
    ):
        done = installation.run(*words)
        assert done.returncode == 0, (words, done.stdout, done.stderr)
        said.append(done.stdout)
    kept = installation.var / "simulations" / f"{config.study}.yaml"
    assert f"these were made up (seed {config.seed}), and stand in {kept}" in said[2]
    assert f"{FEW} simulated raters took part in '{config.study}'." in said[2]
    walked_whole(file, bundle, tmp_path / "report")
