"""The work of uploads: a zip is unpacked and its study imported, by one worker at a time, lost with none.

A worker renews its claim while it works. A claim that is not renewed belongs to a worker that died; its
row is taken up again, and after MAX_ATTEMPTS it has failed.
"""

from __future__ import annotations

import logging
import secrets
import shutil
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from django.conf import settings
from django.db import DatabaseError
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from mos_platform.intake import take_in
from mos_platform.lease import LEASE, renewed
from mos_platform.stimuli.models import Study
from mos_platform.stimuli.services import Imported, Progress, StorageError
from mos_platform.uploads.archive import Limits, unpack
from mos_platform.uploads.models import Upload
from mos_platform.uploads.reading import check_study_file
from studies.errors import InputError, MistakesError

logger = logging.getLogger(__name__)

State = Upload.State
LONGEST_S = 6 * 3600.0
MAX_ATTEMPTS = 3
NOTED_EVERY_S = 0.5
LEFT_AFTER_S = 24 * 3600.0
AGAIN = "Send it again."
SPARE_BYTES = 256 * 1024**2  # of the disk, left to the others
UNPACKED = ".unpacked"


def take_in_zip(
    archive: Path, name: str, *, progress: Progress, new_version: bool = False, key: str = ""
) -> Imported:
    """Import the study in a zip, unpacked meanwhile under `key`; nothing unpacked stays.

    Raises InputError calling the zip `name`; MistakesError for several.
    """
    root = Path(settings.UPLOADS_ROOT)
    root.mkdir(parents=True, exist_ok=True)
    folder = root / f"{key or secrets.token_hex(8)}{UNPACKED}"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    try:
        unpack(archive, folder, _limits(root), name)
        check_study_file(folder)
        return take_in(folder, progress=progress, new_version=new_version)
    except StorageError:
        raise
    except InputError as error:
        raise MistakesError([_as_sent(sentence, folder, name) for sentence in error.sentences]) from None
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _as_sent(sentence: str, folder: Path, name: str) -> str:
    """With paths as they are in the zip."""
    return sentence.replace(f"{folder}/", "").replace(str(folder), name)


def _limits(root: Path) -> Limits:
    """What settings allow, and no more than the disk has room for."""
    room = max(0, shutil.disk_usage(root).free - SPARE_BYTES)
    return Limits(min(settings.UPLOAD_MAX_UNPACKED_BYTES, room), settings.UPLOAD_MAX_FILES)


def unfinished() -> list[int]:
    """Uploads to work on: pending, or claimed by a worker that died."""
    return list(Upload.objects.filter(_to_do()).values_list("pk", flat=True))


def _to_do() -> Q:
    return Q(state=State.PENDING) | Q(state=State.RUNNING, claimed_at__lt=timezone.now() - LEASE)


def take_in_upload(upload_id: int) -> None:
    """Unpack and import one upload; claimed once, however often it is called."""
    claim = secrets.token_hex(8)
    if not Upload.objects.filter(_to_do(), pk=upload_id).update(
        state=State.RUNNING, claim=claim, claimed_at=timezone.now(), attempts=F("attempts") + 1
    ):
        return
    held = Upload.objects.filter(pk=upload_id, state=State.RUNNING, claim=claim)
    upload = Upload.objects.get(pk=upload_id)
    if upload.attempts > MAX_ATTEMPTS:
        _finish(
            upload, held, sentences=[f"{upload.name}: the import was stopped {MAX_ATTEMPTS} times. {AGAIN}"]
        )
        return
    with renewed(lambda: held.update(claimed_at=timezone.now()), longest_s=LONGEST_S):
        _work(upload, held)


def _work(upload: Upload, held: QuerySet[Upload]) -> None:
    try:
        imported = take_in_zip(
            upload.file,
            upload.name,
            progress=_noted(held),
            new_version=upload.new_version,
            key=upload.token,
        )
    except (StorageError, OSError, MemoryError, DatabaseError) as error:
        logger.warning("%s failed: %s", upload, error)
        if upload.attempts < MAX_ATTEMPTS:
            held.update(state=State.PENDING)
            return
        _finish(upload, held, sentences=[f"{upload.name} could not be stored ({_reason(error)}). {AGAIN}"])
    except InputError as error:
        _finish(upload, held, sentences=error.sentences)
    except Exception:  # whatever it is, the row must not hang
        logger.exception("the import of %s failed", upload)
        _finish(
            upload, held, sentences=[f"{upload.name} could not be imported; the platform's log says why."]
        )
    else:
        _finish(upload, held, study=imported.study, was_here=not imported.created)


def _finish(
    upload: Upload,
    held: QuerySet[Upload],
    *,
    study: Study | None = None,
    was_here: bool = False,
    sentences: Sequence[str] = (),
) -> None:
    """Write the outcome, unless the claim was lost meanwhile; then the zip is of no more use."""
    ended = held.update(
        state=State.DONE if study else State.FAILED,
        study=study,
        was_here=was_here,
        sentences=list(sentences),
        finished_at=timezone.now(),
    )
    if ended:
        upload.file.unlink(missing_ok=True)


def _noted(held: QuerySet[Upload]) -> Progress:
    """Progress into the row, now and then: its reader looks every second or two."""
    last = -NOTED_EVERY_S

    def note(phase: str, done: int, total: int) -> None:
        nonlocal last
        if 0 < done < total and time.monotonic() - last < NOTED_EVERY_S:
            return
        last = time.monotonic()
        held.update(phase=phase, done=done, total=total)

    return note


def _reason(error: BaseException) -> str:
    return getattr(error, "strerror", None) or type(error).__name__


def remove_leftovers() -> None:
    """Delete what uploads that broke off have left, once nobody can be at work on it any more."""
    oldest = time.time() - LEFT_AFTER_S
    for path in Path(settings.UPLOADS_ROOT).glob("*"):
        with suppress(OSError):
            if path.stat().st_mtime < oldest and not _is_wanted(path):
                shutil.rmtree(path) if path.is_dir() else path.unlink()


def _is_wanted(path: Path) -> bool:
    return Upload.objects.filter(token=path.stem, state__in=(State.PENDING, State.RUNNING)).exists()
