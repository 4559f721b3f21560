"""Merge bundles: everything is read and compared before anything is written."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from analysis.bundles import MADE_FROM, Written, software, write_bundle
from analysis.load import load_source
from analysis.merging.clips import Clips, Row, same
from analysis.merging.parts import Part, not_carried, read_parts
from analysis.tables import natural
from studies.bundle import COMPARISONS, MANIFEST_FILE, METRICS, RATERS, RATINGS, STIMULI, TEXTS_FILE
from studies.errors import InputError

HEADERS = {table.file: table.header for table in (RATINGS, COMPARISONS, STIMULI, RATERS, METRICS)}
SIDES = ("left", "right", "winner", "loser", "first")
PEOPLE = ("rater", "sitting")
LABORATORY = "laboratory"  # column of raters.csv: the bundle that a rater came with


@dataclass(frozen=True)
class Named:
    """What the user calls the merged study: by default its id is the folder's name, and its title the id."""

    study: str | None = None
    title: str | None = None


UNNAMED = Named()


def merge(sources: Sequence[str], out: Path, named: Named = UNNAMED, *, prefix: bool) -> str:
    """Write the merged bundle and return what to tell. Raises InputError; `out` is then as before."""
    _check_apart(sources, out)
    parts = read_parts(sources)
    _check_title(parts[0], named)
    if not prefix:
        _refuse_same_raters(parts)
    clips = Clips(parts)
    tables = list(_tables(parts, clips, prefix=prefix))
    study = named.study or out.resolve().name
    write_bundle(out, _study(parts, study, named.title or study), tables, load_source)
    return "\n".join(_told(parts, tables, clips))


def _check_apart(sources: Sequence[str], out: Path) -> None:
    target = os.path.realpath(out)
    inside = [source for source in sources if os.path.exists(source) and os.path.realpath(source) == target]
    if inside:
        raise InputError(f"{inside[0]} is one of the bundles to merge; name another folder with --out.")


def _check_title(first: Part, named: Named) -> None:
    if named.title is not None and first.data.config is not None:
        raise InputError(
            f"{first.source.where} has a study file, which gives the title {first.data.title!r}; leave "
            "--title out."
        )
    if not all(name is None or name.strip() for name in (named.study, named.title)):
        raise InputError("--study and --title may not be empty; write a name, or leave the option out.")


def _refuse_same_raters(parts: Sequence[Part]) -> None:
    origin: dict[str, Part] = {}
    for part in parts:
        both = sorted(part.raters() & set(origin))
        if both:
            more = f" ({len(both) - 1} more such raters)" if len(both) > 1 else ""
            raise InputError(
                f"rater {both[0]!r} is in {origin[both[0]].source.where} and in {part.source.where}{more}; "
                "if these are different people, tell them apart with --prefix, else leave one bundle out."
            )
        origin.update(dict.fromkeys(part.raters(), part))


def _tables(parts: Sequence[Part], clips: Clips, *, prefix: bool) -> Iterator[Written]:
    raters = list(_people(parts, clips, prefix=prefix))
    if raters:
        yield _written(RATERS.file, raters)
    for file in (RATINGS.file, COMPARISONS.file, TEXTS_FILE):
        rows = [
            row
            for part, ids in zip(parts, clips.ids, strict=True)
            for row in _rows(part, file, ids, prefix=prefix)
        ]
        if rows:
            yield _written(file, rows)
    yield _written(STIMULI.file, list(clips.rows.values()))
    metrics = _metrics(parts, clips)
    if metrics:
        yield _written(METRICS.file, metrics)


def _people(parts: Sequence[Part], clips: Clips, *, prefix: bool) -> Iterator[Row]:
    """Every rater with the laboratory; those that a merged bundle brings keep theirs."""
    for part, ids in zip(parts, clips.ids, strict=True):
        listed = list(_rows(part, RATERS.file, ids, prefix=prefix))
        known = {row["rater"] for row in listed}
        named = (f"{part.name}-{rater}" if prefix else rater for rater in natural(part.raters()))
        listed += [{"rater": rater} for rater in named if rater not in known]
        yield from ({**row, LABORATORY: row.get(LABORATORY) or part.name} for row in listed)


