"""Digits of metric values: as many as count, whatever their size."""

from __future__ import annotations

from analysis.figures.numbers import decimals, number, with_interval


def test_values_of_metrics_have_digits_that_count_whatever_their_size() -> None:
    assert with_interval(0.00115, 0.00098, 0.0012, decimals([0.00115, 0.00098, 0.0012])) == (
        "0.001150 [0.000980, 0.001200]"
    )
    assert [number(value, decimals([value])) for value in (0.74372, 5.1234, 24.9213, 812.345)] == [
        "0.7437",
        "5.123",
        "24.92",
        "812.35",
    ]
    assert with_interval(0.0, -1.0, 2.0, decimals([0.0, -1.0, 2.0])) == "0 [−1, 2]", "whole frames"
    assert decimals([None]) == 0
