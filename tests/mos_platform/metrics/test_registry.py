"""The registry and the catalogue agree, and the measures need no server."""

from __future__ import annotations

import subprocess
import sys

import pytest

from mos_platform.metrics.measures.registry import REGISTRY
from mos_platform.metrics.measures.result import Measurement
from studies.computed import COMPUTED


def test_what_the_catalogue_calls_computed_is_computed() -> None:
    assert set(REGISTRY) == set(COMPUTED)
    for name, implementation in REGISTRY.items():
        assert implementation.metric == name
        assert implementation.name == f"mos_platform.{name}"
        assert implementation.version


def test_files_are_the_same_in_both() -> None:
    for name, implementation in REGISTRY.items():
        assert set(COMPUTED[name].files) == set(implementation.weights), name


@pytest.mark.parametrize(("value", "reason"), [(None, ""), (float("nan"), ""), (float("inf"), "far")])
def test_a_measurement_is_a_number_or_a_reason(value: float | None, reason: str) -> None:
    with pytest.raises(ValueError, match=r"reason|finite"):
        Measurement(value, reason)


def test_measures_load_without_django_and_heavy_packages() -> None:
    program = (
        "import sys, mos_platform.metrics.measures.registry; "
        "print([name for name in ('django.db', 'torch', 'mediapipe', 'cv2', 'dlib') if name in sys.modules])"
    )
    ran = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)
    assert ran.stdout.strip() == "[]"
