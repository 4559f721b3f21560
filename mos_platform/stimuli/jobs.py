"""Files to be made in child processes: each once, kept as soon as it is there, all failures told at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from mos_platform.clips.damaging.damage import Damage
from mos_platform.clips.isolation import ENCODING, Limits, Task, as_done
from mos_platform.clips.preparing import Prepared, prepare
from mos_platform.clips.treatment import Encoding
from mos_platform.stimuli.sources import Progress, Source
from mos_platform.stimuli.staging import Staging
from studies.errors import InputError, MistakesError

MOST_SENTENCES = 50
Result = TypeVar("Result")
Key = TypeVar("Key")


@dataclass(frozen=True)
class Job:
    """One file to be made; `name` is what sentences call its clip."""

    source: Source
    name: str
    encoding: Encoding | None
    target: Path
    damage: Damage | None = None


def make_files(
    jobs: Mapping[Key, Job],
    staging: Staging,
    phase: str,
    progress: Progress,
    alike: Mapping[str, list[str]],
) -> dict[Key, Prepared]:
    """What became of each job; jobs with one target share it. Raises MistakesError."""
    distinct: dict[Path, Job] = {}
    for job in jobs.values():
        distinct.setdefault(job.target, job)
    made = {target: kept for target in distinct if (kept := staging.made(target)) is not None}
    left = [job for target, job in distinct.items() if target not in made]
    known = len(made)
    progress(phase, known, len(distinct))

    def keep(place: int, prepared: Prepared) -> None:
        made[left[place].target] = prepared
        staging.keep_made(left[place].target, prepared)

    def note(ended: int) -> None:
        progress(phase, known + ended, len(distinct))

    each(prepare, [_task(job) for job in left], keep, note, alike, limits=ENCODING)
    return {key: made[job.target] for key, job in jobs.items()}


def _task(job: Job) -> Task:
    return Task(job.name, (job.source.path, job.target, job.encoding, job.name, job.damage))


def each(
    work: Callable[..., Result],
    tasks: Sequence[Task],
    keep: Callable[[int, Result], None],
    note: Callable[[int], None],
    alike: Mapping[str, list[str]],
    *,
    limits: Limits | None = None,
) -> None:
    """Do the work on all tasks, keep what succeeds at once, and say at the end what did not.

    `alike` names all files that are the same as the first of them. Raises MistakesError.
    """
    refused: dict[int, InputError] = {}
    for ended, (place, outcome) in enumerate(as_done(work, tasks, limits=limits or Limits()), start=1):
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


def distinct(files: Iterable[Source]) -> dict[str, Source]:
    """By content, the first file of each."""
    found: dict[str, Source] = {}
    for source in files:
        found.setdefault(source.sha256, source)
    return found


def alike(files: Iterable[Source]) -> dict[str, list[str]]:
    """By the name of the first file with the same content, the names of all of them."""
    first: dict[str, str] = {}
    names: dict[str, list[str]] = {}
    for source in files:
        names.setdefault(first.setdefault(source.sha256, source.name), []).append(source.name)
    return {name: list(dict.fromkeys(others)) for name, others in names.items()}
