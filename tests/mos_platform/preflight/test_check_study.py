"""Preflight: what a researcher is told before a single rater is paid."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from mos_platform.preflight.effort import effort_of
from mos_platform.preflight.findings import Finding
from mos_platform.preflight.study import Preflight, check_study
from studies.config import parse_study
from studies.sitting import scored_trials

TEXTS = {
    "welcome": "Welcome.",
    "consent": {"version": "1", "body": "I agree to watch synthetic clips and to rate them."},
    "instructions": "Watch and rate.",
    "debriefing": "All clips were synthetic.",
}
COMPARED = {
    "id": "ab",
    "test_method": "PC",
    "dummies": 0,
    "questions": [{"id": "better", "text": "Which is better?"}],
}
RATED = {
    "id": "rating",
    "test_method": "ACR",
    "dummies": 0,
    "questions": [{"id": "overall", "text": "How good?"}],
}


def study(folder: Path, **keys: Any) -> Path:
    content = {
        "study": "mine",
        "title": "Mine",
        "texts": TEXTS,
        "methods": ["one", "two"],
        "items": ["a", "b"],
        "parts": [COMPARED],
        "screening": {"apply": ["attention"]},
        "targets": {"raters_per_method": 36},
        "analysis": {"target": "raters"},
        **keys,
    }
    (folder / "study.yaml").write_text(yaml.safe_dump(content))
    return folder


def clip(
    path: Path, *, picture: str = "testsrc2=s=160x160:r=25", sound: str = "sine=f=220", s: float = 2
) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    inputs = ["-f", "lavfi", "-i", picture] + (["-f", "lavfi", "-i", sound] if sound else [])
    codecs = ["-c:v", "libx264", "-pix_fmt", "yuv420p", "-c:a", "aac", "-ar", "48000"]
    subprocess.run(["ffmpeg", "-v", "error", "-y", *inputs, "-t", str(s), *codecs, str(path)], check=True)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("made")
    clip(folder / "plain.mp4")
    clip(folder / "loud.mp4", sound="sine=f=220,volume=14dB")
    clip(folder / "black.mp4", picture="color=black:s=160x160:r=25")
    clip(folder / "silent.mp4", sound="anullsrc=r=48000")
    clip(folder / "mute.mp4", sound="")
    clip(folder / "long.mp4", s=3)
    clip(folder / "tiny.mp4", picture="testsrc2=s=64x64:r=30")
    return folder


def laid(folder: Path, made: Path, **cells: str) -> Path:
    """A study folder with plain clips, but for the cells that are named, such as one_a="black"."""
    for method in ("one", "two"):
        for item in ("a", "b"):
            target = folder / "clips" / method / f"{item}.mp4"
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(made / f"{cells.get(f'{method}_{item}', 'plain')}.mp4", target)
            with target.open("ab") as file:
                file.write(unlike(f"{method}_{item}"))
    return folder


def unlike(mark: str) -> bytes:
    """A box of MP4 that players pass over; with it two files are no copies of each other."""
    return (len(mark) + 8).to_bytes(4, "big") + b"free" + mark.encode()


def told(preflight: Preflight, check: str) -> Finding:
    (found,) = [finding for finding in preflight.findings if finding.check == check]
    return found


def test_a_sound_study_passes_with_nothing_to_mend(tmp_path: Path, made: Path) -> None:
    preflight = check_study(study(laid(tmp_path, made)))
    assert {finding.check for finding in preflight.findings if finding.level != "pass"} == set()
    assert preflight.level == "pass"
    assert len(preflight.clips) == 4


@pytest.mark.parametrize(
    ("cells", "check", "words"),
    [
        ({"one_a": "black"}, "picture", ["clips/one/a.mp4: 2.0 s black"]),
        ({"one_a": "black"}, "motion", ["without any change"]),
        (
            {"one_a": "silent", "two_a": "mute"},
            "sound",
            ["clips/one/a.mp4: a silent", "1 more clip likewise"],
        ),
        ({"two_b": "loud"}, "loudness", ["14", "LU between methods (b; 1 item", "loudness_lufs"]),
        ({"two_b": "long"}, "durations", ["up to 1.0", "(b; 1 item", "clips: {seconds"]),
        ({"one_b": "tiny"}, "size", ["64×64"]),
        ({"one_b": "tiny"}, "preparation", ["encoded anew", "sizes (item b", "rates (item b"]),
    ],
)
def test_what_is_odd_of_a_clip_is_a_warning(
    tmp_path: Path, made: Path, cells: dict[str, str], check: str, words: list[str]
) -> None:
    finding = told(check_study(study(laid(tmp_path, made, **cells))), check)
    assert finding.level == "warn"
    assert all(word in finding.sentence for word in words), finding.sentence


def test_items_of_very_different_loudness_are_named(tmp_path: Path, made: Path) -> None:
    folder = study(laid(tmp_path, made, one_b="loud", two_b="loud"))
    finding = told(check_study(folder), "loudness")
    assert finding.level == "warn"
    for words in ("LU between items (a is the quietest, b the loudest)", "clips: {loudness_lufs: -23}"):
        assert words in finding.sentence
    levelled = study(folder, clips={"loudness_lufs": -23})
    assert told(check_study(levelled), "loudness").level == "pass"


def test_clips_that_are_copies_of_each_other_are_named(tmp_path: Path, made: Path) -> None:
    items = ["a", "b", {"name": "warmup", "role": "training"}]
    clips = study(laid(tmp_path, made), items=items) / "clips"
    shutil.copy(clips / "one" / "a.mp4", clips / "two" / "a.mp4")
    shutil.copy(clips / "one" / "b.mp4", clips / "one" / "warmup.mp4")
    shutil.copy(clips / "one" / "b.mp4", clips / "two" / "warmup.mp4")
    findings = [one for one in check_study(tmp_path).findings if one.check == "copies"]
    assert {one.level for one in findings} == {"warn"}
    alike, trained = sorted((one.sentence for one in findings), reverse=True)
    assert alike.startswith("methods have the same clip of an item, byte for byte: ")
    assert "clips/one/a.mp4 = clips/two/a.mp4" in alike
    assert "clips/one/warmup.mp4 = clips/two/warmup.mp4" in alike
    assert trained.startswith("a clip for training is also scored, byte for byte: ")
    assert "clips/one/b.mp4 = clips/one/warmup.mp4" in trained


def test_missing_and_damaged_clips_fail_and_the_others_are_still_told(tmp_path: Path, made: Path) -> None:
    folder = study(laid(tmp_path, made))
    (folder / "clips" / "one" / "a.mp4").unlink()
    (folder / "clips" / "two" / "b.mp4").write_bytes(b"no video at all")
    preflight = check_study(folder)
    failing = [finding.sentence for finding in preflight.findings if finding.level == "fail"]
    assert any("1 clip of 4 missing: clips/one/a.mp4" in sentence for sentence in failing)
    assert any("clips/two/b.mp4" in sentence for sentence in failing)
    assert len(preflight.clips) == 2
    assert told(preflight, "sitting").level == "pass"


def test_a_broken_study_file_tells_every_mistake_with_its_line(tmp_path: Path, made: Path) -> None:
    folder = study(laid(tmp_path, made), seed="often", metrics=["vmaf"], titel="x")
    preflight = check_study(folder)
    assert [finding.level for finding in preflight.findings] == ["fail"] * 3
    assert all("line " in finding.sentence for finding in preflight.findings)


def test_names_of_methods_in_what_raters_read_are_told(tmp_path: Path, made: Path) -> None:
    folder = study(laid(tmp_path, made), title="Is Two better?", texts={**TEXTS, "debriefing": "It was one."})
    finding = told(check_study(folder), "names")
    assert (finding.level, "'two' in title" in finding.sentence) == ("warn", True)
    assert "debriefing" not in finding.sentence


def test_a_sitting_that_is_too_long_fails(tmp_path: Path, made: Path) -> None:
    folder = study(laid(tmp_path, made), design={"longest_sitting_minutes": 2.1})
    finding = told(check_study(folder), "sitting")
    assert finding.level == "fail"
    assert "trials_per_sitting" in finding.sentence


def test_a_precision_that_items_can_never_reach_is_refused(tmp_path: Path, made: Path) -> None:
    wide: dict[str, Any] = {
        "parts": [RATED],
        "analysis": {"target": "raters+items"},
        "targets": {"raters_per_method": 36, "half_width": 0.1},
    }
    finding = told(check_study(study(laid(tmp_path, made), **wide)), "precision")
    assert finding.level == "fail"
    assert "cannot be reached with 2 items" in finding.sentence
    narrow = {"parts": [RATED], "targets": {"raters_per_method": 36, "half_width": 0.9}}
    assert told(check_study(study(tmp_path, **narrow)), "precision").level == "pass"


def test_raters_and_cost_are_told_and_a_limit_below_them_fails(tmp_path: Path, made: Path) -> None:
    pay = {"amount": 2.5, "currency": "EUR", "fee": 0.2}
    folder = study(laid(tmp_path, made), payment=pay, recruitment={"limit": 36})
    finding = told(check_study(folder), "raters")
    assert finding.level == "pass"
    assert "36 raters are needed for the targets, 108.00 EUR in all" in finding.sentence
    more = {"raters_per_method": 36, "ratings_per_stimulus": 60}
    folder = study(tmp_path, payment=pay, recruitment={"limit": 40}, targets=more, parts=[RATED])
    finding = told(check_study(folder), "raters")
    assert finding.level == "fail"
    assert "60 raters" in finding.sentence


def test_what_is_not_served_yet_fails(tmp_path: Path, made: Path) -> None:
    folder = study(laid(tmp_path, made), design={"sittings_per_rater": 2})
    finding = told(check_study(folder), "service")
    assert (finding.level, "sittings_per_rater: 1" in finding.sentence) == ("fail", True)


def test_clips_that_browsers_do_not_play_are_encoded_or_refused(tmp_path: Path, shared: Path) -> None:
    """Portrait HEVC, 22.13 pictures per second that begin late, 29.97, and AVI, as methods of one item."""
    real = shared / "clips" / "real"
    files = {
        "obama": {"a": "edtalk_uncrop_Obama.mp4"},
        "demo": {"a": "latentsync_demo1.mp4"},
        "aoc": {"a": "vexpress_AOC_2997fps.mp4"},
        "sync": {"a": "syncnet_example.avi"},
    }
    for methods in files.values():
        for name in methods.values():
            (tmp_path / name).symlink_to(real / name)
    keys: dict[str, Any] = {"methods": list(files), "items": ["a"], "stimuli": {"files": files}}
    preflight = check_study(study(tmp_path, **keys))
    finding = told(preflight, "browsers")
    assert finding.level == "warn"
    assert "encoded anew at import" in finding.sentence
    assert "2 clips would not play" in finding.sentence
    assert "HEVC picture" in finding.sentence
    rates = {name: clip.video.fps for name, clip in preflight.clips.items()}
    assert rates["vexpress_AOC_2997fps.mp4"] == pytest.approx(29.97, abs=0.01)
    kept = check_study(study(tmp_path, clips={"encode": "never"}, **keys))
    assert next(finding.level for finding in kept.findings if finding.check == "preparation") == "fail"


def test_the_command_prints_a_table_and_its_exit_code_tells_the_verdict(
    tmp_path: Path, made: Path, installation: Any
) -> None:
    folder = study(laid(tmp_path, made))
    done = installation.run("check_study", str(folder), "--clips")
    assert done.returncode == 0, done.stderr
    assert "Ready: nothing to mend." in done.stdout
    assert "clips/one/a.mp4" in done.stdout
    (folder / "clips" / "one" / "a.mp4").unlink()
    done = installation.run("check_study", str(folder), "--json")
    assert done.returncode == 1
    found = json.loads(done.stdout)
    assert found["level"] == "fail"
    assert found["clips"]["clips/two/b.mp4"]["video"]["width"] == 160


def test_trials_follow_the_design() -> None:
    raw: dict[str, Any] = {
        "study": "mine",
        "title": "Mine",
        "texts": TEXTS,
        "methods": [{"name": "real", "reference": True}, "one", "two", {"name": "bad", "role": "gold"}],
        "items": ["a", "b", {"name": "practice", "role": "training"}],
        "gold": [{"method": "bad", "item": "a", "expected": {"overall": {"high": 2}}}],
        "parts": [
            {**RATED, "training": 2, "dummies": 1, "repeats": 1, "gold": 1},
            {"id": "dcr", "test_method": "DCR", "questions": [{"id": "harm", "text": "How disturbing?"}]},
            {"id": "ab", "test_method": "PC", "questions": [{"id": "better", "text": "Which?"}]},
            {
                "id": "real",
                "test_method": "PC",
                "pairs": "with_reference",
                "questions": [{"id": "more", "text": "Which?"}],
            },
        ],
    }
    config = parse_study(raw, "here")
    assert [scored_trials(config, part) for part in config.parts] == [6, 4, 6, 4]
    assert effort_of(config, 5.0).trials == (6 + 6) + (4 + 1) + (6 + 1) + (4 + 1)
    between = parse_study({**raw, "design": {"raters": "between"}, "parts": raw["parts"][:1]}, "here")
    assert scored_trials(between, between.parts[0]) == 2
    assert effort_of(between, 5.0).raters == 90
