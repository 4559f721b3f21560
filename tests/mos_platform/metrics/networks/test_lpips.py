"""LPIPS of clips: what is asked for, and why there is none."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import pytest
from filmed import bars
from random_networks import state_of, torch_or_skip

from mos_platform.metrics.measures.fidelity import IMPLEMENTATIONS, lpips
from mos_platform.metrics.measures.implementation import ClipMeasure, Files
from mos_platform.metrics.measures.networks import loading
from mos_platform.metrics.measures.result import Measurement, NoValueError
from mos_platform.metrics.measures.weights import Weights

DEMO = Path(__file__).resolve().parents[4] / "studies" / "demo" / "clips"
REFERENCE = DEMO / "reference" / "boat.mp4"


def test_it_is_registered_with_what_it_needs() -> None:
    (found,) = [each for each in IMPLEMENTATIONS if each.metric == "lpips"]
    assert isinstance(found.measure, ClipMeasure)
    assert found.weights == ("alexnet-owt-7be5be79.pth", "lpips_alex.pth")
    assert found.packages == ("torch",)


def test_missing_weights_are_named_before_anything_else(tmp_path: Path) -> None:
    with pytest.raises(NoValueError, match=r"weights missing \(alexnet-owt-7be5be79.pth"):
        lpips.lpips(Files(REFERENCE, REFERENCE, Weights(tmp_path)))


@pytest.mark.skipif(find_spec("torch") is not None, reason="torch is installed")
def test_missing_torch_is_a_reason(tmp_path: Path, weights: Weights) -> None:
    for name in (lpips.ALEXNET, lpips.CALIBRATION):
        (tmp_path / name).symlink_to(weights.file(lpips.CALIBRATION))
    with pytest.raises(NoValueError, match=r"package missing \(torch; pip install torch==2.13.0\)"):
        lpips.load(Unchecked(tmp_path))


class Unchecked(Weights):
    def file(self, name: str) -> Path:
        return self.folder / name


def test_no_reference_is_a_reason(weights: Weights) -> None:
    with pytest.raises(NoValueError, match="no reference clip for this item"):
        lpips.lpips(Files(REFERENCE, None, weights))


@pytest.fixture(scope="module")
def clips(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("lpips")
    made = {
        name: bars(folder / f"{name}.mp4", *options, seconds=0.2)
        for name, options in {
            "sharp": (),
            "soft": ("-vf", "boxblur=1"),
            "blurred": ("-vf", "boxblur=6"),
            "large": ("-vf", "scale=256:192"),
        }.items()
    }
    return made | {"wide": bars(folder / "wide.mp4", size="192x96", seconds=0.2)}


def test_a_clip_lies_further_from_the_reference_the_more_it_is_blurred(
    weights: Weights, clips: dict[str, Path]
) -> None:
    """Random features will do for this: nothing from itself, more with more damage."""
    torch_or_skip()
    from mos_platform.metrics.measures.networks import alexnet

    backbone = loading.filled(alexnet.network, state_of(alexnet.network()))
    net = lpips.ready(backbone, loading.loaded(weights.file(lpips.CALIBRATION), lpips.network))

    def measured(name: str, reference: str = "sharp") -> Measurement:
        return lpips.over(net, clips[name], clips[reference])

    assert measured("sharp") == Measurement(0)
    soft, blurred = measured("soft").value, measured("blurred").value
    assert soft is not None
    assert blurred is not None
    assert 0 < soft < blurred
    assert measured("sharp", "large").note == "reference resized from 256 × 192 to 128 × 96"


def test_clips_of_another_shape_are_refused(clips: dict[str, Path]) -> None:
    with pytest.raises(NoValueError, match="the shapes of clip and reference differ"):
        lpips.over(lpips.Lpips(None, None), clips["wide"], clips["sharp"])
