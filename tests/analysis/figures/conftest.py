"""The same made study with two methods and with twenty."""

from __future__ import annotations

import pytest
from drawn_study import NAMES, made_view

from analysis.figures import View


@pytest.fixture(scope="session")
def few(tmp_path_factory: pytest.TempPathFactory) -> View:
    return made_view(tmp_path_factory.mktemp("figures") / "few", NAMES[1:3])


@pytest.fixture(scope="session")
def many(tmp_path_factory: pytest.TempPathFactory) -> View:
    return made_view(tmp_path_factory.mktemp("figures") / "many", NAMES)
