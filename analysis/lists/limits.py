"""warnings: what a careful author would say first about this study."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from analysis.csvfile import IDS, alike
from analysis.lists.agreement import inflated
from analysis.lists.scope import SHOWN_PLACES, Scope
from analysis.load import StudyData
from analysis.stats.result import Note
from analysis.tables import natural

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
    notes = [*_simulated(scope), *_excluded(scope), *_inflated(scope), *_alike(scope), *_idle(scope)]
    for question in scope.rated_questions:
        frame = scope.scored(question, scope.primary)
        if frame.empty:
            notes.append(
                Note("no_ratings_left", f"No rating of question {question!r} is left after screening.")
            )
            continue
        notes.extend([*_incomplete(question, frame), *_few_items(question, frame)])
        fewest = int(frame.groupby("method")["rater"].nunique().min())
        notes.extend([*_few_raters(scope, question, fewest), *_few_ratings(scope, question, frame)])
    return [*notes, *_compared(scope), *_references(scope)]


def _compared(scope: Scope) -> Iterable[Note]:
    for question in scope.compared_questions:
        frame = scope.compared(question)
        if frame.empty:
            message = f"No comparison of question {question!r} is left after screening."
            yield Note("no_comparisons_left", message)
        elif (frame["rater"] != "").all():
            judged = [frame[["rater", side]].rename(columns={side: "method"}) for side in ("left", "right")]
            fewest = int(pd.concat(judged).groupby("method")["rater"].nunique().min())
            yield from _few_raters(scope, question, fewest)


def _references(scope: Scope) -> Iterable[Note]:
    stimuli = scope.data.stimuli
    methods = natural(stimuli["method"][stimuli["is_reference"].to_numpy(dtype=bool)])
    if len(methods) > 1:
        yield Note(
            "several_references",
            f"Stimuli of {len(methods)} methods ({', '.join(methods)}) are marked as references: none of "
            "them serves as the reference of DMOS and of differences.",
        )


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
        count = _count(len(scope.excluded), "rater")
        message = f"{count} excluded by rules that the study declared beforehand."
        yield Note("raters_excluded", message)


def _inflated(scope: Scope) -> Iterable[Note]:
    """Whoever leaves out those who disagree finds agreement."""
    if rules := inflated(scope):
        yield Note(
            "agreement_screened",
            f"Raters were excluded for how little they agree with the others ({', '.join(rules)}): agreement "
            "and reliability after screening are inflated; results.json holds those without it beside them.",
        )


def _alike(scope: Scope) -> Iterable[Note]:
    for frame in (scope.data.ratings, scope.data.comparisons):
        for column in sorted(IDS & set(frame.columns)):
            names = alike(frame[column])
            if names:
                yield Note(
                    "ids_differ_by_spaces",
                    f"{_count(len(names), f'{column} id')} differ by spaces only and are kept apart "
                    f"(such as {names[0]!r} and {names[1]!r}); correct the file if they are the same.",
                )


def _idle(scope: Scope) -> Iterable[Note]:
    """What is listed or given, and enters no statistic."""
    data = scope.data
    counted = data.comparisons["n"] * (data.comparisons["expected_choice"] == "")
    if not scope.rated_questions and not counted.any():
        rows = _count(len(data.ratings) + len(data.comparisons), "answer")
        kinds = natural([*data.ratings["kind"], *["attention checks or counts of 0"][: len(counted)]])
        yield Note("nothing_scored", f"None of {rows} enters statistics: they are {', '.join(kinds)}.")
    answered = {*data.ratings["rater"].unique(), *data.comparisons["rater"].unique()}
    listed = data.raters["rater"] if data.raters is not None else pd.Series(dtype=str)
    idle = natural(set(listed) - answered)
    if idle:
        yield Note("raters_without_ratings", f"{_count(len(idle), 'rater')} gave no answer ({_some(idle)}).")
    unrated = natural(_unrated(data))
    if unrated:
        verb = "was" if len(unrated) == 1 else "were"
        message = f"{_count(len(unrated), 'stimulus', 'stimuli')} {verb} never rated ({_some(unrated)})."
        yield Note("stimuli_without_ratings", message)


def _unrated(data: StudyData) -> set[str]:
    """Stimuli, other than references, that are in no answer."""
    stimuli, pairs = data.stimuli, data.comparisons
    shown = {pair for side in ("left", "right") for pair in zip(pairs["item"], pairs[side], strict=True)}
    clips = zip(stimuli["item"], stimuli["method"], stimuli["stimulus"], stimuli["is_reference"], strict=True)
    rated = set(data.ratings["stimulus"].unique())
    return {
        name
        for item, method, name, is_reference in clips
        if not is_reference and name not in rated and not {(item, method), ("", method)} & shown
    }


def _some(names: list[str]) -> str:
    more = f" and {len(names) - SHOWN_PLACES} more" if len(names) > SHOWN_PLACES else ""
    return ", ".join(names[:SHOWN_PLACES]) + more


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
        few = int((items < FEW_ITEMS).sum())
        yield Note(
            "few_items",
            f"Question {question!r}: {few} of {_count(len(items), 'method')} shown on fewer than "
            f"{FEW_ITEMS} items (down to {fewest}); intervals that speak of further items are wide.",
        )


def _few_raters(scope: Scope, question: str, fewest: int) -> Iterable[Note]:
    advised, where = _advice(scope)
    if fewest < advised:
        yield Note(
            "few_raters",
            f"Question {question!r}: down to {_count(fewest, 'rater')} per method; "
            f"{advised} are advised {where}.",
        )


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


def _few_ratings(scope: Scope, question: str, frame: pd.DataFrame) -> Iterable[Note]:
    if scope.data.metrics.empty:
        return
    counts = frame.groupby("stimulus").size()
    low = counts[counts < RATINGS_FOR_CORRELATION]
    if len(low):
        verb = "has" if len(low) == 1 else "have"
        yield Note(
            "few_ratings_per_stimulus",
            f"Question {question!r}: {len(low)} of {_count(len(counts), 'rated clip')} {verb} fewer than "
            f"{RATINGS_FOR_CORRELATION} ratings (down to {int(low.min())}); noise in the MOS weakens "
            "correlations with metrics.",
        )


def _count(number: int, noun: str, plural: str = "") -> str:
    return f"{number} {noun if number == 1 else plural or noun + 's'}"
