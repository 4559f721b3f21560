"""Answers of a batch in the P.808 and P.910 toolkits, as downloaded from the crowd: one row per assignment.

Format: github.com/microsoft/P.808 and github.com/microsoft/P.910, src/result_parser.py and the
page templates. Column names in any case: WorkerId, AssignmentId, Input.*, Answer.q1, Answer.q1_url …
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import pandas as pd

from analysis import csvfile
from analysis.convert.facts import Clip, Comparison, Facts, Rating, Scale, gathered, number
from analysis.convert.names import Pattern, needed, short_names, with_item
from analysis.convert.wanted import Wanted
from analysis.tables import DEFAULT_QUESTION
from studies.errors import InputError

URL = re.compile(r"answer\.q(\d+)_url")
QUESTIONS = (
    *("bak", "sig", "ovrl", "enrol", "echo", "other"),
    *("col", "disc", "loud", "noise", "reverb"),
    *(
        "trust",
        "realistic",
        "creepy",
        "formal",
        "comfortableusing",
        "comfortableinteracting",
        "appropriate",
        "like",
    ),
    *("facialexpressions", "lookslike", "gesture_acc", "motion", "realism"),
)
SHOWN_REFERENCE = re.compile(r"input\.q(\d+)_r")
TRAPS = (("input.tp", "input.tp_ans"), ("input.tp_clip", "input.tp_ans"))
GOLDS = (
    ("input.gold_clips", "input.gold_clips_ans"),
    ("input.gold_clip", "input.gold_ans"),
    ("input.gold_url", ""),
    ("input.gold_url_2", ""),
)
GOLD_TOLERANCE = 1  # `variance: 1` in the toolkits' configuration
READ = re.compile(
    rf"answer\.q\d+(_url|_order|{'|'.join(f'_{name}' for name in QUESTIONS)})?|input\.q\d+(_[pr])?"
)
REFERENCE = "reference"
NO_VOTE = "trials without a score"
NO_CLIP = "trials without a clip"
CHECKED_PAIR = "attention checks among CCR trials, whose right answers are a range"

Kind = Literal["scored", "trap", "gold"]


@dataclass(frozen=True)
class _Trial:
    """One clip of one assignment: what was answered in column `answer.qN`, N being the position."""

    rater: str
    sitting: str
    position: int
    url: str
    kind: Kind
    right: str
    row: int
    cells: Mapping[str, str]

    def place(self, column: str) -> str:
        return f"row {self.row}, column '{column}'"


def is_batch(columns: Sequence[str]) -> bool:
    names = {name.strip().lower() for name in columns}
    return "workerid" in names and any(URL.fullmatch(name.replace("_slide", "")) for name in names)


def read_answers(raw: bytes, where: str, study: str, wanted: Wanted) -> Facts:
    frame = _lowered(csvfile.read_table(raw, where), where)
    csvfile.require(frame, ("workerid", "assignmentid"), where)
    csvfile.identifiers(frame, ("workerid", "assignmentid"), where)
    trials = list(_trials(frame))
    missing = [(NO_CLIP, trial.place(f"answer.q{trial.position}_url")) for trial in trials if not trial.url]
    trials = [trial for trial in trials if trial.url]
    clips = _Clips(frame, wanted.pattern, where)
    graded = any(re.fullmatch(r"answer\.q\d+_order", name) for name in frame.columns)
    facts = _comparisons(trials, clips, where) if graded else _ratings(trials, clips, wanted, where)
    return replace(
        facts,
        study=study,
        format="a batch of answers of the P.808 or P.910 toolkit",
        read=f"{len(frame)} assignments with {len(trials) + len(missing)} trials",
        raters={rater: {} for rater in dict.fromkeys(frame["workerid"])},
        left_out=(*gathered(missing), *facts.left_out),
        unused_columns=_unused(frame),
        notes=(*facts.notes, *_statuses(frame)),
    )


def _lowered(frame: pd.DataFrame, where: str) -> pd.DataFrame:
    """Column names as the toolkits' own parser reads them."""
    names = [str(name).lower().replace("_slide", "") for name in frame.columns]
    double = next((name for name in names if names.count(name) > 1), None)
    if double is not None:
        raise InputError(f"{where}: column '{double}' appears twice in the header; rename or remove one.")
    return frame.set_axis(names, axis=1)


