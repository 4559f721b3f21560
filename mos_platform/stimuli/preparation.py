"""Clips and pictures made ready to be served, in child processes with limits; a study's clips all alike."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from mos_platform.clips.facts import ClipFacts
from mos_platform.clips.isolation import ENCODING, Limits, Task, as_done
from mos_platform.clips.preparing import Prepared, libraries, prepare, recipe
from mos_platform.clips.probing import probe
from mos_platform.clips.stills import rewrite_picture
from mos_platform.clips.treatment import Encoding, Treatment, decide
from mos_platform.stimuli.sources import Progress, Source, Sources
from mos_platform.stimuli.staging import Staging
from studies.config import Cell, StudyConfig
from studies.errors import InputError, MistakesError

DECODING, PREPARING = "Decoding the clips", "Preparing the clips"
MOST_SENTENCES = 50
PICTURE = "picture 1"  # another number where the same picture gives other bytes than before
Result = TypeVar("Result")


@dataclass(frozen=True)
class ReadyClip:
    """A prepared file, with its rate in pictures per second and its size in pixels as raters see it."""

    source: Source
    facts: ClipFacts
    file: Path
    prepared: Prepared
    fps: float
    width: int
    height: int


@dataclass(frozen=True)
class Ready:
    """All files of a study; `processing` is for the record."""

    clips: dict[Cell, ReadyClip]
    pictures: dict[str, tuple[Source, Path]]
    processing: dict[str, Any]


def make_ready(config: StudyConfig, sources: Sources, staging: Staging, progress: Progress) -> Ready:
    """Decode every clip, decide on one treatment, prepare every clip; what staging holds is not done again.

    Raises MistakesError: one sentence for each clip or picture that is missing or cannot be used.
    """
    problems = list(sources.problems)
    found: dict[str, ClipFacts] = {}
    pictures: dict[str, tuple[Source, Path]] = {}
    with _noted(problems):
        found = _decoded(sources, staging, progress)
    with _noted(problems):
        pictures = _pictures(sources, staging)
    if problems:
        raise MistakesError(problems)
    facts = {cell: found[source.sha256] for cell, source in sources.clips.items()}
    treatment = decide(facts, config.clips)
    clips = _prepared(sources, facts, treatment, staging, progress)
    for source in sources.clips.values():
        source.check_untouched()
    return Ready(clips, pictures, {**treatment.record(), "software": libraries()})


@contextmanager
def _noted(problems: list[str]) -> Iterator[None]:
    """Mistakes are added to the others: a user mends all of them at once."""
    try:
        yield
    except MistakesError as error:
        problems += error.sentences


def _each(
    work: Callable[..., Result],
    tasks: Sequence[Task],
    keep: Callable[[int, Result], None],
    note: Callable[[int], None],
    alike: Mapping[str, list[str]],
) -> None:
    """Do the work on all tasks, keep what succeeds at once, and say at the end what did not.

    `alike` names all files that are the same as the first of them.
    """
    limits = ENCODING if work is prepare else Limits()
    refused: dict[int, InputError] = {}
    for ended, (place, outcome) in enumerate(as_done(work, tasks, limits=limits), start=1):
        if isinstance(outcome, InputError):
            refused[place] = outcome
        else:
            keep(place, outcome)
        note(ended)
    if refused:
        sentences = [
            one.replace(tasks[place].name, name)
            for place in sorted(refused)
            for name in alike.get(tasks[place].name, [tasks[place].name])
            for one in refused[place].sentences
        ]
        left = len(sentences) - MOST_SENTENCES
        more = [f"{left} more clips cannot be used."] if left > 0 else []
        raise MistakesError(sentences[:MOST_SENTENCES] + more)


def _distinct(files: Iterable[Source]) -> dict[str, Source]:
    """By content, the first file of each."""
    found: dict[str, Source] = {}
    for source in files:
        found.setdefault(source.sha256, source)
    return found


def _alike(files: Iterable[Source]) -> dict[str, list[str]]:
    """By the name of the first file with the same content, the names of all of them."""
    first: dict[str, str] = {}
    names: dict[str, list[str]] = {}
    for source in files:
        names.setdefault(first.setdefault(source.sha256, source.name), []).append(source.name)
    return {name: list(dict.fromkeys(others)) for name, others in names.items()}


def _decoded(sources: Sources, staging: Staging, progress: Progress) -> dict[str, ClipFacts]:
    """Facts by hash of the source."""
    distinct = _distinct(sources.clips.values())
    found = {sha256: facts for sha256 in distinct if (facts := staging.facts(sha256)) is not None}
    left = [source for sha256, source in distinct.items() if sha256 not in found]
    known = len(found)
    progress(DECODING, known, len(distinct))

    def keep(place: int, facts: ClipFacts) -> None:
        found[left[place].sha256] = facts
        staging.keep_facts(left[place].sha256, facts)

    tasks = [Task(source.name, (source.path, source.name)) for source in left]

    def note(ended: int) -> None:
        progress(DECODING, known + ended, len(distinct))

    _each(probe, tasks, keep, note, _alike(sources.clips.values()))
    return found


@dataclass(frozen=True)
class _Job:
    """One file to be made; cells with the same source and encoding share it."""

    source: Source
    encoding: Encoding | None
    target: Path


def _prepared(
    sources: Sources,
    facts: Mapping[Cell, ClipFacts],
    treatment: Treatment,
    staging: Staging,
    progress: Progress,
) -> dict[Cell, ReadyClip]:
    jobs = {
        cell: _job(source, treatment.encoding(cell[1]), staging) for cell, source in sources.clips.items()
    }
    distinct: dict[Path, _Job] = {}
    for job in jobs.values():
        distinct.setdefault(job.target, job)
    made = {target: kept for target in distinct if (kept := staging.made(target)) is not None}
    left = [job for target, job in distinct.items() if target not in made]
    known = len(made)
    progress(PREPARING, known, len(distinct))

    def keep(place: int, prepared: Prepared) -> None:
        made[left[place].target] = prepared
        staging.keep_made(left[place].target, prepared)

    tasks = [
        Task(job.source.name, (job.source.path, job.target, job.encoding, job.source.name)) for job in left
    ]

    def note(ended: int) -> None:
        progress(PREPARING, known + ended, len(distinct))

    _each(prepare, tasks, keep, note, _alike(sources.clips.values()))
    return {cell: _ready(job, facts[cell], made[job.target]) for cell, job in jobs.items()}


def _job(source: Source, encoding: Encoding | None, staging: Staging) -> _Job:
    return _Job(source, encoding, staging.target(source.sha256, recipe(encoding), ".mp4"))


def _ready(job: _Job, facts: ClipFacts, prepared: Prepared) -> ReadyClip:
    video, goal = facts.video, job.encoding
    return ReadyClip(
        source=job.source,
        facts=facts,
        file=job.target,
        prepared=prepared,
        fps=float(goal.fps) if goal else video.fps,
        width=goal.width if goal else video.width,
        height=goal.height if goal else video.height,
    )


def _pictures(sources: Sources, staging: Staging) -> dict[str, tuple[Source, Path]]:
    distinct = _distinct(sources.pictures.values())
    targets = {
        sha256: staging.target(sha256, PICTURE, _suffix(source)) for sha256, source in distinct.items()
    }
    left = [source for sha256, source in distinct.items() if not targets[sha256].is_file()]
    tasks = [Task(source.name, (source.path, targets[source.sha256], source.name)) for source in left]
    alike = _alike(sources.pictures.values())
    _each(rewrite_picture, tasks, lambda _place, _done: None, lambda _ended: None, alike)
    return {item: (source, targets[source.sha256]) for item, source in sources.pictures.items()}


def _suffix(source: Source) -> str:
    return ".png" if source.path.suffix.lower() == ".png" else ".jpg"
