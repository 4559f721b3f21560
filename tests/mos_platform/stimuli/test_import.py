"""Importing a study: everything or nothing, blinded, and once."""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mos_platform.clips.probing import probe
from mos_platform.exports.services import zipped_bundle
from mos_platform.intake import take_in
from mos_platform.metrics.models import MetricValue
from mos_platform.stimuli.models import Stimulus, Study
from mos_platform.stimuli.services import import_study
from studies.errors import InputError, MistakesError

METHODS, ITEMS = ("real", "soft", "copy"), ("one", "two")


def files(folder: Path) -> list[Path]:
    return list(folder.rglob("*")) if folder.exists() else []


def edited(study: Path, old: str, new: str) -> Path:
    file = study / "study.yaml"
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new))
    return study


@pytest.mark.django_db
def test_rows_and_blinded_files(clip_study: Path) -> None:
    steps: list[tuple[str, int, int]] = []
    imported = take_in(clip_study, progress=lambda *step: steps.append(step))
    study = imported.study
    assert imported.created
    assert (study.slug, study.version, study.name, study.title) == ("clips", 1, "clips", "Clips for tests")
    assert study.config_sha256 == study.parsed.sha256()
    assert {(s.method.name, s.item.name) for s in study.stimuli.all()} == {
        (m, i) for m in METHODS for i in ITEMS
    }
    assert study.items.get(name="one").attributes == {"gender": "female, older", "light": "dim"}
    # PSNR and SSIM of the reference against itself are not planned.
    assert MetricValue.objects.count() == 6 * 3 - 2 * 2
    last = {phase: (done, total) for phase, done, total in steps}
    # "copy" is the reference byte for byte: it is decoded and prepared once.
    assert last == {
        "Reading the files": (6, 6),
        "Decoding the clips": (4, 4),
        "Preparing the clips": (4, 4),
        "Storing the clips": (6, 6),
    }


@pytest.mark.django_db
def test_stored_files_tell_nothing(clip_study: Path) -> None:
    study = take_in(clip_study).study
    sizes: dict[str, set[int]] = {}
    for stimulus in study.stimuli.all():
        source = clip_study / "clips" / stimulus.method.name / f"{stimulus.item.name}.mp4"
        content = Path(stimulus.file.path).read_bytes()
        assert stimulus.sha256 == hashlib.sha256(source.read_bytes()).hexdigest()
        assert stimulus.served_sha256 == hashlib.sha256(content).hexdigest()
        assert stimulus.bytes == len(content)
        assert Path(stimulus.file.name).stem == stimulus.token
        assert not any(name in stimulus.file.name for name in (*METHODS, *ITEMS, "clips"))
        assert not any(mark in content for mark in (b"Lavf", b"x264", b"Lavc"))
        assert b"Lavf" in source.read_bytes()
        sizes.setdefault(stimulus.item.name, set()).add(len(content))
    assert {item: len(different) for item, different in sizes.items()} == {"one": 1, "two": 1}


@pytest.mark.django_db
def test_what_was_found_and_done_is_on_record(own_study: Path, make_clip: Callable[..., Path]) -> None:
    make_clip(own_study / "clips" / "soft" / "two.mp4", "-r", "30", size=64)
    study = take_in(own_study).study
    assert study.processing["treatment"] == "encode"
    assert any("size" in reason for reason in study.processing["reasons"]), study.processing
    assert study.processing["software"]["av"]
    small = study.stimuli.get(method__name="soft", item__name="two")
    assert (small.facts["video"]["width"], small.facts["video"]["fps"]) == (64, 30.0)
    assert small.treatment["treatment"] == "encode"
    assert {(s.width, s.height, s.fps) for s in study.stimuli.filter(item__name="two")} == {(96, 96, 30.0)}
    assert probe(Path(small.file.path), "it").video.width == 96
    with zipped_bundle(study).file as bundle:
        told = json.loads(zipfile.ZipFile(bundle).read("study.json"))
    assert (told["version"], told["processing"]) == (1, study.processing)


