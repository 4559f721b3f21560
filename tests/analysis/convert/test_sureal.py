"""Datasets in the JSON form of Netflix' sureal (README.rst, "Dataset files")."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from converted import Convert, loaded, stimulus_means, table

Dataset = dict[str, Any]
METHOD = ("--stimulus-pattern", r"(?P<method>q\d)\.png$")


def dataset(*scores: Any) -> Dataset:
    """Like sureal's own test data: two contents, whose references are `foo.png` and `bar.png`."""
    paths = ["foo_q1.png", "bar_q1.png", "foo_q2.png", "foo.png"]
    return {
        "dataset_name": "small",
        "yuv_fmt": "yuv420p",
        "ref_score": 5.0,
        "ref_videos": [
            {"content_id": 0, "content_name": "foo", "path": "foo.png"},
            {"content_id": 1, "content_name": "bar", "path": "bar.png"},
        ],
        "dis_videos": [
            {"asset_id": i, "content_id": int(path.startswith("bar")), "os": votes, "path": path}
            for i, (path, votes) in enumerate(zip(paths, scores, strict=False))
        ],
    }


BY_NAME = dataset(
    {"Tom": 3, "Jerry": 4, "Pinokio": 1}, {"Tom": 2, "Jerry": 1}, {"Tom": 4, "Jerry": 1}, {"Tom": 5}
)
BY_LIST = dataset([3, 4, 1], [2, 1, None], [4, 1, float("nan")], [5, 5, 5])


def test_scores_by_name(convert: Convert, bundle: Path) -> None:
    told = convert("small.json", json.dumps(BY_NAME), *METHOD)
    assert "8 ratings by 3 raters of 4 stimuli (3 methods, 2 items)" in told
    data = loaded(bundle)
    assert (data.study, data.reference, data.methods) == ("small", "reference", ("q1", "q2", "reference"))
    assert set(data.ratings["rater"]) == {"Tom", "Jerry", "Pinokio"}


def test_lists_name_observers_by_their_place(convert: Convert, bundle: Path) -> None:
    told = convert("small.json", json.dumps(BY_LIST), *METHOD)
    ratings = table(bundle, "ratings")
    assert "Left out: 2 missing scores (null or NaN) (the first: asset_id 1, observer 'observer3')." in told
    of_second = ratings[ratings["rater"] == "observer2"]
    assert of_second["score"].tolist() == ["4", "1", "1", "5"]


def test_repetitions_are_repeats(convert: Convert, bundle: Path) -> None:
    repeated = dataset({"Tom": [3, 2], "Jerry": 4}, {"Tom": [None, 2], "Jerry": [3, 3, 1]})
    told = convert("small.json", json.dumps(repeated), *METHOD)
    ratings = loaded(bundle).ratings
    assert sorted(ratings["score"][ratings["kind"] == "repeat"]) == [1.0, 2.0, 3.0]
    assert len(ratings) == 7
    assert "3 scores are repetitions" in told


@pytest.mark.parametrize("folder", ["nflx_public", "vqeghd3"])
def test_same_means_as_the_ratings(convert: Convert, bundle: Path, shared: Path, folder: str) -> None:
    """Real sets of sureal's repository, back in its format."""
    source = shared / "ratings" / folder
    ratings = pd.read_csv(source / "ratings.csv", dtype={"stimulus": str, "item": str, "method": str})
    items = list(dict.fromkeys(ratings["item"]))
    clips = ratings.groupby("stimulus", sort=False)
    content = {
        "ref_videos": [{"content_id": i, "content_name": item, "path": ""} for i, item in enumerate(items)],
        "dis_videos": [
            {
                "asset_id": stimulus,
                "content_id": items.index(rows["item"].iloc[0]),
                "path": f"dis/{rows['method'].iloc[0]}/{stimulus}.yuv",
                "os": dict(zip(rows["rater"], rows["score"], strict=True)),
            }
            for stimulus, rows in clips
        ],
    }
    convert("set.json", json.dumps(content), "--stimulus-pattern", "{method}/{}")
    assert stimulus_means(bundle) == stimulus_means(source)


@pytest.mark.parametrize(
    ("content", "options", "parts"),
    [
        (BY_NAME, (), ["asset_id 0", "'foo_q1.png'", "--stimulus-pattern"]),
        (BY_NAME, ("--stimulus-pattern", "{method}-{}"), ["'foo_q1'", "does not fit"]),
        (dataset([1, 2], [1]), METHOD, ["same length"]),
        (dataset([1, 2], {"Tom": 1}), METHOD, ["mapping"]),
        (dataset({"Tom": "good"}), METHOD, ["asset_id 0", "'Tom'", "'good'"]),
        (dataset({"Tom": 1e40}), METHOD, ["'Tom'", "not a score"]),
        ({**BY_NAME, "dis_videos": []}, METHOD, ["dis_videos"]),
        ({"dis_videos": BY_NAME["dis_videos"]}, METHOD, ["ref_videos", "missing"]),
        ({**BY_NAME, "dis_videos": BY_NAME["dis_videos"][:1] * 2}, METHOD, ["asset_id 0", "twice"]),
        ({**BY_NAME, "ref_videos": BY_NAME["ref_videos"][:1]}, METHOD, ["asset_id 1", "content_id 1"]),
        (BY_NAME, (*METHOD, "--rows", "raters"), ["--rows", "sureal"]),
    ],
)
def test_what_cannot_be_converted_is_one_sentence(
    refused: Convert, content: Dataset, options: tuple[str, ...], parts: list[str]
) -> None:
    message = refused("small.json", json.dumps(content), *options)
    for part in parts:
        assert part in message


def test_other_files_of_sureal_are_named(refused: Convert) -> None:
    assert "json.dump" in refused("small.py", "ref_videos = []")
    assert "not valid JSON" in refused("small.json", "{")
