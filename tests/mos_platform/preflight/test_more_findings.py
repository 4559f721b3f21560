"""Preflight: quotas nobody meets, names in contexts, sound that does not fit, one verdict with import."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from mos_platform.preflight.findings import Finding
from mos_platform.preflight.study import check_study
from mos_platform.stimuli.services import import_study
from studies.errors import InputError

TEXTS = {
    "welcome": "Welcome.",
    "consent": {"version": "1", "body": "I agree to watch synthetic clips and to rate them."},
    "instructions": "Watch and rate.",
    "debriefing": "All clips were synthetic.",
}
RATED: dict[str, Any] = {
    "id": "rating",
    "test_method": "ACR",
    "dummies": 0,
    "questions": [{"id": "overall", "text": "How good?"}],
}


def study(folder: Path, part: dict[str, Any] | None = None, **keys: Any) -> Path:
    content = {
        "study": "mine",
        "title": "Mine",
        "texts": TEXTS,
        "methods": ["one", "two"],
        "items": ["a", "b"],
        "parts": [{**RATED, **(part or {})}],
        "analysis": {"target": "raters"},
        **keys,
    }
    (folder / "study.yaml").write_text(yaml.safe_dump(content))
    return folder


def clip(path: Path, *, seen_s: float = 1, heard_s: float = 1, size: str = "160x160", rate: int = 25) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    picture, sound = f"testsrc2=s={size}:r={rate}:d={seen_s}", f"sine=f=220:d={heard_s}"
    codecs = ["-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-c:a", "aac"]
    inputs = ["-f", "lavfi", "-i", picture, "-f", "lavfi", "-i", sound]
    subprocess.run(["ffmpeg", "-v", "error", "-y", *inputs, *codecs, str(path)], check=True)


def found(folder: Path, check: str) -> list[Finding]:
    return [finding for finding in check_study(folder).findings if finding.check == check]


@pytest.fixture
def laid(tmp_path: Path) -> Path:
    """A folder with one of four clips: enough for the findings about the study itself."""
    clip(tmp_path / "clips" / "one" / "a.mp4")
    return tmp_path


GOLD = [{"method": "two", "item": "a", "expected": {"overall": {"high": 2}}}]
PRACTICE = [{"name": "warmup", "role": "training"}]


@pytest.mark.parametrize(
    ("part", "keys", "told"),
    [
        (
            {},
            {"screening": {"attention": {"on_missed_check": "end"}}},
            "a missed check ends the sitting, but its answers stay in the analysis",
        ),
        (
            {},
            {"recruitment": {"by": "link", "limit": 40}, "stop": {"rule": "quota"}},
            "40 may begin (recruitment.limit), also where some leave and their places are free",
        ),
        ({"trials_per_sitting": 9}, {}, "asks for 9 trials per sitting, but a rater can meet only 4 clips"),
        (
            {"trials_per_sitting": 3},
            {"design": {"raters": "between"}},
            "asks for 3 trials per sitting, but a rater can meet only 2 clips",
        ),
        (
            {"training": 5},
            {"items": ["a", "b", *PRACTICE]},
            "asks for 5 practice trials, but a rater can meet only 2 clips",
        ),
        ({"gold": 3}, {"gold": GOLD}, "asks for 3 gold trials, but 1 clip under 'gold' can be asked about"),
        ({}, {"items": ["a", "b", *PRACTICE]}, "nobody is shown the items for training (warmup)"),
        (
            {},
            {"methods": ["one", "two", {"name": "bad", "role": "gold"}]},
            "no entry under 'gold' names the gold method bad",
        ),
        ({}, {"gold": GOLD}, "no part asks gold trials about two × a"),
    ],
)
def test_what_cannot_be_met_is_told(
    laid: Path, part: dict[str, Any], keys: dict[str, Any], told: str
) -> None:
    (finding,) = found(study(laid, part, **keys), "quotas")
    assert finding.level == "warn"
    assert told in finding.sentence


def test_what_can_be_met_is_not_told(laid: Path) -> None:
    part = {"trials_per_sitting": 4, "training": 2, "gold": 1}
    assert found(study(laid, part, gold=GOLD, items=["a", "b", *PRACTICE]), "quotas") == []


def test_whoever_watches_is_not_taken_for_gone(laid: Path) -> None:
    _, hasty = found(study(laid, design={"abandoned_after_minutes": 0.5}), "sitting")
    assert hasty.level == "fail"
    assert "design.abandoned_after_minutes is 0.5, but a trial of clips of" in hasty.sentence
    assert len(found(study(laid), "sitting")) == 1


def test_a_context_that_names_a_method_is_told(laid: Path) -> None:
    items = [{"name": "a", "context": "Made by Two."}, {"name": "b", "context": "A speech."}]
    (finding,) = found(study(laid, {"shown": ["context"]}, items=items), "names")
    assert finding.level == "warn"
    assert "'two' in items.0.context" in finding.sentence


@pytest.mark.parametrize(
    ("lengths", "told"),
    [
        ((1, 2), "clips/one/a.mp4: sound ends 1.0"),
        ((2, 0.5), "before the picture"),
    ],
)
def test_sound_of_another_length_is_told(tmp_path: Path, lengths: tuple[float, float], told: str) -> None:
    clip(tmp_path / "clips" / "one" / "a.mp4", seen_s=lengths[0], heard_s=lengths[1])
    (finding,) = found(study(tmp_path), "end")
    assert (finding.level, told in finding.sentence) == ("warn", True)


def test_sound_of_the_same_length_passes(laid: Path) -> None:
    assert [finding.level for finding in found(study(laid), "end")] == ["pass"]


def test_more_raters_than_can_be_computed_hide_no_other_finding(laid: Path) -> None:
    """Eleven groups of 10,000 raters: the analysis program takes 100,000 at most."""
    methods = [f"m{number}" for number in range(10)] + ["one"]
    folder = study(laid, methods=methods, design={"raters": "between"}, targets={"raters_per_method": 10_000})
    findings = check_study(folder).findings
    (precision,) = [finding for finding in findings if finding.check == "precision"]
    assert "\n" not in precision.sentence
    assert {"clips", "raters", "sitting"} <= {finding.check for finding in findings}


@pytest.mark.django_db
def test_import_and_check_agree_on_pictures_that_are_too_large(tmp_path: Path) -> None:
    for method in ("one", "two"):
        clip(tmp_path / "clips" / method / "a.mp4", size="4096x2400", rate=1)
    folder = study(tmp_path, items=["a"])
    failing = [finding for finding in check_study(folder).findings if finding.level == "fail"]
    with pytest.raises(InputError) as refused:
        import_study(folder)
    assert [finding.sentence for finding in failing] == list(refused.value.sentences)
    assert "4096×2400, larger than phones decode" in failing[0].sentence
    study(tmp_path, items=["a"], clips={"width": 640})
    assert check_study(folder).level != "fail"


def test_names_that_no_file_system_holds_are_missing_files(laid: Path) -> None:
    folder = study(laid, stimuli={"pattern": f"{'x' * 300}/{{method}}/{{item}}.mp4"})
    (finding,) = found(folder, "clips")
    assert (finding.level, "4 clips of 4 missing" in finding.sentence) == ("fail", True)


def test_phones_of_a_width_that_hardly_any_has_are_told(laid: Path) -> None:
    (finding,) = found(study(laid, devices={"allow": ["phone"], "min_screen_width": 1024}), "devices")
    assert (finding.level, "1024 CSS pixels" in finding.sentence) == ("warn", True)
    assert found(study(laid, devices={"allow": ["phone"], "min_screen_width": 360}), "devices") == []
    both = {"allow": ["phone", "desktop"], "min_screen_width": 1024}
    assert found(study(laid, devices=both), "devices") == []
