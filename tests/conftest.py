"""Fixtures for all tests."""

from __future__ import annotations

import os
import shutil
import signal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from xdist.scheduler import LoadScopeScheduling

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

# `make test` tries the same examples at every run, however busy the machine is; `make test-all` looks for
# new ones.
settings.register_profile(
    "repeatable", derandomize=True, deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile("searching", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("repeatable")

REPO = Path(__file__).resolve().parents[1]
QUICK = (REPO / "tests" / "analysis", REPO / "tests" / "studies")
# Files whose tests meet the same running server, which starts once where one process runs them all.
TOGETHER = {
    "tests/browser/test_every_type.py": "every way of asking",
    "tests/browser/test_firefox.py": "every way of asking",
    "tests/browser/test_rater.py": "a short walk",
    "tests/browser/test_trouble.py": "a short walk",
    "tests/browser/test_drop.py": "a short walk",
    "tests/browser/test_light.py": "a short walk",
    "tests/browser/test_accessible.py": "a short walk",
    "tests/mos_platform/stimuli/test_media.py": "clips",
    "tests/mos_platform/test_server.py": "clips",
    "tests/mos_platform/test_preview.py": "clips",
}


def pytest_configure(config: pytest.Config) -> None:
    """A job in the background ignores Ctrl-C, and the servers it starts would ignore it too."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    config.addinivalue_line("markers", "long: takes half a minute or more, begun before all others")
    # pytest-xdist would hand out the modules with many tests first; the long tests stand in small ones.
    config.option.loadscopereorder = False


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Long tests first, quick ones last: a long one begun last would keep a single process at work alone."""
    long = {item.path for item in items if item.get_closest_marker("long")}
    items.sort(key=lambda item: 0 if item.path in long else 2 if _is_quick(item.path) else 1)


def _is_quick(file: Path) -> bool:
    return any(file.is_relative_to(folder) for folder in QUICK)


class ByServer(LoadScopeScheduling):
    """A file's tests run in one process, and so do those of files that share a server."""

    def _split_scope(self, nodeid: str) -> str:
        return TOGETHER.get(nodeid.partition("::")[0]) or super()._split_scope(nodeid)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LoadScopeScheduling | None:
    return ByServer(config, log) if config.getvalue("dist") == "loadscope" else None


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
