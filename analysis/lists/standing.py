"""How a study stands while it collects: who is left out, how wide the intervals are, and whether to stop.

Everything is taken from the lists that the report has; nothing is estimated anew. Simulated raters never
enter the figures of real ones.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial

import numpy as np
import pandas as pd

from analysis.lists.differences import AGAINST_REFERENCE, ALL_PAIRS, difference_lists
from analysis.lists.mos import mos_rows
from analysis.lists.scope import Row, Scope
from analysis.load import StudyData
from analysis.options import Options
from analysis.screening import screen
from analysis.stats.arrays import BoolArray
from analysis.tables import natural
from studies.config import Stop, StudyConfig

FAMILIES = {"differences": ALL_PAIRS, "against_reference": AGAINST_REFERENCE}
CAVEAT = (
    "Intervals that decide when a study stops cover a little less often than they state, most of all where "
    "it stops with few raters; that they are narrow is no finding."
)


@dataclass(frozen=True)
class Width:
    """One interval of a question: of a method's mean, or of a difference `A − B`. None: undefined."""

    question: str
    measure: str
    of: str
    mean: float
    ci_low: float | None
    ci_high: float | None
    half_width: float | None


@dataclass(frozen=True)
class Stopping:
    """What a precision rule says. `widest` is None where an interval is undefined; `because`: precision,
    maximum, or "" while it goes on."""

    intervals: str
    target: float
    least_raters: int
    most_raters: int
    widest: float | None
    reached: bool
    because: str
    told: str
    caveat: str


@dataclass(frozen=True)
class Standing:
    """`excluded`: {rater, rule, reason}, one row per rule that leaves a rater out, in natural order.

    raters: who gave answers; fewest_raters: of the method that has fewest, the excluded left out. `stop` is
    None without a precision rule.
    """

    raters: int
    excluded: tuple[Row, ...]
    fewest_raters: int
    widths: tuple[Width, ...]
    stop: Stopping | None


def standings(data: StudyData, options: Options) -> Row:
    """Of real and of simulated raters, each on their own; None where there are none of them."""
    groups = {"real": False, "simulated": True}
    found = {name: _of_group(data, options, simulated=value) for name, value in groups.items()}
    told = {name: one and asdict(one) for name, one in found.items()}
    return {"study": data.study, "data_sha256": data.data_sha256, "target": options.target, **told}


def standing(data: StudyData, options: Options) -> Standing:
    """Of everybody in the data, with the rules and the aim that the study declares."""
    scope = Scope(data, options, tuple(screen(data)))
    widths = tuple(_widths(scope, data.config.stop if data.config else Stop()))
    fewest = _fewest(scope)
    return Standing(
        raters=len({*data.ratings["rater"], *data.comparisons["rater"]} - {""}),
        excluded=tuple(_excluded(scope)),
        fewest_raters=fewest,
        widths=widths,
        stop=stopping(data.config, widths, fewest) if data.config else None,
    )


def _of_group(data: StudyData, options: Options, *, simulated: bool) -> Standing | None:
    ratings = data.ratings[_is_simulated(data, data.ratings) == simulated]
    comparisons = data.comparisons[_is_simulated(data, data.comparisons) == simulated]
    if ratings.empty and comparisons.empty:
        return None
    return standing(replace(data, ratings=ratings, comparisons=comparisons), options)


def _is_simulated(data: StudyData, frame: pd.DataFrame) -> BoolArray:
    """Row by row; where no row says so, all are as the study is."""
    if "simulated" not in frame:
        return np.full(len(frame), data.simulated)
    return frame["simulated"].fillna(value=False).to_numpy(dtype=bool)


def _excluded(scope: Scope) -> list[Row]:
    applied = [verdict for verdict in scope.verdicts if verdict.applied]
    by_rater = {name: [one for one in applied if one.rater == name] for name in natural(scope.excluded)}
    return [
        {"rater": name, "rule": one.rule, "reason": one.reason}
        for name, verdicts in by_rater.items()
        for one in verdicts
    ]


