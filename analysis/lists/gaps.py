"""What the design or the answers of a study cannot carry, question by question, said once for all of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import pandas as pd

from analysis.lists.scope import Row, Scope
from analysis.stats.result import Note

FEW_ITEMS = 6  # at five or fewer, the interval rests on min(raters, items) − 1 ≤ 4 degrees of freedom
CONTROLLED_RATERS = 24
UNCONTROLLED_RATERS = 35
USUAL_RATERS = 30
RATINGS_FOR_CORRELATION = 24
CONTROLLED = frozenset({"lab", "laboratory", "controlled"})
TENTATIVE_ALPHA = 0.667
GOOD_ICC = 0.75


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
    yield from few_raters(scope, question, int(frame.groupby("method")["rater"].nunique().min()))
    yield from _few_ratings(scope, question, frame)


def _incomplete(question: str, frame: pd.DataFrame) -> Iterable[Gap]:
    share = density(frame)
    if share is not None and share < 1:
        message = (
            f"{share * 100:.1f}\u00a0% of all rater × stimulus cells hold a rating; each rater rated a part."
        )
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


def few_raters(scope: Scope, question: str, fewest: int) -> Iterable[Gap]:
    """fewest: raters of the method that fewest rated."""
    advised, where = _advice(scope)
    if fewest < advised:
        message = f"down to {counted(fewest, 'rater')} per method; {advised} are advised {where}."
        yield Gap("few_raters", question, fewest, message)


def _advice(scope: Scope) -> tuple[int, str]:
    """How many raters are advised, and where: as raters were recruited, as far as that is recorded."""
    raters = scope.data.raters
    known = raters is not None and "recruitment" in raters
    ways = {str(way).lower() for way in raters["recruitment"]} if raters is not None and known else {""}
    if ways - CONTROLLED - {""}:
        return UNCONTROLLED_RATERS, "in uncontrolled surroundings"
    if ways <= CONTROLLED:
        return CONTROLLED_RATERS, "in a laboratory"
    return USUAL_RATERS, f"({CONTROLLED_RATERS} suffice only in a laboratory)"


def _few_ratings(scope: Scope, question: str, frame: pd.DataFrame) -> Iterable[Gap]:
    if scope.data.metrics.empty:
        return
    counts = frame.groupby("stimulus").size()
    low = counts[counts < RATINGS_FOR_CORRELATION]
    if len(low):
        verb = "has" if len(low) == 1 else "have"
        message = (
            f"{len(low)} of {counted(len(counts), 'rated clip')} {verb} fewer than "
            f"{RATINGS_FOR_CORRELATION} ratings (down to {int(low.min())}); noise in the MOS weakens "
            "correlations with metrics."
        )
        yield Gap("few_ratings_per_stimulus", question, int(low.min()), message)


def of_agreement(rows: Iterable[Row]) -> Iterable[Gap]:
    """rows: of the list agreement. The value is judged rather than a limit, which may be resampled."""
    for row in rows:
        if row["screening"] != "none" or None in (row["value"], row["ci_low"], row["ci_high"]):
            continue
        value = f"{row['value']:.2f} [{row['ci_low']:.2f}, {row['ci_high']:.2f}]".replace("-", "−")
        if row["coefficient"] == "alpha_ordinal" and row["value"] < TENTATIVE_ALPHA:
            message = (
                f"single raters agree little (ordinal α {value}; Krippendorff 2004 asks {TENTATIVE_ALPHA} "
                "even of tentative conclusions); means over raters say more than single ratings."
            )
            yield Gap("low_agreement", row["question"], row["value"], message)
        if row["coefficient"] == "ICC(A,k)" and row["value"] < GOOD_ICC:
            message = (
                f"the stimuli's means over raters are of less than good reliability (ICC(A,k) {value}; "
                f"Koo and Li 2016 let it begin at {GOOD_ICC})."
            )
            yield Gap("low_reliability", row["question"], row["value"], message)


def counted(number: int, noun: str, plural: str = "") -> str:
    """`1 rater`, `2 raters`."""
    return f"{number} {noun if number == 1 else plural or noun + 's'}"
