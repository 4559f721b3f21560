"""Populations of raters, items and methods, samples of ratings from them, and their true means."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import stats

INCONSISTENCY = np.array([0.6, 1.0, 1.5])  # factors of a rater's residual sd, equally frequent


@dataclass(frozen=True)
class Components:
    """Variances of a latent score, in squared grades."""

    rater: float = 0.20
    item: float = 0.15
    rater_item: float = 0.05
    rater_method: float = 0.08
    item_method: float = 0.08
    residual: float = 0.40


USUAL = Components()


@dataclass(frozen=True)
class Design:
    """Who rates what. watched: the methods whose intervals count; factors multiply the sds of a method's own.

    raters_per_stimulus: of all raters, drawn anew for each stimulus; between: each rater sees one method.
    """

    name: str
    raters: int
    items: int
    means: tuple[float, ...] = (1.9, 2.6, 3.1, 3.5, 4.0)
    components: Components = USUAL
    graded: bool = False
    raters_per_stimulus: int | None = None
    ratings_per_rater: int | None = None
    between: bool = False
    factors: tuple[float, ...] = (1.0, 1.0, 1.0, 1.0, 1.0)
    inconsistent: bool = False
    watched: tuple[int, ...] = (0, 1, 2, 3, 4)

    @property
    def methods(self) -> int:
        return len(self.means)

    @property
    def pairs(self) -> list[tuple[int, int]]:
        """Each watched method and the next."""
        return [(method, (method + 1) % self.methods) for method in self.watched]


@dataclass(frozen=True)
class Study:
    """Scores (raters, items, methods), and which of them were given."""

    score: np.ndarray
    seen: np.ndarray

    def of(self, method: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Rater codes, item codes and scores of one method."""
        rater, item = np.nonzero(self.seen[:, :, method])
        return rater, item, self.score[rater, item, method]


def draw_study(design: Design, rng: np.random.Generator) -> Study:
    R, J, M = design.raters, design.items, design.methods
    part, factor = design.components, np.array(design.factors[:M])
    personal = rng.choice(INCONSISTENCY, size=R) if design.inconsistent else np.ones(R)
    score = np.array(design.means) + np.sqrt(part.rater) * rng.standard_normal((R, 1, 1))
    score = score + np.sqrt(part.item) * rng.standard_normal((1, J, 1))
    score = score + np.sqrt(part.rater_item) * rng.standard_normal((R, J, 1))
    own = np.sqrt(part.rater_method) * rng.standard_normal((R, 1, M))
    own = own + np.sqrt(part.item_method) * rng.standard_normal((1, J, M))
    own = own + np.sqrt(part.residual) * personal[:, None, None] * rng.standard_normal((R, J, M))
    score = score + factor * own
    return Study(grade(score) if design.graded else score, _seen(design, rng))


def grade(latent: np.ndarray) -> np.ndarray:
    return np.clip(np.rint(latent), 1, 5)


def true_means(design: Design) -> np.ndarray:
    """The expected score of each method over all raters and items; exact, of the grades where graded."""
    if not design.graded:
        return np.array(design.means)
    part = design.components
    personal = INCONSISTENCY if design.inconsistent else np.ones(1)
    own = part.rater_method + part.item_method + personal**2 * part.residual
    spread = part.rater + part.item + part.rater_item
    sd = np.sqrt(spread + np.array(design.factors[: design.methods])[:, None] ** 2 * own)
    chances = grades_around(np.array(design.means)[:, None], sd).mean(axis=1)
    means: np.ndarray = chances @ np.arange(1.0, 6.0)
    return means


def grades_around(mean: np.ndarray, sd: np.ndarray) -> np.ndarray:
    """Chances (..., 5) of the grades 1 to 5 of a normal latent score with `mean` and `sd` (...)."""
    below = stats.norm.cdf(np.arange(1.5, 5), mean[..., None], sd[..., None])
    return np.diff(below, prepend=0.0, append=1.0)


def seen_of(
    shape: tuple[int, int, int], raters_per_stimulus: int | None, rng: np.random.Generator
) -> np.ndarray:
    """Cells (raters, items, methods) that are rated: all, or by so many raters drawn for each stimulus."""
    if raters_per_stimulus is None:
        return np.ones(shape, dtype=bool)
    place = rng.permuted(np.broadcast_to(np.arange(shape[0])[:, None, None], shape), axis=0)
    return place < raters_per_stimulus


def _seen(design: Design, rng: np.random.Generator) -> np.ndarray:
    shape = R, J, M = design.raters, design.items, design.methods
    if design.between:
        group = rng.permutation(np.arange(R) % M)
        return np.broadcast_to(group[:, None, None] == np.arange(M), shape)
    if design.ratings_per_rater is not None:
        places = rng.permuted(np.broadcast_to(np.arange(J * M), (R, J * M)), axis=1)
        return (places < design.ratings_per_rater).reshape(shape)
    return seen_of(shape, design.raters_per_stimulus, rng)
