"""What `make` and continuous integration promise, asked of make itself."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

TARGETS = ("demo", "test", "test-all", "check", "format", "bench")


def planned(repo: Path, *arguments: str) -> str:
    """The commands that make would run, without running them."""
    make = ["make", "--no-print-directory", "--dry-run", "--always-make", *arguments]
    return subprocess.run(make, cwd=repo, check=True, capture_output=True, text=True).stdout


def test_continuous_integration_calls_exactly_make_test(repo: Path) -> None:
    script = repo / ".ci" / "run"
    commands = [
        line for line in script.read_text().splitlines() if line and not line.startswith(("#", "set "))
    ]
    assert commands == ['cd "$(dirname "$0")/.."', "exec make test"]
    assert os.access(script, os.X_OK)


def test_make_alone_lists_the_targets(repo: Path) -> None:
    make = ["make", "--no-print-directory"]
    listed = subprocess.run(make, cwd=repo, check=True, capture_output=True, text=True).stdout
    assert {line.split()[0] for line in listed.splitlines()} >= {"help", *TARGETS}


def test_make_test_runs_every_kind_of_check(repo: Path) -> None:
    plan = planned(repo, "test")
    for command in (
        "uv sync --locked --all-extras",
        "system_packages.sh chromium redis-server postgresql",
        "ruff check .",
        "ruff format --check .",
        "mypy",
        "lint-imports",
        "makemigrations --check",
        'pytest -n 3 --dist loadscope -m "not all"',
    ):
        assert command in plan


def test_exhaustive_walks_run_in_test_all_only(repo: Path) -> None:
    assert '-m "not all"' not in planned(repo, "test-all")


def test_make_demo_installs_from_the_lock_and_passes_its_arguments_on(repo: Path) -> None:
    plan = planned(repo, "demo", "DEMO_ARGS=--once")
    assert "uv sync --locked --inexact --no-dev --extra platform" in plan
    assert plan.rstrip().endswith("python -m mos_platform demo --once")


def run_script(
    repo: Path, name: str, *arguments: str, path: Path, python: str = "python3"
) -> tuple[int, str]:
    """Run a shell script of deploy/ with only the programs that lie in the folder `path`."""
    done = subprocess.run(
        ["/bin/sh", str(repo / "deploy" / name), *arguments],
        env={"PATH": str(path), "PYTHON": python},
        capture_output=True,
        text=True,
    )
    return done.returncode, done.stderr


def test_without_apt_a_missing_package_is_named(repo: Path, tmp_path: Path) -> None:
    code, message = run_script(repo, "system_packages.sh", "redis-server", "chromium", path=tmp_path)
    assert code == 2
    assert "redis-server chromium" in message
    assert "install them with your system's package manager" in message
    assert len(message.splitlines()) == 1


def test_packages_that_are_there_are_left_alone(repo: Path, tmp_path: Path) -> None:
    for program in ("redis-server", "chromium"):
        (tmp_path / program).write_text("#!/bin/sh\n")
        (tmp_path / program).chmod(0o755)
    assert run_script(repo, "system_packages.sh", "redis-server", "chromium", path=tmp_path) == (0, "")


def test_an_unsupported_python_is_refused_in_one_sentence(repo: Path, tmp_path: Path) -> None:
    old = tmp_path / "python3"
    old.write_text('#!/bin/sh\n[ "$1" = --version ] && echo Python 3.9.2\nexit 1\n')
    old.chmod(0o755)
    dirname = tmp_path / "dirname"
    dirname.symlink_to("/usr/bin/dirname")
    venv = str(tmp_path / "venv")
    code, message = run_script(repo, "make_venv.sh", venv, "0", path=tmp_path, python=str(old))
    assert code == 2
    assert message.startswith("Python 3.9.2 is not supported; name a Python 3.11 or 3.12")


def test_a_python_that_is_not_there_is_named(repo: Path, tmp_path: Path) -> None:
    (tmp_path / "dirname").symlink_to("/usr/bin/dirname")
    venv = str(tmp_path / "venv")
    code, message = run_script(repo, "make_venv.sh", venv, "0", path=tmp_path, python="python-nowhere")
    assert code == 2
    assert message.startswith("python-nowhere was not found")
