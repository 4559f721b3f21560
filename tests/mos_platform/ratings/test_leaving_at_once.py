"""Withdrawal at the same moment as everything else: no request fails, and nothing of the rater stays."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

SUPPORT = Path(__file__).resolve().parents[2] / "support"
RATERS = 6
EXPECTED = {"200", "302", "404", "409"}  # what was deleted just before is unknown, what is over closed


@pytest.mark.parametrize(
    "kind",
    [
        pytest.param("sqlite", marks=pytest.mark.all),
        pytest.param("postgres", marks=pytest.mark.services),
    ],
)
def test_whoever_leaves_in_the_middle_of_anything_has_left(
    kind: str, installation: Any, request: pytest.FixtureRequest
) -> None:
    if kind == "postgres":
        installation.env["MOS_DATABASE_URL"] = request.getfixturevalue("postgres_url")
    assert installation.run("migrate", "-v", "0").returncode == 0
    env = {**installation.env, "PYTHONPATH": f"{installation.env['PYTHONPATH']}:{SUPPORT}"}
    command = [sys.executable, str(SUPPORT / "leaving_at_once.py"), str(RATERS)]
    done = subprocess.run(command, env=env, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]
    found = json.loads(done.stdout)
    assert {told.split()[1] for told in found["told"]} <= EXPECTED, (found["told"], done.stderr[-3000:])
    assert found["told"]["leave 302"] == 3 * RATERS
    assert (found["left"], found["wrong"]) == (0, 0)
