"""ICC and Krippendorff's alpha, with stimuli as units, beside intervals that take raters as given."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from population import grade, grades_around, seen_of
from tally import Tallies

from analysis.stats.alpha import alpha_all
from analysis.stats.icc import icc_all
from analysis.stats.twoway import crossed_components

N_BOOT, NAIVE_BOOT = 500, 200
ALPHA = "Krippendorff's alpha"
NAIVE = "stimuli resampled only"
ICC = ("ICC(A,1)", "ICC(C,1)", "ICC(A,k)", "ICC(C,k)")
Metric = Literal["ordinal", "interval", "nominal"]
METRICS: tuple[Metric, ...] = ("ordinal", "interval", "nominal")
Ratings = tuple[np.ndarray, np.ndarray, np.ndarray]  # rater codes, stimulus codes, scores


@dataclass(frozen=True)
class Panel:
    """Raters and stimuli; variances of a latent score, which lies around `mean` for the grades of alpha."""

    name: str
    raters: int
    stimuli: int
    raters_per_stimulus: int | None = None
    stimulus: float = 0.70
    rater: float = 0.20
    residual: float = 0.60
    mean: float = 3.2


def draw_panel(panel: Panel, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Latent scores (raters, stimuli), and which of them were given."""
    R, S = panel.raters, panel.stimuli
    score = panel.mean + np.sqrt(panel.rater) * rng.standard_normal((R, 1))
    score = score + np.sqrt(panel.stimulus) * rng.standard_normal((1, S))
    score = score + np.sqrt(panel.residual) * rng.standard_normal((R, S))
    return score, seen_of((R, S, 1), panel.raters_per_stimulus, rng)[:, :, 0]


def true_icc(panel: Panel, name: str) -> float:
    noise = panel.residual + (panel.rater if "A" in name else 0.0)
    return panel.stimulus / (panel.stimulus + noise / _k(panel, name))


def _k(panel: Panel, name: str) -> int:
    return (panel.raters_per_stimulus or panel.raters) if "k" in name else 1


def true_alpha(panel: Panel, metric: Metric) -> float:
    """1 − disagreement of two raters on one stimulus / on two stimuli, for grades, by quadrature."""
    node, weight = np.polynomial.hermite_e.hermegauss(80)
    centre = panel.mean + np.sqrt(panel.stimulus) * node
    given = grades_around(centre, np.full(len(node), np.sqrt(panel.rater + panel.residual)))
    weight = weight / weight.sum()
    margin = weight @ given
    distance = _distance(metric, margin)
    observed = np.einsum("n,ng,nh,gh->", weight, given, given, distance)
    return float(1 - observed / (margin @ distance @ margin))


def _distance(metric: Metric, margin: np.ndarray) -> np.ndarray:
    """δ² between grades (..., 5, 5), given how often each occurs (..., 5)."""
    if metric == "nominal":
        return 1.0 - np.eye(5)
    place = np.arange(5.0) if metric == "interval" else np.cumsum(margin, axis=-1) - margin / 2
    return (place[..., :, None] - place[..., None, :]) ** 2


def run(panel: Panel, replications: int, rng: np.random.Generator) -> Tallies:
    tallies = Tallies()
    for _ in range(replications):
        latent, seen = draw_panel(panel, rng)
        rater, stimulus = np.nonzero(seen)
        _record_icc(tallies, panel, (rater, stimulus, latent[seen]), rng)
        _record_alpha(tallies, panel, (rater, stimulus, grade(latent[seen])), rng)
    return tallies


def _record_icc(tallies: Tallies, panel: Panel, ratings: Ratings, rng: np.random.Generator) -> None:
    found = {one.coefficient: one for one in icc_all(*ratings, n_boot=N_BOOT, rng=rng)}
    parts = np.array([_resampled_components(ratings, rng) for _ in range(NAIVE_BOOT)])
    for name in ICC:
        true = [true_icc(panel, name)]
        part = f"ICC of {'one rater' if '1' in name else 'the mean of all raters'}"
        tallies.record((part, panel.name, name), [(found[name].ci_low, found[name].ci_high)], true)
        noise = np.maximum(parts[:, 2] + (parts[:, 1] if "A" in name else 0.0), 1e-12)
        replicates = parts[:, 0] / (parts[:, 0] + noise / _k(panel, name))
        tallies.record((part, panel.name, f"{name}, {NAIVE}"), [_percentiles(replicates)], true)


def _resampled_components(ratings: Ratings, rng: np.random.Generator) -> tuple[float, float, float]:
    """Variances of stimuli, raters and residual with stimuli drawn again, copies taken as new ones."""
    rater, stimulus, score = ratings
    order = np.argsort(stimulus, kind="stable")
    groups = np.split(order, np.flatnonzero(np.diff(stimulus[order])) + 1)
    drawn = [groups[place] for place in rng.integers(len(groups), size=len(groups))]
    rows, copy = np.concatenate(drawn), np.repeat(np.arange(len(drawn)), [len(one) for one in drawn])
    present = np.unique(rater[rows], return_inverse=True)[1]
    found = crossed_components(copy, present, score[rows])
    if found is None:
        return float("nan"), float("nan"), float("nan")
    return max(found.row, 0.0), max(found.column, 0.0), max(found.residual, 0.0)


def _record_alpha(tallies: Tallies, panel: Panel, ratings: Ratings, rng: np.random.Generator) -> None:
    found = alpha_all(*ratings, metrics=METRICS, n_boot=N_BOOT, rng=rng)
    naive = _resampled_alpha(panel, ratings, METRICS, rng)
    for metric, one in zip(METRICS, found, strict=True):
        true = [true_alpha(panel, metric)]
        tallies.record((ALPHA, panel.name, metric), [(one.ci_low, one.ci_high)], true)
        tallies.record((ALPHA, panel.name, f"{metric}, {NAIVE}"), [_percentiles(naive[metric])], true)


def _resampled_alpha(
    panel: Panel, ratings: Ratings, metrics: Sequence[Metric], rng: np.random.Generator
) -> dict[Metric, np.ndarray]:
    """Replicates of alpha with stimuli drawn again and raters as they are."""
    _, stimulus, score = ratings
    counts = np.zeros((panel.stimuli, 5))
    np.add.at(counts, (stimulus, score.astype(int) - 1), 1.0)
    times = rng.multinomial(panel.stimuli, np.full(panel.stimuli, 1 / panel.stimuli), size=NAIVE_BOOT)
    within = counts[:, :, None] * counts[:, None, :] - counts[:, :, None] * np.eye(5)
    within /= (counts.sum(axis=1) - 1)[:, None, None]
    observed, margin = np.tensordot(times, within, axes=1), times @ counts
    found = {}
    for metric in metrics:
        distance = np.broadcast_to(_distance(metric, margin), observed.shape)
        expected = np.einsum("bg,bh,bgh->b", margin, margin, distance) / (margin.sum(axis=1) - 1)
        found[metric] = 1 - (observed * distance).sum(axis=(1, 2)) / expected
    return found


def _percentiles(replicates: np.ndarray) -> tuple[float | None, float | None]:
    if np.isnan(replicates).any():
        return None, None
    low, high = np.quantile(replicates, [0.025, 0.975])
    return float(low), float(high)
