"""Whether the places of a part were taken by as many raters of each method as the study wants."""

from __future__ import annotations

from collections import Counter

from mos_platform.assignments.models import Tally, Trial
from mos_platform.assignments.stock import Stock
from studies.config import Part, StudyConfig


def is_by_raters(config: StudyConfig) -> bool:
    """Whether the quota is a number of raters, from which that of places is only guessed."""
    within = config.design.raters == "within"
    return config.stop.rule == "quota" and within and config.targets.ratings_per_stimulus is None


def lacks_raters(tally: Tally, stock: Stock, part: Part) -> bool:
    """Whether a method of the part is held by fewer raters than are wanted.

    A sitting can meet a method more often than its share: pairs that have a method in common, or what is
    left for those who come in place of others.
    """
    met = _raters_met(tally, part)
    ids = list(stock.methods.values())
    judged = {ids[code] for code in stock.units[part.id].methods.ravel().tolist()}
    return min((met[method] for method in judged), default=0) < stock.config.targets.raters_per_method


def _raters_met(tally: Tally, part: Part) -> Counter[int]:
    trials = Trial.objects.filter(
        sitting__rater__study=tally.study_id,
        sitting__rater__simulated=tally.simulated,
        part=part.id,
        holds_place=True,
    ).order_by()
    met: set[tuple[int, int]] = set()
    for clip in ("left", "right") if part.is_paired else ("stimulus",):
        met.update(trials.values_list(f"{clip}__method", "sitting__rater").distinct())
    return Counter(method for method, _rater in met)
