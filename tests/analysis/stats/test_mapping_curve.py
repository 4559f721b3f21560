"""The drawn curve is the mapping that the correlation was computed with."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.stats.mapping import map_monotone, mapping_curve


@pytest.mark.parametrize("sign", [1, -1])
def test_the_curve_passes_through_the_fitted_ratings(sign: int) -> None:
    rng = np.random.default_rng(3)
    metric = rng.uniform(20, 45, 40)
    mos = 1 + 4 / (1 + np.exp(-sign * (metric - 32) / 4)) + rng.normal(0, 0.3, 40)
    at, fitted = mapping_curve(metric, mos, 801)
    mapped = map_monotone(metric, mos)
    assert mapped.sense == sign
    assert (at[0], at[-1]) == (metric.min(), metric.max())
    assert np.interp(metric, at, fitted) == pytest.approx(mapped.fitted, abs=1e-4)
    assert (sign * np.diff(fitted) >= -1e-9).all()


def test_too_few_stimuli_and_a_constant_metric_are_refused() -> None:
    with pytest.raises(ValueError, match="more than four"):
        mapping_curve(np.arange(4.0), np.arange(4.0))
    with pytest.raises(ValueError, match="vary"):
        mapping_curve(np.full(6, 2.0), np.arange(6.0))
    with pytest.raises(ValueError, match="vary"):
        mapping_curve(np.array([1, 1, 1, 1, 1 + 1e-15]), np.arange(5.0))


def test_a_mos_that_differs_by_rounding_alone_is_mapped_onto_a_line() -> None:
    mos = np.full(9, 3.3) + 4e-16 * (np.arange(9) % 2)
    mapped = map_monotone(np.arange(9.0), mos)
    assert np.ptp(mapped.fitted) == 0
    assert mapped.rmse == 0
