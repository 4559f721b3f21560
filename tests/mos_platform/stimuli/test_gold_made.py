"""Gold clips made at import from the study's own: rows, files that tell nothing, all of it or none, once."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import pytest

from mos_platform.assignments.checks import gold_of
from mos_platform.clips.levelling import read_clip
from mos_platform.intake import take_in
from mos_platform.preflight.study import check_study
from mos_platform.stimuli.models import Study
from mos_platform.stimuli.services import import_study
from studies.errors import InputError

pytestmark = pytest.mark.django_db

MADE = """[{name: real, reference: true}, {name: soft}, {name: copy},
  {name: late, role: gold, made: {of: real, sound_late_frames: 10}},
  {name: coarse, role: gold, made: {of: soft, compressed: true}}]"""
GOLD = """
gold:
  - {method: late, item: one, expected: {overall: {high: 2}}}
  - {method: coarse, item: one, expected: {overall: {high: 2}}}
"""


@pytest.fixture
def golden_study(own_study: Path) -> Path:
    """Two gold methods, one clip each, made from those of item one."""
    file = own_study / "study.yaml"
    text = file.read_text().replace("[{name: real, reference: true}, {name: soft}, {name: copy}]", MADE)
    text = text.replace("test_method: ACR-HR", "test_method: ACR-HR\n    gold: 1")
    file.write_text(text.replace("metrics: [psnr, ssim, cpbd]", GOLD))
    return own_study


def rewritten(study: Path, old: str, new: str) -> Path:
    text = (study / "study.yaml").read_text()
    assert old in text
    (study / "study.yaml").write_text(text.replace(old, new))
    return study


def test_they_become_stimuli_of_gold_methods(golden_study: Path) -> None:
    steps: list[tuple[str, int, int]] = []
    study = take_in(golden_study, progress=lambda *step: steps.append(step)).study
    roles = {method.name: method.role for method in study.methods.all()}
    assert roles == {"real": "scored", "soft": "scored", "copy": "scored", "late": "gold", "coarse": "gold"}
    clips = {(one.method.name, one.item.name): one for one in study.stimuli.select_related("method", "item")}
    assert set(clips) == {(m, i) for m in ("real", "soft", "copy") for i in ("one", "two")} | {
        ("late", "one"),
        ("coarse", "one"),
    }
    source = hashlib.sha256((golden_study / "clips/real/one.mp4").read_bytes()).hexdigest()
    assert clips["late", "one"].sha256 == source
    assert clips["late", "one"].treatment["damage"] == "sound 400 ms late"
    assert clips["coarse", "one"].treatment["damage"] == "heavy compression"
    assert study.processing["reasons"][0] == "gold clips are made (late, coarse)"
    assert {phase: step for phase, *step in steps}["Making gold clips"] == [2, 2]


def test_trials_take_them_as_gold(golden_study: Path) -> None:
    study = take_in(golden_study).study
    found = gold_of(study.parsed.parts[0], study.parsed.gold)
    assert [cell for cell, _ in found] == [("late", "one"), ("coarse", "one")]
    for (method, item), expected in found:
        assert expected == {"overall": {"high": 2.0}}
        assert study.stimuli.get(method__name=method, item__name=item).method.role == "gold"


def test_files_of_an_item_have_one_index_whatever_they_show(golden_study: Path) -> None:
    study = take_in(golden_study).study
    for item in ("one", "two"):
        contents = [_content(one) for one in study.stimuli.filter(item__name=item)]
        heads = {content[: read_clip(content).data + 8] for content in contents}
        assert len(heads) == 1
        assert len({len(content) for content in contents}) == 1
    served = study.stimuli.filter(item__name="one").values_list("served_sha256", flat=True)
    assert len(set(served)) == 4  # "copy" is the reference


def _content(stimulus: Any) -> bytes:
    with stimulus.file.open("rb") as file:
        return bytes(file.read())


def test_a_second_import_changes_nothing_and_another_damage_is_another_study(golden_study: Path) -> None:
    first = take_in(golden_study)
    again = take_in(golden_study)
    assert (first.created, again.created, first.study) == (True, False, again.study)
    rewritten(golden_study, "sound_late_frames: 10", "sound_late_frames: 11")
    with pytest.raises(InputError, match="differs in 'methods'"):
        take_in(golden_study)
    newer = take_in(golden_study, new_version=True).study
    late = newer.stimuli.get(method__name="late")
    assert late.treatment["damage"] == "sound 440 ms late"
    assert late.served_sha256 != first.study.stimuli.get(method__name="late").served_sha256


def test_what_was_made_before_a_stop_is_not_made_again(golden_study: Path) -> None:
    def stop(phase: str, done: int, _total: int) -> None:
        if phase == "Making gold clips" and done == 1:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        import_study(golden_study, progress=stop)
    assert not Study.objects.exists()
    steps: list[tuple[str, int, int]] = []
    assert import_study(golden_study, progress=lambda *step: steps.append(step)).created
    firsts = {phase: done for phase, done, _ in reversed(steps)}
    assert firsts["Preparing the clips"] == 4
    assert firsts["Making gold clips"] >= 1


@pytest.mark.parametrize(
    ("damage", "says"),
    [
        ("sound_late_frames: 13", r"late × one, made from clips/real/one\.mp4, has 1\.0\d s of sound, too"),
        ("swapped_sound: two", r"late × one, .* has the same sound as the item that is to lend it another"),
        ("frozen_mouth: true", r"late × one, .* cannot get a frozen mouth: weights missing \(face_"),
    ],
)
def test_what_cannot_be_made_imports_nothing(
    golden_study: Path, settings: Any, damage: str, says: str
) -> None:
    settings.WEIGHTS_DIR = golden_study / "no weights"
    rewritten(golden_study, "sound_late_frames: 10", damage)
    with pytest.raises(InputError, match=says):
        take_in(golden_study)
    assert not Study.objects.exists()
    assert not [file for file in Path(settings.MEDIA_ROOT).rglob("*") if file.is_file()]


def test_the_check_lists_what_will_be_made(golden_study: Path) -> None:
    findings = [one for one in check_study(golden_study).findings if one.check in ("gold", "clips", "alike")]
    assert [(one.level, one.sentence) for one in findings] == [
        ("pass", "6 clips, one for each method × item."),
        (
            "pass",
            "gold clips are made at import: late × one from real (sound 400 ms late), coarse × one from soft "
            "(heavy compression).",
        ),
        (
            "pass",
            "the clips of an item, gold or not, share size, rate, codec, coder's settings, file size and the "
            "bytes of each picture once prepared.",
        ),
    ]


def test_the_check_says_what_cannot_be_made(golden_study: Path, make_clip: Any) -> None:
    rewritten(golden_study, "sound_late_frames: 10", "sound_late_frames: 20")
    told = [one.sentence for one in check_study(golden_study).findings if one.level == "fail"]
    assert len(told) == 1
    assert told[0].startswith("late × one cannot be made: real × one has 1.0")
    make_clip(golden_study / "clips" / "real" / "one.mp4", "-an")
    told = [one.sentence for one in check_study(golden_study).findings if one.level == "fail"]
    assert told == [
        "late × one cannot be made: real × one has no sound; take another method or item.",
    ]
