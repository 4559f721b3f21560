"""Chosen pairs against random and balanced ones: how exact a ranking is after so many answers.

Simulated: true log-worths of normal spread, items on which methods do better or worse, raters of whom each
answers at random now and then. Replayed: real answers of published sets, drawn without replacement; the truth
is the fit to all of them. Resampled: two real ratings make a vote. All strategies share one estimate, the
posterior mean of `design.active`. Prints a table; --figure FILE draws the curves.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Protocol

import numpy as np
import pandas as pd
from scipy.special import expit
from scipy.stats import kendalltau

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from mos_platform.assignments import design
from mos_platform.assignments.design.active import strengths
from mos_platform.assignments.trials import Clip, Pair, PlannedTrial

RATINGS = Path(__file__).resolve().parents[3] / "shared" / "ratings"
STRATEGIES = ("random", "balanced", "active")
LAPSES = 0.05
ITEMS = 6
VOTES_OF_TRUTH = 1000  # per pair of methods where their shares are known exactly


class World(Protocol):
    """What raters say. `pairs`: those that can be handed out; `truth`: (methods,) log-worths."""

    truth: np.ndarray
    pairs: list[Pair]

    def answer(self, pair: Pair, rng: np.random.Generator) -> float:
        """1 where the pair's first was preferred, 0 where the second, 0.5 for a tie."""


@dataclass(frozen=True)
class Case:
    """One line of the table: sittings of `n` pairs up to `most` answers; `goal`: the tau asked for."""

    name: str
    world: Callable[[np.random.Generator], World]
    n: int
    start: int
    most: int
    goal: float


class Simulated:
    """Log-worths of sd `spread`, 0.4 more from item to item; every twentieth answer is given at random."""

    def __init__(self, methods: int, spread: float, rng: np.random.Generator) -> None:
        self.on_item = rng.normal(0, spread, (methods, 1)) + rng.normal(0, 0.4, (methods, ITEMS))
        self.truth = self.on_item.mean(axis=1)
        self.pairs = pairs_of(methods)

    def answer(self, pair: Pair, rng: np.random.Generator) -> float:
        if rng.random() < LAPSES:
            return float(rng.integers(2))
        one, two = (self.on_item[clip.method, clip.item] for clip in (pair.one, pair.two))
        return float(rng.random() < expit(one - two))


def pairs_of(methods: int) -> list[Pair]:
    clips = [Clip(m * ITEMS + i, m, i) for m in range(methods) for i in range(ITEMS)]
    return design.pairs_within_items(clips)


class Rated:
    """A vote compares a rating of the one method with a rating of the other, both drawn from real ones."""

    def __init__(self, scores: Sequence[np.ndarray], rng: np.random.Generator) -> None:
        self.scores, self.pairs = scores, pairs_of(len(scores))
        grades = np.unique(np.concatenate(scores))
        share = np.array([[np.mean(given == grade) for grade in grades] for given in scores])
        below = np.cumsum(share, axis=1) - share / 2
        self.truth = strengths(VOTES_OF_TRUTH * share @ below.T * (1 - np.eye(len(scores)))).mean

    def answer(self, pair: Pair, rng: np.random.Generator) -> float:
        one, two = (rng.choice(self.scores[clip.method]) for clip in (pair.one, pair.two))
        return 0.5 + float(np.sign(one - two)) / 2


class Replayed:
    """Each real answer is a pair of its own, of an item of its own, and is given once."""

    def __init__(self, votes: Sequence[tuple[int, int, float]], rng: np.random.Generator) -> None:
        methods = 1 + max(max(one, two) for one, two, _ in votes)
        wins = np.zeros((methods, methods))
        self.answers: dict[Pair, float] = {}
        turn: Counter[tuple[int, int]] = Counter()
        for i in rng.permutation(len(votes)):
            one, two, value = votes[i] if votes[i][0] < votes[i][1] else _reversed(votes[i])
            item = turn[one, two]
            turn[one, two] += 1
            self.answers[
                Pair(Clip(item * methods + one, one, item), Clip(item * methods + two, two, item))
            ] = value
            wins[one, two] += value
            wins[two, one] += 1 - value
        self.truth = strengths(wins).mean

    @property
    def pairs(self) -> list[Pair]:
        return list(self.answers)

    def answer(self, pair: Pair, rng: np.random.Generator) -> float:
        return self.answers.pop(pair)


def _reversed(vote: tuple[int, int, float]) -> tuple[int, int, float]:
    return vote[1], vote[0], 1 - vote[2]


