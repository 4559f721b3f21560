"""Objective metrics of clips: pure functions from arrays to numbers, and a registry that names them.

Nothing here knows the platform. `reading` opens files; each family of metrics is a package of its own.
"""

from mos_platform.metrics.measures.result import Measurement, NoValueError

__all__ = ["Measurement", "NoValueError"]
