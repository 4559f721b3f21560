"""What is simulated, in the order of the tables."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import agreement
import means
import metrics
import numpy as np
import one_stimulus
import preference
from agreement import Panel
from metrics import Correlated, Follows
from one_stimulus import Voters
from population import Components, Design
from preference import Contestants
from tally import Tallies

TENTH = Components(rater_item=0.04, rater_method=0.04, item_method=0.04)
NONE = Components(rater_item=0.0, rater_method=0.0, item_method=0.0)
GRADED = Design("", 30, 20, graded=True)
CEILING = replace(GRADED, means=(5.35, 2.6, 3.1, 3.5, 4.0), watched=(0,))
UNEQUAL = replace(GRADED, factors=(0.6, 0.8, 1.0, 1.3, 1.6), inconsistent=True)
SHAPES = {"30 × 20": (30, 20), "10 × 10": (10, 10), "24 × 8": (24, 8), "8 × 40": (8, 40), "100 × 4": (100, 4)}
NARROW = ("30 × 20", "10 × 10", "24 × 8", "8 × 40")
SHARED = "30 × 20, 8 raters per stimulus"
AT_A_TENTH = "interactions a tenth"
NO_INTERACTIONS = "no interactions"


@dataclass(frozen=True)
class Task:
    """Simulate `replications` studies of one design."""

    run: Callable[[Any, int, np.random.Generator], Tallies]
    design: Any
    replications: int


def tasks() -> list[Task]:
    return [
        *(Task(means.run, one, 40_000 // len(one.watched)) for one in promised_means()),
        *(Task(means.run, one, 4000) for one in harder_means()),
        *(Task(one_stimulus.run, one, 4000) for one in stimuli()),
        *(Task(agreement.run, one, 1000) for one in panels()),
        *(Task(metrics.run, one, 800) for one in correlated()),
        *(Task(preference.run, one, 1000) for one in contestants()),
    ]


def promised_means() -> list[Design]:
    """Grades 1–5; then a continuous scale with interactions of just a tenth of the residual."""
    grades = [replace(GRADED, name=name, raters=R, items=J) for name, (R, J) in SHAPES.items()]
    tenth = [Design(f"{name}, {AT_A_TENTH}", R, J, components=TENTH) for name, (R, J) in SHAPES.items()]
    return [
        *grades,
        replace(GRADED, name=SHARED, raters_per_stimulus=8),
        replace(UNEQUAL, name="30 × 20, unequal variances"),
        replace(CEILING, name="30 × 20, ceiling"),
        *tenth,
        Design(f"{SHARED}, {AT_A_TENTH}", 30, 20, components=TENTH, raters_per_stimulus=8),
    ]


def promises() -> dict[str, tuple[float, float]]:
    """By design: the range that the coverage of means and of differences has to keep."""
    narrow = {f"{shape}{rest}" for shape in NARROW for rest in ("", f", {AT_A_TENTH}")}
    names = [design.name for design in promised_means()]
    return {name: (0.93, 0.97) if name in narrow else (0.925, 1.0) for name in names}


def harder_means() -> list[Design]:
    """Beyond the promise: few units and incomplete at once, ceiling in small studies, no interactions."""
    return [
        replace(GRADED, name="30 × 20, 30 of 100 stimuli per rater", ratings_per_rater=30),
        replace(GRADED, name="30 × 20, each rater one of 5 methods", between=True),
        replace(GRADED, name="24 × 8, 8 raters per stimulus", raters=24, items=8, raters_per_stimulus=8),
        replace(GRADED, name="100 × 6, 8 stimuli per rater", raters=100, items=6, ratings_per_rater=8),
        replace(UNEQUAL, name=f"{SHARED}, unequal variances", raters_per_stimulus=8),
        replace(UNEQUAL, name="10 × 10, unequal variances", raters=10, items=10),
        replace(CEILING, name=f"{SHARED}, ceiling", raters_per_stimulus=8),
        replace(CEILING, name="24 × 8, ceiling", raters=24, items=8),
        replace(CEILING, name="10 × 10, ceiling", raters=10, items=10),
        Design(f"30 × 20, {NO_INTERACTIONS}", 30, 20, components=NONE),
        Design(f"10 × 10, {NO_INTERACTIONS}", 10, 10, components=NONE),
    ]


def stimuli() -> list[Voters]:
    """Ten normal populations, most of them near the ceiling; an eleventh in which a few vote at random."""
    near = [(5.8, 0.5), (5.8, 0.8), (5.5, 0.8), (5.2, 0.5), (5.2, 0.8), (5.0, 0.8), (4.5, 0.7)]
    away = [(4.3, 0.7), (3.0, 0.8), (1.5, 0.7)]
    normal = [Voters(f"latent {mean} ± {sd}", mean, sd) for mean, sd in near + away]
    return [*normal, Voters("latent 5.5 ± 0.5, 3 % at random", 5.5, 0.5, random=0.03)]


def panels() -> list[Panel]:
    return [
        *(Panel(name, R, J) for name, (R, J) in SHAPES.items()),
        Panel(SHARED, 30, 20, 8),
        Panel("30 × 20, ceiling", 30, 20, mean=4.6),
        Panel("30 × 100", 30, 100),
    ]


def correlated() -> list[Correlated]:
    none = Follows(0.0, 0.0, 0.0)
    return [
        *(Correlated(f"{name}, 6 methods", R, J, 6) for name, (R, J) in SHAPES.items()),
        Correlated(f"{SHARED}, 6 methods", 30, 20, 6, 8),
        Correlated("30 × 20, 4 methods", 30, 20, 4),
        Correlated("30 × 20, 12 methods", 30, 20, 12),
        Correlated("30 × 20, 6 methods, no correlation", 30, 20, 6, follows=none),
        Correlated("30 × 20, 12 methods, no correlation", 30, 20, 12, follows=none),
    ]


def contestants() -> list[Contestants]:
    return [
        *(Contestants(name, R, J) for name, (R, J) in SHAPES.items()),
        Contestants("30 × 20, 8 raters per item", 30, 20, 8),
        Contestants("30 × 20, one method far ahead", 30, 20, worths=(-0.7, -0.4, -0.2, 2.5)),
        Contestants("10 × 10, one method far ahead", 10, 10, worths=(-0.7, -0.4, -0.2, 2.5)),
        Contestants("30 × 20, near agreement", 30, 20, rater_sd=0.2, item_sd=0.2),
    ]
