"""warnings: what a careful author would say first about this study."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from analysis.lists.scope import Scope
from analysis.load import StudyData
from analysis.stats.result import Note

FEW_ITEMS = 6  # at five or fewer, the interval rests on min(raters, items) − 1 ≤ 4 degrees of freedom
CONTROLLED_RATERS = 24
UNCONTROLLED_RATERS = 35
USUAL_RATERS = 30
RATINGS_FOR_CORRELATION = 24
CONTROLLED = frozenset({"lab", "laboratory", "controlled"})


def density(frame: pd.DataFrame) -> float | None:
    """Share of rater × stimulus cells that hold a rating."""
    cells = frame["rater"].nunique() * frame["stimulus"].nunique()
    rated = len(frame[["rater", "stimulus"]].drop_duplicates())
    return rated / cells if cells else None


def limits(scope: Scope) -> list[Note]:
    """Simulated data first, then who was left out, then what the design cannot carry."""
    notes = [*_simulated(scope), *_excluded(scope)]
    for question in scope.rated_questions:
        frame = scope.scored(question, scope.primary)
        if frame.empty:
            notes.append(
                Note("no_ratings_left", f"No rating of question {question!r} is left after screening.")
            )
            continue
        notes.extend([*_incomplete(question, frame), *_few_items(question, frame)])
        notes.extend([*_few_raters(scope, question, frame), *_few_ratings(scope, question, frame)])
    return notes


def _simulated(scope: Scope) -> Iterable[Note]:
    sentence = simulated_sentence(scope.data)
    if sentence:
        yield Note("simulated_data", sentence)


def simulated_sentence(data: StudyData) -> str | None:
    """What to say above simulated data; None where nothing is simulated."""
    if not data.simulated:
        return None
    frames = [frame for frame in (data.ratings, data.comparisons) if "simulated" in frame]
    marked = {name for frame in frames for name in frame["rater"][frame["simulated"].fillna(value=False)]}
    everybody = {*data.ratings["rater"], *data.comparisons["rater"]} - {""}
    if not marked or marked >= everybody:
        return "Ratings are simulated: no person gave them, and no figure here is a finding."
    count = f"{len(marked)} of {len(everybody)} raters"
    return f"Ratings of {count} are simulated: no figure here is a finding."


def _excluded(scope: Scope) -> Iterable[Note]:
    if scope.excluded:
        names = sorted(scope.excluded)
        shown = ", ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")
        yield Note(
            "raters_excluded",
            f"{_count(len(names), 'rater')} excluded by rules that the study declared beforehand ({shown}).",
        )


def _incomplete(question: str, frame: pd.DataFrame) -> Iterable[Note]:
    share = density(frame)
    if share is not None and share < 1:
        yield Note(
            "incomplete_design",
            f"Question {question!r}: each rater rated a part of the stimuli ({share:.1%} of all "
            "rater × stimulus cells).",
        )


def _few_items(question: str, frame: pd.DataFrame) -> Iterable[Note]:
    items = frame.groupby("method")["item"].nunique()
    fewest = int(items.min())
    if fewest < FEW_ITEMS:
        yield Note(
            "few_items",
            f"Question {question!r}: {int((items < FEW_ITEMS).sum())} of {len(items)} methods shown on fewer "
            f"than {FEW_ITEMS} items (down to {fewest}); intervals that speak of further items are wide.",
        )


def _few_raters(scope: Scope, question: str, frame: pd.DataFrame) -> Iterable[Note]:
    fewest = int(frame.groupby("method")["rater"].nunique().min())
    if _uncontrolled(scope):
        advised, where = UNCONTROLLED_RATERS, "in uncontrolled surroundings"
    else:
        advised, where = USUAL_RATERS, f"({CONTROLLED_RATERS} suffice only in a laboratory)"
    if fewest < advised:
        yield Note(
            "few_raters",
            f"Question {question!r}: down to {_count(fewest, 'rater')} per method; "
            f"{advised} are advised {where}.",
        )


def _uncontrolled(scope: Scope) -> bool:
    """Whether raters were recruited elsewhere than into a laboratory, as far as recorded."""
    if scope.data.raters is None or "recruitment" not in scope.data.raters:
        return False
    ways = {str(way).lower() for way in scope.data.raters["recruitment"] if way}
    return bool(ways - CONTROLLED)


def _few_ratings(scope: Scope, question: str, frame: pd.DataFrame) -> Iterable[Note]:
    if scope.data.metrics.empty:
        return
    counts = frame.groupby("stimulus").size()
    low = counts[counts < RATINGS_FOR_CORRELATION]
    if len(low):
        yield Note(
            "few_ratings_per_stimulus",
            f"Question {question!r}: {len(low)} of {len(counts)} stimuli have fewer than "
            f"{RATINGS_FOR_CORRELATION} ratings (down to {int(low.min())}); noise in the MOS weakens "
            "correlations with metrics.",
        )


def _count(number: int, noun: str) -> str:
    return f"{number} {noun if number == 1 else noun + 's'}"
