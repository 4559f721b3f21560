"""Hand-outs, answers, drop-outs, exclusions and withdrawals at the same moment, on SQLite and PostgreSQL."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

SUPPORT = Path(__file__).resolve().parents[2] / "support"
QUOTA = 4


def hammered(installation: Any, threads: int, raters: int) -> dict[str, Any]:
    assert installation.run("migrate", "-v", "0").returncode == 0
    env = {**installation.env, "PYTHONPATH": f"{installation.env['PYTHONPATH']}:{SUPPORT}"}
    command = [sys.executable, str(SUPPORT / "hammering.py"), str(threads), str(raters)]
    done = subprocess.run(command, env=env, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]
    return dict(json.loads(done.stdout))


@pytest.mark.parametrize(
    "kind",
    [
        pytest.param("sqlite", marks=pytest.mark.all),
        pytest.param("postgres", marks=pytest.mark.services),
    ],
)
def test_no_place_is_lost_or_given_twice_and_no_quota_exceeded(
    kind: str, installation: Any, request: pytest.FixtureRequest
) -> None:
    if kind == "postgres":
        installation.env["MOS_DATABASE_URL"] = request.getfixturevalue("postgres_url")
    found = hammered(installation, threads=8, raters=12)
    for moment in ("mid", "end"):
        assert (found[moment]["wrong"], found[moment]["twice"]) == (0, 0)
        assert all(most <= QUOTA for _, most, _ in found[moment]["counts"])
    assert found["more"] > 0
    assert found["end"]["counts"] == [[QUOTA, QUOTA, 0]] * 2
    assert found["end"]["waiting"] == 0
