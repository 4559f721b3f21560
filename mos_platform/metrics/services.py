"""The work to do is rows: claimed by one worker at a time, never lost with one, stored exactly once.

A worker renews its claim while it computes. A claim that is not renewed belongs to a worker that died; its
rows become pending again, and after MAX_ATTEMPTS they are done, without a value and with the reason.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from mos_platform.lease import LEASE
from mos_platform.metrics.measures.result import Measurement
from mos_platform.metrics.models import Measured
from mos_platform.metrics.planning import CLIP, FEATURES, SET
from mos_platform.stimuli.models import Study

State = Measured.State
OPEN = (State.PENDING, State.RUNNING)
MAX_ATTEMPTS = 3
RETRY_AFTER = (timedelta(seconds=10), timedelta(seconds=60))
RESEND = timedelta(seconds=60)
MOST_MESSAGES = 500
# Of these, rows of one clip become one message.
MOST_ROWS = 20_000
REASON_LENGTH = 300
NOT_COMPUTED = "not computed: "


@dataclass(frozen=True)
class Job:
    """What one message is about: all pending rows of a clip (and its reference) that one work computes."""

    clip_sha256: str
    reference_sha256: str
    work: str

    @property
    def is_network(self) -> bool:
        """Whether it is for the workers of the queue `gpu`."""
        return self.work.startswith((CLIP, FEATURES))

    @property
    def rows(self) -> QuerySet[Measured]:
        """A metric that needs no reference is computed along with those that do."""
        references = {"", self.reference_sha256} if self.work != SET else {self.reference_sha256}
        return Measured.objects.filter(
            clip_sha256=self.clip_sha256, work=self.work, reference_sha256__in=references
        )


def due() -> QuerySet[Measured]:
    """Pending rows that may be computed now."""
    return _ready(Measured.objects.all())


def _ready(rows: QuerySet[Measured]) -> QuerySet[Measured]:
    """Pending, not put off, and, for a set, with the features of all its clips there."""
    on_time = Q(not_before=None) | Q(not_before__lte=timezone.now())
    lacks_features = Q(clips__state__in=OPEN) | Q(references__state__in=OPEN)
    waiting = Measured.objects.filter(lacks_features, work=SET, state=State.PENDING)
    return rows.filter(on_time, state=State.PENDING).exclude(pk__in=waiting.values("pk"))


def claim(job: Job, name: str) -> list[Measured]:
    """One atomic UPDATE: of several workers that see a row pending, one gets it."""
    now = timezone.now()
    _ready(job.rows).update(state=State.RUNNING, claim=name, claimed_at=now, attempts=F("attempts") + 1)
    return list(Measured.objects.filter(state=State.RUNNING, claim=name).order_by("pk"))


def renew(name: str) -> None:
    Measured.objects.filter(state=State.RUNNING, claim=name).update(claimed_at=timezone.now())


@transaction.atomic
def finish(rows: Iterable[Measured], name: str, answers: Mapping[str, Measurement]) -> None:
    """Store the results, by metric, of rows whose claim was not lost meanwhile."""
    for row in rows:
        answer = answers[row.metric]
        _held([row], name).update(
            state=State.DONE,
            value=answer.value,
            reason=_sentence(NOT_COMPUTED + answer.reason) if answer.value is None else "",
            note=_sentence(answer.note),
            finished_at=timezone.now(),
        )


def give_back(rows: Iterable[Measured], name: str, why: str) -> None:
    """To be tried again after a while, or, after the last attempt, done without a value."""
    for row in rows:
        if row.attempts >= MAX_ATTEMPTS:
            reason = f"failed {row.attempts} times, last by {why}"
            finish([row], name, {row.metric: Measurement(None, reason)})
        else:
            _retry([row], name)


def set_apart(rows: list[Measured], name: str, why: str) -> None:
    """The process was lost over these. Next time each is measured by itself, so that one does not take the
    others along; one that was by itself is tried once more, then done without a value."""
    for row in rows:
        by_itself = row.alone or len(rows) == 1
        if by_itself and row.attempts > 1:
            finish([row], name, {row.metric: Measurement(None, why)})
        else:
            _retry([row], name, alone=True)


def _retry(rows: list[Measured], name: str, *, alone: bool | None = None) -> None:
    for row in rows:
        after = RETRY_AFTER[min(row.attempts, len(RETRY_AFTER)) - 1]
        _held([row], name).update(
            state=State.PENDING,
            claim="",
            sent_at=None,
            not_before=timezone.now() + after,
            alone=row.alone if alone is None else alone,
        )


def _held(rows: Iterable[Measured], name: str) -> QuerySet[Measured]:
    keys = [row.pk for row in rows]
    return Measured.objects.filter(pk__in=keys, state=State.RUNNING, claim=name)


def _sentence(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= REASON_LENGTH else line[: REASON_LENGTH - 1] + "…"


def release_expired() -> int:
    """Take rows back from workers that died. Returns how many are pending again."""
    expired = Q(state=State.RUNNING, claimed_at__lt=timezone.now() - LEASE)
    Measured.objects.filter(expired, attempts__gte=MAX_ATTEMPTS).update(
        state=State.DONE,
        reason=f"{NOT_COMPUTED}the worker stopped {MAX_ATTEMPTS} times while computing this",
        finished_at=timezone.now(),
    )
    return Measured.objects.filter(expired).update(state=State.PENDING, claim="", sent_at=None)


def to_send(*, network: bool, again: bool) -> list[Job]:
    """What wants a message, marked as sent: rows without one, and those whose message is old.

    `network` chooses the kind of work. `again` asks for all of it, for a queue that is empty: whatever
    messages there were have been lost.
    """
    by_network = Q(work__startswith=CLIP) | Q(work__startswith=FEATURES)
    wanting = due().filter(by_network if network else ~by_network)
    if not again:
        wanting = wanting.filter(Q(sent_at=None) | Q(sent_at__lt=timezone.now() - RESEND))
    columns = "clip_sha256", "reference_sha256", "work"
    found = wanting.order_by("pk").values_list(*columns)[:MOST_ROWS]
    jobs = _together(Job(*row) for row in found)[:MOST_MESSAGES]
    if jobs:
        _note_sent(jobs)
    return jobs


@transaction.atomic
def _note_sent(jobs: list[Job]) -> None:
    for job in jobs:
        job.rows.filter(state=State.PENDING).update(sent_at=timezone.now())


def _together(jobs: Iterable[Job]) -> list[Job]:
    """Without those that another job of the same clip, against a reference, takes along."""
    distinct = list(dict.fromkeys(jobs))
    comparing = {(job.clip_sha256, job.work) for job in distinct if job.reference_sha256}
    return [job for job in distinct if job.reference_sha256 or (job.clip_sha256, job.work) not in comparing]


@transaction.atomic
def again(study: Study) -> Counter[str]:
    """Have everything computed again that has no value; by metric, how many computations that are.

    Raises nothing: where the cause is still there, the reason will be too.
    """
    bare = Measured.objects.filter(state=State.DONE, value=None)
    own = bare.filter(values__study=study)
    parts = bare.filter(Q(sets__values__study=study) | Q(compared_sets__values__study=study))
    keys = {*own.values_list("pk", flat=True), *parts.values_list("pk", flat=True)}
    repeated = Counter(Measured.objects.filter(pk__in=keys).values_list("metric", flat=True))
    Measured.objects.filter(pk__in=keys).update(
        state=State.PENDING, reason="", attempts=0, alone=False, claim="", sent_at=None, not_before=None
    )
    return repeated
