"""The tables against each other and against the study: ids, scales, references, metrics, times."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from analysis.checking.cells import times
from analysis.checking.files import Bundle
from analysis.checking.problem import Problem, flagged
from analysis.csvfile import FALSE, TRUE
from analysis.tables import DEFAULT_QUESTION, how_to_part
from studies.bundle import COMPARISONS, METRICS, RATERS, RATINGS, SOUND_CHECK, STIMULI

ANSWERS = (RATINGS, COMPARISONS)


def consistency_problems(bundle: Bundle) -> Iterator[Problem]:
    yield from _repeated_ids(bundle)
    yield from _unknown_raters(bundle)
    yield from _ratings_of_stimuli(bundle)
    yield from _sides(bundle)
    yield from _double_scores(bundle)
    yield from _outside_scale(bundle)
    yield from _unasked(bundle)
    yield from _references(bundle)
    yield from _metrics(bundle)
    yield from _times(bundle)


def has(frame: pd.DataFrame | None, *columns: str) -> bool:
    return frame is not None and set(columns) <= set(frame.columns)


def _repeated_ids(bundle: Bundle) -> Iterator[Problem]:
    for table, column in ((STIMULI, "stimulus"), (RATERS, "rater")):
        frame = bundle.frame(table)
        if frame is not None and column in frame:
            double = frame[column].duplicated() & (frame[column] != "")
            what = f"{column} {{value}} is listed twice; remove one of the rows"
            yield from flagged(bundle.label(table), frame, double, column, what)


def _unknown_raters(bundle: Bundle) -> Iterator[Problem]:
    listed = bundle.frame(RATERS)
    if listed is None or "rater" not in listed:
        return
    for table in ANSWERS:
        frame = bundle.frame(table)
        if frame is not None and "rater" in frame:
            unknown = ~frame["rater"].isin([*listed["rater"], ""])
            what = f"rater {{value}} is not in {RATERS.file}; correct the id or add the rater"
            yield from flagged(bundle.label(table), frame, unknown, "rater", what)


def scored(frame: pd.DataFrame) -> pd.DataFrame:
    """Ratings proper: not those of attention checks, training and repeats."""
    return frame[frame["kind"].isin(["scored", ""])] if "kind" in frame else frame


def _ratings_of_stimuli(bundle: Bundle) -> Iterator[Problem]:
    ratings, stimuli = bundle.frame(RATINGS), bundle.frame(STIMULI)
    if ratings is None or not has(ratings, "stimulus", "method", "item"):
        return
    file = bundle.label(RATINGS)
    frame = scored(ratings)
    if stimuli is None or not has(stimuli, "stimulus", "method", "item"):
        yield from _two_homes(frame, file)
        return
    known = stimuli.drop_duplicates("stimulus").set_index("stimulus")
    unknown = ~frame["stimulus"].isin([*known.index, ""])
    what = f"stimulus {{value}} is not in {STIMULI.file}; correct the id or add the stimulus"
    yield from flagged(file, frame, unknown, "stimulus", what)
    for column in ("method", "item"):
        listed = frame["stimulus"].map(known[column])
        differs = listed.notna() & (listed != frame[column])
        what = (
            f"{column} {{value}} differs from {STIMULI.file} for stimulus {{stimulus}}; correct one of them"
        )
        yield from flagged(file, frame, differs, column, what)


def _two_homes(frame: pd.DataFrame, file: str) -> Iterator[Problem]:
    first = frame.groupby("stimulus", sort=False)[["method", "item"]].transform("first")
    for column in ("method", "item"):
        what = f"stimulus {{stimulus}} stands with another {column} above; give each clip its own id"
        yield from flagged(file, frame, first[column] != frame[column], column, what)


def _sides(bundle: Bundle) -> Iterator[Problem]:
    """Sides are methods of the study, or all of them its stimuli."""
    frame, stimuli = bundle.frame(COMPARISONS), bundle.frame(STIMULI)
    if frame is None:
        return
    file = bundle.label(COMPARISONS)
    sides = [name for name in ("left", "right", "winner", "loser") if name in frame]
    if len(sides) == 2:
        check = frame["expected_choice"] != "" if "expected_choice" in frame else False
        same = (frame[sides[0]] == frame[sides[1]]) & (frame[sides[0]] != "") & ~np.asarray(check)
        yield from flagged(file, frame, same, sides[0], "{value} is compared with itself; name two methods")
    if stimuli is None or not has(stimuli, "stimulus", "method"):
        return
    for names in (stimuli["method"], stimuli["stimulus"]):
        known = {*names, ""}
        if any(frame[side].isin(known - {""}).any() for side in sides):
            what = f"{{value}} is neither a method nor a stimulus of {STIMULI.file} as the other sides are"
            for side in sides:
                yield from flagged(file, frame, ~frame[side].isin(known), side, f"{what}; correct the name")
            return


def _double_scores(bundle: Bundle) -> Iterator[Problem]:
    ratings = bundle.frame(RATINGS)
    if ratings is None or not has(ratings, "rater", "item", "method", "score"):
        return
    frame = scored(with_defaults(ratings))
    frame = frame[frame["score"] != ""]
    double = frame.duplicated(["rater", "stimulus", "question"])
    if not double.any():
        return
    mend = how_to_part(frame, "this one")
    what = f"rater {{value}} scored stimulus {{stimulus}} on question {{question}} before; {mend}"
    yield from flagged(bundle.label(RATINGS), frame, double, "rater", what)


def with_defaults(ratings: pd.DataFrame) -> pd.DataFrame:
    """stimulus and question as every reader of the bundle fills them in."""
    stimulus = ratings["stimulus"] if "stimulus" in ratings else ratings["item"] + "|" + ratings["method"]
    question = ratings["question"] if "question" in ratings else pd.Series("", index=ratings.index)
    return ratings.assign(stimulus=stimulus, question=question.replace("", DEFAULT_QUESTION))


def _outside_scale(bundle: Bundle) -> Iterator[Problem]:
    ratings = bundle.frame(RATINGS)
    if ratings is None or not has(ratings, "item", "method", "score"):
        return
    frame = with_defaults(ratings)
    score = pd.to_numeric(frame["score"], errors="coerce")
    for question, (low, high) in bundle.scales.items():
        outside = (frame["question"] == question) & ((score < low) | (score > high))
        what = f"score {{value}} lies outside {low:g} to {high:g}, the scale of {question!r}; correct it"
        yield from flagged(bundle.label(RATINGS), frame, outside, "score", what)


def _unasked(bundle: Bundle) -> Iterator[Problem]:
    """With a study file, every answer is to one of its questions."""
    if bundle.config is None:
        return
    asked = {question.id for part in bundle.config.parts for question in part.questions}
    known = {*asked, SOUND_CHECK}
    for table in ANSWERS:
        frame = bundle.frame(table)
        if frame is not None and "question" in frame:
            what = f"question {{value}} is not in the study file ({', '.join(sorted(asked))}); correct it"
            yield from flagged(bundle.label(table), frame, ~frame["question"].isin(known), "question", what)


def _references(bundle: Bundle) -> Iterator[Problem]:
    stimuli = bundle.frame(STIMULI)
    if stimuli is None or not has(stimuli, "stimulus", "method", "item", "is_reference"):
        return
    if not stimuli["is_reference"].str.lower().isin(TRUE | FALSE).all():
        return  # the cell that is neither is told already, and what it means is not known
    file = bundle.label(STIMULI)
    marked = stimuli["is_reference"].str.lower().isin(TRUE)
    methods = stimuli["method"][marked]
    others = marked & (stimuli["method"] != (methods.iloc[0] if len(methods) else ""))
    what = "{value} is a second method of references; mark the clips of one method only"
    yield from flagged(file, stimuli, others, "method", what)
    half = stimuli["method"].isin(methods) & ~marked
    what = "{value} is not marked as reference here as it is elsewhere; mark all of its clips or none"
    yield from flagged(file, stimuli, half, "method", what)
    if marked.any():
        bare = ~stimuli["item"].isin(stimuli["item"][marked])
        yield from flagged(file, stimuli, bare, "item", "item {value} has no reference; add it, or mark none")
    declared = bundle.config.reference.name if bundle.config and bundle.config.reference else None
    if declared is not None and marked.any() and declared not in set(methods):
        yield Problem(
            file, f"the study's reference is {declared!r}, but no clip of it is marked; correct the marks"
        )


def _metrics(bundle: Bundle) -> Iterator[Problem]:
    frame, stimuli, ratings = bundle.frame(METRICS), bundle.frame(STIMULI), bundle.frame(RATINGS)
    known = stimuli if stimuli is not None else ratings
    if frame is None or known is None or not has(known, "method", "item"):
        return
    file = bundle.label(METRICS)
    clips = known if "stimulus" in known else with_defaults(known)
    key = [name for name in ("metric", "stimulus", "item", "method") if name in frame]
    strange = pd.Series(False, index=frame.index)
    if "stimulus" in frame:
        strange = ~frame["stimulus"].isin([*clips["stimulus"], ""])
        yield from flagged(
            file, frame, strange, "stimulus", "{value} is no stimulus of the study; correct the id"
        )
    if "method" in frame:
        unknown = ~frame["method"].isin([*clips["method"], ""]) & ~strange
        yield from flagged(
            file, frame, unknown, "method", "{value} is no method of the study; correct the name"
        )
    double = frame.duplicated(key)
    yield from flagged(
        file, frame, double, "metric", "{value} of the same clip is given twice; remove one row"
    )
    if has(frame, "stimulus", "method") and "stimulus" in clips:
        home = clips.drop_duplicates("stimulus").set_index("stimulus")["method"]
        listed = frame["stimulus"].map(home)
        differs = listed.notna() & (frame["method"] != "") & (listed != frame["method"])
        what = "method {value} is not that of stimulus {stimulus}; correct one of them"
        yield from flagged(file, frame, differs, "method", what)


def _times(bundle: Bundle) -> Iterator[Problem]:
    for table in ANSWERS:
        frame = bundle.frame(table)
        if frame is None or "presented_at" not in frame:
            continue
        file, presented = bundle.label(table), times(frame["presented_at"])
        if "submitted_at" in frame:
            early = times(frame["submitted_at"]) < presented
            yield from flagged(
                file, frame, early, "submitted_at", "{value} lies before presented_at; correct one"
            )
        yield from _order(frame, presented, file)
        yield from _consent(frame, presented, bundle, file)


def _order(frame: pd.DataFrame, presented: pd.Series, file: str) -> Iterator[Problem]:
    """Within one sitting, later positions were presented later."""
    if not has(frame, "rater", "sitting", "position"):
        return
    position = pd.to_numeric(frame["position"], errors="coerce")
    timed = frame.assign(at=presented, number=position)[
        presented.notna() & position.notna() & (frame["sitting"] != "")
    ]
    timed = timed.sort_values(["rater", "sitting", "number"], kind="stable")
    back = timed.groupby(["rater", "sitting"])["at"].diff() < pd.Timedelta(0)
    backwards = frame.index.isin(timed.index[back.to_numpy(dtype=bool)])
    what = "{value} lies before the trial of an earlier position in the same sitting; correct one of them"
    yield from flagged(file, frame, backwards, "presented_at", what)


def _consent(frame: pd.DataFrame, presented: pd.Series, bundle: Bundle, file: str) -> Iterator[Problem]:
    raters = bundle.frame(RATERS)
    if raters is None or not has(raters, "rater", "consented_at") or "rater" not in frame:
        return
    consented = (
        raters.assign(at=times(raters["consented_at"])).drop_duplicates("rater").set_index("rater")["at"]
    )
    early = presented < consented.reindex(frame["rater"]).set_axis(frame.index)
    what = "{value} lies before rater {rater} consented; correct one of the times"
    yield from flagged(file, frame, np.asarray(early), "presented_at", what)
