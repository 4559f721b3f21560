"""The study file: what is read, and one readable sentence for each mistake."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest
import yaml

from studies.config import StudyConfig, load_study, missing_clips, parse_study, told_missing
from studies.errors import InputError
from studies.scales import SCALES


@pytest.fixture
def raw() -> dict[str, Any]:
    return {
        "study": "lips",
        "title": "Lips",
        "texts": {
            "welcome": "Welcome.",
            "consent": {"version": "1", "body": "I agree to take part in this study."},
            "instructions": "Watch and rate.",
            "debriefing": "Thank you.",
        },
        "methods": [{"name": "real", "reference": True}, {"name": "alpha"}],
        "items": [{"name": "one"}, {"name": "two"}],
        "parts": [
            {"id": "rating", "test_method": "ACR", "questions": [{"id": "overall", "text": "How good?"}]}
        ],
    }


def changed(raw: dict[str, Any], path: str, value: Any) -> dict[str, Any]:
    """A copy with one key set, or removed where the value is None."""
    copied = copy.deepcopy(raw)
    target: Any = copied
    *parents, last = [int(key) if key.isdigit() else key for key in path.split(".")]
    for key in parents:
        target = target[key]
    if value is None:
        del target[last]
    else:
        target[last] = value
    return copied


def test_a_question_id_stands_once_in_a_study(raw):
    again = {"id": "more", "test_method": "ACR", "questions": raw["parts"][0]["questions"]}
    with pytest.raises(InputError, match="question 'overall' is named twice"):
        parse_study({**raw, "parts": [*raw["parts"], again]}, "here")


def test_a_minimal_study_gets_the_defaults(raw):
    config = parse_study(raw, "here")
    assert config.reference is not None
    assert config.reference.name == "real"
    assert config.targets.raters_per_method == 30
    assert config.analysis.target == "raters+items"
    assert config.clip_path("alpha", "two") == "clips/alpha/two.mp4"


@pytest.mark.parametrize(
    ("path", "value", "words"),
    [
        ("title", None, ["'title'", "missing"]),
        ("titel", "x", ["'titel'", "not known"]),
        ("methods.0.refernce", True, ["'methods.0.refernce'", "not known"]),
        ("metods", [], ["'metods'", "did you mean 'methods'?"]),
        ("methods", [], ["'methods'", "at least 1"]),
        ("items.0", ["one"], ["'items.0'", "keys and values, not a list"]),
        ("items.0.name", "CRF 40", ["'CRF 40'", "use letters, digits"]),
        ("items.0.name", 7, ["7 is no text", "quotes"]),
        ("parts.0.questions.0.scale", "likert5", ["'likert5'", "use 'acr5'"]),
        ("title", "x" * 301, ["'title'", "at most 300"]),
        ("title", "x\0y", ["'title'", "control character"]),
        ("texts.consent.version", "9" * 65, ["'texts.consent.version'", "at most 64"]),
        ("seed", 10**26, ["'seed'", "below 4294967296"]),
        ("methods.1.name", "real", ["method 'real' is named twice"]),
        ("items.1.name", "one", ["item 'one' is named twice"]),
        ("methods.1.reference", True, ["only one method may be the reference"]),
        ("methods.1.name", "../etc", ["'methods.1.name'"]),
        ("study", "a study", ["'study'"]),
        ("seed", "often", ["'seed'", "'often' is not a whole number"]),
        ("seed", -1, ["'seed'", "-1 is not at least 0"]),
        ("parts.0.test_method", "MUSHRA", ["'parts.0.test_method'", "'ACR'"]),
        ("parts.0.questions", [], ["'parts.0.questions'"]),
        ("metrics", ["psnr", "vmaf"], ["no metric is called 'vmaf'; choose one of studies/METRICS.md"]),
        ("metrics", ["psnrr"], ["no metric is called 'psnrr' (did you mean 'psnr'?)"]),
        ("metrics", ["PSNR", "psnr"], ["metric 'psnr' is named twice"]),
        ("metrics", ["CSIM"], ["'CSIM' is not computed here", "csim_arcface or csim_dlib", "import_metrics"]),
        ("metrics", ["FPS"], ["'FPS' is not computed here; remove it, or", "studies/METRICS.md"]),
        ("items.0.dataset", "", ["'items.0.dataset'", "at least 1"]),
        (
            "items.0",
            {"name": "one", "dataset": "HDTF", "attributes": {"dataset": "MEAD"}},
            ["'items.0'", "'dataset' contradicts key 'dataset'"],
        ),
        ("stimuli", {"pattern": "clips/{item}.mp4"}, ["{method}"]),
        ("stimuli", {"pattern": "../{method}/{item}.mp4"}, ["inside the study's folder"]),
        ("texts.consent.body", "yes", ["'texts.consent.body'", "at least 20"]),
        ("screening", {"apply": ["gut feeling"]}, ["'screening.apply.0'"]),
        ("analysis", {"confidence": 95}, ["'analysis.confidence': 95 is not below 1"]),
    ],
)
def test_a_mistake_is_one_sentence_with_the_key(raw, path, value, words):
    with pytest.raises(InputError) as refusal:
        parse_study(changed(raw, path, value), "lips/study.yaml")
    sentence = str(refusal.value)
    assert sentence.startswith("lips/study.yaml: ")
    assert sentence.endswith(".")
    assert "\n" not in sentence
    assert all(word in sentence for word in words), sentence


def test_a_metric_that_compares_needs_a_reference(raw):
    broken = changed({**raw, "metrics": ["psnr"]}, "methods.0.reference", False)
    with pytest.raises(InputError, match="metric 'psnr' needs a method with reference: true"):
        parse_study(broken, "here")


def test_metrics_may_be_named_as_papers_print_them(raw):
    named = parse_study({**raw, "metrics": ["PSNR", "LSE-C", "Sync-D", "MS-SSIM"]}, "study")
    assert named.metrics == ("psnr", "lse_c", "lse_d", "ms_ssim")
    assert named == parse_study({**raw, "metrics": ["psnr", "lse_c", "lse_d", "ms_ssim"]}, "study")


def test_bare_names_stand_for_methods_and_items(raw):
    config = parse_study({**raw, "items": ["one", "two"], "methods": ["alpha", "beta"]}, "here")
    assert [item.name for item in config.items] == ["one", "two"]
    assert config.reference is None


def test_only_declared_screening_is_applied(raw):
    assert parse_study(raw, "here").screening.apply == ()


def test_hidden_reference_needs_a_reference(raw):
    broken = changed(changed(raw, "parts.0.test_method", "ACR-HR"), "methods.0.reference", False)
    with pytest.raises(InputError, match="ACR-HR needs a method with reference: true"):
        parse_study(broken, "here")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("study: [1, 2", ["line 1"]),
        ("study: 2020-99-99", ["quotes"]),
        ("[" * 2000, ["too deeply"]),
        ("study: lips\n\ttitle: x", ["line 2", "spaces instead of tabs"]),
        ("- just\n- a list", ["a list"]),
        ("", ["nothing"]),
    ],
)
def test_a_file_that_is_no_study_says_where(tmp_path, text, words):
    (tmp_path / "study.yaml").write_text(text)
    with pytest.raises(InputError) as refusal:
        load_study(tmp_path)
    assert "study.yaml" in str(refusal.value)
    assert all(word in str(refusal.value) for word in words), str(refusal.value)


def test_a_missing_file_and_bytes_that_are_no_text(tmp_path):
    with pytest.raises(InputError, match="does not exist"):
        load_study(tmp_path)
    (tmp_path / "study.yaml").write_bytes(b"\xff\xfe\x00study")
    with pytest.raises(InputError, match="UTF-8"):
        load_study(tmp_path)


def test_the_hash_is_of_the_content_not_of_the_writing(raw, tmp_path):
    shuffled = dict(reversed(raw.items()))
    (tmp_path / "study.yaml").write_text(yaml.safe_dump(shuffled, sort_keys=False))
    assert load_study(tmp_path).sha256() == parse_study(raw, "here").sha256()
    other = parse_study(changed(raw, "title", "Other"), "here")
    assert other.sha256() != parse_study(raw, "here").sha256()


def test_a_dumped_config_reads_back_equal(raw):
    config = parse_study(raw, "here")
    assert StudyConfig.model_validate(config.model_dump(mode="json")) == config


def test_missing_clips_are_listed(raw, tmp_path):
    config = parse_study(raw, "here")
    present = tmp_path / "clips" / "real" / "one.mp4"
    present.parent.mkdir(parents=True)
    present.touch()
    assert missing_clips(config, tmp_path) == [
        "clips/real/two.mp4",
        "clips/alpha/one.mp4",
        "clips/alpha/two.mp4",
    ]


def test_the_five_grades_carry_the_words_of_p910():
    labels = SCALES["acr5"].labels
    assert [labels[grade] for grade in (5, 4, 3, 2, 1)] == ["Excellent", "Good", "Fair", "Poor", "Bad"]


def test_the_demo_study_is_read(repo: Path):
    config = load_study(repo / "studies" / "demo")
    assert missing_clips(config, repo / "studies" / "demo") == []


def test_dcr_and_ccr_bring_their_own_scales(raw):
    impairment = parse_study(changed(raw, "parts.0.test_method", "DCR"), "here").parts[0]
    comparison = parse_study(changed(raw, "parts.0.test_method", "CCR"), "here").parts[0]
    assert (impairment.questions[0].scale, impairment.is_paired) == ("dcr5", False)
    assert (comparison.questions[0].scale, comparison.is_paired) == ("ccr7", True)
    assert parse_study(raw, "here").parts[0].questions[0].scale == "acr5"


def test_scales_of_dcr_and_ccr_have_the_words_of_the_recommendation():
    assert [SCALES["dcr5"].labels[grade] for grade in (5, 4, 1)] == [
        "Imperceptible",
        "Perceptible but not annoying",
        "Very annoying",
    ]
    assert sorted(SCALES["ccr7"].labels) == list(range(-3, 4))
    assert [SCALES["ccr7"].labels[grade] for grade in (3, 0, -3)] == ["Much better", "The same", "Much worse"]


@pytest.mark.parametrize(
    ("method", "scale", "words"),
    [
        ("DCR", "acr5", ["'overall'", "the scale of DCR is dcr5", "remove 'scale'"]),
        ("ACR", "ccr7", ["'overall'", "no ACR question uses scale ccr7", "correct"]),
    ],
)
def test_a_scale_that_is_not_the_test_methods_is_refused(raw, method, scale, words):
    broken = changed(changed(raw, "parts.0.test_method", method), "parts.0.questions.0.scale", scale)
    with pytest.raises(InputError) as refusal:
        parse_study(broken, "here")
    assert all(word in str(refusal.value) for word in words), str(refusal.value)


def test_impairment_needs_a_reference_and_graded_pairs_two_methods(raw):
    without = changed(changed(raw, "parts.0.test_method", "DCR"), "methods.0.reference", False)
    with pytest.raises(InputError, match="DCR needs a method with reference: true"):
        parse_study(without, "here")
    alone = {**changed(raw, "parts.0.test_method", "CCR"), "methods": ["real"]}
    with pytest.raises(InputError, match="CCR needs at least two methods"):
        parse_study(alone, "here")


def test_a_regularised_preference_has_to_be_asked_for(raw):
    assert parse_study(raw, "here").analysis.regularised_preference is False
    asked = parse_study({**raw, "analysis": {"regularised_preference": True}}, "here")
    assert asked.analysis.regularised_preference


def grid(raw: dict, folder: Path, there: list[str]) -> StudyConfig:
    """A study of two methods on three items, with these of its clips."""
    items = [{"name": name} for name in ("a", "b", "c")]
    config = parse_study({**raw, "methods": [{"name": "m1"}, {"name": "m2"}], "items": items}, "study.yaml")
    for path in there:
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).touch()
    return config


def test_what_is_missing_is_told_by_method_and_item(raw, tmp_path):
    config = grid(raw, tmp_path, ["clips/m2/b.mp4"])
    assert told_missing(config, tmp_path) == "all 3 clips of method 'm1', clips/m2/a.mp4, clips/m2/c.mp4"
    grid(raw, tmp_path, ["clips/m1/a.mp4", "clips/m1/b.mp4", "clips/m2/a.mp4"])
    assert told_missing(config, tmp_path) == "all 2 clips of item 'c'"


def test_a_missing_clip_that_is_spelt_otherwise_is_pointed_to(raw, tmp_path):
    config = grid(raw, tmp_path, [f"clips/{m}/{i}.mp4" for m in ("m1", "m2") for i in "abc"])
    (tmp_path / "clips" / "m1").rename(tmp_path / "clips" / "M1")
    told = told_missing(config, tmp_path)
    assert told.startswith("all 3 clips of method 'm1' (there is clips/M1/a.mp4: capital")
