"""The reporting card: what it counts, what it says is missing, and that its schema describes it."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest
from carded import Row, bare, card_of, lacks, recorded
from whole_bundle import CONFIG, ITEMS, METHODS, write_whole

from analysis.card import SCHEMA_FILE, build_card, schema_text
from analysis.card.model import Card
from analysis.load import load_source
from analysis.options import Options
from analysis.results import compute

SETS = ("its4s_agh", "nflx_public", "bt500_demo", "shrout_fleiss1979", "irr_anxiety", "vqf_denoise")


@pytest.fixture(scope="module")
def card(tmp_path_factory: pytest.TempPathFactory) -> Row:
    return card_of(write_whole(tmp_path_factory.mktemp("whole") / "study", recorded()))


def test_the_published_schema_is_that_of_the_types() -> None:
    assert SCHEMA_FILE.read_text(encoding="utf-8") == schema_text(), "run python -m analysis.card"
    jsonschema.Draft202012Validator.check_schema(json.loads(schema_text()))


def test_a_card_is_valid_and_one_with_another_key_is_not(card: Row, tmp_path: Path) -> None:
    schema = json.loads(schema_text())
    for one in (card, card_of(bare(tmp_path))):
        assert one["$schema"] == SCHEMA_FILE.name
        jsonschema.validate(json.loads(json.dumps(one, allow_nan=False)), schema)
        assert Card.model_validate(one).model_dump(mode="json", by_alias=True) == one
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({**card, "raters": {**card["raters"], "mood": "good"}}, schema)


@pytest.mark.parametrize("name", SETS)
def test_cards_of_published_ratings_are_valid(name: str, shared: Path) -> None:
    card = card_of(shared / "ratings" / name / "ratings.csv")
    jsonschema.validate(json.loads(json.dumps(card, allow_nan=False)), json.loads(schema_text()))
    assert {"protocol.parts", "reporting.payment", "viewing.displayed_width"} <= lacks(card)
    assert [method["name"] for method in card["methods"]] == card["protocol"]["methods"]


def test_raters_are_counted_in_at_the_end_and_per_method(card: Row) -> None:
    raters = card["raters"]
    assert (raters["n_in"], raters["n"], raters["n_complete"], raters["n_simulated"]) == (3, 3, 2, 0)
    assert (raters["n_excluded"], raters["n_analysed"], raters["excluded_by_rule"]) == (0, 3, {})
    assert raters["device"] == {"desktop": 1, "phone": 2}
    assert raters["expertise"] is None
    assert raters["per_method"]["min"] == raters["per_method"]["max"] == 3
    of_method = {method["name"]: method for method in card["methods"]}
    assert list(of_method) == list(METHODS)
    near = of_method["near"]
    assert (near["stimuli"], near["ratings"], near["comparisons"], near["raters"]) == (2, 6, 6, 3)
    assert of_method["real"]["comparisons"] == 0
    assert of_method["real"]["reference"] is True


def test_excluded_raters_are_counted_by_rule_and_do_not_count_per_method(tmp_path: Path) -> None:
    content = recorded()
    missed = {**content["ratings"][0], "kind": "trap", "expected_low": 5, "expected_high": 5, "position": 9}
    content["ratings"] += [{**missed, "score": 1}, {**missed, "rater": "a-r1", "score": 5}]
    config = {**CONFIG, "screening": {"apply": ["attention"]}}
    card = card_of(write_whole(tmp_path / "study", content, config))
    assert card["raters"]["excluded_by_rule"] == {"attention": 1}
    assert (card["raters"]["n_excluded"], card["raters"]["n_analysed"]) == (1, 2)
    assert card["raters"]["per_method"]["max"] == 2
    checks = card["checks"]
    assert (checks["n_checks"], checks["n_passed"], checks["pass_rate"]) == (2, 1, 0.5)
    assert (checks["n_raters_checked"], checks["n_raters_missed"]) == (2, 1)
    assert card["screening"]["thresholds"] == {"attention": {"allowed_misses": 0}}


def test_viewing_and_times_are_of_presentations(card: Row) -> None:
    viewing, timing = card["viewing"], card["timing"]
    assert viewing["n_presentations"] == 3 * len(METHODS) * len(ITEMS) + 6
    assert viewing["played_to_end_share"] == pytest.approx(17 / 18)
    assert viewing["replayed_share"] == 0.5
    assert viewing["stalled_share"] == 0
    assert viewing["dropped_frames_share"] is None
    assert viewing["displayed_width"]["median"] == 485
    assert timing["n_sittings"] == 3
    assert timing["sitting_minutes"]["median"] == pytest.approx(5.5)
    assert timing["response_s"]["max"] == 1
    assert (card["study"]["collected_from"], card["study"]["collected_to"]) == ("2026-01-01", "2026-01-01")


def test_a_sitting_is_of_one_rater_whatever_its_id(card: Row, tmp_path: Path) -> None:
    content = recorded()
    for row in content["ratings"]:
        day = 1 + int(row["rater"][-1])
        row["sitting"] = "1"
        for name in ("presented_at", "submitted_at"):
            row[name] = row[name].replace("2026-01-01", f"2026-01-0{day}")
    alike = card_of(write_whole(tmp_path / "study", content))
    assert alike["timing"] == card["timing"]
    assert alike["timing"]["trials_per_sitting"]["max"] == 6
    assert alike["protocol"]["order"]["own_order_share"] == 0


def test_a_trials_response_time_is_that_of_its_last_answer(tmp_path: Path) -> None:
    content = recorded()
    first = [{**row, "question": "overall"} for row in content["ratings"]]
    content["ratings"] = [*first, *({**row, "response_ms": 4000} for row in content["ratings"])]
    folder = write_whole(tmp_path / "study", content)
    results = compute(load_source(str(folder)), Options(n_boot=20))
    assert {row["response_s"] for row in results["presentation"]} == {4.0}
    response = build_card(results, load_source(str(folder)))["timing"]["response_s"]
    assert (response["min"], response["max"], response["n"]) == (4.0, 4.0, 18)


def test_order_is_told_from_the_places_of_trials(card: Row, tmp_path: Path) -> None:
    assert card["protocol"]["order"]["own_order_share"] == 0
    assert card["protocol"]["order"]["question_order"] == "one question"
    content = recorded()
    for row in content["ratings"]:
        if row["rater"] == "a-r0":
            row["position"] = 7 - row["position"]
    again = card_of(write_whole(tmp_path / "study", content))
    assert again["protocol"]["order"]["own_order_share"] == pytest.approx(1 / 3)


def test_question_order_and_first_sides_are_told(tmp_path: Path) -> None:
    questions = [{"id": "sync", "text": "In time?"}, {"id": "overall", "text": "How good?"}]
    parts = [{"id": "rating", "test_method": "ACR", "questions": questions}, CONFIG["parts"][1]]
    content = recorded()
    second = [{**row, "question": "overall", "question_position": 2} for row in content["ratings"]]
    content["ratings"] += second
    for n, row in enumerate(content["comparisons"]):
        row |= {"position": 20 + n, "first": "near" if n < 2 else "far"}
    fixed = card_of(write_whole(tmp_path / "fixed", content, {**CONFIG, "parts": parts}))
    assert fixed["protocol"]["order"]["question_order"] == "fixed"
    assert fixed["protocol"]["order"]["left_share"] == 1
    assert fixed["protocol"]["order"]["first_share"] == pytest.approx(1 / 3)
    content["ratings"][0]["question_position"], second[0]["question_position"] = 2, 1
    varied = card_of(write_whole(tmp_path / "varied", content, {**CONFIG, "parts": parts}))
    assert varied["protocol"]["order"]["question_order"] == "varied"
    together = varied["question_correlation"]
    assert {(row["question_a"], row["question_b"]) for row in together} == {("sync", "overall")}
    assert [row["value"] for row in together if row["level"] == "rating"] == pytest.approx([1.0, 1.0])


def test_the_material_is_described(card: Row) -> None:
    material = card["material"]
    assert (material["n_stimuli"], material["n_items"], material["n_sha256"]) == (6, 2, 6)
    assert material["duration_s_range"] == [3.0, 3.5]
    assert material["width_range"] == [512.0, 512.0]
    assert material["splits"] is None


def test_what_no_answer_shows_of_raters_and_questions_is_missing(card: Row, tmp_path: Path) -> None:
    assert card["raters"]["gender"] is None
    assert {"raters.gender", "material.splits"} <= lacks(card)
    assert "protocol.order.question_order" not in lacks(card), "there is one question"
    content = recorded()
    content["ratings"] += [{**row, "question": "overall"} for row in content["ratings"]]
    for row in content["ratings"]:
        del row["question_position"]
    for n, person in enumerate(content["raters"]):
        person["gender"] = "female" if n else "male"
    for clip in content["stimuli"]:
        clip["split"] = "test"
    told = card_of(write_whole(tmp_path / "study", content))
    assert told["raters"]["gender"] == {"female": 2, "male": 1}
    assert "protocol.order.question_order" in lacks(told)
    assert not {"raters.gender", "material.splits"} & lacks(told)


def test_a_list_of_those_who_answered_does_not_say_how_many_began(card: Row, tmp_path: Path) -> None:
    """Such as the converter writes from a file of answers."""
    assert (card["raters"]["n_in"], "raters.n_in" in lacks(card)) == (3, False)
    folder = bare(tmp_path)
    answered = "".join(f"r{r},phone\n" for r in range(4))
    (folder / "raters.csv").write_text(f"rater,device\n{answered}")
    silent = card_of(folder)
    assert (silent["raters"]["n_in"], silent["raters"]["n"]) == (None, 4)
    assert "raters.n_in" in lacks(silent)
    (folder / "raters.csv").write_text(f"rater,device\n{answered}gone,phone\n")
    assert card_of(folder)["raters"]["n_in"] == 5, "one of them gave no answer"


def test_metrics_measured_elsewhere_state_their_parameters(tmp_path: Path) -> None:
    content = recorded()
    content["metrics"] = [{**row, "parameters": "peak 255; RGB"} for row in content["metrics"]]
    told = card_of(write_whole(tmp_path / "study", content))
    (origin,) = told["metrics"][0]["origins"]
    assert (origin["stated_parameters"], origin["implementation"]) == ("peak 255; RGB", None)
    assert "metrics.origins.parameters" not in lacks(told)
    assert "metrics.origins.implementation" in lacks(told)


def test_metrics_of_one_catalogue_entry_keep_their_own_names_apart(tmp_path: Path) -> None:
    content = recorded()
    values = content["metrics"]
    content["metrics"] = [{**row, "metric": name} for name in ("LSE-C", "sync-C", "psnr") for row in values]
    told = card_of(write_whole(tmp_path / "study", content))
    assert {metric["name"]: metric["title"] for metric in told["metrics"]} == {
        "LSE-C": "LSE-C",
        "sync-C": "LSE-C (sync-C)",
        "psnr": "PSNR",
    }


def test_metrics_have_parameters_only_where_they_were_computed_here(card: Row, tmp_path: Path) -> None:
    (elsewhere,) = card["metrics"][0]["origins"]
    assert (elsewhere["imported"], elsewhere["parameters"]) == (True, None)
    content = recorded()
    content["metrics"] = [
        {**row, "imported": "false", "implementation": "mos_platform.psnr", "version": "1"}
        for row in content["metrics"]
    ]
    (here,) = card_of(write_whole(tmp_path / "study", content))["metrics"][0]["origins"]
    assert (here["implementation"], here["version"]) == ("mos_platform.psnr", "1")
    assert here["parameters"]["peak"] == "255"
