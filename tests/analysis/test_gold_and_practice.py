"""Gold trials are told apart from attention checks, and practice is no material of the study."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from graded_study import answers, bundle
from screened_study import verdicts
from whole_bundle import CONFIG, METHODS, Tables, sealed, tables, write_whole

from analysis.card import build_card
from analysis.card.protocol import protocol_part
from analysis.figures.view import View
from analysis.load import StudyData, load_source
from analysis.options import Options
from analysis.report import findings, screening, study_view
from analysis.report.card import card_rows
from analysis.results import compute
from analysis.screening.attention import checks_of
from studies.config import parse_study
from studies.errors import InputError

PRACTISED = {
    **CONFIG,
    "methods": [*CONFIG["methods"], {"name": "torn", "role": "gold"}],
    "items": [*CONFIG["items"], {"name": "warmup", "role": "training"}],
    "parts": [{**CONFIG["parts"][0], "training": 1, "gold": 1}, CONFIG["parts"][1]],
    "gold": [{"method": "torn", "item": "i1", "expected": {"sync": {"high": 2}}}],
    "screening": {"apply": ["attention"]},
}


def practised() -> Tables:
    """The whole bundle with practice, an attention check and a gold trial; rater 1 misses the gold."""
    content = tables()
    aside = [("warm-near", "near", "warmup"), ("warm-far", "far", "warmup"), ("torn-i1", "torn", "i1")]
    content["stimuli"] += [
        {**content["stimuli"][0], "stimulus": s, "method": m, "item": i} for s, m, i in aside
    ]
    for number, person in enumerate([row["rater"] for row in content["raters"]]):
        answer = {**content["ratings"][0], "rater": person, "sitting": f"{person}-s"}
        warm = {
            "stimulus": "warm-near",
            "method": "near",
            "item": "warmup",
            "kind": "training",
            "position": 90,
        }
        torn = {"stimulus": "torn-i1", "method": "torn", "item": "i1", "kind": "gold", "position": 91}
        content["ratings"] += [
            {**answer, **warm},
            {**answer, **torn, "score": 5 if number == 1 else 1, "expected_high": 2},
            {**answer, "kind": "trap", "position": 92, "score": 3, "expected_low": 3, "expected_high": 3},
        ]
    return content


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> StudyData:
    return load_source(str(write_whole(tmp_path_factory.mktemp("p") / "study", practised(), PRACTISED)))


@pytest.fixture(scope="module")
def view(data: StudyData) -> View:
    return study_view(compute(data, Options(n_boot=20)), data)


def test_practice_and_gold_clips_are_no_material_of_the_study(data: StudyData, view: View) -> None:
    assert (data.items, data.methods) == (("i1", "i2"), METHODS)
    assert (view.study["n_items"], view.study["n_methods"]) == (2, 3)
    material = view.card["material"]
    assert (material["n_stimuli"], material["n_stimuli_aside"], material["n_items"]) == (6, 3, 2)
    assert {method["name"]: method["stimuli"] for method in view.card["methods"]} == dict.fromkeys(METHODS, 2)
    lines = dict(card_rows(view.card))
    assert lines["Items"] == "2: i1 and i2"
    assert lines["Stimuli"].startswith("6, ")
    assert lines["Stimuli"].endswith("; 3 more stimuli for practice or as gold only")


def test_a_practice_clip_that_nobody_met_is_no_gap(view: View) -> None:
    """`warm-far` was never shown: nobody can have missed it."""
    assert not [row for row in view.rows("warnings") if row["code"] == "stimuli_without_ratings"]


def test_gold_and_attention_checks_are_counted_apart_and_exclude_together(
    data: StudyData, view: View
) -> None:
    checks = view.card["checks"]
    assert (checks["n_checks"], checks["n_passed"], checks["n_raters_missed"]) == (3, 3, 0)
    gold = ("n_gold", "n_gold_passed", "n_raters_gold", "n_raters_gold_missed")
    assert [checks[key] for key in gold] == [3, 2, 3, 1]
    found = verdicts(data, "attention")
    assert [name for name, one in found.items() if one.applied] == ["a-r1"]
    assert found["a-r1"].reason == "missed 0 of 1 attention check and 1 of 1 gold trial"
    lines = dict(card_rows(view.card))
    assert lines["Attention checks"] == "3 of 3 passed (100\u00a0%); 0 of 3 raters missed one or more"
    assert lines["Gold trials"].startswith(
        "2 of 3 answered as expected; 1 of 3 raters missed one or more; a miss"
    )
    assert "gold trial not answered as expected" in " ".join(screening.summary(view).sentences)


@pytest.mark.parametrize(
    ("keys", "told"),
    [
        ({}, "closed by hand (rule never)"),
        ({"stop": {"rule": "quota"}}, "with 30 raters of each method (rule quota)"),
        (
            {"stop": {"rule": "quota"}, "targets": {"ratings_per_stimulus": 24}},
            "with 24 ratings of each clip or pair (rule quota)",
        ),
        (
            {"stop": {"rule": "precision", "most_raters_per_method": 80}, "targets": {"half_width": 0.3}},
            "with half-widths of at most 0.3 grades (methods), 24 to 80 raters of each method "
            "(rule precision)",
        ),
    ],
)
def test_when_the_study_was_to_stop_is_told(
    data: StudyData, view: View, keys: dict[str, Any], told: str
) -> None:
    assert data.config is not None
    given = {**data.config.model_dump(mode="json"), **keys}
    own = replace(data, config=parse_study(given, "study"))
    protocol = protocol_part({"study": {"questions": []}}, own)
    assert protocol.stop == told
    lines = dict(card_rows({**view.card, "protocol": {**view.card["protocol"], "stop": protocol.stop}}))
    assert lines["Stop rule"] == told


def test_how_gold_was_made_is_told(data: StudyData, view: View) -> None:
    assert data.config is not None
    given = data.config.model_dump(mode="json")
    made = {"name": "late", "role": "gold", "made": {"of": METHODS[0], "sound_late_frames": 12}}
    own = replace(data, config=parse_study({**given, "methods": [*given["methods"], made]}, "study"))
    protocol = protocol_part({"study": {"questions": []}}, own)
    assert protocol.gold_made == {"late": f"{METHODS[0]}, sound 480 ms late"}
    lines = dict(
        card_rows({**view.card, "protocol": {**view.card["protocol"], "gold_made": protocol.gold_made}})
    )
    assert lines["Gold trials"].endswith(f"made from late ({METHODS[0]}, sound 480 ms late)")


def test_checks_given_up_are_missed_ones(tmp_path: Path) -> None:
    """Rater 0 missed none and gave one up; rater 2 answered none; where raters.csv is silent none was."""
    content = practised()
    checks = ("gold", "trap")
    nobody = content["raters"][2]["rater"]
    content["ratings"] = [
        row for row in content["ratings"] if not (row["rater"] == nobody and row["kind"] in checks)
    ]
    for person, n in zip(content["raters"], (1, "", 2), strict=True):
        person["checks_given_up"] = n
    found = verdicts(load_source(str(write_whole(tmp_path / "study", content, PRACTISED))), "attention")
    assert [name for name, one in found.items() if one.applied] == ["a-r0", "a-r1", "a-r2"]
    assert found["a-r0"].reason == ("missed 0 of 1 attention check and 0 of 1 gold trial, gave up 1 check")
    assert (found["a-r2"].reason, found["a-r2"].value) == ("gave up 2 checks", 2)


def test_without_gold_nothing_is_said_of_it(tmp_path: Path) -> None:
    data = load_source(str(write_whole(tmp_path / "study", tables())))
    plain = study_view(compute(data, Options(n_boot=20)), data)
    assert plain.card["checks"]["n_gold"] == 0
    assert "gold" not in " ".join(screening.summary(plain).sentences)
    assert build_card(plain.results, data)["material"]["n_stimuli_aside"] == 0


def test_a_graded_check_asks_for_its_grade_and_not_only_for_its_side(tmp_path: Path) -> None:
    none = dict.fromkeys(("choice", "expected_choice", "expected_low", "expected_high"), "")
    rows = [{**row, **none} for row in answers(n_raters=3)]
    asked = {**rows[0], "left": "real", "right": "far", "first": "real", "choice": "right"}
    asked |= {"expected_choice": "right", "expected_low": 3, "expected_high": 3}
    given = [{**asked, "rater": f"r{n}", "score": score} for n, score in enumerate((3, 1))]
    given.append({**asked, "rater": "r2", "score": -3, "choice": "left"})
    data = load_source(str(bundle(tmp_path / "study", [*rows, *given])))
    missed = dict(zip(checks_of(data)["rater"], checks_of(data)["missed"], strict=True))
    assert missed == {"r0": False, "r1": True, "r2": True}


def test_two_counts_of_the_same_pairs_say_what_they_count(tmp_path: Path) -> None:
    data = load_source(str(bundle(tmp_path / "study", answers())))
    told = findings.summary(study_view(compute(data, Options(n_boot=20)), data))
    (better,) = [sentences for title, sentences in told.blocks if title == "Better"]
    counts = [one for one in better if "pairs of methods" in one]
    assert len(counts) == 2
    assert counts[0].startswith("By mean scores, ")
    assert counts[1].startswith("By who was preferred, however clearly, ")


def test_a_version_that_nobody_rated_names_the_one_before(tmp_path: Path) -> None:
    folder = write_whole(tmp_path / "study", tables())
    for name in ("ratings.csv", "comparisons.csv"):
        (folder / name).write_text((folder / name).read_text().splitlines()[0] + "\n")
    study = folder / "study.json"
    study.write_text(study.read_text().replace('"study": "small"', '"version": 2, "study": "small"', 1))
    with pytest.raises(InputError, match=r"of this version 2, or name an older one, .*: 'small@1'\."):
        load_source(str(sealed(folder)))
