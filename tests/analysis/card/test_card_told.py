"""What a card says of intervals, of reliability, and of what was not reported."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import whole_bundle
from carded import ROWS, Row, bare, card_of, lacks, recorded, with_facts
from whole_bundle import CONFIG, tables, write_whole

from analysis.card import build_card
from analysis.card.missing import WANTED
from analysis.checking.check import check_source
from analysis.load import load_source
from analysis.merging.merge import merge
from analysis.options import Options
from analysis.results import compute
from analysis.screening.attention import checks_of
from studies.errors import InputError
from studies.reporting import Reporting


@pytest.fixture(scope="module")
def card(tmp_path_factory: pytest.TempPathFactory) -> Row:
    return card_of(write_whole(tmp_path_factory.mktemp("whole") / "study", recorded()))


def test_every_interval_names_its_procedure_and_target(card: Row) -> None:
    intervals = {(row["question"], row["result"]): row for row in card["statistics"]["intervals"]}
    assert {("sync", "MOS"), ("sync", "DMOS"), ("better", "preference strengths")} <= set(intervals)
    assert all(row["procedures"] for row in intervals.values())
    targets = {result: row["target"] for (_, result), row in intervals.items()}
    drawn = {result for result in targets if result.startswith("correlation")}
    assert {targets[result] for result in drawn} == {None}, "their procedures name items and methods"
    assert targets.pop("preference strengths") is None, "one method was always preferred"
    assert {targets[result] for result in targets if result not in drawn} == {"raters+items"}


def test_where_no_interval_is_possible_none_is_named(tmp_path: Path) -> None:
    rows = [f"r{r},i{i},{m},{1 + (r + i) % 4}" for r in range(4) for i in range(3) for m in ("a", "b")]
    rows += [f"r{r},i0,once,{1 + r}" for r in range(4)]
    (tmp_path / "ratings.csv").write_text("\n".join(["rater,item,method,score", *rows]) + "\n")
    results = compute(load_source(str(tmp_path / "ratings.csv")), Options(n_boot=20))
    assert "refused" in {row["procedure"] for row in results["mos"]}
    for row in build_card(results, load_source(str(tmp_path / "ratings.csv")))["statistics"]["intervals"]:
        assert row["procedures"]
        assert "refused" not in row["procedures"]


@pytest.mark.parametrize(
    ("header", "target"), [("rater,item", "raters+items"), ("rater", "raters"), ("", None)], ids=str
)
def test_preference_intervals_claim_no_more_than_their_answers_carry(
    tmp_path: Path, header: str, target: str | None
) -> None:
    names = header.split(",") if header else []
    rows = [
        [*(str(n % 7) for _ in names[:1]), *(str(n // 7) for _ in names[1:]), "a", "b", choice]
        for n, choice in enumerate(("left", "right", "left") * 14)
    ]
    file = tmp_path / "comparisons.csv"
    lines = [",".join(row) for row in [[*names, "left", "right", "choice"], *rows]]
    file.write_text("\n".join(lines) + "\n")
    (interval,) = card_of(file)["statistics"]["intervals"]
    assert interval["target"] == target


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
    assert lacks(card) == {
        *("checks.n_checks", "material.splits", "metrics.origins.implementation"),
        "metrics.origins.parameters",
        "collected_with",
    }


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


def test_comparisons_have_a_reliability_of_their_own(tmp_path: Path) -> None:
    file = tmp_path / "comparisons.csv"
    votes = [f"r{r},i{i},a,b,{'left' if (r + i) % 3 else 'right'}" for r in range(6) for i in range(4)]
    file.write_text("\n".join(["rater,item,left,right,choice", *votes]) + "\n")
    results = compute(load_source(str(file)), Options(n_boot=20))
    card = build_card(results, load_source(str(file)))
    (own,) = card["reliability"]
    assert (own["coefficient"], own["screening"]) == ("kendall_u", "none")
    assert own["value"] == results["preference_model"][0]["kendall_u"] is not None
    assert "reliability" not in lacks(card)


def test_comparisons_without_raters_lack_a_reliability(tmp_path: Path) -> None:
    file = tmp_path / "comparisons.csv"
    file.write_text("left,right,choice\n" + "a,b,left\nb,a,right\na,c,left\nb,c,tie\n" * 3)
    card = card_of(file)
    assert "reliability" in lacks(card), "nobody knows who answered"
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
