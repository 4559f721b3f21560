"""Result files of webMUSHRA: mushra.csv, and the Likert scales of lss.csv and lms.csv.

Format: github.com/audiolabs/webMUSHRA, service/write.php. Each trial is one item, each stimulus in it
a method.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

import pandas as pd

from analysis import csvfile
from analysis.convert.facts import Clip, Facts, Rating, gathered, number
from analysis.convert.people import identifying, numbered
from analysis.convert.wanted import Wanted
from analysis.tables import DEFAULT_QUESTION
from studies.errors import InputError

UUID = "session_uuid"
REFERENCE = "reference"
MUSHRA = (0.0, 100.0)  # ITU-R BS.1534: the continuous quality scale
SCORES = re.compile(r"rating_score|stimuli_rating(\d*)")
OTHERS = {
    "choice_reference": "paired comparisons",
    "rating_non_reference": "BS.1116 trials",
    "position_x": "spatial trials",
    "position_outerRight_x": "spatial trials",
    "position_center_x": "spatial trials",
}


def read_webmushra(raw: bytes, where: str, study: str, wanted: Wanted) -> Facts:
    frame = csvfile.read_table(raw, where)
    scores = _score_columns(frame, where)
    stimulus = "rating_stimulus" if "rating_stimulus" in frame else "stimuli"
    csvfile.require(frame, ("session_test_id", "trial_id", stimulus), where)
    csvfile.identifiers(frame, ("trial_id", stimulus), where)
    raters = _raters(frame, wanted, where)
    clips = _clips(frame, stimulus)
    ratings, missing = [], []
    for i, (row, cells) in enumerate(zip(frame.index, frame.to_dict("records"), strict=True)):
        for column, question in scores.items():
            place = f"row {row}, column '{column}'"
            score = number(str(cells[column]), where, place, comma=False)
            if score is None:
                missing.append(("empty or NA scores", place))
                continue
            clip = clips[str(cells["trial_id"]), str(cells[stimulus])]
            asked = wanted.question or DEFAULT_QUESTION if question == DEFAULT_QUESTION else question
            ratings.append(Rating(raters[i], clip, score, place, asked))
    described, unused = _described(frame, raters, {*scores, stimulus, wanted.rater_column or UUID})
    return Facts(
        "-".join(dict.fromkeys(frame["session_test_id"])) or study,
        "a webMUSHRA result file",
        f"{len(frame)} rows",
        ratings=tuple(ratings),
        clips=tuple(clips.values()),
        raters=described,
        scales=dict.fromkeys({rating.question for rating in ratings}, MUSHRA)
        if "rating_score" in scores
        else {},
        left_out=gathered(missing),
        unused_columns=unused,
    )


def _score_columns(frame: pd.DataFrame, where: str) -> dict[str, str]:
    """Question by column of scores."""
    found = {str(name): SCORES.fullmatch(str(name)) for name in frame.columns}
    scores = {
        name: f"response{match[1]}" if match[1] else DEFAULT_QUESTION
        for name, match in found.items()
        if match
    }
    if scores:
        return scores
    other = next((what for name, what in OTHERS.items() if name in frame), "trials without scores")
    raise InputError(
        f"{where} holds {other} of webMUSHRA, which cannot be converted; give mushra.csv, lss.csv or "
        "lms.csv, or write a comparisons.csv with left, right and choice."
    )


def _raters(frame: pd.DataFrame, wanted: Wanted, where: str) -> list[str]:
    """One rater per session; a column that identifies people gives numbered raters."""
    column = wanted.rater_column or UUID
    if column not in frame:
        asked = ", ".join(_participant_columns(frame)) or "none"
        raise InputError(
            f"{where}: column '{column}' is missing, so nothing says who rated; name a column with "
            f"--rater-column (about participants: {asked})."
        )
    csvfile.identifiers(frame, (column,), where)
    names = [str(name) for name in frame[column]]
    return numbered(names) if identifying(column) else names


def _participant_columns(frame: pd.DataFrame) -> list[str]:
    """What the questionnaire asked: the columns between the test's id and the session's or trial's."""
    names = [str(name) for name in frame.columns]
    ends = [names.index(name) for name in (UUID, "trial_id") if name in names]
    return names[1 : min(ends)]


def _clips(frame: pd.DataFrame, stimulus: str) -> dict[tuple[str, str], Clip]:
    pairs = dict.fromkeys(zip(frame["trial_id"], frame[stimulus], strict=True))
    return {
        (trial, method): Clip(f"{trial}|{method}", method, trial, is_reference=method == REFERENCE)
        for trial, method in pairs
    }


def _described(
    frame: pd.DataFrame, raters: list[str], used: set[str]
) -> tuple[Mapping[str, Mapping[str, str]], tuple[str, ...]]:
    """Attributes of raters; and the other columns that hold anything, which are not carried."""
    asked = [name for name in _participant_columns(frame) if name not in used and not identifying(name)]
    cells = frame[asked].to_dict("records")
    described = {
        rater: {str(k): str(v) for k, v in row.items()} for rater, row in zip(raters, cells, strict=True)
    }
    return described, tuple(_unused(frame, {*used, *asked, "session_test_id", "trial_id"}))


def _unused(frame: pd.DataFrame, used: set[str]) -> Iterator[str]:
    for name in frame.columns:
        if name not in used and (frame[name] != "").any():
            yield f"{name} (identifies people)" if identifying(str(name)) else str(name)
