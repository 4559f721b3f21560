"""What the design or the answers of a study cannot carry, question by question, said once for all of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import pandas as pd

from analysis.lists.scope import Row, Scope
from analysis.screening.verdict import counted
from analysis.stats.result import Note, whole_number

SIDES = ("left", "right")
FEW_ITEMS = 6  # at five or fewer, the interval rests on min(raters, items) − 1 ≤ 4 degrees of freedom
CONTROLLED_RATERS = 24
UNCONTROLLED_RATERS = 35
USUAL_RATERS = 30
RATINGS_FOR_CORRELATION = 24
CONTROLLED = frozenset({"lab", "laboratory", "controlled"})
TENTATIVE_ALPHA = 0.667
GOOD_ICC = 0.75
LITTLE_U = 1 / 3  # two raters agree in two of three comparisons
CIRCULAR_BY_CHANCE = 0.25  # two of the eight ways to answer three comparisons


@dataclass(frozen=True)
class Gap:
    """A limit on one question; the smaller its size, the worse."""

    code: str
    question: str
    size: float
    message: str


def told(gaps: Sequence[Gap], asked: int) -> list[Note]:
    """One note per code: the questions it holds for, and how it stands with the worst of them."""
    by_code: dict[str, list[Gap]] = {}
    for gap in gaps:
        by_code.setdefault(gap.code, []).append(gap)
    return [Note(code, _sentence(found, asked)) for code, found in by_code.items()]


def _sentence(gaps: Sequence[Gap], asked: int) -> str:
    worst = min(gaps, key=lambda gap: gap.size)
    names = list(dict.fromkeys(gap.question for gap in gaps))
    differing = len({gap.message for gap in gaps}) > 1
    return f"{_questions(names, asked)}: {'at worst ' if differing else ''}{worst.message}"


def _questions(names: Sequence[str], asked: int) -> str:
    if len(names) == 1:
        return f"Question {names[0]!r}"
    if len(names) == asked and asked > 2:
        return f"All {asked} questions"
    return f"Questions {', '.join(map(repr, names[:-1]))} and {names[-1]!r}"


def density(frame: pd.DataFrame) -> float | None:
    """Share of rater × stimulus cells that hold a rating."""
    cells = frame["rater"].nunique() * frame["stimulus"].nunique()
    rated = len(frame[["rater", "stimulus"]].drop_duplicates())
    return rated / cells if cells else None


def of_ratings(scope: Scope, question: str, frame: pd.DataFrame) -> Iterable[Gap]:
    """frame: the question's ratings that count, one or more."""
    yield from _incomplete(question, frame)
    yield from _few_items(question, frame)
    yield from few_raters(scope, question, frame.groupby("method")["rater"].nunique())
    yield from _few_ratings(scope, question, frame)


def _incomplete(question: str, frame: pd.DataFrame) -> Iterable[Gap]:
    share = density(frame)
    if share is not None and share < 1:
        told = f"{_percent(share)} of all rater × stimulus cells hold a rating"
        message = f"{told}; {_who(frame, 'rated', 'stimulus')}."
        yield Gap("incomplete_design", question, share, message)


def _percent(share: float) -> str:
    return f"{min(share * 100, 99.9):.1f}\u00a0%"


def _who(frame: pd.DataFrame, did: str, unit: str) -> str:
    """Who met every unit, a column of `frame`."""
    met = frame.groupby("rater")[unit].nunique()
    complete = int((met == frame[unit].nunique()).sum())
    return f"{complete} of {len(met)} raters {did} every {unit}" if complete else f"each rater {did} a part"


def of_comparisons(scope: Scope, question: str, frame: pd.DataFrame) -> Iterable[Gap]:
    """frame: the question's comparisons that count, all of known raters; those given 0 times say nothing."""
    frame = frame[frame["n"] > 0]
    if frame.empty:
        return
    yield from _incomplete_pairs(question, frame)
    sides = [frame[["rater", side]].rename(columns={side: "method"}) for side in SIDES]
    yield from few_raters(scope, question, pd.concat(sides).groupby("method")["rater"].nunique())


def _incomplete_pairs(question: str, frame: pd.DataFrame) -> Iterable[Gap]:
    """A pair is of two clips: two methods, whichever stands left, on one item."""
    ahead = frame["left"] < frame["right"]
    first, second = (frame[one].where(ahead, frame[other]) for one, other in (SIDES, SIDES[::-1]))
    pair = frame["item"] + "\x1f" + first + "\x1f" + second
    cells = frame[["rater"]].assign(pair=pair).drop_duplicates()
    share = len(cells) / (cells["rater"].nunique() * cells["pair"].nunique())
    if share < 1:
        told = f"{_percent(share)} of all rater × pair cells hold an answer"
        message = f"{told}; {_who(cells, 'judged', 'pair')}."
        yield Gap("incomplete_design", question, share, message)


def _few_items(question: str, frame: pd.DataFrame) -> Iterable[Gap]:
    items = frame.groupby("method")["item"].nunique()
    fewest = int(items.min())
    if fewest < FEW_ITEMS:
        few = int((items < FEW_ITEMS).sum())
        message = (
            f"{few} of {counted(len(items), 'method')} shown on fewer than {FEW_ITEMS} items (down to "
            f"{fewest}); intervals that speak of further items are wide."
        )
        yield Gap("few_items", question, fewest, message)


