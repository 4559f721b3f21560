"""Clips and pictures made ready to be served, in child processes with limits; a study's clips all alike."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mos_platform.clips.facts import ClipFacts
from mos_platform.clips.isolation import Task
from mos_platform.clips.preparing import Prepared, libraries, recipe
from mos_platform.clips.probing import probe
from mos_platform.clips.stills import rewrite_picture
from mos_platform.clips.treatment import Encoding, Treatment, decide
from mos_platform.stimuli.golden import FindFace, GoldMaker
from mos_platform.stimuli.jobs import Job, alike, distinct, each, make_files
from mos_platform.stimuli.sources import Progress, Source, Sources
from mos_platform.stimuli.staging import Staging
from studies.config import Cell, StudyConfig
from studies.errors import MistakesError

DECODING, PREPARING, DAMAGING = "Decoding the clips", "Preparing the clips", "Making gold clips"
PICTURE = "picture 1"  # another number where the same picture gives other bytes than before


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
    """All files of a study; `processing` is for the record.

    `level`: clips of an item are to be made alike down to the size of each picture.
    """

    clips: dict[Cell, ReadyClip]
    pictures: dict[str, tuple[Source, Path]]
    processing: dict[str, Any]
    level: bool = False


def make_ready(
    config: StudyConfig,
    sources: Sources,
    staging: Staging,
    progress: Progress,
    find_face: FindFace | None = None,
) -> Ready:
    """Decode every clip, decide on one treatment, prepare every clip; what staging holds is not done again.

    Gold clips are made last, from the others' sources; frozen mouths need `find_face`. Raises MistakesError:
    one sentence for each clip or picture that is missing or cannot be used.
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
    golden = config.made_methods
    treatment = decide(facts, config.clips, golden)
    jobs = _jobs(config, sources, treatment, staging)
    made = make_files(jobs, staging, PREPARING, progress, alike(sources.clips.values()))
    if golden:
        maker = GoldMaker(config, sources, treatment, staging)
        more = maker.jobs({cell: job.target for cell, job in jobs.items()}, find_face, progress)
        made |= make_files(more, staging, DAMAGING, progress, {})
        jobs |= more
    for source in sources.clips.values():
        source.check_untouched()
    clips = {cell: _ready(jobs[cell], facts[cell], made[cell]) for cell in sources.clips}
    processing = {**treatment.record(), "software": libraries()}
    return Ready(clips, pictures, processing, level=bool(golden))


@contextmanager
def _noted(problems: list[str]) -> Iterator[None]:
    """Mistakes are added to the others: a user mends all of them at once."""
    try:
        yield
    except MistakesError as error:
        problems += error.sentences


def _decoded(sources: Sources, staging: Staging, progress: Progress) -> dict[str, ClipFacts]:
    """Facts by hash of the source."""
    sorts = distinct(sources.clips.values())
    found = {sha256: facts for sha256 in sorts if (facts := staging.facts(sha256)) is not None}
    left = [source for sha256, source in sorts.items() if sha256 not in found]
    known = len(found)
    progress(DECODING, known, len(sorts))

    def keep(place: int, facts: ClipFacts) -> None:
        found[left[place].sha256] = facts
        staging.keep_facts(left[place].sha256, facts)

    tasks = [Task(source.name, (source.path, source.name)) for source in left]

    def note(ended: int) -> None:
        progress(DECODING, known + ended, len(sorts))

    each(probe, tasks, keep, note, alike(sources.clips.values()))
    return found


def _jobs(config: StudyConfig, sources: Sources, treatment: Treatment, staging: Staging) -> dict[Cell, Job]:
    """Of the clips that are given."""
    return {
        cell: _job(sources.clips[cell], treatment.encoding(cell[1]), staging) for cell in config.given_cells()
    }


def _job(source: Source, encoding: Encoding | None, staging: Staging) -> Job:
    return Job(source, source.name, encoding, staging.target(source.sha256, recipe(encoding), ".mp4"))


def _ready(job: Job, facts: ClipFacts, prepared: Prepared) -> ReadyClip:
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
    sorts = distinct(sources.pictures.values())
    targets = {sha256: staging.target(sha256, PICTURE, _suffix(source)) for sha256, source in sorts.items()}
    left = [source for sha256, source in sorts.items() if not targets[sha256].is_file()]
    tasks = [Task(source.name, (source.path, targets[source.sha256], source.name)) for source in left]
    same = alike(sources.pictures.values())
    each(rewrite_picture, tasks, lambda _place, _done: None, lambda _ended: None, same)
    return {item: (source, targets[source.sha256]) for item, source in sources.pictures.items()}


def _suffix(source: Source) -> str:
    return ".png" if source.path.suffix.lower() == ".png" else ".jpg"
