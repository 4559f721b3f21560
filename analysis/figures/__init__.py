"""Figures of the report. Each reads a View and returns a Plot; none computes a statistic."""

from analysis.figures.conduct import pace, playback
from analysis.figures.course import drift, timeline
from analysis.figures.groups import group_means
from analysis.figures.metrics import correlated_metrics, correlations, drawn_metrics
from analysis.figures.mos import distribution, mos
from analysis.figures.pairs import differences, strengths, wins
from analysis.figures.plot import Plot, show
from analysis.figures.raters import agreement, attention, habits, variance
from analysis.figures.scatter import scatter
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
    "drawn_metrics",
    "drift",
    "group_means",
    "habits",
    "mos",
    "pace",
    "playback",
    "scatter",
    "show",
    "strengths",
    "timeline",
    "variance",
    "wins",
]
