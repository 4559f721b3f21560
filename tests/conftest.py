"""Fixtures for all tests."""

from __future__ import annotations

import os
import shutil
import signal
from pathlib import Path
from typing import Any

import pytest

pytest_plugins = ["services"]

# Playwright keeps an event loop in this thread; Django would refuse its ORM to the tests that follow.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")

# Nobody reads the consent in a test; tests of what keeps programs out turn it on.
os.environ.setdefault("MOS_BOT_CHECKS", "0")

# Workers of pytest share the cores already. To be set before numpy is loaded.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

CHROMIUM_ARGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)

REPO = Path(__file__).resolve().parents[1]


def pytest_configure(config: pytest.Config) -> None:
    """A job in the background ignores Ctrl-C, and the servers it starts would ignore it too."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    config.addinivalue_line("markers", "long: takes half a minute or more, begun before all others")
    # pytest-xdist would hand out the modules with many tests first; the long tests stand in small ones.
    config.option.loadscopereorder = False


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Modules with long tests first: begun last, one would keep a single process at work alone."""
    long = {item.path for item in items if item.get_closest_marker("long")}
    items.sort(key=lambda item: item.path not in long)


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


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, Any]:
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.skip("Chromium is not installed (Debian: apt-get install chromium)")
    return {"executable_path": chromium, "args": list(CHROMIUM_ARGS)}
