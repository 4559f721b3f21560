"""One job: claim its rows, have a child process measure, store what it answers.

The child outlives the job; a clip that crashes it, hangs it or wants all memory costs nothing but its own
values (see `services.set_apart`).
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.db import DatabaseError

from mos_platform.clips.kept import Allowance, Kept, LostError, Stock
from mos_platform.lease import renewed
from mos_platform.metrics import services, working
from mos_platform.metrics.measures.implementation import SetMeasure
from mos_platform.metrics.measures.registry import REGISTRY
from mos_platform.metrics.measures.result import Measurement
from mos_platform.metrics.models import Measured
from mos_platform.metrics.planning import FEATURES, PASS, SET
from mos_platform.metrics.services import Job
from mos_platform.stimuli.models import Stimulus

logger = logging.getLogger(__name__)

CHILDREN = Stock()
# Generous: slow machines, all metrics at once, networks without a GPU.
BASE_S = 900.0
PER_MEGAPIXEL_SECOND_S = 90.0


@dataclass(frozen=True)
class Material:
    """The files of a job, and how long measuring them may take."""

    clip: Path
    reference: Path | None
    wall_s: float


def compute(clip_sha256: str, reference_sha256: str, work: str) -> bool:
    """Compute what is pending of one job; False where nothing is (or no longer)."""
    job, name = Job(clip_sha256, reference_sha256, work), secrets.token_hex(8)
    rows = services.claim(job, name)
    if not rows:
        return False
    groups = _groups(rows)
    longest_s = _longest_s(job) * len(groups)
    with renewed(lambda: services.renew(name), longest_s=longest_s), CHILDREN.one() as child:
        for group in groups:
            _compute_group(job, group, name, child)
    return True


def _groups(rows: list[Measured]) -> list[list[Measured]]:
    together = [row for row in rows if not row.alone]
    return [*([together] if together else []), *([row] for row in rows if row.alone)]


def _compute_group(job: Job, rows: list[Measured], name: str, child: Kept) -> None:
    try:
        answers = _answers(job, rows, child)
    except LostError as lost:
        logger.warning("%s of %s: %s", job.work, job.clip_sha256, lost)
        services.set_apart(rows, name, str(lost))
    except (OSError, MemoryError, DatabaseError) as error:
        logger.warning("%s of %s failed and is tried again: %s", job.work, job.clip_sha256, error)
        # Reasons stand in reports, so without the file that an OSError names.
        what = getattr(error, "strerror", None) or str(error)
        services.give_back(rows, name, f"{type(error).__name__}: {what}")
    except Exception as error:  # a mistake of ours; the study goes on without these values
        logger.exception("%s of %s failed", job.work, job.clip_sha256)
        reason = Measurement(None, f"{type(error).__name__}: {error}")
        services.finish(rows, name, {row.metric: reason for row in rows})
    else:
        services.finish(rows, name, answers)


def _answers(job: Job, rows: list[Measured], child: Kept) -> Mapping[str, Measurement]:
    here = [row for row in rows if row.metric in REGISTRY or row.work.startswith(FEATURES)]
    answers = {
        row.metric: Measurement(None, f"no implementation of {row.metric} here")
        for row in rows
        if row not in here
    }
    if not here:
        return answers
    if job.work == SET:
        return answers | {row.metric: _of_set(row, child) for row in here}
    if job.work.startswith(FEATURES):
        return answers | {row.metric: _features(job, row, child) for row in here}
    return answers | _of_clip(job, [row.metric for row in here], child)


def _of_clip(job: Job, metrics: list[str], child: Kept) -> dict[str, Measurement]:
    work = working.measure_pass if job.work == PASS else working.measure_clip
    material = _material(job)
    arguments = (material.clip, material.reference, metrics, Path(settings.WEIGHTS_DIR))
    found = child.call(work, arguments, _allowance(material.wall_s))
    return {metric: _nameless(answer, material) for metric, answer in found.items()}


def _nameless(answer: Measurement, material: Material) -> Measurement:
    """Reasons stand in reports: they tell no path of this machine."""
    reason = answer.reason.replace(str(material.clip), "the clip")
    if material.reference is not None:
        reason = reason.replace(str(material.reference), "the reference")
    return Measurement(answer.value, reason, answer.note)


def _features(job: Job, row: Measured, child: Kept) -> Measurement:
    material, metric = _material(job), _metric_with(row)
    if metric is None:
        return Measurement(None, f"no extractor {row.metric.removeprefix(FEATURES)} here")
    arguments = (material.clip, metric, Path(settings.WEIGHTS_DIR), features_file(row))
    found = child.call(working.extract_features, arguments, _allowance(material.wall_s))
    return _nameless(found, material)


def _metric_with(row: Measured) -> str | None:
    """A metric of sets that starts from these features."""
    for implementation in REGISTRY.values():
        measure = implementation.measure
        if isinstance(measure, SetMeasure) and FEATURES + measure.extractor.name == row.metric:
            return implementation.metric
    return None


def features_file(row: Measured) -> Path:
    extractor = row.metric.removeprefix(FEATURES)
    return Path(settings.FEATURES_ROOT) / f"{extractor}-{row.version}" / f"{row.clip_sha256}.npz"


def _of_set(row: Measured, child: Kept) -> Measurement:
    """The method's value, or why there is none. Raises OSError where the features of some clip are away."""
    parts = list(row.clips.order_by("clip_sha256")), list(row.references.order_by("clip_sha256"))
    all_parts = {part.pk: part for part in (*parts[0], *parts[1])}.values()
    bare = [part for part in all_parts if part.value is None]
    if bare:
        why = bare[0].reason.removeprefix(services.NOT_COMPUTED)
        if len(bare) == len(all_parts):
            return Measurement(None, why)
        return Measurement(None, f"{len(bare)} of {len(all_parts)} clips give no features: {why}")
    away = [part.pk for part in all_parts if not features_file(part).is_file()]
    if away:
        Measured.objects.filter(pk__in=away, state=services.State.DONE).update(
            state=services.State.PENDING, attempts=0, sent_at=None
        )
        raise FileNotFoundError(f"the features of {len(away)} clips are away and are taken again")
    clips, references = ([features_file(part) for part in some] for some in parts)
    return child.call(working.measure_set, (row.metric, clips, references), _allowance(BASE_S))


def _allowance(wall_s: float) -> Allowance:
    return Allowance(wall_s, settings.MEASURE_MEMORY_BYTES)


def _material(job: Job) -> Material:
    """Raises FileNotFoundError where the storage is away."""
    clip = _stimulus(job.clip_sha256)
    reference = _stimulus(job.reference_sha256) if job.reference_sha256 else None
    against = Path(reference.file.path) if reference else None
    return Material(Path(clip.file.path), against, _wall_s(clip))


def _wall_s(clip: Stimulus) -> float:
    return BASE_S + PER_MEGAPIXEL_SECOND_S * clip.duration_s * clip.width * clip.height / 1e6


def _longest_s(job: Job) -> float:
    clip = Stimulus.objects.filter(served_sha256=job.clip_sha256).first()
    return 60 + (_wall_s(clip) if clip else BASE_S)


def _stimulus(sha256: str) -> Stimulus:
    """Any stimulus with this content whose file is there."""
    for stimulus in Stimulus.objects.filter(served_sha256=sha256):
        if Path(stimulus.file.path).is_file():
            return stimulus
    raise FileNotFoundError("the clip's file is not in the storage")
