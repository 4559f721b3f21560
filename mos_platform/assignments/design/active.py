"""Which pairs teach most about the methods' strengths: expected information gain under Bradley–Terry.

Strengths are log-worths with a normal prior; their posterior is taken as normal, about its mode (Laplace).
What an answer is expected to teach is the mutual information of answer and strengths, which depends on the
difference of the two strengths alone. A sitting's pairs are chosen one after the other: each makes the
posterior narrower by what it is expected to teach, and so do the pairs that other raters hold unanswered, so
that raters who come at the same time do not get the same pairs.

Sources: Houlsby, Huszár, Ghahramani and Lengyel (2011, arXiv:1112.5745) for the gain; Li, Mantiuk, Wang, Ling
and Le Callet (2018, Hybrid-MST, NeurIPS) for Bradley–Terry with a normal posterior and quadrature;
Mikhailiuk, Wilmot, Perez-Ortiz, Yue and Mantiuk (2020, ASAP, ICPR) for batches and full updates.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import scipy
from numpy.typing import NDArray

from mos_platform.assignments.design.pairs import methods_of
from mos_platform.assignments.trials import Pair

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

PRIOR_SDS = (0.5, 0.7, 1.0, 1.4, 2.0, 2.8)
STEPS = 50
CLOSE = 1e-8
NODES, WEIGHTS = np.polynomial.hermite.hermgauss(15)


@dataclass(frozen=True)
class Answers:
    """What a study's raters said so far, whatever the item, and what they were shown.

    wins: how often the first method was preferred to the second; a tie is half a win for either.
    waiting: how often two methods, in either order, were handed out and are not answered yet.
    shown: how many sittings hold a pair.
    """

    wins: Mapping[tuple[int, int], float] = field(default_factory=dict)
    waiting: Mapping[tuple[int, int], int] = field(default_factory=dict)
    shown: Mapping[Pair, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Strengths:
    """Normal posterior of the log-worths: mean (methods,), covariance (methods, methods)."""

    mean: Floats
    covariance: Floats


def strengths(wins: Floats) -> Strengths:
    """From wins (methods, methods): how often the row was preferred to the column, ties half to either.

    The prior's spread is the one of PRIOR_SDS under which the answers are most likely (Laplace's evidence):
    too wide a prior takes chance for strength, the more so where pairs are chosen.
    """
    best, most, mean = None, -np.inf, np.zeros(len(wins))
    for sd in PRIOR_SDS:
        found, evidence = _posterior(wins, sd, mean)
        mean = found.mean
        if best is None or evidence > most:
            best, most = found, evidence
    if best is None:
        raise ValueError("there is no prior to choose from")
    return best


def _posterior(wins: Floats, prior_sd: float, mean: Floats) -> tuple[Strengths, float]:
    """About the mode, by Newton's method from `mean`; and the log-evidence, but for a constant."""
    answered = wins + wins.T
    precision: Floats = np.eye(len(wins)) / prior_sd**2
    for _ in range(STEPS):
        p = scipy.special.expit(mean[:, None] - mean)
        slope = (wins - answered * p).sum(axis=1) - mean / prior_sd**2
        step = np.linalg.solve(precision + _laplacian(answered * p * (1 - p)), slope)
        # Far steps overshoot where nearly all answers agree.
        mean = mean + step / max(1.0, float(np.abs(step).max()))
        if np.abs(step).max() < CLOSE:
            break
    p = scipy.special.expit(mean[:, None] - mean)
    curvature = precision + _laplacian(answered * p * (1 - p))
    fit = float((wins * np.log(p)).sum()) - float(mean @ mean) / (2 * prior_sd**2)
    evidence = fit - len(mean) * np.log(prior_sd) - np.linalg.slogdet(curvature)[1] / 2
    return Strengths(mean, np.linalg.inv(curvature).astype(np.float64)), float(evidence)


def _laplacian(weights: Floats) -> Floats:
    return np.diag(weights.sum(axis=1)) - weights


def information_gain(difference: Floats, sd: Floats) -> Floats:
    """Nats that one answer is expected to teach, by mean and sd of a difference of strengths; any shape."""
    p = _answers(difference, sd)
    return _entropy(_mean(p)) - _mean(_entropy(p))


