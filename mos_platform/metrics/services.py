"""The work to do is rows: planned with the study, claimed by one worker at a time, never lost with one.

A worker renews its claim while it computes. A claim that is not renewed belongs to a worker that died; its
row becomes pending again, and after MAX_ATTEMPTS the row is done, without a value and with the reason.
"""

from __future__ import annotations

import logging
import secrets
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from django.db import DatabaseError
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from mos_platform.lease import LEASE, renewed
from mos_platform.metrics.measures.registry import REGISTRY, Implementation
from mos_platform.metrics.measures.result import Measurement
from mos_platform.metrics.models import MetricValue
from mos_platform.stimuli.models import Role, Stimulus, Study
from studies.errors import InputError
from studies.metrics import CATALOGUE

logger = logging.getLogger(__name__)

State = MetricValue.State
LONGEST_S = 600.0
MAX_ATTEMPTS = 3
RESEND = timedelta(seconds=60)
MOST_MESSAGES = 500
REASON_LENGTH = 300
SCORED = Q(method__role=Role.SCORED, item__role=Role.SCORED)


@dataclass(frozen=True)
class Progress:
    """How many of a study's metric values are done."""

    done: int
    total: int


def plan(study: Study) -> int:
    """One pending row per scored clip × metric of the study file; none for a reference against itself."""
    rows = [
        MetricValue(stimulus=stimulus, metric=metric)
        for stimulus in study.stimuli.filter(SCORED).select_related("method")
        for metric in study.parsed.metrics
        if _suits(metric, stimulus)
    ]
    return len(MetricValue.objects.bulk_create(rows, ignore_conflicts=True))


def _suits(metric: str, stimulus: Stimulus) -> bool:
    return not (stimulus.method.is_reference and "reference" in CATALOGUE[metric].needs)


def of_study(study: Study) -> QuerySet[MetricValue]:
    return MetricValue.objects.filter(stimulus__study=study)


def progress(study: Study) -> Progress:
    values = of_study(study)
    return Progress(values.filter(state=State.DONE).count(), values.count())


def compute(value_id: int) -> bool:
    """Compute one pending value; False where it is not (or no longer) to be done."""
    claim = secrets.token_hex(8)
    if not _claim(value_id, claim):
        return False
    value = MetricValue.objects.select_related("stimulus__method", "stimulus__item").get(pk=value_id)
    try:
        with renewed(lambda: _renew(value_id, claim), longest_s=LONGEST_S):
            measurement = _measure(value)
    except (OSError, MemoryError, DatabaseError) as error:
        logger.warning("%s failed and is tried again: %s", value, error)
        _give_back(value, claim, error)
        return True
    _finish(value, claim, measurement)
    return True


def _claim(value_id: int, claim: str) -> bool:
    """One atomic UPDATE: of several workers that see the row pending, one gets it."""
    pending = MetricValue.objects.filter(pk=value_id, state=State.PENDING)
    now = timezone.now()
    return bool(pending.update(state=State.RUNNING, claim=claim, claimed_at=now, attempts=F("attempts") + 1))


def _renew(value_id: int, claim: str) -> None:
    MetricValue.objects.filter(pk=value_id, claim=claim).update(claimed_at=timezone.now())


def _measure(value: MetricValue) -> Measurement:
    """The measurement; what a measure cannot cope with becomes a reason, so that no row hangs."""
    implementation = REGISTRY.get(value.metric)
    if implementation is None:
        return Measurement(None, f"not computed: no implementation of {value.metric} here")
    reference = _reference(value.stimulus) if "reference" in implementation.needs else None
    try:
        return _run(implementation, value.stimulus, reference)
    except InputError as error:
        return Measurement(None, f"not computed: {error}")
    except (OSError, MemoryError):
        raise
    except Exception as error:  # a measure may fail in any way; the study goes on without this value
        logger.exception("%s failed on stimulus %s", value.metric, value.stimulus.token)
        return Measurement(None, f"not computed: {type(error).__name__}: {error}")


def _run(implementation: Implementation, stimulus: Stimulus, reference: Stimulus | None) -> Measurement:
    against = Path(reference.file.path) if reference else None
    return implementation.function(Path(stimulus.file.path), against)


def _reference(stimulus: Stimulus) -> Stimulus:
    """There is one: a study file with a metric that compares is refused without a reference."""
    return Stimulus.objects.get(item=stimulus.item, method__is_reference=True)


def _finish(value: MetricValue, claim: str, measurement: Measurement) -> None:
    """Store the result, unless the claim was lost meanwhile."""
    implementation = REGISTRY.get(value.metric)
    held = MetricValue.objects.filter(pk=value.pk, state=State.RUNNING, claim=claim)
    held.update(
        state=State.DONE,
        value=measurement.value,
        reason=_sentence(measurement.reason),
        implementation=implementation.name if implementation else "",
        version=implementation.version if implementation else "",
        finished_at=timezone.now(),
    )


def _give_back(value: MetricValue, claim: str, error: Exception) -> None:
    held = MetricValue.objects.filter(pk=value.pk, state=State.RUNNING, claim=claim)
    if value.attempts < MAX_ATTEMPTS:
        held.update(state=State.PENDING, sent_at=None)
        return
    reason = _sentence(
        f"not computed: failed {value.attempts} times, last by {type(error).__name__}: {error}"
    )
    held.update(state=State.DONE, reason=reason, finished_at=timezone.now())


def _sentence(reason: str) -> str:
    line = " ".join(reason.split())
    return line if len(line) <= REASON_LENGTH else line[: REASON_LENGTH - 1] + "…"


def release_expired() -> int:
    """Take rows back from workers that died. Returns how many are pending again."""
    expired = Q(state=State.RUNNING, claimed_at__lt=timezone.now() - LEASE)
    MetricValue.objects.filter(expired, attempts__gte=MAX_ATTEMPTS).update(
        state=State.DONE,
        reason=f"not computed: the worker stopped {MAX_ATTEMPTS} times while computing this",
        finished_at=timezone.now(),
    )
    return MetricValue.objects.filter(expired).update(state=State.PENDING, claim="", sent_at=None)


def to_send(*, again: bool) -> list[int]:
    """Pending rows that want a message, marked as sent: those without one, and those whose one is old.

    `again` asks for all of them, for a worker that starts with an empty queue.
    """
    now = timezone.now()
    due = MetricValue.objects.filter(state=State.PENDING)
    if not again:
        due = due.filter(Q(sent_at=None) | Q(sent_at__lt=now - RESEND))
    ids = list(due.order_by("pk").values_list("pk", flat=True)[:MOST_MESSAGES])
    MetricValue.objects.filter(pk__in=ids).update(sent_at=now)
    return ids
