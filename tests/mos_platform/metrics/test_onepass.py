"""One pass: every measure gets its value or its reason, whatever becomes of the others."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from filmed import bars
from passing import measured

from mos_platform.metrics.measures.implementation import FrameMeasure, Implementation, Series
from mos_platform.metrics.measures.onepass import Order, one_pass
from mos_platform.metrics.measures.reading.moment import Moment
from mos_platform.metrics.measures.registry import REGISTRY
from mos_platform.metrics.measures.result import Measurement, NoValueError
from mos_platform.metrics.measures.weights import Weights

REPO = Path(__file__).resolve().parents[3]
DEMO = REPO / "studies" / "demo" / "clips"


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return bars(tmp_path_factory.mktemp("clips") / "clip.mp4", seconds=0.4)


def doing(what: object) -> Implementation:
    """In the place of CPBD, a measure that answers, or raises, this in the third picture."""
    seen: list[Moment] = []

    def of(picture: Moment, _reference: Moment | None) -> float | None:
        seen.append(picture)
        if len(seen) == 3 and isinstance(what, Exception):
            raise what
        return float(len(seen))

    return replace(REGISTRY["cpbd"], measure=FrameMeasure(lambda _weights: of))


def passed(clip: Path, *implementations: Implementation) -> dict[str, Measurement]:
    return one_pass(Order(clip, clip, implementations, Weights(Path("absent"))))


@pytest.mark.parametrize(
    ("error", "reason"),
    [(ValueError("odd"), "ValueError: odd"), (NoValueError("no edge at all"), "no edge at all")],
)
def test_a_measure_that_fails_leaves_the_others_alone(clip: Path, error: Exception, reason: str) -> None:
    answers = passed(clip, doing(error), REGISTRY["l1"])
    assert answers["cpbd"] == Measurement(None, reason)
    assert answers["l1"].value == 0


def test_a_full_disk_or_memory_is_no_property_of_the_clip(clip: Path) -> None:
    for error in (OSError("no space"), MemoryError()):
        with pytest.raises(type(error)):
            passed(clip, doing(error), REGISTRY["l1"])


def test_each_picture_is_seen_once(clip: Path) -> None:
    assert passed(clip, doing(None))["cpbd"].value == (1 + 10) / 2


def test_every_nth_picture_is_declared(clip: Path) -> None:
    answer = one_pass(Order(clip, None, (doing(None),), Weights(Path("absent")), every=4))["cpbd"]
    assert answer == Measurement((1 + 2 + 3) / 3, note="one picture in 4")


def test_a_file_that_is_no_video_is_a_reason_for_all(tmp_path: Path) -> None:
    broken = tmp_path / "broken.mp4"
    broken.write_bytes(b"\x00\x00\x00\x18ftypmp42" + b"\x00" * 64)
    answers = measured(broken, None, "cpbd", "ssim")
    assert "broken.mp4" in answers["cpbd"].reason
    assert answers["ssim"].reason == "no reference clip for this item"


def test_a_value_that_is_no_number_becomes_a_reason(clip: Path) -> None:
    def endless(_series: Series) -> Measurement:
        return Measurement(float("nan"))

    broken = replace(REGISTRY["cpbd"], measure=FrameMeasure(lambda _weights: lambda *_: 1.0, endless))
    answer = passed(clip, broken)["cpbd"]
    assert answer.value is None
    assert "not a finite number" in answer.reason


def peak_mib(clip: Path, folder: Path) -> float:
    """Of a process that does nothing else."""
    program = (
        "import resource, sys; from pathlib import Path; from passing import measured; "
        "from mos_platform.metrics.measures.weights import Weights; "
        "clip, weights = Path(sys.argv[1]), Weights(Path(sys.argv[2])); "
        "found = measured(clip, clip, *sys.argv[3:], weights=weights, every=50); "
        "assert found['ssim'].value == 1, found; "
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)"
    )
    names = ("l1", "ssim", "ms_ssim", "cpbd", "brisque", "niqe")
    paths = {"PYTHONPATH": str(REPO / "tests" / "support")}
    command = [sys.executable, "-c", program, clip, folder, *names]
    ran = subprocess.run(command, check=True, capture_output=True, text=True, env=os.environ | paths)
    return float(ran.stdout)


@pytest.mark.all
def test_memory_does_not_grow_with_length(tmp_path: Path, weights: Weights) -> None:
    peaks = []
    for seconds in (10, 60):
        film = bars(tmp_path / f"{seconds}.mp4", "-preset", "ultrafast", size="1920x1080", seconds=seconds)
        peaks.append(peak_mib(film, weights.folder))
    short, long = peaks
    assert long < 1024
    assert long == pytest.approx(short, rel=0.1)


def test_defects_that_were_made_are_found() -> None:
    reference = DEMO / "reference" / "waltz.mp4"
    methods = ("near_clean", "late_audio", "frozen_mouth", "blurred")
    names = ("psnr", "ssim", "ms_ssim", "cpbd")
    found = {method: measured(DEMO / method / "waltz.mp4", reference, *names, every=10) for method in methods}
    for name in names:
        values = {method: found[method][name].value or 0 for method in methods}
        assert min(values, key=values.__getitem__) == "blurred"
    # Nothing that looks at pictures alone can see that the sound is late.
    best = {method: found[method]["psnr"].value or 0 for method in methods}
    assert max(best, key=best.__getitem__) == "late_audio"
