"""The MOS of one stimulus in ten populations of raters, most of them near the upper end of the scale."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from means import t_interval
from population import grades_around
from tally import Tallies

from analysis.stats.mos import stimulus_estimate

OURS, PLAIN = "t with one pseudo-rating", "plain t"
PART = "MOS of one stimulus with 24 raters"
GRADES = np.arange(1.0, 6.0)


@dataclass(frozen=True)
class Voters:
    """Raters of one stimulus: normal opinions around `latent`, graded; a share of them votes at random."""

    name: str
    latent: float
    sd: float
    random: float = 0.0
    raters: int = 24

    @property
    def chances(self) -> np.ndarray:
        """Of the grades 1 to 5."""
        graded = grades_around(np.array(self.latent), np.array(self.sd))
        chances: np.ndarray = (1 - self.random) * graded + self.random / len(GRADES)
        return chances


def run(voters: Voters, replications: int, rng: np.random.Generator) -> Tallies:
    tallies, true = Tallies(), [float(voters.chances @ GRADES)]
    for votes in rng.choice(GRADES, p=voters.chances, size=(replications, voters.raters)):
        found = stimulus_estimate(votes, low=1, high=5)
        name = f"{voters.name}: {true[0]:.2f}"
        tallies.record((PART, name, OURS), [(found.ci_low, found.ci_high)], true)
        tallies.record((PART, name, PLAIN), [t_interval(votes)], true)
    return tallies
