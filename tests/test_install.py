"""The base install, as a statistician gets it: the built wheel in a clean environment, without Django."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

HEADER = "rater,method,item,score\n"


def run(command: list[str | Path], folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([str(part) for part in command], cwd=folder, capture_output=True, text=True)


def checked(command: list[str | Path], folder: Path) -> str:
    done = run(command, folder)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def uv() -> str:
    beside_python = Path(sys.executable).with_name("uv")
    found = str(beside_python) if beside_python.exists() else shutil.which("uv")
    if found is None:
        pytest.skip("uv is neither in the environment that runs the tests nor on the path")
    return found


@pytest.fixture(scope="module")
def environment(repo: Path, uv: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of a clean environment's programs: the wheel without extras, at the locked versions."""
    folder = tmp_path_factory.mktemp("install")
    locked = [uv, "export", "--quiet", "--locked", "--no-dev", "--no-hashes", "--no-emit-project"]
    checked([*locked, "--output-file", folder / "locked.txt"], repo)
    checked([uv, "build", "--quiet", "--wheel", "--out-dir", folder, repo], folder)
    checked([uv, "venv", "--quiet", "--python", sys.executable, folder / "venv"], folder)
    programs = folder / "venv" / "bin"
    (wheel,) = folder.glob("*.whl")
    install = [uv, "pip", "install", "--quiet", "--python", programs / "python"]
    checked([*install, "--constraint", folder / "locked.txt", wheel], folder)
    return programs


@pytest.fixture
def ratings(tmp_path: Path) -> Path:
    """3 raters × 2 methods × 4 items; half of the scores are one grade above the base."""
    rows = [
        f"r{rater},{method},i{item},{base + (rater + item) % 2}"
        for rater in range(3)
        for method, base in (("good", 4), ("poor", 2))
        for item in range(4)
    ]
    file = tmp_path / "ratings.csv"
    file.write_text(HEADER + "\n".join(rows) + "\n")
    return file


def test_the_packages_import_without_the_platform(environment: Path, tmp_path: Path) -> None:
    code = (
        "import importlib.util as u, analysis.cli, analysis.load, studies.config;"
        "print([m for m in ('django', 'celery', 'rest_framework', 'av', 'redis') if u.find_spec(m)])"
    )
    assert checked([environment / "python", "-I", "-c", code], tmp_path) == "[]\n"


def test_a_report_is_computed(environment: Path, ratings: Path, tmp_path: Path) -> None:
    out = tmp_path / "report"
    checked([environment / "analysis", "report", ratings, "--out", out, "--format", "json"], tmp_path)
    results = json.loads((out / "results.json").read_text())
    means = {row["method"]: row["mean"] for row in results["mos"] if row["screening"] == "none"}
    assert means == pytest.approx({"good": 4.5, "poor": 2.5}, abs=1e-12)
    assert [path.name for path in out.iterdir()] == ["results.json"]


def test_an_unknown_study_is_one_sentence(environment: Path, tmp_path: Path) -> None:
    done = run([environment / "analysis", "report", "no_such_study"], tmp_path)
    assert done.returncode == 2
    assert "no_such_study" in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    assert done.stdout == ""
