"""Agreement among raters, with stimuli as units: one place to import all coefficients from."""

from analysis.stats.alpha import alpha, alpha_all, alpha_of_counts
from analysis.stats.coefficient import Coefficient
from analysis.stats.concordance import fleiss_kappa, kappa_of_counts, kendall_w, sos_a
from analysis.stats.generalizability import generalizability
from analysis.stats.icc import icc_all, mean_score_reliability
from analysis.stats.variance import VarianceShare, variance_components

__all__ = [
    "Coefficient",
    "VarianceShare",
    "alpha",
    "alpha_all",
    "alpha_of_counts",
    "fleiss_kappa",
    "generalizability",
    "icc_all",
    "kappa_of_counts",
    "kendall_w",
    "mean_score_reliability",
    "sos_a",
    "variance_components",
]
