"""Bradley–Terry strengths and pair shares where raters and items have tastes of their own."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

import numpy as np
from scipy.special import expit
from tally import Tallies

from analysis.stats.bradley_terry import Votes, fit_votes
from analysis.stats.preference import fit_preference

OURS, COVARIANCE = "rater + item sandwich", "covariance-based"
NORMAL_97_5 = 1.959963984540054


@dataclass(frozen=True)
class Contestants:
    """Log-worths of methods; sd of a rater's and of an item's own worths; pairs judged per rater and item."""

    name: str
    raters: int
    items: int
    raters_per_item: int | None = None
    worths: tuple[float, ...] = (-0.9, -0.3, 0.3, 0.9)
    rater_sd: float = 0.5
    item_sd: float = 0.5
    pairs_per_cell: int = 2

    @property
    def pairs(self) -> np.ndarray:
        return np.array(list(combinations(range(len(self.worths)), 2)))


@dataclass(frozen=True)
class Ballots:
    rater: np.ndarray
    item: np.ndarray
    left: np.ndarray
    right: np.ndarray
    outcome: np.ndarray


def draw_ballots(design: Contestants, rng: np.random.Generator) -> Ballots:
    """Random pairs on random sides; every item by all raters, or by so many drawn for it."""
    R, J, M = design.raters, design.items, len(design.worths)
    place = rng.permuted(np.broadcast_to(np.arange(R)[:, None], (R, J)), axis=0)
    rater, item = np.nonzero(place < (design.raters_per_item or R))
    rater, item = (np.repeat(code, design.pairs_per_cell) for code in (rater, item))
    order = rng.permuted(np.broadcast_to(np.arange(len(design.pairs)), (R * J, len(design.pairs))), axis=1)
    chosen = design.pairs[order[: len(rater) // design.pairs_per_cell, : design.pairs_per_cell].ravel()]
    chosen = rng.permuted(chosen, axis=1)
    worth = np.array(design.worths) + design.rater_sd * rng.standard_normal((R, 1, M))
    worth = worth + design.item_sd * rng.standard_normal((1, J, M))
    left, right = chosen.T
    chance = expit(worth[rater, item, left] - worth[rater, item, right])
    return Ballots(rater, item, left, right, np.where(rng.random(len(rater)) < chance, 1, -1))


def true_shares(design: Contestants) -> np.ndarray:
    """The share of all raters and items that prefer a to b, per pair, by Gauss–Hermite quadrature."""
    node, weight = np.polynomial.hermite_e.hermegauss(60)
    sd = np.sqrt(2 * (design.rater_sd**2 + design.item_sd**2))
    worth = np.array(design.worths)
    gap = worth[design.pairs[:, 0]] - worth[design.pairs[:, 1]]
    return expit(gap[:, None] + sd * node) @ weight / weight.sum()


def true_strengths(design: Contestants) -> np.ndarray:
    """The strengths that a Bradley–Terry fit to everybody's votes would have."""
    share, (a, b) = true_shares(design), design.pairs.T
    both = np.concatenate
    outcome = both([np.ones(len(a)), -np.ones(len(a))]).astype(np.int64)
    votes = Votes(both([a, a]), both([b, b]), outcome, both([share, 1 - share]), len(design.worths))
    fit = fit_votes(votes)
    if fit is None:
        raise ValueError(f"design {design.name!r} has no finite strengths")
    return fit.strengths


def run(design: Contestants, replications: int, rng: np.random.Generator) -> Tallies:
    tallies, strengths, shares = Tallies(), true_strengths(design), true_shares(design)
    for _ in range(replications):
        votes = draw_ballots(design, rng)
        found = fit_preference(
            votes.rater, votes.item, votes.left, votes.right, votes.outcome, n_methods=len(strengths)
        )
        ours = [(one.ci_low, one.ci_high) for one in found.strengths]
        tallies.record(("Bradley–Terry strengths", design.name, OURS), ours, strengths)
        naive = [_around(one.strength, one.se_covariance) for one in found.strengths]
        tallies.record(("Bradley–Terry strengths", design.name, COVARIANCE), naive, strengths)
        pairs = [(one.ci_low, one.ci_high) for one in found.pairs]
        tallies.record(("Shares of pairs", design.name, OURS), pairs, shares)
        wilson = [_wilson(one.wins_a, one.wins_b) for one in found.pairs]
        tallies.record(("Shares of pairs", design.name, "Wilson, votes independent"), wilson, shares)
    return tallies


def _around(value: float | None, se: float | None) -> tuple[float | None, float | None]:
    if value is None or se is None:
        return None, None
    return value - NORMAL_97_5 * se, value + NORMAL_97_5 * se


def _wilson(wins: float, losses: float) -> tuple[float, float]:
    n, z = wins + losses, NORMAL_97_5
    middle = (wins + z**2 / 2) / (n + z**2)
    half = z / (n + z**2) * np.sqrt(wins * losses / n + z**2 / 4)
    return float(middle - half), float(middle + half)
