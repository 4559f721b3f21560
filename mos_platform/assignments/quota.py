"""How many ratings each clip or pair shall get where a study stops at its quota: pure, no database."""

from __future__ import annotations

from math import ceil

import numpy as np
from numpy.typing import NDArray

from mos_platform.assignments.stock import Stock
from studies.config import Part, StudyConfig
from studies.sitting import scored_trials, units_per_rater

Ints = NDArray[np.int64]
UNLIMITED = 10**9


def capacities(stock: Stock, part: Part) -> Ints:
    """(units,): how many trials may hold a place of each unit; UNLIMITED where nothing is declared."""
    times = times_met(stock, part)
    if stock.config.stop.rule != "quota" or not len(times):
        return np.full(len(times), UNLIMITED)
    return times * ratings_of_each(stock, part)


def times_met(stock: Stock, part: Part) -> Ints:
    """(units,): how often a unit is met where any other is met once.

    Between raters all meet the reference that is hidden among the clips.
    """
    units = stock.units[part.id]
    times = np.ones(len(units.units), dtype=np.int64)
    shared = stock.shared_by_all
    if shared is not None and not part.is_paired:
        times[units.methods[:, 0] == shared] = len(stock.methods) - 1
    return times


def ratings_of_each(stock: Stock, part: Part) -> int:
    """Of each clip or pair: as declared, or what the wanted number of raters of each method make of it."""
    config = stock.config
    if config.targets.ratings_per_stimulus is not None:
        return config.targets.ratings_per_stimulus
    scored = scored_trials(config, part)
    return ceil(_sittings(config, part, stock) * scored / units_per_rater(config, part))


def _sittings(config: StudyConfig, part: Part, stock: Stock) -> int:
    """In which a clip can be met, so many that each method is met by the wanted number of raters."""
    wanted = config.targets.raters_per_method
    if config.design.raters == "between":
        return wanted
    methods = len(np.unique(stock.units[part.id].methods))
    met = min(methods, scored_trials(config, part) * (2 if part.is_paired else 1))
    return ceil(wanted * methods / met)
