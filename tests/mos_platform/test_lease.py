"""A claim is renewed for as long as its work goes on, whatever the database does meanwhile."""

from __future__ import annotations

import time

import pytest
from django.db import OperationalError

from mos_platform import lease


def test_a_database_that_is_away_for_a_moment_costs_one_renewal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lease, "RENEW_S", 0.02)
    calls: list[float] = []

    def renew() -> None:
        calls.append(time.monotonic())
        if len(calls) == 2:
            raise OperationalError("the server closed the connection")

    with lease.renewed(renew, longest_s=10.0):
        until = time.monotonic() + 5
        while len(calls) < 6 and time.monotonic() < until:
            time.sleep(0.01)
    assert len(calls) >= 6