@pytest.mark.django_db
def test_importing_again_changes_nothing(own_study: Path, settings: Any) -> None:
    first = take_in(own_study)
    before = files(Path(settings.MEDIA_ROOT))
    again = take_in(own_study / "study.yaml")
    assert (again.created, again.study) == (False, first.study)
    assert files(Path(settings.MEDIA_ROOT)) == before
    assert MetricValue.objects.count() == 14


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("seed: 3", "seed: 4", r"differs in 'seed'; .*--new-version.*'study:'"),
        ("title: Clips", "title: Others", r"differs in 'title'; "),
    ],
)
def test_another_study_of_the_same_name_is_refused(own_study: Path, old: str, new: str, says: str) -> None:
    take_in(own_study)
    with pytest.raises(InputError, match=says):
        take_in(edited(own_study, old, new))


@pytest.mark.django_db
def test_the_same_study_with_other_clips_is_refused(own_study: Path, settings: Any) -> None:
    take_in(own_study)
    before = files(Path(settings.MEDIA_ROOT))
    (own_study / "clips/soft/two.mp4").write_bytes((own_study / "clips/soft/one.mp4").read_bytes())
    with pytest.raises(InputError, match=r"differs in 1 clip \(the first is clips/soft/two\.mp4\)"):
        take_in(own_study)
    assert files(Path(settings.MEDIA_ROOT)) == before
    assert take_in(edited(own_study, "study: clips", "study: clips2")).created


@pytest.mark.django_db
def test_whatever_stops_an_import_leaves_nothing(own_study: Path, settings: Any) -> None:
    def interrupt(_study: Study) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        import_study(own_study, also=interrupt)
    assert not Study.objects.exists()
    assert files(Path(settings.MEDIA_ROOT)) == []
    assert take_in(own_study).created


def without_a_clip(study: Path) -> None:
    (study / "clips/soft/two.mp4").unlink()


def with_a_text_for_a_clip(study: Path) -> None:
    (study / "clips/soft/two.mp4").write_text("not a video")


def with_a_cut_clip(study: Path) -> None:
    clip = study / "clips/copy/one.mp4"
    clip.write_bytes(clip.read_bytes()[:-100])


def without_a_picture(study: Path) -> None:
    edited(study, "{name: two,", "{name: two, picture: two.png,")


def with_(old: str, new: str) -> Callable[[Path], Path]:
    return lambda study: edited(study, old, new)


BROKEN = [
    (without_a_clip, "1 of 6 clips are missing"),
    (with_a_text_for_a_clip, "clips/soft/two.mp4 is not a video"),
    (with_a_cut_clip, "clips/copy/one.mp4 is cut off"),
    (without_a_picture, "two.png, the picture of item 'two', is missing"),
    (with_("{gender:", "{fps:"), "'fps' has the name of a column"),
    (
        with_("metrics:", "design: {sittings_per_rater: 2}\nmetrics:"),
        "several sittings per rater are not served yet",
    ),
    (with_("seed: 3", "sead: 3"), "key 'sead' is not known"),
]


@pytest.mark.parametrize(("break_it", "says"), BROKEN, ids=[says for _, says in BROKEN])
def test_bad_input_gives_one_sentence_and_exit_code_2(
    commands: Any, own_study: Path, break_it: Callable[[Path], Any], says: str, settings: Any
) -> None:
    break_it(own_study)
    done = commands.run("import_study", str(own_study))
    assert done.returncode == 2
    assert says in done.stderr
    assert done.stderr.count("\n") == 1
    assert done.stderr.endswith(".\n")
    assert done.stdout == ""
    assert not Study.objects.exists()
    assert not Stimulus.objects.exists()
    assert files(settings.MEDIA_ROOT) == []
    assert files(settings.STAGING_ROOT / "studies") == []


@pytest.mark.django_db
def test_all_bad_clips_are_named_at_once(own_study: Path) -> None:
    with_a_text_for_a_clip(own_study)
    with_a_cut_clip(own_study)
    with pytest.raises(MistakesError) as refused:
        take_in(own_study)
    assert [sentence.split()[0] for sentence in refused.value.sentences] == [
        "clips/soft/two.mp4",
        "clips/copy/one.mp4",
    ]


def test_a_good_study_is_described_and_gives_the_link_for_raters(installation: Any, own_study: Path) -> None:
    done = installation.run("import_study", str(own_study))
    assert (done.returncode, done.stderr) == (0, "")
    first, second = done.stdout.splitlines()
    assert first == "Imported study 'clips': 6 clips (3 methods × 2 items), 14 metric values to compute."
    assert "/r/" in second
    assert "here already" in installation.run("import_study", str(own_study)).stdout
