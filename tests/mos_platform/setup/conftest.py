"""A study that asks for every check, and a rater's browser."""

from __future__ import annotations

from typing import Any

import pytest
from setup_client import SetupClient, entered

from mos_platform.stimuli.models import Study

CHECKS = ["playback", "screen", "speed", "sound", "headphones", "colour", "distance", "sync"]


@pytest.fixture
def small_config(small_config: dict[str, Any]) -> dict[str, Any]:
    return {**small_config, "setup": {"checks": CHECKS}}


@pytest.fixture
def rater(small_study: Study) -> SetupClient:
    return entered(small_study)
