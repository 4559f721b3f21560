"""Which trials a sitting holds and in which order: pure and seeded, no Django.

A part takes the stimuli, or the pairs of one item, that fewest sittings hold so far, evenly over methods
and items (`choice`); puts them in an order in which neighbours differ and each method follows each other one
equally often over the study, or in blocks (`order`); stands pairs on even sides (`pairs`). What is not scored
replaces no scored trial: training comes first, then unscored dummies; attention checks and gold stand in the
middle three fifths, repeats at least a third of the part after the first showing where that can be had; in a
part of blocks all of these stand between the blocks (`ratings`). Of many methods, the pairs that teach most
can be chosen by what was answered before (`active`, `comparisons`).
"""

from __future__ import annotations

from mos_platform.assignments.design.active import Answers
from mos_platform.assignments.design.choice import least_used
from mos_platform.assignments.design.comparisons import PairExtras, adaptive_pair_trials, pair_trials
from mos_platform.assignments.design.order import followed_by, spaced_order
from mos_platform.assignments.design.pairs import Sides, pairs_within_items, sides_of
from mos_platform.assignments.design.ratings import NOTHING_ELSE, Extras, rating_trials

__all__ = [
    "NOTHING_ELSE",
    "Answers",
    "Extras",
    "PairExtras",
    "Sides",
    "adaptive_pair_trials",
    "followed_by",
    "least_used",
    "pair_trials",
    "pairs_within_items",
    "rating_trials",
    "sides_of",
    "spaced_order",
]
