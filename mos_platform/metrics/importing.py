"""Values measured elsewhere come in: all of a table or nothing, checked against study and catalogue.

A metric that the catalogue does not know may come in where the table says its direction; one that it knows
must agree with it in direction, unit and level, so that no figure is compared with a stranger's by mistake.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path

from django.db import transaction

from mos_platform.metrics.models import ImportedValue, MetricValue
from mos_platform.metrics.names import misnamed
from mos_platform.metrics.sheet import Line, read_sheet
from mos_platform.stimuli.models import Method, Stimulus, Study
from studies.errors import InputError, MistakesError
from studies.metrics import CATALOGUE, Metric, known_metric, same_metric
from studies.names import did_you_mean
from studies.ranges import metric_range

Place = tuple[str, int | None, int | None]
KEPT = ("value", "direction", "unit", "implementation", "version", "parameters")
CHUNK = 500


@dataclass(frozen=True)
class Imported:
    """How many values came in, took another's place, or were there already, and of which metrics."""

    new: int
    replaced: int
    unchanged: int
    metrics: list[str]


@dataclass
class _Import:
    """One table on its way in."""

    study: Study
    name: str
    replace: bool
    mistakes: list[str] = field(default_factory=list)
    values: dict[Place, tuple[int, ImportedValue]] = field(default_factory=dict)

    def refuse(self, row: int, sentence: str) -> None:
        self.mistakes.append(f"{self.name} row {row}: {sentence}")


@transaction.atomic
def import_metrics(study: Study, file: Path, *, replace: bool = False) -> Imported:
    """All values of the table, or none. The same table again changes nothing.

    Raises InputError, and MistakesError with every mistake: what, in which row, how to mend.
    """
    sheet = read_sheet(file)
    job = _Import(study, sheet.name, replace, list(sheet.mistakes))
    _place_lines(job, sheet.lines)
    known = {_place(value): value for value in study.imported_values.select_for_update()}
    _agree(job, known)
    _refuse_other_values(job, known)
    _refuse_measured(job, known)
    if job.mistakes:
        raise MistakesError(sorted(job.mistakes, key=_row_of))
    return _store(job, known)


@transaction.atomic
def remove_imported(study: Study, metric: str) -> int:
    """Remove a metric's imported values, and say how many; what is measured here stays.

    Raises InputError where none of that name was imported.
    """
    names = set(study.imported_values.order_by().values_list("metric", flat=True).distinct())
    meant = metric if metric in names else next((name for name in names if same_metric(name, metric)), None)
    if meant is None:
        mend = f"imported are {', '.join(sorted(names))}" if names else "nothing was imported into it"
        raise InputError(
            f"study {study.name!r} has no imported values of {metric!r}{did_you_mean(metric, names)}; {mend}."
        )
    return study.imported_values.filter(metric=meant).delete()[0]


def _row_of(sentence: str) -> int:
    digits = sentence.partition(" row ")[2].split(":")[0].split(" ")[0]
    return int(digits) if digits.isdecimal() else 0


def _place(value: ImportedValue | MetricValue) -> Place:
    return value.metric, value.stimulus_id, value.method_id


def _place_lines(job: _Import, lines: list[Line]) -> None:
    """Find each line's clip or method, and refuse a place that is filled twice."""
    places = _Places(job.study)
    questions = [question.id for part in job.study.parsed.parts for question in part.questions]
    for line in lines:
        metric = known_metric(line.metric)
        wrong_name = None if metric else misnamed(line.metric, questions)
        problems = [wrong_name] if wrong_name else [*_against_catalogue(line, metric)]
        found = places.find(line, metric)
        if isinstance(found, str):
            problems.append(found)
        for problem in problems:
            job.refuse(line.row, problem)
        if not isinstance(found, str):
            _put(job, line, _value(job, line, metric, found))


def _put(job: _Import, line: Line, value: ImportedValue) -> None:
    first = job.values.setdefault(_place(value), (line.row, value))[0]
    if first != line.row:
        job.refuse(line.row, f"{line.metric} of the same place stands in row {first} already; keep one.")


def _value(job: _Import, line: Line, metric: Metric | None, found: Stimulus | Method) -> ImportedValue:
    return ImportedValue(
        study=job.study,
        stimulus=found if isinstance(found, Stimulus) else None,
        method=found if isinstance(found, Method) else None,
        metric=metric.name if metric else line.metric,
        value=line.value,
        direction=line.direction or (metric.direction if metric else "") or "",
        unit=line.unit or (metric.unit if metric else ""),
        implementation=line.implementation,
        version=line.version,
        parameters=line.parameters,
        replaces=job.replace,
    )


def _against_catalogue(line: Line, metric: Metric | None) -> Iterator[str]:
    if metric is None:
        if not line.direction:
            near = get_close_matches(line.metric.lower(), CATALOGUE, 1)
            ask = f"did you mean {near[0]!r}? Else say" if near else "say"
            yield f"metric {line.metric!r} is not in the catalogue; {ask} its direction (higher or lower)."
        return
    if line.direction and metric.direction and line.direction != metric.direction:
        yield (
            f"direction is {line.direction!r}, but of {metric.title} {metric.direction} values are better; "
            "correct it, or give a metric that differs another name."
        )
    possible = metric_range(metric)
    if possible and not possible.holds(line.value):
        yield (
            f"{metric.title} {possible.words}, and this value is {line.value:g}; correct it, or give a "
            "metric that differs another name."
        )
    if line.unit and metric.unit and line.unit.casefold() != metric.unit.casefold():
        yield (
            f"unit is {line.unit!r}, but {metric.title} is in {metric.unit!r}; convert the values, or give a "
            "metric that differs another name."
        )


