"""Weights: the registry of what exists, the folder of what is there, and how the rest is fetched."""

from mos_platform.metrics.measures.weights.found import Weights
from mos_platform.metrics.measures.weights.registry import WEIGHT_FILES, WeightFile

__all__ = ["WEIGHT_FILES", "WeightFile", "Weights"]
