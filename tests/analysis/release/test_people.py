"""What becomes of the raters: their names, times and attributes, and what stops a release."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from released import bundle, people, with_text
from whole_bundle import Tables

from analysis.load import load_source
from analysis.options import Options
from analysis.release.fit import fit_to_publish, write_data
from analysis.release.groups import smallest_group, too_telling
from analysis.release.pseudonyms import order_of, renamed
from analysis.release.times import without_time_of_day
from analysis.release.wish import Wish
from analysis.results import compute, to_json
from studies.errors import InputError

Refused = Callable[..., str]
OPTIONS = Options(n_boot=40)


def computed(source: Path, **columns: Any) -> dict[str, Any]:
    return numbers(load_source(str(source), **columns))


def published(fit: Any, folder: Path) -> dict[str, Any]:
    return numbers(write_data(fit, folder))


def numbers(data: Any) -> dict[str, Any]:
    """All results but the hash of the rows, in which raters have other names once published."""
    found: dict[str, Any] = json.loads(to_json(compute(data, OPTIONS)))
    assert len(found["study"].pop("data_sha256")) == 64
    return found


@pytest.mark.parametrize(
    ("table", "column", "cell", "what"),
    [
        ("raters", "expertise", "maria@example.org", "an e-mail address"),
        ("raters", "device", "10.11.12.13", "an IP address"),
        ("raters", "recruitment", "https://example.org/p?id=7", "a web address"),
        ("raters", "recruitment", "A3LFR0O05C0QTN", "an Amazon Mechanical Turk WorkerId"),
        ("raters", "recruitment", "5f2c8a1be4b0d12345a6b7c8", "a Prolific id"),
        ("raters", "status", "call +49 351 463 0", "a telephone number"),
        ("raters", "age_group", "same as subject-4", "the id of a rater"),
        (
            "raters",
            "expertise",
            "I have worked with video coding since my thesis, on two continents",
            "free text",
        ),
        ("raters", "device", "Anna Müller's iPhone", "free text"),
        ("raters", "device", "Pixel (of Maria)", "free text"),
        ("raters", "device", "0151 23456789", "a telephone number"),
        ("raters", "device", "00:1a:2b:3c:4d:5e", "a hardware address"),
        ("raters", "device", "2001:db8::1", "an IP address"),
        ("raters", "recruitment", "123-45-6789", "a social security number"),
        ("raters", "recruitment", "linkedin.com/in/maria-k", "a web address"),
        ("raters", "recruitment", "maria@localhost", "an e-mail address"),
        ("raters", "recruitment", "maria\uff20example.org", "an e-mail address"),
        ("raters", "recruitment", "maria [at] example.org", "an e-mail address"),
        ("raters", "recruitment", "5F2C8A1BE4B0D12345A6B7C8", "a Prolific id"),
        ("raters", "recruitment", "0000-0002-1825-0097", "an ORCID"),
        ("raters", "recruitment", "DE89 3704 0044 0532 0130 00", "a bank account"),
        ("raters", "status", "asked 0351/4630123", "a telephone number"),
        ("ratings", "question", "asked by @maria_k", "a user name"),
        ("comparisons", "question", "maria@example.org", "an e-mail address"),
        ("stimuli", "speaker", "maria@example.org", "an e-mail address"),
        ("metrics", "implementation", "from maria@example.org", "an e-mail address"),
    ],
)
def test_a_cell_that_identifies_somebody_stops_the_release(
    refused: Refused, tmp_path: Path, table: str, column: str, cell: str, what: str
) -> None:
    spoiled = bundle(tmp_path / "small", lambda content: content[table][1].update({column: cell}))
    said = refused(spoiled)
    assert f"{table}.csv row 3: column '{column}' holds {what}, which could identify a rater" in said


def test_what_names_programs_clips_and_answers_is_no_person(tmp_path: Path) -> None:
    def plain(content: Tables) -> None:
        for row in content["metrics"]:
            row.update(implementation="https://github.com/example/psnr", version="1.2.3.4")
        for row in content["stimuli"]:
            row["clip"] = "5f2c8a1be4b0d12345a6b7c8"
        for row in content["ratings"]:
            row["response_ms"] = "4915551234"

    fit = fit_to_publish(str(bundle(tmp_path / "small", plain)), Wish())
    assert set(fit.frames["metrics.csv"]["version"]) == {"1.2.3.4"}
    assert set(fit.frames["stimuli.csv"]["clip"]) == {"5f2c8a1be4b0d12345a6b7c8"}


def test_free_texts_are_left_out_unless_wanted_and_then_looked_into(refused: Refused, tmp_path: Path) -> None:
    source = str(with_text(tmp_path / "small", "The lips came late."))
    assert (fit := fit_to_publish(source, Wish())).deed.texts == "left out"
    assert "texts.csv" not in fit.frames
    texts = fit_to_publish(source, Wish(with_texts=True)).frames["texts.csv"]
    assert texts.to_numpy().tolist() == [["r1", "a-near-i1", "sync", "The lips came late."]]
    named = with_text(tmp_path / "named", "Write to maria@example.org or to subject-3.")
    assert "texts.csv row 2: column 'text' holds an e-mail address" in refused(named, "--with-texts")


def test_attributes_that_single_out_a_rater_go_unless_kept(tmp_path: Path) -> None:
    source = str(bundle(tmp_path / "small"))
    by_default = fit_to_publish(source, Wish())
    assert by_default.deed.attributes == ["age_group"]
    assert list(by_default.frames["raters.csv"].columns) == ["rater", "sittings", "expertise"]
    alone = fit_to_publish(source, Wish(smallest_group=1))
    assert "age_group" in alone.frames["raters.csv"]
    kept = fit_to_publish(source, Wish(keep=("age_group", "remark"))).frames["raters.csv"]
    assert list(kept["age_group"]).count("65-74") == 1
    assert {"remark", "age_group"} < set(kept.columns)
    assert "expertise" not in kept


@pytest.mark.parametrize("seed", range(20))
def test_every_rater_shares_what_is_left_with_enough_others(seed: int) -> None:
    rng = np.random.default_rng(seed)
    columns = {
        name: rng.choice(list("abc"), 30) for name in ("expertise", "recruitment", "age_group", "device")
    }
    raters = pd.DataFrame({"rater": [f"r{n}" for n in range(30)], **columns})
    gone = too_telling(raters, 3, ())
    left = [name for name in columns if name not in gone]
    assert smallest_group(raters, left) >= 3
    assert all(smallest_group(raters, [*left, name]) < 3 for name in gone)


def test_times_lose_the_time_of_day_and_nothing_else(tmp_path: Path) -> None:
    old, new = people(), fit_to_publish(str(bundle(tmp_path / "small")), Wish()).frames["ratings.csv"]
    before = pd.DataFrame(old["ratings"]).sort_values("rater", kind="stable")
    for column in ("presented_at", "submitted_at"):
        was, is_now = (
            pd.to_datetime(frame[column], format="ISO8601").dt.tz_localize(None).to_numpy()
            for frame in (before, new)
        )
        assert (was.astype("datetime64[D]") == is_now.astype("datetime64[D]")).all()
        shift = pd.Series(was - is_now).groupby(before["rater"].to_numpy())
        assert (shift.nunique() == 1).all()
    assert set(new.groupby("rater")["presented_at"].min().str[11:]) == {"00:00:00.000000Z"}


def test_sittings_of_one_day_stay_in_order_and_one_over_midnight_whole() -> None:
    rows = [
        ("b", "late", "2026-03-01T23:50:00Z"),
        ("b", "late", "2026-03-02T00:20:00Z"),
        ("a", "second", "2026-03-01T18:00:00+02:00"),
        ("a", "second", "2026-03-01T18:05:00+02:00"),
        ("a", "first", "2026-03-01T08:00:00Z"),
        ("a", "first", "2026-03-01T08:30:00.5Z"),
        ("a", "third", ""),
    ]
    frame = pd.DataFrame(rows, columns=["rater", "sitting", "presented_at"], index=range(2, 9))
    shifted = without_time_of_day({"ratings.csv": frame})
    assert [cell[:23] for cell in shifted["ratings.csv"]["presented_at"]] == [
        "2026-03-01T00:00:00.000",
        "2026-03-01T00:30:00.000",
        "2026-03-01T00:30:00.500",
        "2026-03-01T00:35:00.500",
        "2026-03-01T00:00:00.000",
        "2026-03-01T00:30:00.500",
        "",
    ]
    called = renamed(shifted, "kept")["ratings.csv"]
    assert list(called["sitting"]) == ["r1-2", "r1-2", "r1-1", "r1-1", "r1-3", "r2-1", "r2-1"]


def test_a_time_that_cannot_be_read_stops_the_release(refused: Refused, tmp_path: Path) -> None:
    spoiled = bundle(
        tmp_path / "small", lambda content: content["ratings"][4].update(presented_at="half past nine")
    )
    assert "ratings.csv row 6: column 'presented_at' is 'half past nine'" in refused(spoiled)


@pytest.mark.parametrize(
    ("raters", "order"),
    [
        (["s00", "s01", "s12"], "kept"),
        (["73", "17"], "kept"),
        ([f"p{n}" for n in range(120, 240)], "kept"),
        (["Rater_1", "Rater_2"], "kept"),
        (["ef2d1d5c7ae1b5b9", "af10c5cffe40b412"], "kept"),
        (["anna", "bert", "carla"], "shuffled"),
        (["anna1", "bert2", "carla3", "dora4"], "shuffled"),
        (["a@example.org", "b@example.org"], "shuffled"),
        (["5f2c8a1be4b0d12345a6b7c8", "60d1a7b3c2f4e5a6b7c8d9e0"], "shuffled"),
        (["4915551234", "4915559876"], "shuffled"),
        (["491511234567", "491701234567"], "shuffled"),
        (["4915112345670917", "4917012345670917"], "shuffled"),
        (["201311", "201345"], "shuffled"),
        (["s123456", "s133456"], "shuffled"),
        (["anna1", "anna2", "ben1"], "shuffled"),
        (["001a2b3c4d5e", "001a2b3c4d5f"], "shuffled"),
    ],
)
def test_the_order_of_names_is_kept_only_where_it_tells_nothing(raters: list[str], order: str) -> None:
    assert order_of(raters, "auto") == order
    assert order_of(raters, "kept") == "kept"


def test_shuffled_names_follow_from_what_is_published_alone(tmp_path: Path) -> None:
    """Renaming and reordering the raters of a study in any way gives the same data."""
    names = [f"subject-{n}" for n in range(1, 9)]
    other = dict(zip(names, ["zoe", "anna", "mia", "bob", "eve", "kim", "tom", "ian"], strict=True))

    def called(content: Tables) -> None:
        for name in ("raters", "ratings", "comparisons"):
            for row in content[name]:
                row["rater"] = other[row["rater"]]
            content[name].sort(key=lambda row: row["rater"])

    wish = Wish(rater_order="shuffled")
    numbered = fit_to_publish(str(bundle(tmp_path / "one" / "small")), wish)
    named = fit_to_publish(str(bundle(tmp_path / "two" / "small", called)), wish)
    for file, frame in numbered.frames.items():
        assert frame.to_numpy().tolist() == named.frames[file].to_numpy().tolist(), file
    assert (
        named.deed.order == fit_to_publish(str(tmp_path / "two" / "small"), Wish()).deed.order == "shuffled"
    )


@pytest.mark.parametrize(
    ("source", "columns"),
    [
        ("nflx_public/ratings.csv", {}),
        ("irr_anxiety/ratings.csv", {}),
        ("lukas_pc/pairs.csv", {}),
    ],
)
def test_other_peoples_answers_give_the_numbers_they_gave_before(
    shared: Path, tmp_path: Path, source: str, columns: dict[str, str]
) -> None:
    file = shared / "ratings" / source
    original = computed(file)
    again = published(fit_to_publish(str(file), Wish()), tmp_path / "data")
    for name, rows in original.items():
        known = (
            [{key: value for key, value in row.items() if key != "rater"} for row in rows]
            if isinstance(rows, list)
            else rows
        )
        new = again[name]
        new = (
            [{key: value for key, value in row.items() if key != "rater"} for row in new]
            if isinstance(new, list)
            else new
        )
        assert new == known, name


def test_a_question_column_and_further_metrics_become_part_of_the_data(tmp_path: Path) -> None:
    rows = [
        {**{key: row[key] for key in ("rater", "item", "method", "score")}, "asked": question}
        for row in people()["ratings"]
        for question in ("sync", "overall")
    ]
    source, metrics = tmp_path / "mine.csv", tmp_path / "values.csv"
    pd.DataFrame(rows).to_csv(source, index=False)
    clips = {(row["item"], row["method"]) for row in rows}
    values = [
        {"item": i, "method": m, "metric": "m", "value": n / 7} for n, (i, m) in enumerate(sorted(clips))
    ]
    pd.DataFrame(values).to_csv(metrics, index=False)
    columns = {"metrics": metrics, "question_column": "asked"}
    original = computed(source, **columns)
    fit = fit_to_publish(str(source), Wish(), **columns)
    again = published(fit, tmp_path / "data")
    for name in ("study", "mos", "agreement", "metrics", "correlation", "warnings"):
        assert again[name] == original[name], name
    assert fit.deed.dropped == {}
    assert again["study"]["questions"] == ["overall", "sync"]


def test_no_such_attribute_to_keep(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="choose of: sittings, expertise, age_group, remark"):
        fit_to_publish(str(bundle(tmp_path / "small")), Wish(keep=("consented_at",)))
