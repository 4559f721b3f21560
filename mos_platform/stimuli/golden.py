"""Gold clips made from those of the study, by the damage that each gold method declares."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

from mos_platform.clips.children import GIB
from mos_platform.clips.damaging.damage import Damage
from mos_platform.clips.damaging.marks import FaceMarks
from mos_platform.clips.isolation import Limits, Task
from mos_platform.clips.preparing import recipe
from mos_platform.clips.treatment import Treatment
from mos_platform.stimuli.jobs import Job, each
from mos_platform.stimuli.sources import Progress, Sources
from mos_platform.stimuli.staging import Staging
from studies.config import Cell, Made, StudyConfig
from studies.errors import MistakesError

FINDING = "Finding the faces"
VERSION = 1  # another one where the same damage gives other bytes than before
SLOW = Limits(memory_bytes=64 * GIB, cpu_s=3600, wall_s=7200.0)  # MediaPipe maps much and uses little

# The clip, and what sentences call it; has to be one that can be pickled. Raises InputError.
FindFace = Callable[[Path, str], FaceMarks]


@dataclass(frozen=True)
class GoldMaker:
    """What damaged clips of a study are made from, and where they go."""

    config: StudyConfig
    sources: Sources
    treatment: Treatment
    staging: Staging

    def jobs(
        self, prepared: Mapping[Cell, Path], find_face: FindFace | None, progress: Progress
    ) -> dict[Cell, Job]:
        """One for each clip that is made; `prepared` holds the others as raters get them.

        Raises MistakesError where a mouth cannot be frozen.
        """
        made = {cell: one for cell in self.config.cells() if (one := self.config.made(cell[0])) is not None}
        jobs = {cell: self._job(cell, one) for cell, one in made.items()}
        faceless = {
            cell: prepared[one.of, cell[1]]
            for cell, one in made.items()
            if one.frozen_mouth and self.staging.made(jobs[cell].target) is None
        }
        names = {cell: job.name for cell, job in jobs.items()}
        return {**jobs, **_with_faces(jobs, _faces(faceless, names, find_face, progress))}

    def _job(self, cell: Cell, made: Made) -> Job:
        source, encoding = self.sources.clips[cell], self.treatment.encoding(cell[1])
        other = self.sources.clips[made.of, made.swapped_sound] if made.swapped_sound else None
        key = f"{VERSION} {made.damages} {other.sha256 if other else ''}"
        return Job(
            source=source,
            name=f"{cell[0]} × {cell[1]}, made from {source.name},",
            encoding=encoding,
            target=self.staging.target(source.sha256, recipe(encoding, key), ".mp4"),
            damage=Damage(
                name=made.told,
                shift_s=Fraction(made.shift_ms, 1000),
                swapped=other.path if other else None,
                compressed=made.compressed,
            ),
        )


def _faces(
    clips: Mapping[Cell, Path],
    names: Mapping[Cell, str],
    find_face: FindFace | None,
    progress: Progress,
) -> dict[Cell, FaceMarks]:
    if not clips:
        return {}
    if find_face is None:
        raise MistakesError(
            [f"{names[cell]} needs a finder of faces; choose another damage." for cell in clips]
        )
    cells, found = list(clips), dict[Cell, FaceMarks]()
    progress(FINDING, 0, len(cells))
    each(
        find_face,
        [Task(names[cell], (clips[cell], names[cell])) for cell in cells],
        lambda place, marks: found.update({cells[place]: marks}),
        lambda ended: progress(FINDING, ended, len(cells)),
        {},
        limits=SLOW,
    )
    return found


def _with_faces(jobs: Mapping[Cell, Job], faces: Mapping[Cell, FaceMarks]) -> dict[Cell, Job]:
    return {
        cell: replace(jobs[cell], damage=replace(damage, frozen=marks))
        for cell, marks in faces.items()
        if (damage := jobs[cell].damage) is not None
    }