def curve(
    world: World, strategy: str, case: Case, rng: np.random.Generator
) -> tuple[np.ndarray, list[float]]:
    """(sittings, 3): answers so far, tau, RMSE of the log-worths; and the seconds that each hand-out took."""
    methods = len(world.truth)
    wins, shown, sides = np.zeros((methods, methods)), Counter[Pair](), design.Sides(Counter(), Counter())
    begun = Counter[Pair]()
    rows, seconds = [], []
    while sum(shown.values()) < case.most:
        start = time.process_time()
        trials = handed_out(strategy, world.pairs, begun, wins, shown, case, sides, rng)
        seconds.append(time.process_time() - start)
        for trial in trials:
            pair = pair_of(trial)
            shown[pair] += 1
            begun[pair] += not trial.adaptive
            value = world.answer(pair, rng)
            wins[pair.one.method, pair.two.method] += value
            wins[pair.two.method, pair.one.method] += 1 - value
        mean = strengths(wins).mean
        off = (mean - mean.mean()) - (world.truth - world.truth.mean())
        tau = kendalltau(mean, world.truth).statistic
        rows.append((sum(shown.values()), tau, np.sqrt(np.mean(off**2))))
    return np.array(rows), seconds


def handed_out(
    strategy: str,
    pairs: list[Pair],
    begun: Counter[Pair],
    wins: np.ndarray,
    shown: Counter[Pair],
    case: Case,
    sides: design.Sides,
    rng: np.random.Generator,
) -> list[PlannedTrial]:
    if strategy == "random":
        drawn = [pairs[i] for i in rng.permutation(len(pairs))[: case.n]]
        return design.pair_trials(drawn, {}, n=None, rng=rng, sides=sides)
    if strategy == "balanced":
        return design.pair_trials(pairs, shown, n=case.n, rng=rng, sides=sides)
    table = {(int(a), int(b)): float(wins[a, b]) for a, b in np.argwhere(wins)}
    answers = design.Answers(wins=table, shown=shown)
    return design.adaptive_pair_trials(
        pairs, begun, answers, start=case.start, n=case.n, rng=rng, sides=sides
    )


def pair_of(trial: PlannedTrial) -> Pair:
    if trial.left is None or trial.right is None:
        raise ValueError("a pair has two sides")
    return Pair(*sorted((trial.left, trial.right), key=lambda clip: clip.method))


def votes_of(name: str) -> list[list[tuple[int, int, float]]]:
    """(method, method, 1 / 0 / 0.5) of a published set, by item: methods of different items never met."""
    table = pd.read_csv(RATINGS / name / "pairs.csv")
    parts = [part for _, part in table.groupby("item")] if "item" in table else [table]
    return [_votes(part) for part in parts]


def _votes(table: pd.DataFrame) -> list[tuple[int, int, float]]:
    if "winner" in table:
        table = table.rename(columns={"winner": "left", "loser": "right"}).assign(outcome="i")
    codes = {method: code for code, method in enumerate(sorted({*table["left"], *table["right"]}))}
    value = {"i": 1.0, "j": 0.0, "tie": 0.5}
    return [
        (codes[row.left], codes[row.right], value[row.outcome])
        for row in table.itertuples()
        for _ in range(row.n)
    ]


def simulated(methods: int, spread: float, *, n: int, start: int, most: int, goal: float) -> Case:
    name = f"simulated, {methods} methods, sd {spread}"
    return Case(name, partial(Simulated, methods, spread), n, start, most, goal)


def replayed(votes: Sequence[Sequence[tuple[int, int, float]]], rng: np.random.Generator) -> Replayed:
    return Replayed(votes[int(rng.integers(len(votes)))], rng)


def cases() -> list[Case]:
    found = [
        simulated(10, 1.2, n=15, start=45, most=450, goal=0.85),
        simulated(30, 1.2, n=30, start=90, most=1200, goal=0.85),
        simulated(30, 2.0, n=30, start=90, most=1200, goal=0.9),
    ]
    for name, n, start, most, goal in (
        ("qulab_pairs", 15, 45, 600, 0.85),
        ("lukas_pc", 8, 24, 240, 0.9),
        ("davidson1970_pudding", 6, 15, 480, 0.5),
    ):
        if (RATINGS / name).exists():
            votes = votes_of(name)
            found.append(Case(name, partial(replayed, votes), n, start, most, goal))
    if (RATINGS / "vcc2018").exists():
        table = pd.read_csv(RATINGS / "vcc2018" / "ratings.csv").dropna(subset=["score"])
        scores = [part.to_numpy(dtype=float) for _, part in table.groupby("method")["score"]]
        found.append(Case("vcc2018, two ratings a vote", partial(Rated, scores), 38, 114, 1596, 0.7))
    return found


