"""Crowds of simulated raters, of whom many leave and some are excluded: every clip gets its quota."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

REPO = Path(__file__).resolve().parents[3]


def walked(installation: Any, study: Path, wave: int, most: int, at_once: int) -> dict[str, Any]:
    command = [sys.executable, str(REPO / "tests" / "support" / "crowd.py"), str(study)]
    env = {**installation.env, "DJANGO_SETTINGS_MODULE": "mos_platform.settings"}
    env["PATH"] = os.environ["PATH"]
    done = subprocess.run(
        [*command, str(wave), str(most), str(at_once)], env=env, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr[-3000:]
    told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    print({name: told[name] for name in ("came", "ends", "seconds", "answers", "excluded")})
    return told


def check(told: dict[str, Any], quota: int, raters_per_method: int) -> None:
    assert max(told["counts"]) - min(told["counts"]) <= 1
    assert min(told["counts"]) >= quota
    assert told["raters_per_method"][0] >= raters_per_method
    assert (told["seen_twice"], told["answered_twice"]) == (0, 0)
    assert told["answers"] == told["answered"]
    for held in [*told["places"], *(place for wave in told["after_waves"] for place in wave)]:
        assert not held["wrong"]
        assert held["capacity"] == quota
        assert held["most"] <= quota
    assert {held["fewest"] for held in told["places"]} == {quota}
    ends = told["ends"]
    assert ends["careful completed"] > 0 < ends["dropper dropped"]
    assert told["excluded"] > 0
    assert not [end for end in ends if end.endswith("ended")]


def test_60_raters_and_those_in_place_of_others_fill_every_place_once(
    installation: Any, crowd_study: Callable[..., Path]
) -> None:
    check(walked(installation, crowd_study(14), wave=20, most=200, at_once=20), 14, 30)


@pytest.mark.all
@pytest.mark.long
@pytest.mark.parametrize(
    ("database", "at_once"), [("sqlite", 20), pytest.param("postgres", 50, marks=pytest.mark.services)]
)
def test_1000_raters_fill_every_place_once(
    request: pytest.FixtureRequest,
    installation: Any,
    crowd_study: Callable[..., Path],
    database: str,
    at_once: int,
) -> None:
    """Of clips and of pairs, by 20 or 50 at the same time."""
    if database == "postgres":
        installation.env["MOS_DATABASE_URL"] = request.getfixturevalue("postgres_url")
    study = crowd_study(275, pairs=True)
    check(walked(installation, study, wave=100, most=2000, at_once=at_once), 275, 600)
