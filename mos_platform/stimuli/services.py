"""Importing a study: its file and clips become rows and blinded files, all of them or none."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from django.core.files.storage import default_storage
from django.db import IntegrityError, transaction

from mos_platform.preflight.served import unserved
from mos_platform.stimuli.golden import FindFace
from mos_platform.stimuli.leftovers import remove_leftovers
from mos_platform.stimuli.models import Study
from mos_platform.stimuli.preparation import Ready, make_ready
from mos_platform.stimuli.sources import Progress, Sources, find_sources
from mos_platform.stimuli.staging import Staging, remove_old_staging, staging_of
from mos_platform.stimuli.storing import make_rows, remove_unfinished, store
from mos_platform.stimuli.versions import existing
from studies.config import StudyConfig, load_study
from studies.errors import InputError, MistakesError

__all__ = ["Imported", "Progress", "import_study", "set_open"]


@dataclass(frozen=True)
class Imported:
    """`created` is False where the same study with the same clips was there already."""

    study: Study
    created: bool


def import_study(
    source: Path,
    *,
    progress: Progress = lambda _phase, _done, _total: None,
    also: Callable[[Study], None] = lambda _study: None,
    new_version: bool = False,
    find_face: FindFace | None = None,
) -> Imported:
    """Import the study in a folder or `study.yaml`; what is there already is left untouched.

    A study whose file or clips have changed is imported where a `new_version` is asked for; the older one
    keeps its ratings and lets nobody new in. `also` runs in the transaction that makes the rows: where it
    fails, nothing is imported. `find_face` is needed where mouths are to be frozen. An import that was killed
    goes on where it stopped when it is called again. Raises InputError, MistakesError for several: about the
    study file, clips, or a name that is taken.
    """
    config = load_study(source)
    problems = unserved(config)
    if problems:
        raise MistakesError(problems)
    with staging_of(config.study) as staging:
        try:
            sources = find_sources(config, source if source.is_dir() else source.parent, progress)
            known = None if sources.problems else existing(config, sources, new_version=new_version)
            if known is None:
                ready = make_ready(config, sources, staging, progress, find_face)
                remove_leftovers(default_storage)
                study = _stored(config, sources, ready, staging, progress, also)
        except (InputError, OSError) as error:
            remove_unfinished(staging)
            staging.clear()
            raise _told(error) from None
        staging.clear()
    remove_old_staging()
    return Imported(known, created=False) if known else study


class StorageError(InputError):
    """The storage took no more. Later it may: nothing is wrong with the study."""

    def __init__(self, strerror: str) -> None:
        super().__init__(f"the study cannot be stored ({strerror}); make room for it, and import it again.")
        self.strerror = strerror


def _told(error: InputError | OSError) -> InputError:
    if isinstance(error, InputError):
        return error
    return StorageError(error.strerror or type(error).__name__)


def _stored(
    config: StudyConfig,
    sources: Sources,
    ready: Ready,
    staging: Staging,
    progress: Progress,
    also: Callable[[Study], None],
) -> Imported:
    with ExitStack() as undo:
        stored = store(ready, staging, undo, progress)
        try:
            with transaction.atomic():
                study = make_rows(config, ready, stored)
                also(study)
        except IntegrityError:
            return Imported(_imported_meanwhile(config, sources), created=False)
        undo.pop_all()
    return Imported(study, created=True)


def _imported_meanwhile(config: StudyConfig, sources: Sources) -> Study:
    """By another machine: on this one, imports of one study take turns."""
    study = existing(config, sources, new_version=False)
    if study is None:
        raise InputError(f"study '{config.study}' could not be stored; import it again.")
    return study


def set_open(study: Study, *, is_open: bool) -> None:
    """Let new raters in, or no more of them; who has begun can finish. Older versions stay closed."""
    study.is_open = is_open and study.is_newest
    study.save(update_fields=["is_open"])