def needed(mean: np.ndarray, column: int, goal: float, *, below: bool = False) -> float:
    """After how many answers the mean curve reaches the goal, between sittings by straight lines."""
    values = -mean[:, column] if below else mean[:, column]
    goal = -goal if below else goal
    reached = np.flatnonzero(values >= goal)
    if not len(reached):
        return float("nan")
    place = reached[0]
    if place == 0:
        return float(mean[0, 0])
    return float(np.interp(goal, values[place - 1 : place + 1], mean[place - 1 : place + 1, 0]))


def measure(case: Case, repeats: int) -> dict[str, np.ndarray]:
    """Mean curves by strategy; the same worlds for all of them. Prints its lines of the table."""
    curves: dict[str, np.ndarray] = {}
    cost: dict[str, float] = {}
    for strategy in STRATEGIES:
        seeds = [(np.random.default_rng(seed), np.random.default_rng([seed, 1])) for seed in range(repeats)]
        runs = [curve(case.world(one), strategy, case, other) for one, other in seeds]
        curves[strategy] = np.array([rows for rows, _ in runs])
        cost[strategy] = float(np.median([seconds for _, seconds in runs]))
    means = {strategy: found.mean(axis=0) for strategy, found in curves.items()}
    doubt = max(float(found[:, :, 1].std(axis=0).max()) for found in curves.values()) / np.sqrt(repeats)
    print(f"\n{case.name}: sittings of {case.n} pairs, the first {case.start} not chosen")
    print(f"  {repeats} repeats, standard error of tau ≤ {doubt:.3f}")
    print_table(means, cost, case.goal)
    return means


def print_table(means: dict[str, np.ndarray], cost: dict[str, float], goal: float) -> None:
    marks = np.linspace(0, len(means["random"]) - 1, 7).round().astype(int)[1:]
    answers, aim = means["random"][marks, 0], _aim(means)
    heads = f"   to tau {goal}   to RMSE {aim:.2f}   hand-out"
    print("  answers        " + "".join(f"{n:8.0f}" for n in answers) + heads)
    for strategy, mean in means.items():
        tau, rmse = (np.interp(answers, mean[:, 0], mean[:, column]) for column in (1, 2))
        reached = needed(mean, 1, goal), needed(mean, 2, aim, below=True)
        tail = f"{reached[0]:14.0f}{reached[1]:15.0f}{1e3 * cost[strategy]:8.1f} ms"
        print(f"  {strategy:<9} tau  " + "".join(f"{value:8.3f}" for value in tau) + tail)
        print("            RMSE " + "".join(f"{value:8.3f}" for value in rmse))


def _aim(means: dict[str, np.ndarray]) -> float:
    """The RMSE that random pairs reach after two thirds of the answers."""
    mean = means["random"]
    return float(np.interp(mean[-1, 0] * 2 / 3, mean[:, 0], mean[:, 2]))


def draw(found: dict[str, dict[str, np.ndarray]], target: Path) -> None:
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot as plt

    figure, axes = plt.subplots(
        2, len(found), figsize=(4 * len(found), 6), squeeze=False, layout="constrained"
    )
    for place, (name, means) in enumerate(found.items()):
        for row, (column, label) in enumerate(
            ((1, "Kendall's tau with the truth"), (2, "RMSE of log-worths"))
        ):
            axis = axes[row, place]
            for (strategy, mean), style in zip(means.items(), (":", "--", "-"), strict=True):
                axis.plot(mean[:, 0], mean[:, column], style, label=strategy, color="black")
            axis.set(title=name if row == 0 else "", xlabel="answers", ylabel=label if place == 0 else "")
    axes[0, 0].legend()
    figure.savefig(target, dpi=150)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--figure", type=Path)
    parser.add_argument("--repeats", type=int, default=8)
    parser.add_argument("--only", default="")
    given = parser.parse_args()
    print("Pairs chosen by expected information gain, against random and balanced pairs")
    found = {case.name: measure(case, given.repeats) for case in cases() if given.only in case.name}
    if given.figure:
        draw(found, given.figure)


if __name__ == "__main__":
    main()
