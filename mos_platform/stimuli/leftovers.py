"""Files of imports that were killed: nobody's clips, removed by the next import."""

from __future__ import annotations

import re
from datetime import timedelta

from django.core.files.storage import Storage
from django.utils import timezone

from mos_platform.stimuli.models import Stimulus

# An import under way has files but no rows yet; none takes as long as this between two clips.
AGE = timedelta(hours=1)
OPAQUE = re.compile(r"[0-9a-f]{16}")


def remove_leftovers(storage: Storage) -> int:
    """Delete the files of folders that no stimulus names and that nobody has written to for an hour."""
    try:
        folders, _files = storage.listdir("")
    except FileNotFoundError:
        return 0
    return sum(_remove(storage, folder) for folder in folders if OPAQUE.fullmatch(folder))


def _remove(storage: Storage, folder: str) -> int:
    if Stimulus.objects.filter(file__startswith=f"{folder}/").exists():
        return 0
    _folders, names = storage.listdir(folder)
    files = [f"{folder}/{name}" for name in names]
    if any(storage.get_modified_time(file) > timezone.now() - AGE for file in files):
        return 0
    for file in files:
        storage.delete(file)
    storage.delete(folder)
    return len(files)