class _Places:
    """The clips and methods of a study, by the names that tables use."""

    def __init__(self, study: Study) -> None:
        self._methods = {method.name: method for method in study.methods.all()}
        self._items = {item.name for item in study.items.all()}
        stimuli = list(study.stimuli.select_related("method", "item"))
        self._by_token = {stimulus.token: stimulus for stimulus in stimuli}
        self._by_cell = {(stimulus.method.name, stimulus.item.name): stimulus for stimulus in stimuli}

    def find(self, line: Line, metric: Metric | None) -> Stimulus | Method | str:
        """The clip or method that a line is about, or what is wrong with its names."""
        if line.stimulus:
            found = self._clip(line)
        elif line.method not in self._methods:
            return _unknown("method", line.method, self._methods)
        elif not line.item:
            return self._methods[line.method]
        elif line.item not in self._items:
            return _unknown("item", line.item, self._items)
        else:
            missing = f"the study has no clip of {line.method!r} for item {line.item!r}; leave the row out."
            found = self._by_cell.get((line.method, line.item)) or missing
        if isinstance(found, Stimulus) and metric and metric.level == "method":
            return f"{metric.title} is a value of a whole method; name the method, and no stimulus or item."
        return found

    def _clip(self, line: Line) -> Stimulus | str:
        found = self._by_token.get(line.stimulus)
        if found is None:
            return (
                f"stimulus {line.stimulus!r} is not in the study; take the ids of its stimuli.csv, or name "
                "method and item."
            )
        names = {"method": (line.method, found.method.name), "item": (line.item, found.item.name)}
        for column, (stated, name) in names.items():
            if stated and stated != name:
                return f"stimulus {found.token!r} has {column} {name!r}, not {stated!r}; correct one."
        return found


def _unknown(what: str, name: str, known: object) -> str:
    names = [str(one) for one in known] if isinstance(known, (dict, set)) else []
    near = get_close_matches(name, names, 1)
    mend = f"did you mean {near[0]!r}?" if near else f"the study has {', '.join(sorted(names)[:8])}."
    return f"{what} {name!r} is not in the study; {mend}"


def _agree(job: _Import, known: dict[Place, ImportedValue]) -> None:
    """All values of one metric have one direction, one unit and one level, with those that stay."""
    first: dict[str, tuple[str, ImportedValue]] = {}
    for place, other in known.items():
        if not (job.replace and place in job.values):
            first.setdefault(other.metric, ("what was imported before", other))
    levels = {metric: stimulus is None for metric, stimulus in _measured_places(job.study)}
    for row, value in job.values.values():
        where, other = first.setdefault(value.metric, (f"row {row}", value))
        of_method = value.stimulus_id is None
        for sentence in _differences(value, other, where):
            job.refuse(row, sentence)
        if levels.get(value.metric, of_method) != of_method:
            here, this = ("clips", "of a method") if of_method else ("methods", "of a clip")
            job.refuse(row, f"{value.metric} is measured here of {here}, and this is {this}; leave it out.")


def _measured_places(study: Study) -> Iterator[tuple[str, int | None]]:
    yield from study.metric_values.values_list("metric", "stimulus")


def _differences(value: ImportedValue, other: ImportedValue, where: str) -> Iterator[str]:
    for what in ("direction", "unit"):
        own, others = getattr(value, what) or "empty", getattr(other, what) or "empty"
        if own != others:
            yield f"{what} of {value.metric} is {own!r}, but {others!r} in {where}; state one for all."
    if (value.stimulus_id is None) != (other.stimulus_id is None):
        yield f"{value.metric} is given of single clips and of methods (see {where}); keep one of both."


def _refuse_other_values(job: _Import, known: dict[Place, ImportedValue]) -> None:
    for place, (row, value) in job.values.items():
        other = known.get(place)
        if other is not None and not job.replace and _changes(value, other):
            job.refuse(
                row,
                f"{value.metric} of {value.stimulus or value.method} was imported before with other content "
                f"(value {other.value:g}); give --replace to put this one ({value.value:g}) in its place.",
            )


def _changes(value: ImportedValue, other: ImportedValue) -> bool:
    return any(getattr(value, name) != getattr(other, name) for name in KEPT)


def _refuse_measured(job: _Import, known: dict[Place, ImportedValue]) -> None:
    """A value that was measured here stays, unless the researcher says otherwise."""
    if job.replace:
        return
    here = job.study.metric_values.filter(measured__value__isnull=False)
    measured = {_place(value) for value in here}
    for place, (row, value) in job.values.items():
        other = known.get(place)
        if place in measured and not (other and other.replaces):
            job.refuse(
                row,
                f"{value.metric} of {value.stimulus or value.method} is measured here; give --replace to put "
                "the imported value in its place, or give the metric another name.",
            )


def _store(job: _Import, known: dict[Place, ImportedValue]) -> Imported:
    new, replaced = [], []
    for place, (_row, value) in job.values.items():
        other = known.get(place)
        if other is None:
            new.append(value)
        elif _changes(value, other) or (job.replace and not other.replaces):
            value.pk = other.pk
            replaced.append(value)
    ImportedValue.objects.bulk_create(new, batch_size=CHUNK)
    if replaced:
        ImportedValue.objects.bulk_update(replaced, [*KEPT, "replaces"], batch_size=CHUNK)
    metrics = sorted({value.metric for _, value in job.values.values()})
    return Imported(len(new), len(replaced), len(job.values) - len(new) - len(replaced), metrics)
