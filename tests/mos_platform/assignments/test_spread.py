"""Where checks and gold stand among the trials of a part."""

from __future__ import annotations

import numpy as np
import pytest

from mos_platform.assignments.trials import Clip, PlannedTrial, spread


def places(n: int, draws: int = 200) -> set[int]:
    """Every place at which a check was put among n trials."""
    trials = [PlannedTrial(clip=Clip(i, f"m{i}", f"i{i}")) for i in range(n)]
    check = PlannedTrial("trap", clip=Clip(99, "m", "i"))
    return {spread(trials, [check], np.random.default_rng(seed)).index(check) for seed in range(draws)}


@pytest.mark.parametrize(
    ("n", "expected"), [(1, {0, 1}), (2, {1, 2}), (3, {1, 2, 3}), (10, set(range(2, 9)))]
)
def test_a_check_stands_at_any_place_of_the_middle_and_never_begins_a_part(
    n: int, expected: set[int]
) -> None:
    assert places(n) == expected
