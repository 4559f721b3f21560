"""How a report is computed: what the user or the study declared."""

from __future__ import annotations

import zlib
from dataclasses import dataclass

import numpy as np

from analysis.stats.arrays import Target

N_BOOT = 1000


@dataclass(frozen=True)
class Options:
    """target: population that intervals speak of. margin: for equivalence, in grades; None where not set.

    regularised_preference: penalised strengths where maximum likelihood has none.
    """

    target: Target = "raters+items"
    confidence: float = 0.95
    seed: int = 0
    n_boot: int = N_BOOT
    margin: float | None = None
    regularised_preference: bool = False

    @property
    def alpha(self) -> float:
        """The level of tests, as the confidence implies it."""
        return round(1 - self.confidence, 10)

    def rng(self, *name: str) -> np.random.Generator:
        """A generator of its own per statistic, so that adding one leaves the others' draws alone."""
        key = zlib.crc32("\x1f".join(name).encode())
        return np.random.default_rng(np.random.SeedSequence(self.seed, spawn_key=(key,)))
