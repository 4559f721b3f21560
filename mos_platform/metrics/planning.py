"""From a study's file to the rows of work: which computation each clip and method wants.

What has been computed for the same content, metric and version before is taken as it is.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from django.db import transaction
from django.db.models import Q

from mos_platform.metrics.measures.implementation import ClipMeasure, Implementation, SetMeasure
from mos_platform.metrics.measures.registry import REGISTRY
from mos_platform.metrics.models import Measured, MetricValue
from mos_platform.stimuli.models import Method, Role, Stimulus, Study
from studies.metrics import CATALOGUE

SCORED = Q(method__role=Role.SCORED, item__role=Role.SCORED)
CHUNK = 500
PASS, SET, CLIP, FEATURES = "pass", "set", "clip:", "features:"

Key = tuple[str, str, str, str]


@dataclass(frozen=True)
class Planned:
    """How many values were planned now, and those that another version of the implementation now computes."""

    new: int
    renewed: int


@dataclass
class _Cell:
    """A value that the study wants: of `stimulus`, or of `method` from the features of its clips."""

    metric: str
    measured: Measured
    stimulus: Stimulus | None = None
    method: Method | None = None
    clips: list[Measured] = field(default_factory=list)
    references: list[Measured] = field(default_factory=list)

    @property
    def place(self) -> tuple[int | None, int | None, str]:
        stimulus = self.stimulus.pk if self.stimulus else None
        return stimulus, self.method.pk if self.method else None, self.metric


@transaction.atomic
def plan(study: Study) -> Planned:
    """A row for each metric of the study file × scored clip or method; none for a reference against itself.

    Planning again adds what is missing, and follows implementations that have a new version.
    """
    cells = list(_cells(study))
    rows = _kept([row for cell in cells for row in (*cell.clips, *cell.references, cell.measured)])
    for cell in cells:
        _name_parts(cell, rows)
    return _link(study, cells, rows)


def _cells(study: Study) -> Iterator[_Cell]:
    clips = list(study.stimuli.filter(SCORED).select_related("method", "item"))
    references = {clip.item_id: content(clip) for clip in clips if clip.method.is_reference}
    for metric in study.parsed.metrics:
        implementation = REGISTRY.get(metric)
        if CATALOGUE[metric].level == "method":
            yield from _of_methods(metric, implementation, clips, references)
        else:
            yield from _of_clips(metric, implementation, clips, references)


def _of_clips(
    metric: str, implementation: Implementation | None, clips: list[Stimulus], references: dict[int, str]
) -> Iterator[_Cell]:
    compares = "reference" in CATALOGUE[metric].needs
    for clip in clips:
        if not (compares and clip.method.is_reference):
            reference = references.get(clip.item_id, "") if compares else ""
            yield _Cell(metric, _row(content(clip), reference, metric, implementation), stimulus=clip)


def _of_methods(
    metric: str, implementation: Implementation | None, clips: list[Stimulus], references: dict[int, str]
) -> Iterator[_Cell]:
    compares = "reference" in CATALOGUE[metric].needs
    of_method: dict[Method, list[Stimulus]] = defaultdict(list)
    for clip in clips:
        of_method[clip.method].append(clip)
    for method, own in of_method.items():
        if not (compares and method.is_reference):
            items = {clip.item_id for clip in own}
            others = {references[item] for item in items if item in references} if compares else set()
            contents = {content(clip) for clip in own}
            yield _set_cell(metric, implementation, method, sorted(contents), sorted(others))


def _set_cell(
    metric: str, implementation: Implementation | None, method: Method, own: list[str], others: list[str]
) -> _Cell:
    measured = _row(_of_all(own), _of_all(others) if others else "", metric, implementation)
    cell = _Cell(metric, measured, method=method)
    if implementation and isinstance(implementation.measure, SetMeasure):
        extractor = implementation.measure.extractor
        # The version of what the extractor gives is a part of the value's own.
        measured.version = f"{implementation.version} ({extractor.name} {extractor.version})"

        def features(sha256: str) -> Measured:
            work = FEATURES + extractor.name
            return Measured(clip_sha256=sha256, metric=work, version=extractor.version, work=work)

        cell.clips, cell.references = [*map(features, own)], [*map(features, others)]
    return cell


def content(clip: Stimulus) -> str:
    """What computations are addressed by: the file that raters see, which is what is measured."""
    return clip.served_sha256 or clip.sha256


def _of_all(contents: list[str]) -> str:
    return hashlib.sha256("\n".join(contents).encode()).hexdigest()


def _row(clip: str, reference: str, metric: str, implementation: Implementation | None) -> Measured:
    return Measured(
        clip_sha256=clip,
        reference_sha256=reference,
        metric=metric,
        version=implementation.version if implementation else "",
        implementation=implementation.name if implementation else "",
        work=work_of(implementation),
    )


def work_of(implementation: Implementation | None) -> str:
    measure = implementation.measure if implementation else None
    if isinstance(measure, ClipMeasure):
        return CLIP + measure.name
    return SET if isinstance(measure, SetMeasure) else PASS


def _key(row: Measured) -> Key:
    return row.clip_sha256, row.reference_sha256, row.metric, row.version


def _kept(wanted: list[Measured]) -> dict[Key, Measured]:
    """The rows as they stand in the database, made where there are none yet."""
    Measured.objects.bulk_create(
        {_key(row): row for row in wanted}.values(), ignore_conflicts=True, batch_size=CHUNK
    )
    contents = sorted({row.clip_sha256 for row in wanted})
    metrics = {row.metric for row in wanted}
    found: dict[Key, Measured] = {}
    for some in _chunks(contents):
        rows = Measured.objects.filter(clip_sha256__in=some, metric__in=metrics, options="")
        found |= {_key(row): row for row in rows}
    return found


def _chunks(values: list[str]) -> Iterable[list[str]]:
    return (values[start : start + CHUNK] for start in range(0, len(values), CHUNK))


def _name_parts(cell: _Cell, rows: dict[Key, Measured]) -> None:
    if cell.clips:
        measured = rows[_key(cell.measured)]
        measured.clips.set([rows[_key(part)] for part in cell.clips])
        measured.references.set([rows[_key(part)] for part in cell.references])


def _link(study: Study, cells: list[_Cell], rows: dict[Key, Measured]) -> Planned:
    known = {(value.stimulus_id, value.method_id, value.metric): value for value in study.metric_values.all()}
    new, renewed = [], []
    for cell in cells:
        measured, value = rows[_key(cell.measured)], known.get(cell.place)
        if value is None:
            new.append(
                MetricValue(
                    study=study,
                    stimulus=cell.stimulus,
                    method=cell.method,
                    metric=cell.metric,
                    measured=measured,
                )
            )
        elif value.measured_id != measured.pk:
            value.measured = measured
            renewed.append(value)
    MetricValue.objects.bulk_create(new, batch_size=CHUNK)
    MetricValue.objects.bulk_update(renewed, ["measured"], batch_size=CHUNK)
    return Planned(len(new), len(renewed))
