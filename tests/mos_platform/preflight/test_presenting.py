"""Preflight of how a study meets its raters: frames, two clips at once, and how a sitting begins."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from filmed import bars

from mos_platform.preflight.findings import Finding
from mos_platform.preflight.study import check_study

RATED = {"id": "rating", "test_method": "ACR", "questions": [{"id": "overall", "text": "How good?"}]}
AT_ONCE = {
    "id": "ab",
    "test_method": "PC",
    "plays": "together",
    "questions": [{"id": "better", "text": "Which is better?"}],
}


@pytest.fixture(scope="module")
def clips(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Of item a equally long ones; of item b one is half a second longer."""
    folder = tmp_path_factory.mktemp("presenting")
    for method, item, seconds in (("one", "a", 1.0), ("two", "a", 1.0), ("one", "b", 1.0), ("two", "b", 1.5)):
        clip = folder / "clips" / method / f"{item}.mp4"
        clip.parent.mkdir(parents=True, exist_ok=True)
        bars(clip, size="160x160", seconds=seconds)
    return folder


def found(folder: Path, check: str, base_url: str = "", **keys: Any) -> list[Finding]:
    study = {
        "study": "mine",
        "title": "Mine",
        "texts": {
            "welcome": "Welcome.",
            "consent": {"version": "1", "body": "I agree to watch synthetic clips and to rate them."},
            "instructions": "Watch and rate.",
            "debriefing": "All clips were synthetic.",
        },
        "methods": ["one", "two"],
        "items": ["a", "b"],
        "parts": [RATED],
        **keys,
    }
    (folder / "study.yaml").write_text(yaml.safe_dump(study))
    findings = check_study(folder, base_url=base_url).findings
    return [finding for finding in findings if finding.check == check]


def test_mechanical_turk_needs_https(clips: Path) -> None:
    turk = {"by": "mturk"}
    (finding,) = found(clips, "address", "http://mos.example.org", recruitment=turk)
    assert finding.level == "warn"
    assert "MOS_BASE_URL" in finding.sentence
    assert found(clips, "address", "https://mos.example.org", recruitment=turk) == []
    assert found(clips, "address", "http://mos.example.org") == []


def test_two_clips_at_once_need_room_and_one_length(clips: Path) -> None:
    phones, lengths = found(clips, "together", parts=[AT_ONCE])
    assert (phones.level, lengths.level) == ("warn", "warn")
    assert "phones, which are allowed" in phones.sentence
    assert "clips of b are not equally long" in lengths.sentence
    mended = {"devices": {"allow": ["desktop"]}, "clips": {"seconds": 0.8}}
    assert found(clips, "together", parts=[AT_ONCE], **mended) == []
    assert found(clips, "together", parts=[{**AT_ONCE, "plays": "in_turn"}]) == []


@pytest.mark.parametrize(
    ("keys", "told"),
    [
        ({}, "begins with 4 trials that are not scored (dummies); 5 are usual"),
        ({"trials_per_sitting": 2}, "begins with 2 trials"),
        ({"dummies": 1}, "begins with 1 trial that"),
        ({"dummies": 0}, None),
    ],
)
def test_how_a_sitting_begins(clips: Path, keys: dict[str, Any], told: str | None) -> None:
    findings = found(clips, "beginning", parts=[{**RATED, **keys}])
    assert [finding.level for finding in findings] == ["pass"] * (told is not None)
    assert all(told in finding.sentence for finding in findings)
