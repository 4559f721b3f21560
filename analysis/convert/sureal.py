"""Datasets of Netflix' sureal as JSON: ref_videos, dis_videos with opinion scores `os` as list or mapping.

Format: github.com/Netflix/sureal, README.rst, "Dataset files".
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from analysis.convert.facts import Clip, Facts, Rating, gathered
from analysis.convert.names import Pattern, needed, with_item
from analysis.convert.wanted import Wanted
from analysis.csvfile import LARGEST
from analysis.tables import DEFAULT_QUESTION
from studies.errors import InputError
from studies.reading import parse

REFERENCE = "reference"
MISSING = "missing scores (null or NaN)"


class _Foreign(BaseModel):
    """Keys that we do not know are the other program's business."""

    model_config = ConfigDict(extra="ignore", frozen=True, coerce_numbers_to_str=True)


class _Content(_Foreign):
    content_id: str
    content_name: str = ""
    path: str = ""


class _Video(_Foreign):
    content_id: str
    asset_id: str
    os: Any
    path: str = ""

    @property
    def where(self) -> str:
        return f"asset_id {self.asset_id}"


class _Dataset(_Foreign):
    dataset_name: str = ""
    ref_videos: Annotated[tuple[_Content, ...], Field(min_length=1)]
    dis_videos: Annotated[tuple[_Video, ...], Field(min_length=1)]


def read_sureal(raw: bytes, where: str, study: str, wanted: Wanted) -> Facts:
    dataset = parse(_Dataset, _json(raw, where), where)
    _check(dataset, where)
    contents = {content.content_id: content for content in dataset.ref_videos}
    clips = [_clip(video, contents, wanted.pattern, where) for video in dataset.dis_videos]
    question = wanted.question or DEFAULT_QUESTION
    ratings, missing = [], []
    for video, clip in zip(dataset.dis_videos, clips, strict=True):
        counted = set()
        for rater, score in _votes(video):
            place = f"{video.where}, observer {rater!r}"
            if score is None or score != score:  # NaN
                missing.append((MISSING, place))
                continue
            kind = "repeat" if rater in counted else "scored"
            counted.add(rater)
            ratings.append(Rating(rater, clip, _number(score, where, place), place, question, kind))
    return Facts(
        dataset.dataset_name or study,
        "a sureal dataset",
        f"{len(clips)} dis_videos of {len(contents)} contents",
        ratings=tuple(ratings),
        clips=tuple(clips),
        raters={rating.rater: {} for rating in ratings},
        left_out=gathered(missing),
        notes=_repetitions(ratings),
    )


def _json(raw: bytes, where: str) -> Any:
    try:
        content = json.loads(raw.decode("utf-8-sig"))
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError) as error:
        raise InputError(f"{where} is not valid JSON ({error}); write it again with json.dump.") from None
    if not isinstance(content, dict) or not {"ref_videos", "dis_videos"} & set(content):
        raise InputError(f"{where} is no sureal dataset; give an object with ref_videos and dis_videos.")
    return content


def _check(dataset: _Dataset, where: str) -> None:
    contents: list[str] = [content.content_id for content in dataset.ref_videos]
    names = [content.content_name or content.content_id for content in dataset.ref_videos]
    assets = [video.asset_id for video in dataset.dis_videos]
    _refuse_double("content_id", contents, where)
    _refuse_double("content_name", names, where)
    _refuse_double("asset_id", assets, where)
    for video in dataset.dis_videos:
        if not isinstance(video.os, list | dict):
            raise InputError(
                f"{where} {video.where}: 'os' must be a list of scores or a mapping from observer to score."
            )
    lengths = {len(video.os) for video in dataset.dis_videos if isinstance(video.os, list)}
    mixed = len({type(video.os) for video in dataset.dis_videos}) > 1
    if mixed or len(lengths) > 1:
        raise InputError(
            f"{where}: 'os' must be a list of the same length for all dis_videos, or a mapping from observer "
            "to score for all; make it a mapping."
        )
    for video in dataset.dis_videos:
        if video.content_id not in contents:
            raise InputError(
                f"{where} {video.where}: content_id {video.content_id} is not in ref_videos; add it there."
            )


def _refuse_double(what: str, ids: Sequence[str], where: str) -> None:
    double = next((one for one, count in Counter(ids).items() if count > 1), None)
    if double is not None:
        raise InputError(f"{where}: {what} {double} is given twice; give each its own.")


def _clip(video: _Video, contents: Mapping[str, _Content], pattern: Pattern | None, where: str) -> Clip:
    """A reference is recognised by its path; other methods must be read from the path."""
    content = contents[video.content_id]
    item = content.content_name or content.content_id
    if video.path and video.path == content.path:
        return Clip(video.asset_id, REFERENCE, item, is_reference=True)
    name = video.path or video.asset_id
    spot = f"{where} {video.where}"
    named = needed(pattern, name, spot).read(name, spot)
    return Clip(video.asset_id, named.method, with_item(named, item, name, spot))


def _votes(video: _Video) -> Iterator[tuple[str, Any]]:
    """(rater, score), repetitions one after another; observers of lists have no names."""
    if isinstance(video.os, dict):
        voters = list(video.os.items())
    else:
        digits = len(str(len(video.os)))
        voters = [(f"observer{i + 1:0{digits}}", votes) for i, votes in enumerate(video.os)]
    for rater, votes in voters:
        yield from ((rater, score) for score in (votes if isinstance(votes, list) else [votes]))


def _number(score: Any, where: str, place: str) -> float:
    if isinstance(score, bool) or not isinstance(score, int | float) or not abs(score) <= LARGEST:
        raise InputError(
            f"{where} {place}: {score!r} is not a score; correct it, or write null for a missing one."
        )
    return float(score)


def _repetitions(ratings: list[Rating]) -> tuple[str, ...]:
    count = sum(rating.kind == "repeat" for rating in ratings)
    return (
        (f"{count} scores are repetitions: the first one counts, the others are marked repeat",)
        if count
        else ()
    )
