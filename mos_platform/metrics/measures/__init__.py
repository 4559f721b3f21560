"""Objective metrics of clips: pure functions from pictures to numbers, and a registry that names them.

Nothing here knows the platform: numpy, scipy and scikit-image on arrays; only `frames` opens files.
"""

from mos_platform.metrics.measures.registry import REGISTRY, Implementation, measure
from mos_platform.metrics.measures.result import Measurement

__all__ = ["REGISTRY", "Implementation", "Measurement", "measure"]
