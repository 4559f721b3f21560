"""Values of whole methods: they wait for the features of all clips, and come at the end, once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import colours
import numpy as np
import pytest

from mos_platform.exports.services import export_bundle
from mos_platform.intake import take_in
from mos_platform.metrics import computing, planning, services
from mos_platform.metrics.measures.reading.frames import read_frames
from mos_platform.metrics.models import Measured, MetricValue
from mos_platform.metrics.progress import Progress, metric_progress, progress
from mos_platform.metrics.services import Job
from mos_platform.stimuli.models import Study

pytestmark = pytest.mark.django_db
State = Measured.State


@pytest.fixture
def study(own_study: Path, monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Path) -> Study:
    """The clip study, which asks for a metric of sets: the real machinery on a measure without weights."""
    settings.FEATURES_ROOT = tmp_path / "features"
    for module in (planning, computing):
        monkeypatch.setattr(module, "REGISTRY", colours.WITH_COLOURS)
    monkeypatch.setattr(computing, "working", colours)
    return taken_in(own_study)


def taken_in(folder: Path) -> Study:
    """Imported without metrics, then asked for the one of sets."""
    file = folder / "study.yaml"
    file.write_text(file.read_text().replace("metrics: [psnr, ssim, cpbd]\n", ""))
    study = take_in(folder).study
    study.parsed = study.parsed.model_copy(update={"metrics": (colours.METRIC,)})
    planning.plan(study)
    return study


def due(*, network: bool) -> list[Job]:
    return services.to_send(network=network, again=True)


def run(jobs: list[Job]) -> int:
    return sum(computing.compute(job.clip_sha256, job.reference_sha256, job.work) for job in jobs)


def value_of(study: Study, method: str) -> Measured:
    return MetricValue.objects.get(study=study, method__name=method, metric=colours.METRIC).measured


def mean_colour(study: Study, method: str) -> np.ndarray:
    clips = study.stimuli.filter(method__name=method)
    pictures = [frame.rgb.mean((0, 1)) for clip in clips for frame in read_frames(Path(clip.file.path))]
    return np.mean(pictures, axis=0)


def test_a_set_waits_for_the_features_of_its_last_clip(study: Study) -> None:
    assert progress(study) == Progress(0, 2)  # the reference is not compared with itself
    features = due(network=True)
    assert len(features) == 4
    assert due(network=False) == []
    run(features[:-1])
    waiting = value_of(study, "soft")
    assert waiting.state == State.PENDING
    assert {job.work for job in due(network=False)} <= {"set"}
    run(features[-1:])
    assert run(due(network=False)) == 2
    assert progress(study) == Progress(2, 2)
    soft = value_of(study, "soft")
    expected = np.linalg.norm(mean_colour(study, "soft") - mean_colour(study, "real"))
    assert soft.value == pytest.approx(expected, rel=1e-4)
    assert (soft.note, soft.version, soft.attempts) == ("2 clips", "2 (colours 1)", 1)
    assert value_of(study, "copy").value == 0
    assert {row.attempts for row in Measured.objects.all()} == {1}


def test_it_is_exported_as_a_value_of_the_method(study: Study, tmp_path: Path) -> None:
    run(due(network=True))
    run(due(network=False))
    rows = (export_bundle(study, tmp_path / "bundle") / "metrics.csv").read_text().splitlines()[1:]
    assert [row.split(",")[:3] for row in rows] == [["", "soft", "fid"], ["", "copy", "fid"]]
    assert all(",ok," in row and row.endswith(",false") for row in rows)


def test_a_clip_without_features_gives_the_reason(study: Study) -> None:
    clip = study.stimuli.get(method__name="soft", item__name="one")
    Path(clip.file.path).write_bytes(b"\0" * 5000)
    run(due(network=True))
    run(due(network=False))
    soft = value_of(study, "soft")
    assert (soft.state, soft.value) == (State.DONE, None)
    assert soft.reason.startswith("not computed: 1 of 4 clips give no features: the clip cannot be decoded")
    assert value_of(study, "copy").value == 0
    assert metric_progress(study)[0].without_value == 1


def test_features_that_are_away_are_taken_again(study: Study, settings: Any) -> None:
    run(due(network=True))
    for file in Path(settings.FEATURES_ROOT).rglob("*.npz"):
        file.unlink()
    run(due(network=False))
    assert value_of(study, "soft").state == State.PENDING
    run(due(network=True))
    Measured.objects.update(not_before=None)
    run(due(network=False))
    assert progress(study) == Progress(2, 2)
    assert value_of(study, "soft").value is not None


def test_the_same_clips_in_another_study_are_not_measured_again(study: Study, own_study: Path) -> None:
    run(due(network=True))
    run(due(network=False))
    file = own_study / "study.yaml"
    file.write_text(file.read_text().replace("study: clips", "study: again"))
    other = taken_in(own_study)
    assert progress(other) == Progress(2, 2)
    assert due(network=True) == []


def test_again_takes_features_that_failed_too(study: Study) -> None:
    run(due(network=True))
    Measured.objects.filter(work="features:colours").update(
        value=None, reason="not computed: weights missing"
    )
    run(due(network=False))
    assert metric_progress(study)[0].reasons == {"weights missing": 2}
    assert services.again(study) == {"features:colours": 4, "fid": 2}
    run(due(network=True))
    run(due(network=False))
    assert value_of(study, "soft").value is not None