def few_raters(scope: Scope, question: str, per_method: pd.Series) -> Iterable[Gap]:
    """per_method: raters of each method."""
    ways, fewest = _recruitment(scope), int(per_method.min())
    if fewest < (UNCONTROLLED_RATERS if _uncontrolled(ways) else USUAL_RATERS):
        down = "down to " if per_method.max() > fewest else ""
        message = f"{down}{counted(fewest, 'rater')} per method; {_advice(ways, fewest)}."
        yield Gap("few_raters", question, fewest, message)


def _uncontrolled(ways: set[str]) -> bool:
    return bool(ways - CONTROLLED - {""})


def _advice(ways: set[str], fewest: int) -> str:
    """How many raters are advised, where those who answered rated, if that is recorded."""
    if _uncontrolled(ways):
        return f"{UNCONTROLLED_RATERS} are advised in uncontrolled surroundings"
    advised = f"{USUAL_RATERS} are advised"
    if not ways or not ways <= CONTROLLED:
        return f"{advised} ({CONTROLLED_RATERS} suffice only in a laboratory)"
    verb = "suffice" if fewest >= CONTROLLED_RATERS else "would suffice"
    return f"{advised}, though {CONTROLLED_RATERS} {verb} in a laboratory, as here"


def _recruitment(scope: Scope) -> set[str]:
    """How those who answered were recruited; "" for unknown, empty where it is not recorded at all."""
    data = scope.data
    if data.raters is None or "recruitment" not in data.raters:
        return set()
    ways = dict(zip(data.raters["rater"], data.raters["recruitment"].astype(str).str.lower(), strict=True))
    answered = {*data.ratings["rater"], *data.comparisons["rater"]} - {""}
    return {ways.get(rater, "") for rater in answered}


def _few_ratings(scope: Scope, question: str, frame: pd.DataFrame) -> Iterable[Gap]:
    if scope.data.metrics.empty:
        return
    counts = frame.groupby("stimulus").size()
    low = counts[counts < RATINGS_FOR_CORRELATION]
    if len(low):
        verb = "has" if len(low) == 1 else "have"
        message = (
            f"{whole_number(len(low))} of {counted(len(counts), 'rated clip')} {verb} fewer than "
            f"{RATINGS_FOR_CORRELATION} ratings (down to {int(low.min())}); noise in the MOS weakens "
            "correlations with metrics."
        )
        yield Gap("few_ratings_per_stimulus", question, int(low.min()), message)


def of_preference(models: Iterable[Row]) -> Iterable[Gap]:
    """models: of the list preference_model. u is 2 P − 1, P the share of comparisons in which two agree."""
    for row in models:
        u = row["kendall_u"]
        if u is not None and u < LITTLE_U:
            alike = f"{(u + 1) / 2 * 100:.0f}\u00a0%"
            message = (
                f"two raters prefer the same clip of a pair in {alike} of cases (Kendall's u {_signed(u)}; "
                f"50\u00a0% and 0 are chance), less often than in two of three{_circular(row)}; shares over "
                "raters say more than single answers."
            )
            yield Gap("low_agreement", row["question"], u, message)


def _circular(row: Row) -> str:
    """How far single raters contradict themselves, where triads were judged by one."""
    if not row["triads_judged"] or not row["triads_within"].startswith("rater"):
        return ""
    chance = row["triads_judged"] * CIRCULAR_BY_CHANCE
    return f"; {row['circular_triads']} of {row['triads_judged']} triads are circular, {chance:.0f} by chance"


def of_agreement(rows: Iterable[Row]) -> Iterable[Gap]:
    """rows: of the list agreement. The value is judged rather than a limit, which may be resampled.

    Where raters were excluded, the value after exclusions is judged, and that of all raters told beside it.
    """
    by_coefficient: dict[tuple[str, str], dict[str, Row]] = {}
    for row in rows:
        if row["value"] is not None:
            by_coefficient.setdefault((row["question"], row["coefficient"]), {})[row["screening"]] = row
    for (question, coefficient), found in by_coefficient.items():
        value = found["applied" if "applied" in found else "none"]["value"]
        if coefficient == "alpha_ordinal" and value < TENTATIVE_ALPHA:
            message = (
                f"single raters agree little (ordinal α {_both(found)}; Krippendorff 2004 asks "
                f"{TENTATIVE_ALPHA} even of tentative conclusions); means over raters say more than single "
                "ratings."
            )
            yield Gap("low_agreement", question, value, message)
        if coefficient == "ICC(A,k)" and value < GOOD_ICC:
            message = (
                "the stimuli's means over raters are of less than good reliability (ICC(A,k) "
                f"{_both(found)}; Koo and Li 2016 let it begin at {GOOD_ICC})."
            )
            yield Gap("low_reliability", question, value, message)


def _both(found: dict[str, Row]) -> str:
    """`0.48 [0.29, 0.65] among all raters, 0.60 [0.51, 0.70] after exclusions`, or the one that is known."""
    told = [_bounded(found[name]) for name in ("none", "applied") if name in found]
    if len(told) == 1:
        return told[0] + (" after exclusions" if "applied" in found else "")
    return f"{told[0]} among all raters, {told[1]} after exclusions"


def _bounded(row: Row) -> str:
    ends = [row["ci_low"], row["ci_high"]]
    bounds = "" if None in ends else f" [{ends[0]:.2f}, {ends[1]:.2f}]"
    return f"{_signed(row['value'])}{bounds}".replace("-", "−")


def _signed(value: float) -> str:
    return f"{value:.2f}".replace("-", "−")