def _widths(scope: Scope, stop: Stop) -> list[Width]:
    if stop.intervals == "methods":
        rows = [row for row in mos_rows(scope).rows if row["measure"] == scope.rated_measure(row["question"])]
        return [_width(row, row["method"]) for row in rows if row["screening"] == scope.primary]
    family = FAMILIES[stop.intervals]
    rows = [row for row in difference_lists(scope).differences.rows if row["family"] == family]
    return [
        _width(row, f"{row['method_a']} − {row['method_b']}")
        for row in rows
        if row["screening"] == scope.primary
    ]


def _width(row: Row, of: str) -> Width:
    low, high = row["ci_low"], row["ci_high"]
    half = None if low is None or high is None else (high - low) / 2
    return Width(row["question"], row["measure"], of, row["mean"], low, high, half)


def _fewest(scope: Scope) -> int:
    """Raters of the method that has fewest, in the question where it has fewest.

    A reference that is only shown beside others is none; a question may leave methods out, a study may not.
    Questions that need no answer are looked at only where there are no others.
    """
    config = scope.data.config
    questions = [q for part in config.parts for q in part.questions] if config else []
    optional = {question.id for question in questions if question.optional}
    rated, compared = ([q for q in some if q not in optional] for some in _asked(scope))
    if not rated and not compared:
        rated, compared = _asked(scope)
    asked = [*map(partial(_rated_by, scope), rated), *map(partial(_compared_by, scope), compared)]
    seen = {method for raters in asked for method in raters}
    shown = config.shown_methods if config else set()
    if not asked or any(name not in seen for name in shown - {scope.data.reference}):
        return 0
    return min(len(those) for raters in asked for those in raters.values())


def _asked(scope: Scope) -> tuple[list[str], list[str]]:
    """The questions that were rated, and those that were compared."""
    return list(scope.rated_questions), list(scope.compared_questions)


def _rated_by(scope: Scope, question: str) -> dict[str, set[str]]:
    """Raters by method."""
    frame = scope.scored(question, scope.primary)
    return {str(method): {*raters} for method, raters in frame.groupby("method")["rater"]}


def _compared_by(scope: Scope, question: str) -> dict[str, set[str]]:
    """Raters by method, on either side."""
    frame = scope.compared(question)
    methods = pd.unique(frame[["left", "right"]].to_numpy().ravel())
    return {
        str(method): {*frame["rater"][(frame["left"] == method) | (frame["right"] == method)]}
        for method in methods
    }


def stopping(config: StudyConfig, widths: Sequence[Width], fewest: int) -> Stopping | None:
    """What the declared precision rule says of these intervals; None without one."""
    stop, target = config.stop, config.targets.half_width
    if stop.rule != "precision" or target is None or stop.most_raters_per_method is None:
        return None
    unknown = [width.of for width in widths if width.half_width is None]
    known = [width.half_width for width in widths if width.half_width is not None]
    widest = max(known) if known and not unknown else None
    narrow = widest is not None and widest <= target and fewest >= stop.least_raters_per_method
    because = "precision" if narrow else "maximum" if fewest >= stop.most_raters_per_method else ""
    return Stopping(
        intervals=stop.intervals,
        target=target,
        least_raters=stop.least_raters_per_method,
        most_raters=stop.most_raters_per_method,
        widest=widest,
        reached=bool(because),
        because=because,
        told=_told(stop, target, _width_told(stop, widest, unknown), fewest, because),
        caveat=CAVEAT,
    )


def _width_told(stop: Stop, widest: float | None, unknown: Sequence[str]) -> str:
    what = "mean" if stop.intervals == "methods" else "difference"
    if widest is not None:
        return f"the widest {what} is known to ± {widest:.2f} grades"
    if not unknown:
        return f"there is no {what} yet"
    return f"{what} {unknown[0]} has no interval (too few raters, or all of one opinion)"


def _told(stop: Stop, target: float, width: str, fewest: int, because: str) -> str:
    aim = f"± {target:g} is wanted"
    people = f"{fewest} raters count for the method that has fewest"
    if because == "precision":
        return f"Precise enough: {width}, {aim}, and {people}."
    if because == "maximum":
        return f"At its maximum of {stop.most_raters_per_method} raters: {width}, {aim}."
    if fewest < stop.least_raters_per_method:
        return f"It goes on: {people}, and it stops with {stop.least_raters_per_method} at the earliest."
    return f"It goes on: {width}, {aim}; it stops with {stop.most_raters_per_method} raters at the latest."
