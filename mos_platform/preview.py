"""A study as its raters will see it, in an installation of its own that is thrown away: nothing is stored."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from django.core.files.storage import default_storage

from mos_platform.stimuli.lookup import find_study
from mos_platform.stimuli.models import Study
from studies.config import CONFIG_FILE, StudyConfig, load_study, missing_clips, told_missing
from studies.errors import InputError

FLAG = "MOS_PREVIEW"
ELSEWHERE = ("MOS_DATABASE_URL", "MOS_REDIS_URL", "MOS_BASE_URL")
SOURCE = "source"
WATCH_S = 0.2


def preview(study: str, bind: str) -> int:
    """Serve a preview of a study folder, or of a study on the platform, until interrupted; the exit code."""
    with tempfile.TemporaryDirectory(prefix="preview-") as scratch:
        folder = Path(scratch) / "study"
        folder.mkdir()
        if Path(study).exists():
            _link_folder(Path(study), folder)
        else:
            _copy_study(find_study(study), folder)
        kept = {name: value for name, value in os.environ.items() if name not in ELSEWHERE}
        environment = {**kept, FLAG: "1", "MOS_VAR": str(Path(scratch) / "var")}
        command = [sys.executable, "-m", "mos_platform", "preview", str(folder), "--bind", bind]
        child = subprocess.Popen(command, env=environment)  # noqa: S603 -- this program
        return _ended(child)


def _ended(child: subprocess.Popen[bytes]) -> int:
    """Wait for it; Ctrl-C reaches both, and its own end is waited for.

    Not child.wait(): it would not hear a signal that comes between the last instruction and its call.
    """
    while True:
        try:
            while (code := child.poll()) is None:
                time.sleep(WATCH_S)
            return code
        except KeyboardInterrupt:
            child.terminate()


def _link_folder(source: Path, folder: Path) -> None:
    """The study beside its files, which stay where they are."""
    config = load_study(source)
    home = source if source.is_dir() else source.parent
    missing = missing_clips(config, home)
    if missing:
        raise InputError(
            f"{len(missing)} of {len(config.given_cells())} clips are missing in {home}: "
            f"{told_missing(config, home)}; add the files, or correct 'stimuli', 'methods' or 'items'."
        )
    (folder / SOURCE).symlink_to(home.resolve(), target_is_directory=True)
    files = {cell: config.clip_path(*cell) for cell in config.given_cells()}
    pictures = {item.name: item.picture for item in config.items if item.picture is not None}
    _write(config, folder, files, pictures)


def _copy_study(study: Study, folder: Path) -> None:
    """The study with its prepared files out of the storage."""
    (folder / SOURCE).mkdir()
    files = {
        (clip.method.name, clip.item.name): _fetched(str(clip.file.name), folder)
        for clip in study.stimuli.select_related("method", "item")
    }
    pictures = {
        item.name: _fetched(str(item.picture.name), folder) for item in study.items.all() if item.picture
    }
    _write(study.parsed, folder, files, pictures, prepared=True)


def _fetched(stored: str, folder: Path) -> str:
    name = Path(stored).name
    with default_storage.open(stored) as content, (folder / SOURCE / name).open("wb") as out:
        shutil.copyfileobj(content, out)
    return name


def _write(
    config: StudyConfig,
    folder: Path,
    files: dict[tuple[str, str], str],
    pictures: dict[str, str],
    *,
    prepared: bool = False,
) -> None:
    """study.yaml with the paths of the files, and without metrics, which nobody waits for here."""
    raw = config.model_dump(mode="json", exclude_defaults=True)
    paths: dict[str, dict[str, str]] = {}
    for (method, item), path in files.items():
        paths.setdefault(method, {})[item] = f"{SOURCE}/{path}"
    raw["stimuli"] = {"files": paths}
    for item in raw["items"]:
        if item["name"] in pictures:
            item["picture"] = f"{SOURCE}/{pictures[item['name']]}"
    raw.pop("metrics", None)
    if prepared:
        raw.pop("clips", None)
        for method in raw["methods"]:
            method.pop("made", None)  # their clips are among the files
    (folder / CONFIG_FILE).write_text(json.dumps(raw, ensure_ascii=False), encoding="utf-8")
