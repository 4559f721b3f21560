"""Verdicts on raters. Every rule is reported for every rater; only what the study declared is applied."""

from analysis.screening.rules import AGREEMENT, screen
from analysis.screening.verdict import Verdict, excluded

__all__ = ["AGREEMENT", "Verdict", "excluded", "screen"]
