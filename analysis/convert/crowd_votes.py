"""Votes that the P.808 and P.910 toolkits' result_parser has accepted: `…_votes_per_worker….csv`.

Format: github.com/microsoft/P.808, src/result_parser.py, transform(): workerid, file, vote, question_type.
"""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from analysis import csvfile
from analysis.convert.facts import Clip, Facts, Rating, gathered, number
from analysis.convert.names import needed, with_item
from analysis.convert.wanted import Wanted
from analysis.tables import DEFAULT_QUESTION
from studies.errors import InputError

COLUMNS = ("workerid", "file", "vote")
CARRIED = frozenset({*COLUMNS, "question_type", "assignment_id", "short_file_name"})
PLAIN = ("", "MOS", "DMOS")


def is_votes(columns: Sequence[str]) -> bool:
    return set(COLUMNS) <= set(columns)


def is_sums(columns: Sequence[str]) -> bool:
    """Votes per clip or condition: nobody can tell who gave which."""
    return "file_url" in columns or ("condition_name" in columns and "n" in columns)


def refuse_sums(where: str) -> InputError:
    return InputError(
        f"{where} holds votes without raters, from which no interval can be made; give the file "
        "'…_votes_per_worker….csv' that the same program wrote, or the batch of answers."
    )


def read_votes(raw: bytes, where: str, study: str, wanted: Wanted) -> Facts:
    frame = csvfile.read_table(raw, where)
    csvfile.identifiers(frame, ("workerid", "file"), where)
    clips = {name: _clip(str(name), row, wanted, where) for row, name in _first_rows(frame)}
    ratings, missing = [], []
    for row, cells in zip(frame.index, frame.to_dict("records"), strict=True):
        place = f"row {row}, column 'vote'"
        score = number(str(cells["vote"]), where, place, comma=False)
        if score is None:
            missing.append(("rows without a vote", place))
            continue
        question = _question(str(cells.get("question_type", "")), where, row)
        asked = question or wanted.question or DEFAULT_QUESTION
        sitting = str(cells.get("assignment_id", ""))
        ratings.append(
            Rating(str(cells["workerid"]), clips[cells["file"]], score, place, asked, sitting=sitting)
        )
    return Facts(
        study,
        "votes per worker of the P.808 or P.910 toolkit",
        f"{len(frame)} rows",
        ratings=tuple(ratings),
        clips=tuple(clips.values()),
        raters={rating.rater: {} for rating in ratings},
        left_out=gathered(missing),
        unused_columns=tuple(name for name in frame.columns if name not in CARRIED),
        notes=("the toolkit has already left out whom it did not accept, and its attention checks",),
    )


def _first_rows(frame: pd.DataFrame) -> list[tuple[int, str]]:
    first = frame.drop_duplicates("file")
    return list(zip(first.index, first["file"], strict=True))


def _clip(name: str, row: int, wanted: Wanted, where: str) -> Clip:
    spot = f"{where} row {row}"
    named = needed(wanted.pattern, name, spot).read(name, spot)
    return Clip(name, named.method, with_item(named, "", name, spot))


def _question(kind: str, where: str, row: int) -> str:
    """MOS_SIG asks about sig; "" for the one question of ACR and DCR."""
    if kind.startswith("CMOS"):
        raise InputError(
            f"{where} row {row}: CCR votes without the order of the clips cannot be converted; give the "
            "batch of answers, which holds it in columns such as Answer.q1_order."
        )
    return "" if kind in PLAIN else kind.partition("_")[2].lower() or kind.lower()
