"""Gold, training and pictures: what is imported of them, and what is measured."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from mos_platform.intake import take_in
from mos_platform.metrics.models import MetricValue
from studies.errors import InputError

pytestmark = pytest.mark.django_db


@pytest.fixture
def study_with_roles(own_study: Path) -> Path:
    """ "soft" is gold, with a clip of one item only; item two is for practice and has a picture."""
    file = own_study / "study.yaml"
    text = file.read_text().replace("{name: soft}", "{name: soft, role: gold}")
    text = text.replace("{name: two, split: test}", "{name: two, role: training, picture: faces/two.jpg}")
    text += "gold: [{method: soft, item: one, expected: {overall: {high: 2}}}]\n"
    file.write_text(text)
    (own_study / "clips/soft/two.mp4").unlink()
    (own_study / "faces").mkdir()
    Image.new("RGB", (60, 80), (200, 100, 50)).save(own_study / "faces/two.jpg", comment=b"made by soft")
    return own_study


def test_roles_are_stored(study_with_roles: Path) -> None:
    study = take_in(study_with_roles).study
    assert {m.name: m.role for m in study.methods.all()} == {
        "real": "scored",
        "soft": "gold",
        "copy": "scored",
    }
    assert {i.name: i.role for i in study.items.all()} == {"one": "scored", "two": "training"}
    cells = {(s.method.name, s.item.name) for s in study.stimuli.all()}
    assert cells == {("real", "one"), ("copy", "one"), ("soft", "one"), ("real", "two"), ("copy", "two")}


def test_only_what_is_scored_is_measured(study_with_roles: Path) -> None:
    take_in(study_with_roles)
    measured = MetricValue.objects.values_list("stimulus__method__name", "stimulus__item__name", "metric")
    assert set(measured) == {
        ("real", "one", "cpbd"),
        ("copy", "one", "cpbd"),
        ("copy", "one", "psnr"),
        ("copy", "one", "ssim"),
    }


def test_pictures_are_stored_blinded(study_with_roles: Path) -> None:
    item = take_in(study_with_roles).study.items.get(name="two")
    assert "two" not in item.picture.name
    content = Path(item.picture.path).read_bytes()
    assert b"made by soft" not in content
    with Image.open(item.picture.path) as picture:
        assert (picture.format, picture.size) == ("JPEG", (60, 80))


def test_another_picture_is_another_study(study_with_roles: Path) -> None:
    take_in(study_with_roles)
    Image.new("RGB", (60, 80), (0, 100, 50)).save(study_with_roles / "faces/two.jpg")
    with pytest.raises(InputError, match=r"differs in 1 picture \(the first is faces/two\.jpg\)"):
        take_in(study_with_roles)
    assert take_in(study_with_roles, new_version=True).study.version == 2


def test_a_picture_that_is_none_is_named(study_with_roles: Path) -> None:
    (study_with_roles / "faces/two.jpg").write_text("not a picture")
    with pytest.raises(InputError, match=r"faces/two\.jpg is no PNG or JPEG picture"):
        take_in(study_with_roles)
