"""Metric values as rows: planned, claimed once, never stuck, and with a reason where there is no number."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from mos_platform.intake import take_in
from mos_platform.metrics import computing, services, tasks
from mos_platform.metrics.measures.registry import REGISTRY
from mos_platform.metrics.measures.result import Measurement
from mos_platform.metrics.models import Measured, MetricValue
from mos_platform.metrics.planning import plan
from mos_platform.metrics.progress import Progress, metric_progress, progress
from mos_platform.metrics.services import Job
from mos_platform.stimuli.models import Study
from studies.errors import InputError

pytestmark = pytest.mark.django_db
State = Measured.State
LONG_AGO = timedelta(days=1)


@pytest.fixture
def study(imported_study: Study) -> Study:
    return imported_study


def measured(study: Study, method: str, metric: str) -> Measured:
    return MetricValue.objects.get(
        study=study, stimulus__method__name=method, stimulus__item__name="one", metric=metric
    ).measured


def job_of(study: Study, method: str = "soft") -> Job:
    row = measured(study, method, "psnr")
    return Job(row.clip_sha256, row.reference_sha256, row.work)


def run(job: Job) -> bool:
    return computing.compute(job.clip_sha256, job.reference_sha256, job.work)


def to_send(*, again: bool) -> list[Job]:
    return [job for network in (False, True) for job in services.to_send(network=network, again=again)]


def compute_all() -> int:
    return sum(map(run, to_send(again=True)))


def at_once() -> None:
    """Time passes until everything may be tried again."""
    Measured.objects.update(not_before=None)


def test_every_value_is_computed_and_says_by_what(study: Study) -> None:
    assert progress(study) == Progress(0, 14)
    compute_all()
    assert progress(study) == Progress(14, 14)
    soft = {metric: measured(study, "soft", metric) for metric in ("psnr", "ssim", "cpbd")}
    assert 10 < soft["psnr"].value < 50
    assert 0.3 < soft["ssim"].value < 1
    assert soft["cpbd"].value < measured(study, "real", "cpbd").value
    for metric, row in soft.items():
        assert (row.implementation, row.version) == (REGISTRY[metric].name, REGISTRY[metric].version)
        assert (row.reason, row.attempts) == ("", 1)


def test_the_rows_of_a_clip_are_claimed_together_in_one_job(study: Study) -> None:
    jobs = to_send(again=False)
    contents = {clip.served_sha256 for clip in study.stimuli.all()}
    assert Counter(job.clip_sha256 for job in jobs) == dict.fromkeys(contents, 1)
    claimed = services.claim(job_of(study), "me")
    assert {row.metric for row in claimed} == {"psnr", "ssim", "cpbd"}
    assert services.claim(job_of(study), "another") == []


def test_identical_pictures_have_no_psnr_and_say_why(study: Study) -> None:
    compute_all()
    row = measured(study, "copy", "psnr")
    assert row.value is None
    assert row.reason.startswith("not computed: ")
    assert "identical" in row.reason
    psnr = next(one for one in metric_progress(study) if one.metric == "psnr")
    assert (psnr.done, psnr.total, psnr.without_value) == (4, 4, 2)
    assert psnr.reasons == {row.reason.removeprefix("not computed: "): 2}


def test_planning_again_adds_nothing(study: Study) -> None:
    compute_all()
    assert (plan(study).new, plan(study).renewed) == (0, 0)
    assert progress(study) == Progress(14, 14)


def test_two_methods_that_show_the_same_clip_have_it_measured_once(study: Study) -> None:
    copy, real = measured(study, "copy", "cpbd"), measured(study, "real", "cpbd")
    assert copy.pk == real.pk
    assert Measured.objects.count() == 14 - 2


def test_a_clip_that_two_studies_share_is_measured_once(own_study: Path, study: Study) -> None:
    compute_all()
    file = own_study / "study.yaml"
    file.write_text(file.read_text().replace("study: clips", "study: again"))
    other = take_in(own_study).study
    assert progress(other) == Progress(14, 14)
    assert to_send(again=True) == []
    assert set(Measured.objects.values_list("attempts", flat=True)) == {1}


def test_a_done_row_is_not_computed_again(study: Study) -> None:
    assert run(job_of(study))
    assert not run(job_of(study))
    assert measured(study, "soft", "psnr").attempts == 1


def test_a_new_version_of_an_implementation_is_taken_up(study: Study) -> None:
    compute_all()
    Measured.objects.filter(metric="ssim").update(version="0.9")
    assert (plan(study).renewed, progress(study)) == (4, Progress(10, 14))
    compute_all()
    assert progress(study) == Progress(14, 14)
    assert measured(study, "soft", "ssim").version == REGISTRY["ssim"].version
    assert Measured.objects.filter(version="0.9", value__isnull=False).exists()


def test_again_repeats_what_has_no_value_and_nothing_else(study: Study) -> None:
    compute_all()
    assert services.again(study) == Counter({"psnr": 2})
    assert progress(study).done == 12
    compute_all()
    assert progress(study) == Progress(14, 14)
    assert {row.attempts for row in Measured.objects.all()} == {1}


def test_a_metric_that_compares_is_refused_without_a_reference(own_study: Path) -> None:
    file = own_study / "study.yaml"
    text = file.read_text().replace(", reference: true", "").replace("ACR-HR", "ACR")
    file.write_text(text)
    with pytest.raises(InputError, match="needs a method with reference: true"):
        take_in(own_study)
    assert MetricValue.objects.count() == 0


def test_a_corrupt_clip_costs_its_own_values_only(study: Study) -> None:
    bad = study.stimuli.get(method__name="soft", item__name="one")
    Path(bad.file.path).write_bytes(b"\0" * 5000)
    compute_all()
    rows = MetricValue.objects.filter(study=study)
    assert progress(study) == Progress(14, 14)
    for row in rows.filter(stimulus=bad):
        assert row.measured.value is None
        assert "the clip cannot be decoded" in row.measured.reason
        assert bad.token not in row.measured.reason
    others = rows.exclude(stimulus=bad).exclude(stimulus__method__name="copy")
    assert all(row.measured.value is not None for row in others)


def test_a_storage_that_is_away_is_tried_three_times_with_pauses(study: Study, tmp_path: Path) -> None:
    media = tmp_path / "media"
    media.rename(tmp_path / "away")
    for attempt in (1, 2):
        run(job_of(study))
        row = measured(study, "soft", "psnr")
        assert (row.state, row.attempts) == (State.PENDING, attempt)
        assert row.not_before > timezone.now() + timedelta(seconds=5)
        assert not run(job_of(study))
        at_once()
    run(job_of(study))
    row = measured(study, "soft", "psnr")
    assert (row.state, row.value) == (State.DONE, None)
    assert row.reason == (
        "not computed: failed 3 times, last by FileNotFoundError: the clip's file is not in the storage"
    )
    (tmp_path / "away").rename(media)
    services.again(study)
    assert run(job_of(study))
    assert measured(study, "soft", "psnr").value is not None


def test_a_storage_that_comes_back_costs_nothing(study: Study, tmp_path: Path) -> None:
    (tmp_path / "media").rename(tmp_path / "away")
    run(job_of(study))
    (tmp_path / "away").rename(tmp_path / "media")
    at_once()
    compute_all()
    assert progress(study) == Progress(14, 14)
    assert measured(study, "soft", "psnr").value is not None


def child_processes() -> set[int]:
    found = set()
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            parent = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
            command = (folder / "cmdline").read_bytes()
        except (OSError, IndexError):
            continue
        if parent == os.getpid() and b"mos_platform.clips.child" in command:
            found.add(int(folder.name))
    return found


@pytest.fixture
def fresh_children() -> None:
    computing.CHILDREN.close()
    assert child_processes() == set()


def kill_child_when_there() -> None:
    until = time.monotonic() + 30
    while time.monotonic() < until:
        for pid in child_processes():
            os.kill(pid, signal.SIGKILL)
            return
        time.sleep(0.01)


def test_a_killed_measuring_process_costs_an_attempt(study: Study, fresh_children: None) -> None:
    killer = threading.Thread(target=kill_child_when_there)
    killer.start()
    run(job_of(study))
    killer.join()
    row = measured(study, "soft", "psnr")
    assert (row.state, row.attempts, row.alone) == (State.PENDING, 1, True)
    at_once()
    assert run(job_of(study))
    assert progress(study).done == 3
    assert measured(study, "soft", "psnr").value is not None


def test_a_measuring_process_stays_from_clip_to_clip(study: Study, fresh_children: None) -> None:
    jobs = to_send(again=True)
    run(jobs[0])
    first = child_processes()
    run(jobs[1])
    assert child_processes() == first
    assert len(first) == 1
    computing.CHILDREN.close()
    assert child_processes() == set()


def test_what_was_lost_by_itself_twice_is_given_up(study: Study) -> None:
    rows = services.claim(job_of(study), "me")
    services.set_apart(rows, "me", "it makes the decoder crash")
    at_once()
    rows = services.claim(job_of(study), "me")
    assert [row.alone for row in rows] == [True, True, True]
    services.set_apart(rows[:1], "me", "it makes the decoder crash")
    services.finish(rows[1:], "me", {row.metric: Measurement(1.0) for row in rows[1:]})
    found = {row.metric: (row.value, row.reason) for row in job_of(study).rows}
    assert found.pop(rows[0].metric) == (None, "not computed: it makes the decoder crash")
    assert set(found.values()) == {(1.0, "")}


def test_a_clip_that_wants_too_much_memory_is_given_up(study: Study, settings: Any) -> None:
    settings.MEASURE_MEMORY_BYTES = 1 << 20
    for _ in range(2):
        run(job_of(study))
        at_once()
    row = measured(study, "soft", "psnr")
    assert (row.state, row.value) == (State.DONE, None)
    assert "GiB of memory" in row.reason


def test_a_very_long_reason_is_cut(study: Study) -> None:
    rows = services.claim(job_of(study), "me")
    services.finish(rows, "me", {row.metric: Measurement(None, "x\n" * 5000) for row in rows})
    row = measured(study, "soft", "psnr")
    assert len(row.reason) == 300
    assert row.reason.endswith("…")
    assert "\n" not in row.reason


def claimed(job: Job, *, ago: timedelta, attempts: int) -> None:
    job.rows.update(state=State.RUNNING, claim="dead", claimed_at=timezone.now() - ago, attempts=attempts)


def test_rows_whose_worker_died_are_taken_up_again(study: Study) -> None:
    job = job_of(study)
    claimed(job, ago=services.LEASE / 2, attempts=1)
    assert services.release_expired() == 0
    assert not run(job)
    claimed(job, ago=services.LEASE * 1.1, attempts=1)
    assert services.release_expired() == 3
    assert run(job)
    row = measured(study, "soft", "psnr")
    assert (row.state, row.attempts) == (State.DONE, 2)


def test_rows_that_kill_their_worker_three_times_are_given_up(study: Study) -> None:
    claimed(job_of(study), ago=services.LEASE * 2, attempts=3)
    assert services.release_expired() == 0
    row = measured(study, "soft", "psnr")
    assert (row.state, row.value) == (State.DONE, None)
    assert row.reason == "not computed: the worker stopped 3 times while computing this"


def test_a_worker_that_lost_its_claim_stores_nothing(study: Study) -> None:
    rows = services.claim(job_of(study), "me")
    claimed(job_of(study), ago=LONG_AGO, attempts=1)
    services.release_expired()
    services.finish(rows, "me", {row.metric: Measurement(1.0) for row in rows})
    row = measured(study, "soft", "psnr")
    assert (row.state, row.value) == (State.PENDING, None)


def test_pending_rows_get_one_message_until_it_is_old(study: Study) -> None:
    jobs = to_send(again=False)
    assert len(jobs) == 4  # real and copy are one content in each of two items
    assert to_send(again=False) == []
    assert len(to_send(again=True)) == 4
    Measured.objects.update(sent_at=timezone.now() - services.RESEND * 1.1)
    jobs[0].rows.update(state=State.DONE)
    assert len(to_send(again=False)) == 3


def test_work_for_networks_goes_to_a_queue_of_its_own() -> None:
    router = tasks.app.amqp.router
    assert router.route({}, tasks.by_network.name)["queue"].name == "gpu"
    assert router.route({}, tasks.measure.name)["queue"].name == "mos"
    works = {"pass": False, "set": False, "clip:syncnet": True, "features:inception": True}
    assert {work: Job("a", "", work).is_network for work in works} == works


def test_a_broker_that_is_down_does_not_stop_an_import(
    clip_study: Path, settings: Any, django_capture_on_commit_callbacks: Any, caplog: pytest.LogCaptureFixture
) -> None:
    settings.EMBEDDED = False
    before = tasks.app.conf.broker_url
    tasks.app.conf.broker_url = "redis://127.0.0.1:1/0"
    try:
        with django_capture_on_commit_callbacks(execute=True):
            assert take_in(clip_study).created
    finally:
        tasks.app.conf.broker_url = before
    assert "broker not reached" in caplog.text
    assert MetricValue.objects.filter(measured__state=State.PENDING).count() == 14


def test_a_study_that_is_deleted_leaves_what_was_measured(study: Study, own_study: Path) -> None:
    compute_all()
    Study.objects.all().delete()
    assert take_in(own_study).created
    assert to_send(again=True) == []
