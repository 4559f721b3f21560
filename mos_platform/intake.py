"""A study comes in: its stimuli, and with them, in the same transaction, the metrics to compute."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from django.conf import settings

from mos_platform.metrics.measures.reading.mouths import face_marks
from mos_platform.metrics.planning import plan
from mos_platform.metrics.tasks import wake_after_commit
from mos_platform.stimuli.models import Study
from mos_platform.stimuli.services import Imported, Progress, import_study


def take_in(
    source: Path,
    *,
    progress: Progress = lambda _phase, _done, _total: None,
    new_version: bool = False,
) -> Imported:
    """Import a study folder or `study.yaml` and have its metrics computed.

    A study that is here already, with the same clips, is left untouched. Raises InputError, MistakesError.
    """
    find_face = partial(face_marks, weights=Path(settings.WEIGHTS_DIR))
    return import_study(
        source, progress=progress, also=_plan_metrics, new_version=new_version, find_face=find_face
    )


def _plan_metrics(study: Study) -> None:
    plan(study)
    wake_after_commit()