def _trials(frame: pd.DataFrame) -> Iterator[_Trial]:
    positions = sorted(int(match[1]) for name in frame.columns if (match := URL.fullmatch(name)))
    for row, cells in zip(frame.index, frame.to_dict("records"), strict=True):
        texts = {str(key): str(value) for key, value in cells.items()}
        for position in positions:
            url = texts[f"answer.q{position}_url"]
            kind, right = _kind(url, texts)
            yield _Trial(texts["workerid"], texts["assignmentid"], position, url, kind, right, row, texts)


def _kind(url: str, cells: Mapping[str, str]) -> tuple[Kind, str]:
    """Whether a clip was a check of attention, and its right answer where the batch gives one in clear."""
    checks: tuple[tuple[Kind, tuple[tuple[str, str], ...]], ...] = (("trap", TRAPS), ("gold", GOLDS))
    for kind, columns in checks:
        for shown, answer in columns:
            if url and cells.get(shown) == url:
                return kind, cells.get(answer, "")
    return "scored", ""


class _Clips:
    """Clips by address. A clip that stands in an `Input.qN_R` column is a reference, and names the item."""

    def __init__(self, frame: pd.DataFrame, pattern: Pattern | None, where: str) -> None:
        self._pattern = pattern
        self._where = where
        self._reference_of = _references(frame)
        self._references = frozenset(self._reference_of.values())
        self._item = short_names(self._references)
        self._known: dict[str, Clip] = {}

    def of(self, trial: _Trial) -> Clip:
        if trial.kind != "scored":
            return Clip(trial.url, trial.kind, trial.url)
        if trial.url not in self._known:
            self._known[trial.url] = self._clip(trial)
        return self._known[trial.url]

    def all(self) -> tuple[Clip, ...]:
        return tuple(self._known.values())

    def compared(self, shown: Sequence[Clip]) -> tuple[Clip, ...]:
        """The references that stood beside these clips."""
        of = {
            self._reference_of[clip.stimulus]: clip.item
            for clip in shown
            if clip.stimulus in self._reference_of
        }
        return tuple(Clip(url, REFERENCE, item, is_reference=True) for url, item in of.items())

    def _clip(self, trial: _Trial) -> Clip:
        where = f"{self._where} {trial.place(f'answer.q{trial.position}_url')}"
        if trial.url in self._references and "item" not in (self._pattern.fields if self._pattern else ()):
            return Clip(trial.url, REFERENCE, self._item[trial.url], is_reference=True)
        named = needed(self._pattern, trial.url, where).read(trial.url, where)
        shown = self._item.get(self._reference_of.get(trial.url, ""), "")
        item = with_item(named, shown, trial.url, where)
        return Clip(trial.url, named.method, item, is_reference=trial.url in self._references)


def _references(frame: pd.DataFrame) -> dict[str, str]:
    """Address of the reference by address of the clip that was shown with it."""
    found: dict[str, str] = {}
    for name in frame.columns:
        match = SHOWN_REFERENCE.fullmatch(name)
        shown = [f"input.q{match[1]}{end}" for end in ("_p", "")] if match else []
        for column in (column for column in shown if column in frame):
            found.update(
                {clip: of for clip, of in zip(frame[column], frame[name], strict=True) if clip and of}
            )
    return found


