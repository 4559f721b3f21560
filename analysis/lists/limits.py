"""warnings: what a careful author would say first about this study."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import pandas as pd

from analysis.csvfile import IDS, alike
from analysis.lists.agreement import inflated
from analysis.lists.gaps import Gap, density, of_agreement, of_comparisons, of_preference, of_ratings, told
from analysis.lists.scope import SHOWN_PLACES, Row, Scope
from analysis.lists.standing import CAVEAT
from analysis.load import StudyData
from analysis.screening.verdict import counted
from analysis.stats.result import Note
from analysis.tables import natural

__all__ = ["density", "limits", "simulated_sentence"]


def limits(scope: Scope, agreement: Sequence[Row] = (), preference: Sequence[Row] = ()) -> list[Note]:
    """Simulated data first, then who was left out, then what the design and the answers cannot carry.

    agreement: the rows of that list; preference: those of preference_model.
    """
    notes = [*_simulated(scope), *_excluded(scope), *_inflated(scope), *alike_ids(scope.data), *_idle(scope)]
    notes += _stopped(scope)
    gaps = list[Gap]()
    for question in scope.rated_questions:
        frame = scope.scored(question, scope.primary)
        if frame.empty:
            message = f"No rating of question {question!r} is left after screening."
            notes.append(Note("no_ratings_left", message))
        else:
            gaps += of_ratings(scope, question, frame)
    for question in scope.compared_questions:
        frame = scope.compared(question)
        if frame.empty:
            message = f"No comparison of question {question!r} is left after screening."
            notes.append(Note("no_comparisons_left", message))
        elif (frame["rater"] != "").all():
            gaps += of_comparisons(scope, question, frame)
    gaps += [*of_agreement(agreement), *of_preference(preference)]
    return [*notes, *told(gaps, len(scope.data.questions)), *_references(scope)]


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
    people = [] if data.raters is None else [data.raters]
    frames = [data.ratings, data.comparisons, *people]
    marked = {
        name
        for frame in frames
        if "simulated" in frame
        for name in frame["rater"][frame["simulated"].fillna(value=False)]
    }
    everybody = {*data.ratings["rater"], *data.comparisons["rater"]} - {""}
    if not marked & everybody or marked >= everybody:
        return "Ratings are simulated: no person gave them, and no figure here is a finding."
    count = f"{len(marked & everybody)} of {len(everybody)} raters"
    return f"Ratings of {count} are simulated: no figure here is a finding."


def _excluded(scope: Scope) -> Iterable[Note]:
    if scope.excluded:
        by_rule: dict[str, set[str]] = {}
        for verdict in scope.verdicts:
            if verdict.applied:
                by_rule.setdefault(verdict.rule, set()).add(verdict.rater)
        reasons = ", ".join(f"{rule} {len(raters)}" for rule, raters in by_rule.items())
        yield Note(
            "raters_excluded",
            f"{counted(len(scope.excluded), 'rater')} excluded by rules that the study declared beforehand "
            f"({reasons}); means and agreement of all raters stand beside.",
        )


def _stopped(scope: Scope) -> Iterable[Note]:
    """What chose the number of raters also chose how narrow the intervals are."""
    config = scope.data.config
    if config is not None and config.stop.rule == "precision":
        aim = f"± {config.targets.half_width:g} grades"
        yield Note("stopped_for_precision", f"The study stops once its intervals reach {aim}. {CAVEAT}")


def _inflated(scope: Scope) -> Iterable[Note]:
    """Whoever leaves out those who disagree finds agreement."""
    if rules := inflated(scope):
        yield Note(
            "agreement_screened",
            f"Raters were excluded for how little they agree with the others ({', '.join(rules)}): agreement "
            "and reliability after screening are inflated; those of all raters stand beside them.",
        )


def alike_ids(data: StudyData) -> Iterable[Note]:
    """Ids that look like one and are two."""
    for frame in (data.ratings, data.comparisons):
        for column in sorted(IDS & set(frame.columns)):
            written = set(frame[column])
            yield from _apart(column, "spaces", alike(written, str.strip))
            yield from _apart(column, "case", alike({name.strip() for name in written}, str.casefold))


def _apart(column: str, by: str, names: list[str]) -> Iterable[Note]:
    if names:
        yield Note(
            f"ids_differ_by_{by}",
            f"{counted(len(names), f'{column} id')} differ by {by} only and are kept apart "
            f"(such as {names[0]!r} and {names[1]!r}); correct the file if they are the same.",
        )


def _idle(scope: Scope) -> Iterable[Note]:
    """What is listed or given, and enters no statistic."""
    data = scope.data
    votes = data.comparisons["n"] * (data.comparisons["expected_choice"] == "")
    if not scope.rated_questions and not votes.any():
        rows = counted(len(data.ratings) + len(data.comparisons), "answer")
        kinds = natural([*data.ratings["kind"], *["attention checks or counts of 0"][: len(votes)]])
        yield Note("nothing_scored", f"None of {rows} enters statistics: they are {', '.join(kinds)}.")
    answered = {*data.ratings["rater"].unique(), *data.comparisons["rater"].unique()}
    listed = data.raters["rater"] if data.raters is not None else pd.Series(dtype=str)
    idle = natural(set(listed) - answered)
    if idle:
        yield Note("raters_without_ratings", f"{counted(len(idle), 'rater')} gave no answer ({_some(idle)}).")
    unrated = natural(_unrated(data))
    if unrated:
        verb = "was" if len(unrated) == 1 else "were"
        message = f"{counted(len(unrated), 'stimulus', 'stimuli')} {verb} never rated ({_some(unrated)})."
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
        if not is_reference and name not in rated | data.aside and not {(item, method), ("", method)} & shown
    }


def _some(names: list[str]) -> str:
    more = f" and {len(names) - SHOWN_PLACES} more" if len(names) > SHOWN_PLACES else ""
    return ", ".join(names[:SHOWN_PLACES]) + more
