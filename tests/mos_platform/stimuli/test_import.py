"""Importing a study: everything or nothing, blinded, and once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from mos_platform.intake import take_in
from mos_platform.metrics.models import MetricValue
from mos_platform.stimuli.models import Study
from mos_platform.stimuli.services import import_study
from studies.errors import InputError

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
def test_rows_and_blinded_files(clip_study: Path, settings: Any) -> None:
    steps: list[tuple[int, int]] = []
    imported = take_in(clip_study, progress=lambda done, total: steps.append((done, total)))
    study = imported.study
    assert imported.created
    assert (study.slug, study.title) == ("clips", "Clips for tests")
    assert study.config_sha256 == study.parsed.sha256()
    assert steps == [(done, 6) for done in range(7)]
    assert {(s.method.name, s.item.name) for s in study.stimuli.all()} == {
        (m, i) for m in METHODS for i in ITEMS
    }
    for stimulus in study.stimuli.all():
        source = clip_study / "clips" / stimulus.method.name / f"{stimulus.item.name}.mp4"
        assert Path(stimulus.file.path).read_bytes() == source.read_bytes()
        assert stimulus.bytes == source.stat().st_size
        assert Path(stimulus.file.name).stem == stimulus.token
        assert not any(name in stimulus.file.name for name in (*METHODS, *ITEMS, "clips"))
    assert study.items.get(name="one").attributes == {"gender": "female, older", "light": "dim"}
    # PSNR and SSIM of the reference against itself are not planned.
    assert MetricValue.objects.count() == 6 * 3 - 2 * 2


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
        ("seed: 3", "seed: 4", r"differs in 'seed'; .*'study:'"),
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


def break_nothing_else(study: Path, how: str) -> str:
    """Break the study in one way; returns what the sentence has to say."""
    if how == "missing clip":
        (study / "clips/soft/two.mp4").unlink()
        return "1 of 6 clips are missing"
    if how == "no video":
        (study / "clips/soft/two.mp4").write_text("not a video")
        return "clips/soft/two.mp4 is not a video"
    if how == "cut off":
        clip = study / "clips/copy/one.mp4"
        clip.write_bytes(clip.read_bytes()[:-100])
        return "clips/copy/one.mp4 is cut off"
    if how == "impairment":
        edited(study, "ACR-HR", "DCR")
        return (
            "part 'rating' uses test method DCR, which the platform does not serve yet; use ACR, ACR-HR or PC"
        )
    if how == "column name":
        edited(study, "{gender:", "{fps:")
        return "'fps' has the name of a column"
    edited(study, "seed: 3", "sead: 3")
    return "key 'sead' is not known"


BROKEN = ["missing clip", "no video", "cut off", "bad key", "column name", "impairment"]


@pytest.mark.parametrize("how", BROKEN)
def test_bad_input_gives_one_sentence_and_exit_code_2(installation: Any, own_study: Path, how: str) -> None:
    says = break_nothing_else(own_study, how)
    done = installation.run("import_study", str(own_study))
    assert done.returncode == 2
    assert says in done.stderr
    assert done.stderr.count("\n") == 1
    assert done.stderr.endswith(".\n")
    assert done.stdout == ""
    assert installation.sql("SELECT count(*) FROM stimuli_study") == [(0,)]
    assert installation.sql("SELECT count(*) FROM stimuli_stimulus") == [(0,)]
    assert files(installation.var / "media") == []


def test_a_good_study_is_described_and_gives_the_link_for_raters(installation: Any, own_study: Path) -> None:
    done = installation.run("import_study", str(own_study))
    assert (done.returncode, done.stderr) == (0, "")
    first, second = done.stdout.splitlines()
    assert first == "Imported study 'clips': 6 clips (3 methods × 2 items), 14 metric values to compute."
    assert "/r/" in second
    assert "here already" in installation.run("import_study", str(own_study)).stdout
