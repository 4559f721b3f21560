"""FID, IS and FVD: what a method's clips are reduced to, and what the values say of themselves."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from filmed import bars
from numpy.testing import assert_allclose
from random_networks import state_of, torch_or_skip

from mos_platform.metrics import working
from mos_platform.metrics.measures.distribution import IMPLEMENTATIONS, clips, pictures
from mos_platform.metrics.measures.implementation import SetMeasure
from mos_platform.metrics.measures.reading.frames import Frame
from mos_platform.metrics.measures.result import Measurement, NoValueError
from mos_platform.metrics.measures.weights import Weights
from studies.metrics import CATALOGUE


class Unchecked(Weights):
    """Weights of our own making, which no published hash fits."""

    def file(self, name: str) -> Path:
        return self.folder / name


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return bars(tmp_path_factory.mktemp("sets") / "bars.mp4", size="64x48", seconds=1.4)


def features(seed: int, n: int, d: int = pictures.FEATURES + 1008) -> np.ndarray:
    return np.random.default_rng(seed).normal(0, 1, (n, d)).astype(np.float32)


def test_each_is_a_value_of_methods_with_a_row_in_the_catalogue() -> None:
    assert {each.metric for each in IMPLEMENTATIONS} == {"fid", "is", "fvd_16f"}
    for each in IMPLEMENTATIONS:
        assert isinstance(each.measure, SetMeasure)
        assert CATALOGUE[each.metric].level == "method"
        assert CATALOGUE[each.metric].files == each.weights


def test_fid_counts_its_pictures_and_says_what_few_of_them_do() -> None:
    answer = pictures.fid([features(0, 3), features(1, 4)], [features(2, 5)])
    assert answer.value is not None
    assert answer.value > 0
    assert answer.note == (
        "7 pictures of 2 clips against 5 pictures of 1 clip; so few make it too high: "
        "compare only values of as many (below 10000)"
    )
    same = pictures.fid([features(0, 3), features(1, 4)], [np.concatenate([features(0, 3), features(1, 4)])])
    assert same.value == pytest.approx(0, abs=1e-6)


def test_logits_do_not_count_for_fid_nor_features_for_the_inception_score() -> None:
    one, other = features(0, 30), features(1, 30)
    other[:, : pictures.FEATURES] = one[:, : pictures.FEATURES]
    assert pictures.fid([one], [other]).value == pytest.approx(0, abs=1e-6)
    other[:, pictures.FEATURES :] = one[:, pictures.FEATURES :]
    other[:, : pictures.FEATURES] += 1
    assert pictures.inception([one], []) == pictures.inception([other], [])


@pytest.mark.parametrize(
    ("own", "others", "reason"),
    [
        ([features(0, 1)], [features(0, 9)], "at least two samples"),
        ([features(0, 9)], [features(0, 1)], "at least two samples"),
        ([features(0, 9)], [], "no reference clip for these items"),
    ],
)
def test_reasons_of_fid(own: list[Any], others: list[Any], reason: str) -> None:
    with pytest.raises(NoValueError, match=reason):
        pictures.fid(own, others)


def test_reason_of_the_inception_score() -> None:
    with pytest.raises(NoValueError, match="19 pictures are too few: at least 20 are needed"):
        pictures.inception([features(0, 9), features(1, 10)], [])
    assert pictures.inception([features(0, 20)], []).note.startswith("20 pictures of 1 clip; standard")


def test_inception_sees_five_pictures_a_second(clip: Path, tmp_path: Path) -> None:
    torch = torch_or_skip()
    from mos_platform.metrics.measures.networks import inception

    torch.save(state_of(inception.network()), tmp_path / pictures.INCEPTION)
    found = pictures.of_clip(clip, Unchecked(tmp_path))
    assert found.shape == (7, 2048 + 1008)
    assert found.dtype == np.float32
    assert np.isfinite(found).all()
    assert np.abs(np.diff(found, axis=0)).max() > 0


@pytest.mark.parametrize("extract", [pictures.of_clip, clips.of_clip])
def test_missing_weights_are_a_reason(extract: Any, clip: Path, tmp_path: Path) -> None:
    with pytest.raises(NoValueError, match="weights missing"):
        extract(clip, Weights(tmp_path))


def frames(times: list[float]) -> list[Frame]:
    return [Frame(time, np.full((2, 2, 3), number, np.uint8)) for number, time in enumerate(times)]


def shown(found: Any) -> list[int]:
    return [int(frame.rgb[0, 0, 0]) for frame in found]


def test_pictures_are_brought_to_25_a_second_by_what_is_shown() -> None:
    assert shown(clips.at_rate(frames([0.5 + step / 25 for step in range(5)]))) == [0, 1, 2, 3, 4]
    assert shown(clips.at_rate(frames([step / 50 for step in range(7)]))) == [0, 2, 4, 6]
    assert shown(clips.at_rate(frames([step / 12.5 for step in range(3)]))) == [0, 0, 1, 1, 2]
    assert shown(clips.at_rate(frames([0, 0.04, 0.16, 0.2]))) == [0, 1, 1, 1, 2, 3]
    assert shown(clips.at_rate(frames([round(step / 25, 3) for step in range(30)]))) == list(range(30))
    assert shown(clips.at_rate([])) == []


def test_stretches_of_sixteen_do_not_overlap() -> None:
    found = list(clips.stretches(np.full((2, 2, 3), number, np.uint8) for number in range(40)))
    assert [(int(part[0, 0, 0, 0]), int(part[-1, 0, 0, 0]), part.shape) for part in found] == [
        (0, 15, (16, 2, 2, 3)),
        (16, 31, (16, 2, 2, 3)),
    ]


def video_network(path: Path) -> Path:
    """A program that keeps to the contract of i3d_torchscript.pt: its answer tells what it was given."""
    torch = torch_or_skip()

    class Network(torch.nn.Module):  # type: ignore[misc, name-defined]
        def forward(
            self, x: torch.Tensor, rescale: bool = False, resize: bool = False, return_features: bool = False
        ) -> torch.Tensor:
            asked = torch.tensor([float(rescale), float(resize), float(return_features)])
            shape = torch.tensor([float(size) for size in x.shape])
            first = x[0, :, 0].flatten(1).mean(1)
            return torch.cat([asked, shape, first, x[0].mean().reshape(1)])[None]

    torch.jit.script(Network()).save(str(path))
    return path


def test_fvd_shows_stretches_to_the_network_as_stylegan_v_does(clip: Path, tmp_path: Path) -> None:
    video_network(tmp_path / clips.I3D)
    found = clips.of_clip(clip, Unchecked(tmp_path))
    assert found.shape == (2, 3 + 5 + 3 + 1)
    assert_allclose(found[:, :8], np.tile([1, 1, 1, 1, 3, 16, 48, 64], (2, 1)))
    assert 20 < found[0, 8:].min() < found[0, 8:].max() < 255


def test_a_clip_too_short_for_fvd_and_a_file_that_is_no_network(tmp_path: Path) -> None:
    video_network(tmp_path / clips.I3D)
    short = bars(tmp_path / "short.mp4", size="64x48", seconds=0.6)
    with pytest.raises(NoValueError, match="shorter than 16 pictures at 25 a second"):
        clips.of_clip(short, Unchecked(tmp_path))
    (tmp_path / clips.I3D).write_bytes(b"no program")
    with pytest.raises(NoValueError, match=r"weights not usable \(i3d_torchscript.pt"):
        clips.of_clip(short, Unchecked(tmp_path))


def test_fvd_counts_its_stretches() -> None:
    answer = clips.fvd([features(0, 3, 400)], [features(1, 2, 400), features(2, 2, 400)])
    assert answer.value is not None
    assert answer.value > 0
    assert answer.note == (
        "3 stretches of 1 clip against 4 stretches of 2 clips; so few make it too high: "
        "published values take 2048"
    )


def test_fvd_of_two_methods_by_way_of_their_files(clip: Path, tmp_path: Path) -> None:
    """As the workers do it: features into files, then a value from files."""
    video_network(tmp_path / clips.I3D)
    darker = bars(tmp_path / "darker.mp4", "-vf", "eq=brightness=-0.2", size="64x48", seconds=1.4)
    taken = {}
    for name, made in {"reference": clip, "same": clip, "darker": darker}.items():
        taken[name] = tmp_path / f"{name}.npz"
        answer = working.extract_features(made, "fvd_16f", tmp_path, taken[name])
        assert answer == Measurement(2)
    same = working.measure_set("fvd_16f", [taken["same"]], [taken["reference"]]).value
    other = working.measure_set("fvd_16f", [taken["darker"]], [taken["reference"]]).value
    assert same == pytest.approx(0, abs=1e-3)
    assert other is not None
    assert other > 100
    none = working.measure_set("fvd_16f", [taken["same"]], [])
    assert none == Measurement(None, "no reference clip for these items")
