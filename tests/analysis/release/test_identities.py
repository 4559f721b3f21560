"""Old ids and contacts outside the raters' own columns: names of clips and columns, study.json, groups."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from released import bundle
from whole_bundle import Tables, sealed

from analysis.release.fit import fit_to_publish
from analysis.release.last_look import look_over
from analysis.release.readme import deeds
from analysis.release.telling import ids_of
from analysis.release.wish import Wish
from studies.errors import InputError

Refused = Callable[..., str]
NAMES = ("AnnaMueller", "benokoro", "carla-k", "danlee", "evemeier", "fayzhou", "JD", "kim")
PLAIN = Wish()


def called(content: Tables) -> None:
    """The eight raters under names of people."""
    for table in ("raters", "ratings", "comparisons"):
        for row in content[table]:
            row["rater"] = NAMES[int(row["rater"][-1]) - 1]


def named(folder: Path, spoil: Callable[[Tables], object] = lambda _: None, **study: Any) -> Path:
    """A bundle of people under their names; `study`: what study.json says besides."""

    def both(content: Tables) -> None:
        called(content)
        spoil(content)

    source = bundle(folder / "small", both)
    told = json.loads((source / "study.json").read_text())
    (source / "study.json").write_text(json.dumps({**told, **study}))
    return sealed(source)


@pytest.mark.parametrize(
    ("table", "column", "cell"),
    [
        ("comparisons", "question", "for annamueller"),
        ("stimuli", "speaker", "CARLA-K"),
        ("stimuli", "pilot", "JD"),
        ("stimuli", "note", "cut by Danlee, twice"),
        ("raters", "device", "EVEMEIER"),
        ("raters", "device", "danlees-laptop"),
        ("metrics", "implementation", "fayzhou"),
    ],
)
def test_an_id_stops_the_release_wherever_it_stands_and_however_it_is_written(
    tmp_path: Path, table: str, column: str, cell: str
) -> None:
    source = named(tmp_path, lambda content: content[table][1].update({column: cell}))
    with pytest.raises(InputError, match=f"{table}.csv row 3: column '{column}' holds the id of a rater"):
        fit_to_publish(str(source), PLAIN)


def test_a_clip_that_bears_the_name_of_a_rater_stops_the_release(tmp_path: Path) -> None:
    def spoil(content: Tables) -> None:
        for row in content["comparisons"]:
            row["item"] = "Kim"

    with pytest.raises(InputError, match="column 'item' holds the id of a rater"):
        fit_to_publish(str(named(tmp_path, spoil)), PLAIN)


def test_clips_may_be_numbered_as_raters_are(tmp_path: Path) -> None:
    def numbered(content: Tables) -> None:
        for row in content["stimuli"]:
            row["speaker"] = "subject-40"

    assert fit_to_publish(str(bundle(tmp_path / "small", numbered)), PLAIN).deed.order == "kept"


@pytest.mark.parametrize(
    ("study", "said"),
    [
        ({"title": "Study of annamueller"}, "title holds the id of a rater"),
        ({"study": "danlee-pilot"}, "study holds the id of a rater"),
        ({"reporting": {"training": "benokoro left"}}, "reporting / training holds the id of a rater"),
        (
            {"reporting": {"training": "call +49 151 1234567"}},
            "reporting / training holds a telephone number",
        ),
        (
            {"reporting": {"payment": "2 EUR; 5f3c2a1b9d8e7f6a5b4c3d2e was paid twice"}},
            "reporting / payment holds a Prolific id",
        ),
        (
            {"reporting": {"recruitment": "mail to lab@x.org"}},
            "reporting / recruitment holds an e-mail address",
        ),
        ({"title": "With A1B2C3D4E5F6G7"}, "title holds an Amazon Mechanical Turk WorkerId"),
        ({"scales": {"evemeier": [1, 5]}}, "scales / a key holds the id of a rater"),
        ({"scales": {"me@x.org": [1, 5]}}, "scales / a key holds an e-mail address"),
        ({"title": "From 10.1.2.3"}, "title holds an IP address"),
    ],
)
def test_study_json_tells_of_nobody(tmp_path: Path, study: dict[str, Any], said: str) -> None:
    with pytest.raises(InputError, match=f"study.json: {said}"):
        fit_to_publish(str(named(tmp_path, **study)), PLAIN)


def test_contacts_that_raters_were_shown_stay_and_are_named(tmp_path: Path) -> None:
    fit = fit_to_publish(str(named(tmp_path)), PLAIN)
    assert fit.deed.contacts == ["study@lab.example"]


def test_short_first_names_are_found_by_their_capital() -> None:
    ids = ids_of(["Max", "eva", "Tom"])
    assert [ids.called(text) for text in ("Pilot with Max", "at max 5", "Eva left", "evasive", "TOM")] == [
        True,
        False,
        True,
        False,
        False,
    ]


def test_a_column_s_name_that_tells_of_somebody_is_not_published(tmp_path: Path) -> None:
    for name in ("anna@uni.de", "Surname", "e-mail", "danlee", "Name", "+49 151 1234567"):
        source = named(tmp_path / name, lambda content, name=name: content["stimuli"][0].update({name: "4"}))
        with pytest.raises(InputError, match=r"stimuli\.csv: the name of column") as refusal:
            fit_to_publish(str(source), PLAIN)
        assert name not in str(refusal.value)
    source = named(tmp_path / "left", lambda content: content["raters"][0].update({"anna@uni.de": "4"}))
    told = " ".join(deeds(fit_to_publish(str(source), PLAIN).deed, PLAIN))
    assert "`(name withheld)`" in told
    assert "anna@uni.de" not in told


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("results.json", '{"rows": [{"by danlee": 1}]}'),
        ("tables/mos.csv", "method,n\nnear (DANLEE),3\n"),
        ("report.html", "<p>carla&#45;k</p>"),
        ("README.md", "# Of \uff44\uff41\uff4e\uff4c\uff45\uff45"),
    ],
)
def test_no_text_of_the_finished_folder_holds_an_old_id(tmp_path: Path, name: str, content: str) -> None:
    (tmp_path / "tables").mkdir()
    (tmp_path / "code").mkdir()
    (tmp_path / "code" / "x.py").write_text("danlee = 1")
    (tmp_path / "x.png").write_bytes(b"\xff danlee")
    look_over(tmp_path, ids_of(NAMES), frozenset({"code"}))
    (tmp_path / name).write_text(content, encoding="utf-8")
    with pytest.raises(InputError, match=f"{name}, .* would hold the id of a rater"):
        look_over(tmp_path, ids_of(NAMES), frozenset({"code"}))


def test_a_title_given_for_the_release_names_no_rater(refused: Refused, tmp_path: Path) -> None:
    assert "would hold the id of a rater" in refused(named(tmp_path), "--title", "What BenOkoro saw")


def test_groups_are_those_of_raters_who_answered(tmp_path: Path) -> None:
    def silent(content: Tables) -> None:
        content["raters"] += [
            {"rater": f"subject-{n}", "expertise": "teacher", "status": "started"} for n in (9, 10, 11)
        ]
        for row in content["raters"][:2]:
            row["expertise"] = "teacher"

    fit = fit_to_publish(str(bundle(tmp_path / "small", silent)), PLAIN)
    assert "expertise" in fit.deed.attributes
    assert fit.deed.silent == 3
    raters = fit.frames["raters.csv"]
    assert len(raters) == 11
    assert set(raters["status"]) == {"started", ""}


def test_silent_raters_keep_no_attributes(tmp_path: Path) -> None:
    def silent(content: Tables) -> None:
        content["raters"] += [{"rater": f"subject-{n}", "expertise": "expert"} for n in (9, 10, 11)]

    raters = fit_to_publish(str(bundle(tmp_path / "small", silent)), PLAIN).frames["raters.csv"]
    assert list(raters["expertise"])[8:] == ["", "", ""]
    assert set(raters["expertise"][:8]) == {"expert", "none"}


@pytest.mark.parametrize("column", ["status", "consent_version"])
def test_a_status_that_few_hold_is_emptied(tmp_path: Path, column: str) -> None:
    def spoil(content: Tables) -> None:
        for n, row in enumerate(content["raters"]):
            row[column] = "withdrew for Ben" if n == 2 else "finished"

    fit = fit_to_publish(str(bundle(tmp_path / "small", spoil)), PLAIN)
    assert list(fit.frames["raters.csv"][column]).count("") == 1
    assert set(fit.frames["raters.csv"][column]) == {"finished", ""}
    assert any(f"are emptied in `{column}`" in sentence for sentence in deeds(fit.deed, PLAIN))


def test_raters_of_whom_nothing_is_left_are_still_counted(tmp_path: Path) -> None:
    def bare(content: Tables) -> None:
        content["raters"] = [{"rater": f"subject-{n}", "sittings": n} for n in range(1, 10)]

    fit = fit_to_publish(str(bundle(tmp_path / "small", bare)), PLAIN)
    assert fit.frames["raters.csv"].columns.tolist() == ["rater"]
    assert (len(fit.frames["raters.csv"]), fit.deed.silent) == (9, 1)


def test_sittings_that_single_out_a_rater_go(tmp_path: Path) -> None:
    source = bundle(tmp_path / "small", lambda content: content["raters"][0].update(sittings=7))
    assert "sittings" in fit_to_publish(str(source), PLAIN).deed.attributes


@pytest.mark.parametrize(("step", "left"), [(1, {"1300"}), (200, None)])
def test_the_width_of_a_rater_s_screen_is_rounded_and_goes_where_it_is_rare(
    tmp_path: Path, step: int, left: set[str] | None
) -> None:
    def wide(content: Tables) -> None:
        for row in content["ratings"]:
            row["displayed_width"] = 1280 + step * int(row["rater"][-1])

    fit = fit_to_publish(str(bundle(tmp_path / "small", wide)), PLAIN)
    ratings: pd.DataFrame = fit.frames["ratings.csv"]
    assert ("displayed_width" in ratings) == (left is not None) == fit.deed.rounded
    assert left is None or set(ratings["displayed_width"]) == left
    assert ("displayed_width" in fit.deed.attributes) == (left is None)
