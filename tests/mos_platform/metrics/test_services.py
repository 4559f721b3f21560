"""Metric values as rows: planned, claimed once, never stuck, and with a reason where there is no number."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest
from django.utils import timezone

from mos_platform.intake import take_in
from mos_platform.metrics import services, tasks
from mos_platform.metrics.measures.registry import REGISTRY, Implementation
from mos_platform.metrics.measures.result import Measurement
from mos_platform.metrics.models import MetricValue
from mos_platform.stimuli.models import Study
from studies.errors import InputError

pytestmark = pytest.mark.django_db
State = MetricValue.State


@pytest.fixture
def study(clip_study: Path) -> Study:
    return take_in(clip_study).study


@pytest.fixture
def psnr_is(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[..., Measurement]], None]:
    """Put another implementation in PSNR's place: one that fails in the way a test needs."""

    def put(function: Callable[..., Measurement]) -> None:
        broken = Implementation("broken", "1", function, frozenset({"reference"}))
        monkeypatch.setattr(services, "REGISTRY", MappingProxyType({**REGISTRY, "psnr": broken}))

    return put


def value_of(study: Study, method: str, metric: str) -> MetricValue:
    return MetricValue.objects.get(
        stimulus__study=study, stimulus__method__name=method, stimulus__item__name="one", metric=metric
    )


def compute_all() -> None:
    for pk in MetricValue.objects.values_list("pk", flat=True):
        services.compute(pk)


def fail_with(error: BaseException) -> Callable[..., Measurement]:
    def measure(_clip: Path, _reference: Path | None) -> Measurement:
        raise error

    return measure


def test_every_value_is_computed_and_says_by_what(study: Study) -> None:
    assert services.progress(study) == services.Progress(0, 14)
    compute_all()
    assert services.progress(study) == services.Progress(14, 14)
    soft = {metric: value_of(study, "soft", metric) for metric in ("psnr", "ssim", "cpbd")}
    assert 10 < soft["psnr"].value < 50
    assert 0.3 < soft["ssim"].value < 1
    assert soft["cpbd"].value < value_of(study, "real", "cpbd").value
    for metric, value in soft.items():
        assert (value.implementation, value.version) == (REGISTRY[metric].name, REGISTRY[metric].version)
        assert (value.reason, value.attempts) == ("", 1)


def test_identical_pictures_have_no_psnr_and_say_why(study: Study) -> None:
    compute_all()
    value = value_of(study, "copy", "psnr")
    assert value.value is None
    assert "identical" in value.reason


def test_planning_again_adds_nothing(study: Study) -> None:
    compute_all()
    services.plan(study)
    assert services.progress(study) == services.Progress(14, 14)


def test_a_done_value_is_not_computed_again(study: Study) -> None:
    value = value_of(study, "soft", "psnr")
    assert services.compute(value.pk)
    assert not services.compute(value.pk)
    value.refresh_from_db()
    assert value.attempts == 1


def test_a_metric_that_compares_is_refused_without_a_reference(own_study: Path) -> None:
    file = own_study / "study.yaml"
    text = file.read_text().replace(", reference: true", "").replace("ACR-HR", "ACR")
    file.write_text(text)
    with pytest.raises(InputError, match="needs a method with reference: true"):
        take_in(own_study)
    assert MetricValue.objects.count() == 0


def test_a_measure_that_breaks_leaves_a_reason(study: Study, psnr_is: Any) -> None:
    psnr_is(fail_with(ZeroDivisionError("division\nby zero")))
    value = value_of(study, "soft", "psnr")
    services.compute(value.pk)
    value.refresh_from_db()
    assert (value.state, value.value) == (State.DONE, None)
    assert value.reason == "not computed: ZeroDivisionError: division by zero"


def test_a_file_that_cannot_be_read_is_tried_three_times(study: Study, psnr_is: Any) -> None:
    psnr_is(fail_with(OSError("disk is away")))
    value = value_of(study, "soft", "psnr")
    for attempt in (1, 2):
        services.compute(value.pk)
        value.refresh_from_db()
        assert (value.state, value.attempts) == (State.PENDING, attempt)
    services.compute(value.pk)
    value.refresh_from_db()
    assert (value.state, value.value) == (State.DONE, None)
    assert value.reason == "not computed: failed 3 times, last by OSError: disk is away"


def test_a_very_long_reason_is_cut(study: Study, psnr_is: Any) -> None:
    psnr_is(fail_with(RuntimeError("x" * 5000)))
    value = value_of(study, "soft", "psnr")
    services.compute(value.pk)
    value.refresh_from_db()
    assert len(value.reason) == 300
    assert value.reason.endswith("…")


def claimed(value: MetricValue, *, ago: timedelta, attempts: int) -> None:
    MetricValue.objects.filter(pk=value.pk).update(
        state=State.RUNNING, claim="dead", claimed_at=timezone.now() - ago, attempts=attempts
    )


def test_a_value_whose_worker_died_is_taken_up_again(study: Study) -> None:
    value = value_of(study, "soft", "psnr")
    claimed(value, ago=services.LEASE / 2, attempts=1)
    assert services.release_expired() == 0
    assert not services.compute(value.pk)
    claimed(value, ago=services.LEASE * 1.1, attempts=1)
    assert services.release_expired() == 1
    assert services.compute(value.pk)
    value.refresh_from_db()
    assert (value.state, value.attempts) == (State.DONE, 2)


def test_a_value_that_kills_its_worker_three_times_is_given_up(study: Study) -> None:
    value = value_of(study, "soft", "psnr")
    claimed(value, ago=services.LEASE * 2, attempts=3)
    assert services.release_expired() == 0
    value.refresh_from_db()
    assert (value.state, value.value) == (State.DONE, None)
    assert value.reason == "not computed: the worker stopped 3 times while computing this"


def test_a_worker_that_lost_its_claim_stores_nothing(study: Study, psnr_is: Any) -> None:
    value = value_of(study, "soft", "psnr")

    def lose_the_claim(_clip: Path, _reference: Path | None) -> Measurement:
        MetricValue.objects.filter(pk=value.pk).update(state=State.PENDING, claim="")
        return Measurement(1.0)

    psnr_is(lose_the_claim)
    services.compute(value.pk)
    value.refresh_from_db()
    assert (value.state, value.value) == (State.PENDING, None)


def test_pending_rows_get_one_message_until_it_is_old(study: Study) -> None:
    assert len(services.to_send(again=False)) == 14
    assert services.to_send(again=False) == []
    assert len(services.to_send(again=True)) == 14
    MetricValue.objects.update(sent_at=timezone.now() - services.RESEND * 1.1)
    MetricValue.objects.filter(metric="cpbd").update(state=State.DONE)
    assert len(services.to_send(again=False)) == 8


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
    assert MetricValue.objects.filter(state=State.PENDING).count() == 14
