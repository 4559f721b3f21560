"""Digits of metric values: as many as count, whatever their size."""

from __future__ import annotations

from analysis.figures.numbers import amounts, decimals, number, with_interval


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


def test_values_of_extreme_sizes_keep_three_digits_and_stay_short() -> None:
    assert amounts([1e-320, None, -1e-320]) == ["1.00e−320", "–", "−1.00e−320"]
    assert amounts([1e15, 2.346e6, 0.0]) == ["1.00e15", "2.35e6", "0"]
    assert amounts([0.00009999, 0.0]) == ["1.00e−4", "0"]
    assert amounts([0.0001]) == ["0.0001000"]
    assert amounts([999_999.0, 1.5]) == ["999999.00", "1.50"]
    assert amounts([0.0, None]) == ["0", "–"]
