"""The registry: every metric of the catalogue that is computed here, by name."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from mos_platform.metrics.measures import REGISTRY, Measurement, measure
from studies.errors import InputError
from studies.metrics import CATALOGUE

DEMO = Path(__file__).resolve().parents[3] / "studies" / "demo" / "clips"


def test_every_implementation_is_in_the_catalogue_and_needs_what_it_says() -> None:
    assert set(REGISTRY) == {"psnr", "ssim", "cpbd"}
    assert set(REGISTRY) <= set(CATALOGUE)
    for name, implementation in REGISTRY.items():
        alone = measure(name, DEMO / "blurred" / "boat.mp4")
        assert (alone.value is None) == ("reference" in implementation.needs)
        assert implementation.name
        assert implementation.version


def test_measure_by_name_finds_the_defects_that_were_made() -> None:
    reference = DEMO / "reference" / "waltz.mp4"
    methods = ("near_clean", "late_audio", "frozen_mouth", "blurred")
    values = {
        name: {method: measure(name, DEMO / method / "waltz.mp4", reference).value or 0 for method in methods}
        for name in REGISTRY
    }
    # Nothing that looks at pictures alone can see that the sound is late.
    assert max(values["psnr"], key=values["psnr"].__getitem__) == "late_audio"
    for metric in values.values():
        assert min(metric, key=metric.__getitem__) == "blurred"


def test_no_reference_metrics_ignore_the_reference() -> None:
    clip = DEMO / "blurred" / "boat.mp4"
    assert measure("cpbd", clip, DEMO / "reference" / "boat.mp4") == measure("cpbd", clip)


def test_an_unknown_metric_gives_one_sentence() -> None:
    with pytest.raises(InputError, match="'vmaf' cannot be computed here; choose from cpbd, psnr, ssim"):
        measure("vmaf", DEMO / "reference" / "boat.mp4")


@pytest.mark.parametrize(("value", "reason"), [(None, ""), (float("nan"), ""), (float("inf"), "far")])
def test_a_measurement_is_a_number_or_a_reason(value: float | None, reason: str) -> None:
    with pytest.raises(ValueError, match=r"reason|finite"):
        Measurement(value, reason)


def test_measures_load_without_django() -> None:
    program = "import sys, mos_platform.metrics.measures; sys.exit('django.db' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