def _rows(part: Part, file: str, ids: Mapping[str, str], *, prefix: bool) -> Iterator[Row]:
    """Rows of one table, with stimuli as the merged bundle calls them; `prefix` tells people apart."""
    if file not in part.frames:
        return
    columns = ("stimulus", *SIDES) if part.compares_stimuli else ("stimulus",)
    for cells in part.frames[file].to_dict("records"):
        row = {str(key): str(value) for key, value in cells.items()}
        renamed = {column: ids.get(row[column], row[column]) for column in columns if column in row}
        people = [column for column in PEOPLE if prefix and row.get(column)]
        yield {**row, **renamed, **{column: f"{part.name}-{row[column]}" for column in people}}


def _metrics(parts: Sequence[Part], clips: Clips) -> list[Row]:
    """One value per metric and clip or method; of two, the one that was computed."""
    merged: dict[tuple[str, ...], tuple[Row, str]] = {}
    for part, ids in zip(parts, clips.ids, strict=True):
        for row in _rows(part, METRICS.file, ids, prefix=False):
            key = tuple(row.get(column, "") for column in ("metric", "stimulus", "item", "method"))
            known, origin = merged.get(key, (row, part.name))
            _compare(known, row, (origin, part.name))
            merged[key] = (known, origin) if known["value"] or not row["value"] else (row, part.name)
    return [row for row, _ in merged.values()]


def _compare(known: Row, row: Row, names: tuple[str, str]) -> None:
    for column in ("value", "direction", "unit"):
        first, second = known.get(column, ""), row.get(column, "")
        if first and second and not same(first, second):
            of = row.get("stimulus") or row.get("item") or row.get("method")
            raise InputError(
                f"{METRICS.file}: {column} of {row['metric']!r} for {of!r} is {first} in {names[0]} and "
                f"{second} in {names[1]}; keep the right one."
            )


def _written(file: str, rows: Sequence[Row]) -> Written:
    frame = pd.DataFrame(rows).fillna("")
    known = [name for name in HEADERS.get(file, []) if name in frame]
    header = [*known, *(str(name) for name in frame.columns if name not in known)]
    return Written(file, header, frame[header].to_numpy().tolist())


def _study(parts: Sequence[Part], study: str, title: str) -> dict[str, Any]:
    first = parts[0]
    kept = {
        key: value
        for key, value in first.study.items()
        if key in ("config", "config_sha256", "seed", "scales", "reporting")
    }
    return {
        "study": study,
        "title": first.data.title if first.data.config else title,
        **kept,
        "software": software(),
        "collected_with": first.data.collected_with,
        "simulated": any(part.data.simulated for part in parts),
        MADE_FROM: [_origin(part) for part in parts],
    }


def _origin(part: Part) -> dict[str, Any]:
    """The manifest stands for the bundle; where there is none, its answers do."""
    files = part.source.files
    proof = next(name for name in (MANIFEST_FILE, RATINGS.file, COMPARISONS.file) if name in files)
    return {
        "bundle": part.name,
        "file": proof,
        "sha256": hashlib.sha256(files[proof]).hexdigest(),
        "ratings": len(part.data.ratings),
        "comparisons": len(part.data.comparisons),
        "exported_at": part.study.get("exported_at"),
    }


def _told(parts: Sequence[Part], tables: Sequence[Written], clips: Clips) -> Iterator[str]:
    for part in parts:
        rows = ", ".join(f"{len(frame)} rows of {file}" for file, frame in sorted(part.frames.items()))
        yield f"{part.source.where}{f' ({part.name})' if part.name.isdecimal() else ''}: {rows}."
    yield f"Merged: {', '.join(f'{len(table.rows)} rows of {table.file}' for table in tables)}."
    renamed = sum(name != called for ids in clips.ids for name, called in ids.items())
    if renamed:
        yield f"{renamed} stimuli had other ids in the first bundle, which stand: same method, item and clip."
    left = list(not_carried(parts))
    if left:
        yield f"Files not carried: {', '.join(left)}."