def _ratings(trials: Sequence[_Trial], clips: _Clips, wanted: Wanted, where: str) -> Facts:
    ratings, missing = [], []
    for trial in trials:
        clip = clips.of(trial)
        votes = list(_votes(trial))
        for column, question in votes:
            score = number(trial.cells[column], where, trial.place(column), comma=False)
            if score is None:
                missing.append((NO_VOTE, trial.place(column)))
                continue
            asked = wanted.question or DEFAULT_QUESTION if question == DEFAULT_QUESTION else question
            ratings.append(_rating(trial, clip, score, asked, column))
        if not votes:
            missing.append((NO_VOTE, trial.place(f"answer.q{trial.position}")))
    return Facts("", "", "", tuple(ratings), clips=clips.all(), left_out=gathered(missing))


def _votes(trial: _Trial) -> Iterator[tuple[str, str]]:
    """(column, question) of the answers to one trial."""
    bare = f"answer.q{trial.position}"
    for column, question in ((bare, DEFAULT_QUESTION), *((f"{bare}_{name}", name) for name in QUESTIONS)):
        if column in trial.cells:
            yield column, question


def _rating(trial: _Trial, clip: Clip, score: float, question: str, column: str) -> Rating:
    return Rating(
        trial.rater,
        clip,
        score,
        trial.place(column),
        question,
        trial.kind,
        _expected(trial),
        trial.sitting,
        trial.position,
    )


def _expected(trial: _Trial) -> Scale | None:
    """None where no answer is given in clear: some batches encode it."""
    try:
        right = float(trial.right)
    except ValueError:
        return None
    slack = GOLD_TOLERANCE if trial.kind == "gold" else 0
    return right - slack, right + slack


def _comparisons(trials: Sequence[_Trial], clips: _Clips, where: str) -> Facts:
    """CCR: the answer is of the processed clip relative to the reference, whichever came first."""
    found, missing = [], []
    for trial in trials:
        column = f"answer.q{trial.position}"
        score = number(trial.cells.get(column, ""), where, trial.place(column), comma=False)
        order = trial.cells.get(f"{column}_order", "").lower()
        if trial.kind != "scored":
            missing.append((CHECKED_PAIR, trial.place(column)))
        elif score is None:
            missing.append((NO_VOTE, trial.place(column)))
        elif order not in ("rp", "pr"):
            raise InputError(
                f"{where} {trial.place(f'{column}_order')}: {order!r} does not say which clip came first; "
                "write rp (reference first) or pr."
            )
        else:
            found.append(_comparison(trial, clips.of(trial), score, order))
    shown = clips.all()
    return Facts(
        "",
        "",
        "",
        comparisons=tuple(found),
        clips=(*shown, *clips.compared(shown)),
        left_out=gathered(missing),
    )


def _comparison(trial: _Trial, clip: Clip, score: float, order: str) -> Comparison:
    sides = (REFERENCE, clip.method) if order == "rp" else (clip.method, REFERENCE)
    second = score if order == "rp" else -score
    place = trial.place(f"answer.q{trial.position}")
    return Comparison(trial.rater, clip.item, *sides, second, place, trial.sitting, trial.position)


def _unused(frame: pd.DataFrame) -> tuple[str, ...]:
    """Columns that were not read and hold anything; those about the rated clips first."""
    read = {
        "workerid",
        "assignmentid",
        "assignmentstatus",
        *(name for pair in (*TRAPS, *GOLDS) for name in pair),
    }
    others = [name for name in frame.columns if name not in read and not READ.fullmatch(name)]
    filled = [name for name in others if (frame[name] != "").any()]
    return tuple(sorted(filled, key=lambda name: not name.startswith("answer.q")))


def _statuses(frame: pd.DataFrame) -> tuple[str, ...]:
    """Refused work is told, not dropped: the toolkits' own rules do not look at it either."""
    if "assignmentstatus" not in frame:
        return ()
    count = int((frame["assignmentstatus"].str.lower() == "rejected").sum())
    return (
        (f"{count} assignments were rejected; their answers are in the bundle like the others",)
        if count
        else ()
    )
