"""Importing a study: its file and clips become rows and blinded files, all of them or none."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from django.core.files import File
from django.core.files.storage import Storage, default_storage
from django.db import IntegrityError, transaction

from mos_platform.stimuli.leftovers import remove_leftovers
from mos_platform.stimuli.models import Item, Method, Stimulus, Study, opaque
from mos_platform.stimuli.probing import Probe, probe
from studies.config import StudyConfig, load_study, missing_clips
from studies.errors import InputError

Progress = Callable[[int, int], None]
Cell = tuple[str, str]
SERVED = ("ACR", "ACR-HR", "PC")


@dataclass(frozen=True)
class Imported:
    """`created` is False where the same study with the same clips was there already."""

    study: Study
    created: bool


@dataclass(frozen=True)
class _Clip:
    """One method × item cell's file; `name` is its path in the study's folder."""

    method: str
    item: str
    name: str
    path: Path
    sha256: str


@dataclass(frozen=True)
class _Stored:
    clip: _Clip
    facts: Probe
    token: str
    file: str
    size: int


def import_study(
    source: Path,
    *,
    progress: Progress = lambda _done, _total: None,
    also: Callable[[Study], None] = lambda _study: None,
) -> Imported:
    """Import the study in a folder or `study.yaml`; what is there already is left untouched.

    `also` runs in the transaction that makes the rows: where it fails, nothing is imported. Raises
    InputError: one sentence about the study file, a missing or bad clip, or a name that is taken.
    """
    config = load_study(source)
    _refuse_unserved(config)
    folder = source if source.is_dir() else source.parent
    clips = _clips(config, folder)
    existing = _existing(config, clips)
    if existing is not None:
        return Imported(existing, created=False)
    facts = [probe(clip.path, clip.name) for clip in _counted(clips, progress)]
    remove_leftovers(default_storage)
    with ExitStack() as undo:
        stored = _store_all(clips, facts, undo)
        try:
            study = _make_rows(config, stored, also)
        except IntegrityError:
            return Imported(_imported_meanwhile(config, clips), created=False)
        undo.pop_all()
    return Imported(study, created=True)


def _refuse_unserved(config: StudyConfig) -> None:
    for part in config.parts:
        if part.test_method not in SERVED:
            raise InputError(
                f"part '{part.id}' uses test method {part.test_method}, which the platform does not serve "
                f"yet; use {', '.join(SERVED[:-1])} or {SERVED[-1]}, or give answers collected elsewhere to "
                "'analysis report'."
            )


def _counted(clips: list[_Clip], progress: Progress) -> Iterator[_Clip]:
    for done, clip in enumerate(clips):
        progress(done, len(clips))
        yield clip
    progress(len(clips), len(clips))


def _clips(config: StudyConfig, folder: Path) -> list[_Clip]:
    missing = missing_clips(config, folder)
    if missing:
        total = len(config.methods) * len(config.items)
        raise InputError(
            f"{len(missing)} of {total} clips are missing in {folder} (the first is {missing[0]}); "
            "add the files or correct 'stimuli.pattern', 'methods' or 'items'."
        )
    return [
        _clip(folder, config.clip_path(method.name, item.name), (method.name, item.name))
        for method in config.methods
        for item in config.items
    ]


def _clip(folder: Path, name: str, cell: Cell) -> _Clip:
    path = folder / name
    try:
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise InputError(f"{name} cannot be read ({error.strerror}); make it readable.") from None
    return _Clip(*cell, name, path, digest)


def _existing(config: StudyConfig, clips: list[_Clip]) -> Study | None:
    """The study of that name, if it is the same one. Raises InputError where it is another."""
    study = Study.objects.filter(slug=config.study).first()
    if study is None:
        return None
    differences = _differences(study, config, clips)
    if differences:
        raise InputError(
            f"study '{config.study}' is here already and differs in {', '.join(differences)}; "
            "give this one another name under 'study:' to import it beside the first."
        )
    return study


def _differences(study: Study, config: StudyConfig, clips: list[_Clip]) -> list[str]:
    old, new = study.parsed.model_dump(mode="json"), config.model_dump(mode="json")
    keys = [f"'{key}'" for key in new if new[key] != old[key]]
    known = {
        (method, item): sha256
        for method, item, sha256 in study.stimuli.values_list("method__name", "item__name", "sha256")
    }
    changed = [clip.name for clip in clips if known.get((clip.method, clip.item), clip.sha256) != clip.sha256]
    count = f"{len(changed)} clip{'s' if len(changed) > 1 else ''}"
    return [*keys, f"{count} (the first is {changed[0]})"] if changed else keys


def _imported_meanwhile(config: StudyConfig, clips: list[_Clip]) -> Study:
    study = _existing(config, clips)
    if study is None:
        raise InputError(f"study '{config.study}' could not be stored; import it again.")
    return study


def _store_all(clips: list[_Clip], facts: list[Probe], undo: ExitStack) -> list[_Stored]:
    folder = opaque()
    undo.callback(default_storage.delete, folder)
    return [_store(clip, fact, folder, undo) for clip, fact in zip(clips, facts, strict=True)]


def _store(clip: _Clip, facts: Probe, folder: str, undo: ExitStack) -> _Stored:
    """Copy the clip under a name that tells nothing about its method or item."""
    token = opaque()
    name = f"{folder}/{token}{clip.path.suffix.lower()}"
    undo.callback(default_storage.delete, name)
    with clip.path.open("rb") as file:
        saved = default_storage.save(name, File(file))
    if _digest(default_storage, saved) != clip.sha256:
        raise InputError(f"{clip.name} changed while it was imported; import the study again.")
    return _Stored(clip, facts, token, saved, default_storage.size(saved))


def _digest(storage: Storage, name: str) -> str:
    with storage.open(name) as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@transaction.atomic
def _make_rows(config: StudyConfig, stored: list[_Stored], also: Callable[[Study], None]) -> Study:
    study = Study.objects.create(
        slug=config.study,
        title=config.title,
        config=config.model_dump(mode="json"),
        config_sha256=config.sha256(),
    )
    methods = {
        method.name: Method.objects.create(
            study=study, name=method.name, is_reference=method.reference, order=order
        )
        for order, method in enumerate(config.methods)
    }
    items = {
        item.name: Item.objects.create(
            study=study, name=item.name, split=item.split or "", attributes=item.attributes, order=order
        )
        for order, item in enumerate(config.items)
    }
    Stimulus.objects.bulk_create(
        _row(study, methods[entry.clip.method], items[entry.clip.item], entry) for entry in stored
    )
    also(study)
    return study


def _row(study: Study, method: Method, item: Item, entry: _Stored) -> Stimulus:
    return Stimulus(
        study=study,
        method=method,
        item=item,
        token=entry.token,
        file=entry.file,
        sha256=entry.clip.sha256,
        bytes=entry.size,
        duration_s=entry.facts.duration_s,
        fps=entry.facts.fps,
        width=entry.facts.width,
        height=entry.facts.height,
        has_audio=entry.facts.has_audio,
    )


def set_open(study: Study, *, is_open: bool) -> None:
    """Let new raters in, or no more of them; who has begun can finish either way."""
    study.is_open = is_open
    study.save(update_fields=["is_open"])
