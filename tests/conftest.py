"""Fixtures for all tests."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

pytest_plugins = ["services"]

REPO = Path(__file__).resolve().parents[1]


def pytest_configure() -> None:
    """A job in the background ignores Ctrl-C, and the servers it starts would ignore it too."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session")
def repo() -> Path:
    return REPO


@pytest.fixture(scope="session")
def shared() -> Path:
    """Real ratings and clips that lie beside the checkout; tests that need them are skipped without it."""
    folder = REPO.parent / "shared"
    if not folder.is_dir():
        pytest.skip(f"real data not found: {folder} is absent")
    return folder
