"""Ranges follow from definitions: what cannot be is outside, what is rounded or a percentage is not."""

from __future__ import annotations

import math

import pytest

from studies.metrics import CATALOGUE, known_metric
from studies.ranges import RANGES, metric_range


def holds(name: str, value: float) -> bool:
    metric = known_metric(name)
    assert metric is not None
    possible = metric_range(metric)
    return possible is None or possible.holds(value)


def test_every_range_is_of_a_metric_that_the_catalogue_knows() -> None:
    assert set(RANGES) <= set(CATALOGUE)
    assert all(possible.low < possible.high for possible in RANGES.values())


@pytest.mark.parametrize(
    ("name", "value"),
    [("CSIM", 7), ("MS-SSIM", 97), ("WER", -3), ("PSNR", -4), ("CPBD", 1.2), ("IS", 0.5), ("FID", -3)],
)
def test_what_cannot_be_is_outside(name: str, value: float) -> None:
    assert not holds(name, value)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("CSIM", -0.2),
        ("CSIM", 1.0000001),
        ("WER", 130),
        ("PSNR", 0),
        ("FID", -1e-4),
        ("AVOffset", -20),
        ("BRISQUE", -5),
        ("FDD", -2.5),
    ],
)
def test_what_can_be_is_inside(name: str, value: float) -> None:
    assert holds(name, value)


def test_every_metric_that_is_compared_with_a_reference_by_a_distance_is_never_negative() -> None:
    lower = {m.name for m in CATALOGUE.values() if m.computed and m.direction == "lower"} - {"brisque"}
    assert {name for name in lower if math.isfinite(RANGES[name].low)} == lower
