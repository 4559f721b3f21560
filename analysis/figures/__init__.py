"""Figures of the report. Each reads a View and returns a Plot; none computes a statistic."""

from analysis.figures.metrics import correlated_metrics, correlations, scatter
from analysis.figures.mos import distribution, group_means, mos
from analysis.figures.pairs import differences, strengths, wins
from analysis.figures.plot import Plot, show
from analysis.figures.raters import agreement, attention, habits, variance
from analysis.figures.view import View

__all__ = [
    "Plot",
    "View",
    "agreement",
    "attention",
    "correlated_metrics",
    "correlations",
    "differences",
    "distribution",
    "group_means",
    "habits",
    "mos",
    "scatter",
    "show",
    "strengths",
    "variance",
    "wins",
]