def _answers(difference: Floats, sd: Floats) -> Floats:
    """(…, nodes): the first's chance to be preferred at the nodes of the quadrature."""
    chances: Floats = scipy.special.expit(difference[..., None] + np.sqrt(2) * sd[..., None] * NODES)
    return chances


def _mean(values: Floats) -> Floats:
    """(…, nodes) to (…): over the normal distribution that the nodes stand for."""
    means: Floats = values @ WEIGHTS / WEIGHTS.sum()
    return means


def _entropy(p: Floats) -> Floats:
    nats: Floats = scipy.special.entr(p) + scipy.special.entr(1 - p)
    return nats


class _Learner:
    """The posterior while pairs of methods (rows of `kinds`, (kinds, 2)) are chosen; its mean stays."""

    def __init__(self, posterior: Strengths, kinds: Ints) -> None:
        self.covariance = posterior.covariance.copy()
        self.one, self.two = kinds.T
        self.difference = posterior.mean[self.one] - posterior.mean[self.two]

    def gains(self) -> Floats:
        return information_gain(self.difference, self._sd())

    def expect(self, kind: int, times: int = 1) -> None:
        """Make the posterior as narrow as `times` answers on this kind are expected to."""
        p = _answers(self.difference[kind : kind + 1], self._sd()[kind : kind + 1])[0]
        weight = times * float(_mean(p * (1 - p)))
        along = self.covariance[:, self.one[kind]] - self.covariance[:, self.two[kind]]
        variance = along[self.one[kind]] - along[self.two[kind]]
        self.covariance -= np.outer(along, along) * weight / (1 + weight * variance)

    def _sd(self) -> Floats:
        c = self.covariance
        variance = c[self.one, self.one] + c[self.two, self.two] - 2 * c[self.one, self.two]
        sd: Floats = np.sqrt(np.maximum(variance, 0))
        return sd


def informative_pairs(
    pairs: Sequence[Pair], answers: Answers, n: int, rng: np.random.Generator
) -> list[Pair]:
    """The `n` of these pairs that are expected to teach most together; of one kind the items least shown."""
    if n <= 0 or not pairs:
        return []
    units = _units_by_kind(pairs, rng)
    methods = sorted({method for kind in units for method in kind})
    code = {method: place for place, method in enumerate(methods)}
    kinds = list(units)
    learner = _Learner(
        strengths(_table(answers.wins, code)), np.array([[code[one], code[two]] for one, two in kinds])
    )
    for place, (one, two) in enumerate(kinds):
        waiting = answers.waiting.get((one, two), 0) + answers.waiting.get((two, one), 0)
        if waiting:
            learner.expect(place, waiting)
    left, chosen, items = np.array([len(units[kind]) for kind in kinds]), list[Pair](), dict[int, int]()
    for _ in range(min(n, len(pairs))):
        gains = np.where(left > 0, learner.gains(), -1.0)
        best = np.flatnonzero(gains >= gains.max() - CLOSE)
        place = int(rng.choice(best))
        chosen.append(_take(units[kinds[place]], answers.shown, items))
        left[place] -= 1
        learner.expect(place)
    return chosen


def _units_by_kind(pairs: Sequence[Pair], rng: np.random.Generator) -> dict[tuple[int, int], list[Pair]]:
    units: dict[tuple[int, int], list[Pair]] = {}
    for i in rng.permutation(len(pairs)):
        units.setdefault(methods_of(pairs[i]), []).append(pairs[i])
    return units


def _table(wins: Mapping[tuple[int, int], float], code: Mapping[int, int]) -> Floats:
    table = np.zeros((len(code), len(code)))
    for (one, two), n in wins.items():
        if one in code and two in code:
            table[code[one], code[two]] += n
    return table


def _take(units: list[Pair], shown: Mapping[Pair, int], items: dict[int, int]) -> Pair:
    """The pair that fewest sittings hold, of those the one whose item is seldom in this one; not again."""
    best = min(units, key=lambda pair: (shown.get(pair, 0), items.get(pair.one.item, 0)))
    units.remove(best)
    items[best.one.item] = items.get(best.one.item, 0) + 1
    return best
