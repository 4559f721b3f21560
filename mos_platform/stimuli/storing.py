"""Ready clips and pictures become stored files under names that tell nothing, and rows."""

from __future__ import annotations

import hashlib
import shutil
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from django.core.files import File
from django.core.files.storage import default_storage

from mos_platform.clips.filler import equalise
from mos_platform.clips.levelling import level
from mos_platform.stimuli.models import Item, Method, Role, Stimulus, Study, opaque
from mos_platform.stimuli.preparation import Ready, ReadyClip
from mos_platform.stimuli.sources import Progress
from mos_platform.stimuli.staging import FACTS, Staging
from mos_platform.stimuli.versions import next_version, retire
from studies.config import Cell, StudyConfig
from studies.config import Item as ConfigItem
from studies.config import Method as ConfigMethod

STORING = "Storing the clips"


@dataclass(frozen=True)
class _File:
    token: str
    name: str
    sha256: str
    size: int


@dataclass(frozen=True)
class Stored:
    """Where the storage holds each clip and picture."""

    clips: dict[Cell, _File]
    pictures: dict[str, _File]


class _Movable(File):  # type: ignore[type-arg]
    """A file of ours that a storage on this machine may take as it is, without another copy."""

    def temporary_file_path(self) -> str:
        return str(self.name)


def store(ready: Ready, staging: Staging, undo: ExitStack, progress: Progress) -> Stored:
    """Copy everything into the storage, an item's clips made equally long; `undo` deletes it again."""
    remove_unfinished(staging)
    folder = opaque()
    staging.note_storing(folder)
    undo.callback(default_storage.delete, folder)
    scratch = staging.scratch("equal")
    clips: dict[Cell, _File] = {}
    for item, methods in _of_items(ready).items():
        progress(STORING, len(clips), len(ready.clips))
        copies = {method: scratch / f"{opaque()}.mp4" for method in methods}
        for method, clip in methods.items():
            shutil.copyfile(clip.file, copies[method])
        if ready.level:
            level(copies.values())
        equalise(copies.values())
        for method, copy in copies.items():
            clips[method, item] = _stored(copy, folder, undo)
    progress(STORING, len(clips), len(ready.clips))
    return Stored(
        clips, {item: _picture(file, scratch, folder, undo) for item, (_, file) in ready.pictures.items()}
    )


def remove_unfinished(staging: Staging) -> None:
    """Delete what an import that was killed had stored without rows."""
    folder = staging.storing
    if not folder or Stimulus.objects.filter(file__startswith=f"{folder}/").exists():
        return
    if default_storage.exists(folder):
        for name in default_storage.listdir(folder)[1]:
            default_storage.delete(f"{folder}/{name}")
        default_storage.delete(folder)


def _of_items(ready: Ready) -> dict[str, dict[str, ReadyClip]]:
    items: dict[str, dict[str, ReadyClip]] = {}
    for (method, item), clip in ready.clips.items():
        items.setdefault(item, {})[method] = clip
    return items


def _picture(file: Path, scratch: Path, folder: str, undo: ExitStack) -> _File:
    copy = scratch / f"{opaque()}{file.suffix}"
    shutil.copyfile(file, copy)
    return _stored(copy, folder, undo)


def _stored(file: Path, folder: str, undo: ExitStack) -> _File:
    token = opaque()
    name = f"{folder}/{token}{file.suffix}"
    size = file.stat().st_size
    undo.callback(default_storage.delete, name)
    with file.open("rb") as content:
        sha256 = hashlib.file_digest(content, "sha256").hexdigest()
        content.seek(0)
        saved = default_storage.save(name, _Movable(content, str(file)))
    return _File(token, saved, sha256, size)


def make_rows(config: StudyConfig, ready: Ready, stored: Stored) -> Study:
    """The study's rows, as its newest version; to be called in a transaction."""
    version = next_version(config.study)
    retire(config.study)
    study = Study.objects.create(
        slug=config.study,
        version=version,
        title=config.title,
        config=config.model_dump(mode="json"),
        config_sha256=config.sha256(),
        processing=ready.processing,
    )
    methods = {method.name: _method(study, method, order) for order, method in enumerate(config.methods)}
    items = {item.name: _item(study, item, order, ready, stored) for order, item in enumerate(config.items)}
    Stimulus.objects.bulk_create(
        (
            _stimulus(study, methods[method], items[item], clip, stored.clips[method, item])
            for (method, item), clip in ready.clips.items()
        ),
        batch_size=500,
    )
    return study


def _method(study: Study, method: ConfigMethod, order: int) -> Method:
    return Method.objects.create(
        study=study, name=method.name, role=Role(method.role), is_reference=method.reference, order=order
    )


def _item(study: Study, item: ConfigItem, order: int, ready: Ready, stored: Stored) -> Item:
    picture = stored.pictures.get(item.name)
    return Item.objects.create(
        study=study,
        name=item.name,
        role=Role(item.role),
        split=item.split or "",
        attributes=item.attributes,
        picture=picture.name if picture else "",
        picture_sha256=ready.pictures[item.name][0].sha256 if picture else "",
        order=order,
    )


def _stimulus(study: Study, method: Method, item: Item, clip: ReadyClip, file: _File) -> Stimulus:
    return Stimulus(
        study=study,
        method=method,
        item=item,
        token=file.token,
        file=file.name,
        sha256=clip.source.sha256,
        served_sha256=file.sha256,
        facts=FACTS.dump_python(clip.facts),
        treatment=clip.prepared.done,
        bytes=file.size,
        duration_s=clip.prepared.duration_s,
        fps=clip.fps,
        width=clip.width,
        height=clip.height,
        has_audio=clip.prepared.has_audio,
    )
