"""One import tells of every file that is missing, damaged or no picture, so that one round mends them all."""

from __future__ import annotations

import pytest

from mos_platform.intake import take_in
from mos_platform.stimuli.models import Study
from studies.errors import MistakesError

pytestmark = pytest.mark.django_db


def test_a_missing_a_damaged_clip_and_pictures_are_told_at_once(own_study, settings) -> None:
    study = own_study / "study.yaml"
    text = study.read_text().replace("{name: two,", "{name: two, picture: two.png,")
    study.write_text(text.replace("{name: one,", "{name: one, picture: one.png,"))
    (own_study / "one.png").write_text("no picture")
    (own_study / "clips/soft/one.mp4").unlink()
    (own_study / "clips/soft/two.mp4").write_text("no video")
    clip = own_study / "clips/copy/one.mp4"
    clip.write_bytes(clip.read_bytes()[:-100])
    with pytest.raises(MistakesError) as refused:
        take_in(own_study)
    told = refused.value.sentences
    assert len(told) == 5
    for words in (
        "1 of 6 clips are missing",
        "two.png, the picture of item 'two', is missing",
        "clips/soft/two.mp4 is not a video",
        "clips/copy/one.mp4 is cut off",
        "one.png",
    ):
        assert [one for one in told if words in one], words
    assert not Study.objects.exists()
    assert not [*settings.MEDIA_ROOT.rglob("*")]


def test_the_import_says_how_many_items_are_judged(commands, own_study) -> None:
    study = own_study / "study.yaml"
    study.write_text(study.read_text().replace("{name: two, split: test}", "{name: two, role: training}"))
    done = commands.run("import_study", str(own_study))
    assert done.stdout.startswith(
        "Imported study 'clips': 6 clips (3 methods × 1 item, 3 more for practice or as gold),"
    )
