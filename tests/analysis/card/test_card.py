"""The reporting card: what it counts, what it says is missing, and that its schema describes it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import whole_bundle
from whole_bundle import CONFIG, ITEMS, METHODS, tables, write_whole

from analysis.card import SCHEMA_FILE, build_card, schema_text
from analysis.card.missing import WANTED
from analysis.card.model import Card
from analysis.checking.check import check_source
from analysis.load import load_source
from analysis.merging.merge import merge
from analysis.options import Options
from analysis.results import compute
from analysis.screening.attention import checks_of
from studies.errors import InputError
from studies.reporting import Reporting

Row = dict[str, Any]
SETS = ("its4s_agh", "nflx_public", "bt500_demo", "shrout_fleiss1979", "irr_anxiety", "vqf_denoise")
ROWS = "rater,item,method,score\n" + "".join(
    f"r{r},i{i},{m},{1 + (r + i + len(m)) % 5}\n" for r in range(4) for i in range(3) for m in ("a", "bb")
)


def card_of(source: Path) -> Row:
    data = load_source(str(source))
    return build_card(compute(data, Options(n_boot=20)), data)


def lacks(card: Row) -> set[str]:
    return {fact["key"] for fact in card["missing"]}


def bare(folder: Path, study: Row | None = None) -> Path:
    (folder / "ratings.csv").write_text(ROWS)
    if study is not None:
        (folder / "study.json").write_text(json.dumps({"schema_version": 1, **study}))
    return folder


def recorded() -> whole_bundle.Tables:
    """The small bundle with what players, checks and questionnaires record."""
    content = tables()
    for n, row in enumerate(content["ratings"]):
        row |= {"played_fraction": 0.5 if n == 0 else 1.0, "stalled_ms": 0, "hidden_ms": 0, "replays": n % 2}
        row |= {"displayed_width": 400 + 10 * n, "response_ms": 1000, "question_position": 1}
    for n, person in enumerate(content["raters"]):
        person |= {"status": "active" if n == 2 else "finished", "device": "phone" if n else "desktop"}
        person |= {"expertise": "", "simulated": False, "consent_version": "1"}
    for n, clip in enumerate(content["stimuli"]):
        clip |= {"duration_s": 3 + n / 10, "width": 512, "height": 512}
    return content


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


def test_metrics_have_parameters_only_where_they_were_computed_here(card: Row, tmp_path: Path) -> None:
    (elsewhere,) = card["metrics"]
    assert (elsewhere["imported"], elsewhere["parameters"]) == (True, None)
    content = recorded()
    content["metrics"] = [
        {**row, "imported": "false", "implementation": "mos_platform.psnr", "version": "1"}
        for row in content["metrics"]
    ]
    (here,) = card_of(write_whole(tmp_path / "study", content))["metrics"]
    assert (here["implementation"], here["version"]) == ("mos_platform.psnr", "1")
    assert here["parameters"]["peak"] == "255"


def test_every_interval_names_its_procedure_and_target(card: Row) -> None:
    intervals = {(row["question"], row["result"]): row for row in card["statistics"]["intervals"]}
    assert {("sync", "MOS"), ("sync", "DMOS"), ("better", "preference strengths")} <= set(intervals)
    assert all(row["procedures"] and row["target"] == "raters+items" for row in intervals.values())


def test_none_is_told_from_not_reported(tmp_path: Path) -> None:
    silent = card_of(bare(tmp_path))
    assert silent["reporting"]["payment"] is None
    assert {"reporting.payment", "checks.n_training", "checks.n_checks"} <= lacks(silent)
    told = {"payment": "none", "training": False, "vision": "Ishihara plates"}
    card = card_of(bare(tmp_path, {"reporting": told}))
    assert card["reporting"]["payment"] == card["reporting"]["training"] == "none"
    assert not {"reporting.payment", "checks.n_training", "reporting.vision"} & lacks(card)
    assert "reporting.display" in lacks(card)


def test_without_checks_is_told_from_unknown(card: Row, tmp_path: Path) -> None:
    assert card["checks"]["n_checks"] is None
    parts = [{**part, "attention_checks": 0} for part in CONFIG["parts"]]
    none = card_of(write_whole(tmp_path / "study", recorded(), {**CONFIG, "parts": parts}))
    assert (none["checks"]["n_checks"], none["checks"]["n_training"]) == (0, 0)
    assert "checks.n_checks" in lacks(card)
    assert not {"checks.n_checks", "checks.n_training"} & lacks(none)


def test_what_the_study_file_tells_is_not_missing(tmp_path: Path) -> None:
    everything = dict.fromkeys(Reporting.model_fields, "as described")
    methods = [{**method, "description": "a method"} for method in CONFIG["methods"]]
    config = {**CONFIG, "reporting": everything, "methods": methods}
    card = card_of(write_whole(tmp_path / "study", recorded(), config))
    assert lacks(card) == {"checks.n_checks", "metrics.implementation", "collected_with"}


def test_study_json_speaks_before_the_study_file(tmp_path: Path) -> None:
    folder = write_whole(tmp_path / "study", recorded(), {**CONFIG, "reporting": {"payment": "planned"}})
    facts = json.loads((folder / "study.json").read_text())
    (folder / "study.json").write_text(json.dumps({**facts, "reporting": {"payment": "5 pounds"}}))
    whole_bundle.sealed(folder)
    assert card_of(folder)["reporting"]["payment"] == "5 pounds"


@pytest.mark.parametrize(
    ("reporting", "said"), [({"paymnet": "5"}, "did you mean 'payment'"), (["paid"], "must be an object")]
)
def test_a_mistake_in_what_is_told_is_one_sentence(reporting: Any, said: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=said) as found:
        load_source(str(bare(tmp_path, {"reporting": reporting})))
    assert "study.json" in str(found.value)


def test_comparisons_alone_lack_no_reliability(tmp_path: Path) -> None:
    file = tmp_path / "comparisons.csv"
    file.write_text("left,right,choice\n" + "a,b,left\nb,a,right\na,c,left\nb,c,tie\n" * 3)
    card = card_of(file)
    assert "reliability" not in lacks(card)
    assert "protocol.questions.labels" not in lacks(card)
    assert card["methods"][0]["comparisons"] == 9
    assert card["raters"]["per_method"] is None


def test_what_is_missing_names_its_group_of_facts(tmp_path: Path) -> None:
    topics = {fact["key"]: fact["topic"] for fact in card_of(bare(tmp_path))["missing"]}
    assert (topics["protocol.parts"], topics["reporting.payment"]) == ("design", "participants")
    assert set(topics.values()) == {"design", "participants", "environment", "stimuli", "analysis"}


def test_keys_of_what_is_wanted_are_keys_of_the_card(card: Row) -> None:
    keys = [one.key for one in WANTED]
    assert len(keys) == len(set(keys))
    for key in keys:
        part: Any = card
        for name in key.split("."):
            part = part[0] if isinstance(part, list) else part
            assert name in part, key
            part = part[name]
    assert {name for name in Reporting.model_fields if f"reporting.{name}" not in keys} == {
        "recruitment",
        "demographics",
        "expertise",
        "training",
    }


def test_known_methods_carry_their_citation(tmp_path: Path) -> None:
    (tmp_path / "ratings.csv").write_text(ROWS.replace("bb", "SadTalker"))
    cited = {method["name"]: method["citation"] for method in card_of(tmp_path)["methods"]}
    assert cited["a"] is None
    assert cited["SadTalker"]["year"] == 2023


def test_a_trial_with_two_questions_is_one_check(tmp_path: Path) -> None:
    content = recorded()
    trap = {**content["ratings"][0], "kind": "trap", "expected_low": 1, "expected_high": 1, "position": 9}
    content["ratings"] += [{**trap, "score": 1}, {**trap, "score": 2, "question": "overall"}]
    data = load_source(str(write_whole(tmp_path / "study", content)))
    assert checks_of(data)["missed"].tolist() == [True]


def with_facts(folder: Path, **facts: Any) -> Path:
    known = json.loads((folder / "study.json").read_text())
    (folder / "study.json").write_text(json.dumps({**known, **facts}))
    return whole_bundle.sealed(folder)


def test_only_what_collected_the_answers_is_named_as_such(tmp_path: Path) -> None:
    versions = {"mos-platform": "0.1.0", "django": "5.2"}
    folder = with_facts(write_whole(tmp_path / "study", recorded()), software=versions)
    card = card_of(folder)
    assert card["collected_with"] == versions
    assert "fewest sittings" in card["protocol"]["order"]["description"]
    made = with_facts(folder, made_from=[{"file": "answers.xlsx"}])
    card = card_of(made)
    assert (card["collected_with"], card["protocol"]["order"]["description"]) == (None, None)
    assert "collected_with" in lacks(card)


def test_a_merged_study_keeps_what_is_told_of_it(tmp_path: Path) -> None:
    facts = {"software": {"mos-platform": "0.1.0"}, "reporting": {"payment": "none"}}
    for n, site in enumerate("ab"):
        with_facts(write_whole(tmp_path / str(n), tables(site)), **facts)
    merge([str(tmp_path / "0"), str(tmp_path / "1")], tmp_path / "all", prefix=False)
    card = card_of(tmp_path / "all")
    assert card["collected_with"] == facts["software"]
    assert card["reporting"]["payment"] == "none"
    assert (card["raters"]["n_in"], card["raters"]["n"]) == (6, 6)


def test_check_finds_a_mistake_in_what_is_told(tmp_path: Path) -> None:
    folder = with_facts(write_whole(tmp_path / "study", recorded()), reporting={"paymnet": "5"})
    (problem,) = check_source(str(folder)).problems
    assert "paymnet" in problem.sentence
