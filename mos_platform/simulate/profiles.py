"""How simulated raters behave, and which of them behaves how.

careful        states its opinion on every trial and does what attention checks ask for
lazy           attends half of the time, and is quick
straight_liner gives always the same answer
dropper        careful, but leaves before a random trial and never comes back
cheater        answers at once, makes events up and sends tokens again; is refused, and goes
slow           careful, on a slow network: clips come late and stand still, answers are sent twice
"""

from __future__ import annotations

import numpy as np

from mos_platform.simulate.habits import Lazy, StraightLiner
from mos_platform.simulate.minds import Mind
from studies.simulation import PROFILES, Profile, SimulationModel

MINDS: dict[Profile, type[Mind]] = {"lazy": Lazy, "straight_liner": StraightLiner}
GONE_FOR_GOOD: tuple[Profile, ...] = ("dropper", "cheater")
# Its multiples fall evenly between 0 and 1: after any number of raters the shares hold within one or two.
GOLDEN = (5**0.5 - 1) / 2
START, LEAVING = 3, 4  # streams of random numbers


def profile_of(model: SimulationModel, number: int) -> Profile:
    """The rater's profile: the same however many take part."""
    start = float(np.random.default_rng([model.seed, 0, START]).random())
    place, reached = (start + number * GOLDEN) % 1.0, 0.0
    shares = [(profile, model.profiles[profile]) for profile in PROFILES if model.profiles.get(profile)]
    for profile, share in shares:
        reached += share
        if place < reached:
            return profile
    return shares[-1][0] if shares else "careful"


def mind_of(model: SimulationModel, items: list[str], number: int) -> Mind:
    return MINDS.get(profile_of(model, number), Mind)(model, items, number)


def leaves_at(model: SimulationModel, number: int) -> float | None:
    """How far into its sitting a rater leaves, from 0 to below 1; None for who stays."""
    if profile_of(model, number) != "dropper":
        return None
    return float(np.random.default_rng([model.seed, number, LEAVING]).random())
