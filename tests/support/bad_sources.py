"""Sources that no command can use: what they are, and words that the one sentence about them must hold."""

from __future__ import annotations

import json
import struct
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

from whole_bundle import Spoil, sealed, tables, write_whole

HEADER = "rater,item,method,score"
ROWS = [
    f"r{r},i{i},{m},{1 + (r * i + r + len(m)) % 5}" for r in range(4) for i in range(5) for m in ("a", "bb")
]
PAIRS = "rater,item,left,right,choice"
VOTES = [f"r{r},i{i},a,bb,{'left' if (r + i) % 3 else 'right'}" for r in range(4) for i in range(5)]

Make = Callable[[Path], str]


@dataclass(frozen=True)
class Bad:
    """`make` writes the source into an empty folder and names it; `told` must be in the sentence about it."""

    make: Make
    told: tuple[str, ...]
    closed: bool = False  # to all but root


def csv(rows: list[str], header: str = HEADER) -> bytes:
    return "\n".join([header, *rows, ""]).encode()


def file(content: bytes, name: str = "mine.csv") -> Make:
    def make(folder: Path) -> str:
        (folder / name).write_bytes(content)
        return str(folder / name)

    return make


def absent(name: str) -> Make:
    return lambda folder: str(folder / name)


def named(source: str) -> Make:
    return lambda folder: source


def folder_of(content: Mapping[str, bytes]) -> Make:
    def make(folder: Path) -> str:
        bundle = folder / "mine"
        bundle.mkdir()
        for name, raw in content.items():
            (bundle / name).write_bytes(raw)
        return str(bundle)

    return make


def closed(make: Make) -> Make:
    """The source, which nobody but root may read."""

    def closed_source(folder: Path) -> str:
        source = make(folder)
        Path(source).chmod(0)
        return source

    return closed_source


def bundle(spoil: Spoil) -> Make:
    """A whole bundle with one thing wrong in its tables."""

    def make(folder: Path) -> str:
        content = tables()
        spoil(content)
        return str(write_whole(folder / "mine", content))

    return make


def rewritten(name: str, raw: bytes, *, seal: bool = True) -> Make:
    """A whole bundle with one file replaced; where not sealed again, the manifest is as before."""

    def make(folder: Path) -> str:
        whole = write_whole(folder / "mine", tables())
        (whole / name).write_bytes(raw)
        return str(sealed(whole) if seal else whole)

    return make


def appended(name: str) -> Make:
    """A whole bundle, one file of which has got another empty line since."""

    def make(folder: Path) -> str:
        whole = write_whole(folder / "mine", tables())
        with (whole / name).open("a") as table:
            table.write("\n")
        return str(whole)

    return make


def removed(name: str) -> Make:
    def make(folder: Path) -> str:
        whole = write_whole(folder / "mine", tables())
        (whole / name).unlink()
        return str(whole)

    return make


def study(change: Callable[[dict[str, Any]], object]) -> Make:
    """A whole bundle whose study.json was changed."""

    def make(folder: Path) -> str:
        whole = write_whole(folder / "mine", tables())
        facts = json.loads((whole / "study.json").read_text())
        change(facts)
        (whole / "study.json").write_text(json.dumps(facts))
        return str(sealed(whole))

    return make


def config(change: Callable[[dict[str, Any]], object]) -> Make:
    return study(lambda facts: (facts.pop("config_sha256"), change(facts["config"])))


def zipped(
    members: Mapping[str, bytes],
    change: Callable[[bytes], bytes] = bytes,
    packing: int = zipfile.ZIP_DEFLATED,
) -> Make:
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w", packing) as archive:
        for name, raw in members.items():
            archive.writestr(name, raw)
    return file(change(buffer.getvalue()), "mine.zip")


def _central(raw: bytes) -> int:
    """Where the first entry of the zip's directory lies."""
    return raw.index(b"PK\x01\x02")


def _bomb(raw: bytes) -> bytes:
    """The directory says that the member unpacks to 4 GB."""
    at = _central(raw) + 24
    return raw[:at] + struct.pack("<I", 4_000_000_000) + raw[at + 4 :]


def _bombs(raw: bytes) -> bytes:
    """The directory says that each member unpacks to 1.5 GB."""
    first, *others = raw.split(b"PK\x01\x02")
    stated = struct.pack("<I", 1_500_000_000)
    return b"PK\x01\x02".join([first, *(other[:20] + stated + other[24:] for other in others)])


def _locked(raw: bytes) -> bytes:
    """The flag of encryption, in the directory and before the member."""
    changed = bytearray(raw)
    changed[6] |= 1
    changed[_central(raw) + 8] |= 1
    return bytes(changed)


def _spoilt(raw: bytes) -> bytes:
    """A bit of the packed content has fallen over."""
    changed = bytearray(raw)
    changed[_central(raw) // 2] ^= 0xFF
    return bytes(changed)


def put(table: str, row: int, column: str, value: object) -> Spoil:
    def spoil(content: dict[str, list[dict[str, Any]]]) -> None:
        content[table][row][column] = value

    return spoil


def again(table: str, row: int = 0) -> Spoil:
    return lambda content: content[table].append(dict(content[table][row]))


RATINGS = {"ratings.csv": csv(ROWS)}

PLACES = {
    "missing file": Bad(absent("mine.csv"), ("mine.csv", "does not exist")),
    "missing folder": Bad(absent("mine"), ("mine", "does not exist")),
    "missing zip": Bad(absent("mine.zip"), ("mine.zip", "does not exist")),
    "no name": Bad(named(""), ("SOURCE", "no name")),
    "address of a page": Bad(named("https://example.org/"), ("https://example.org/", "address")),
    "address of nothing": Bad(named("https://"), ("https://", "address")),
    "empty folder": Bad(folder_of({}), ("ratings.csv", "comparisons.csv")),
    "folder of other things": Bad(folder_of({"notes.txt": b"x"}), ("ratings.csv", "comparisons.csv")),
    "folder with a folder as table": Bad(
        lambda folder: str((folder / "mine" / "ratings.csv").mkdir(parents=True) or folder / "mine"),
        ("ratings.csv",),
    ),
    "closed file": Bad(closed(file(csv(ROWS))), ("mine.csv", "ermission"), closed=True),
    "closed folder": Bad(closed(folder_of(RATINGS)), ("mine", "ermission"), closed=True),
    "closed folder around": Bad(
        lambda folder: f"{closed(folder_of(RATINGS))(folder)}/ratings.csv", ("ratings.csv",), closed=True
    ),
}

TEXTS = {
    "empty file": Bad(file(b""), ("mine.csv is empty", "header row")),
    "blank file": Bad(file(b" \n\n"), ("mine.csv is empty",)),
    "image": Bad(file(b"\x89PNG\r\n\x1a\n" + bytes(range(256))), ("mine.csv", "binary")),
    "spreadsheet": Bad(file(b"PK\x03\x04" + bytes(200), "mine.xlsx"), ("mine.xlsx", "CSV")),
    "NUL bytes": Bad(file(csv([*ROWS, "r\0,i0,a,3"])), ("mine.csv", "binary")),
    "UTF-16": Bad(file(csv(ROWS).decode().encode("utf-16")), ("mine.csv", "UTF-16", "UTF-8")),
    "UTF-16 unmarked": Bad(file(csv(ROWS).decode().encode("utf-16-le")), ("mine.csv", "binary")),
    "Latin-1": Bad(file(csv(ROWS) + b"J\xf6rg,i0,a,3\n"), ("mine.csv row 42", "UTF-8")),
    "bars": Bad(file(csv(ROWS).replace(b",", b"|")), ("mine.csv", "|", "comma")),
    "spaces": Bad(file(csv(ROWS).replace(b",", b" ")), ("mine.csv", "comma")),
    "JSON": Bad(file(b'[{"rater": "r0", "score": 3}]', "mine.json"), ("mine.json",)),
    "web page": Bad(file(b"<!DOCTYPE html><html><body>Sign in</body></html>"), ("mine.csv",)),
    "header alone": Bad(file(csv([])), ("mine.csv", "no answers")),
    "no header": Bad(file("\n".join(ROWS).encode()), ("mine.csv", "'rater'", "'score'")),
    "missing column": Bad(file(csv(ROWS, "rater,item,method,grade")), ("mine.csv", "'score'", "grade")),
    "column twice": Bad(file(csv([f"{row},1" for row in ROWS], f"{HEADER},score")), ("'score'", "twice")),
    "too many cells": Bad(file(csv([*ROWS, "r0,i9,a,3,4"])), ("mine.csv", "42")),
    "open quote": Bad(file(csv([*ROWS, '"r0,i9,a,3'])), ("mine.csv",)),
}

CELLS = {
    "word as score": Bad(file(csv(["r0,i0,a,good", *ROWS[1:]])), ("mine.csv row 2", "'score'", "'good'")),
    "infinite score": Bad(file(csv(["r0,i0,a,inf", *ROWS[1:]])), ("mine.csv row 2", "'inf'")),
    "no score at all": Bad(file(csv([row[:-1] for row in ROWS])), ("mine.csv", "score")),
    "no rater": Bad(file(csv([*ROWS, ",i9,a,3"])), ("mine.csv row 42", "'rater'", "empty")),
    "same rating twice": Bad(file(csv([*ROWS, ROWS[0]])), ("mine.csv", "42", "'r0'", "repeat")),
    "unknown kind": Bad(file(csv([f"{ROWS[0]},x"], f"{HEADER},kind")), ("mine.csv row 2", "'x'", "training")),
    "unknown choice": Bad(
        file(csv([*VOTES, "r0,i8,a,bb,A"], PAIRS)), ("mine.csv row 22", "'A'", "left, right")
    ),
    "compared with itself": Bad(
        file(csv([*VOTES, "r0,i8,a,a,left"], PAIRS)), ("mine.csv row 22", "'a'", "itself")
    ),
    "half a vote": Bad(
        file(csv(["a,bb,left,1.5"], "left,right,choice,n")), ("mine.csv row 2", "'n'", "whole")
    ),
    "graded beyond": Bad(
        file(csv(["r0,i0,a,bb,9"], "rater,item,left,right,score")), ("mine.csv row 2", "9", "-3 to 3")
    ),
}

ZIPS = {
    "no zip": Bad(file(b"not a zip", "mine.zip"), ("mine.zip", "zip")),
    "half a zip": Bad(zipped(RATINGS, lambda raw: raw[: len(raw) // 2]), ("mine.zip", "zip")),
    "spoilt zip": Bad(zipped(RATINGS, _spoilt), ("mine.zip", "damaged")),
    "locked zip": Bad(zipped(RATINGS, _locked), ("mine.zip", "password")),
    "bomb": Bad(zipped(RATINGS, _bomb), ("mine.zip", "ratings.csv", "2 GiB")),
    "bombs": Bad(
        zipped({"raters.csv": b"rater\nr0\n", **RATINGS}, _bombs), ("mine.zip", "ratings.csv", "2 GiB")
    ),
    "spoilt bzip2": Bad(zipped(RATINGS, _spoilt, zipfile.ZIP_BZIP2), ("mine.zip", "damaged")),
    "spoilt LZMA": Bad(zipped(RATINGS, _spoilt, zipfile.ZIP_LZMA), ("mine.zip", "damaged")),
    "member called a dot": Bad(zipped({".": b"x", **RATINGS}), ("mine.zip", "'.'")),
    "path upwards": Bad(zipped({"../ratings.csv": csv(ROWS)}), ("mine.zip", "'../ratings.csv'")),
    "path from the root": Bad(zipped({"/ratings.csv": csv(ROWS)}), ("mine.zip", "'/ratings.csv'")),
    "empty zip": Bad(zipped({}), ("mine.zip", "ratings.csv")),
    "zip of other things": Bad(zipped({"notes.txt": b"x"}), ("mine.zip", "ratings.csv")),
    "zip with a bad table": Bad(
        zipped({"ratings.csv": csv(["r0,i0,a,good"])}), ("ratings.csv row 2", "'good'")
    ),
}

BUNDLES = {
    "changed table": Bad(appended("ratings.csv"), ("ratings.csv", "changed after the export")),
    "listed but missing": Bad(removed("raters.csv"), ("raters.csv", "manifest.json", "missing")),
    "manifest is no JSON": Bad(rewritten("manifest.json", b"{", seal=False), ("manifest.json", "JSON")),
    "manifest of another shape": Bad(
        rewritten("manifest.json", b'{"files": ["ratings.csv"]}', seal=False), ("manifest.json", "'files'")
    ),
    "manifest of version 2": Bad(
        rewritten("manifest.json", b'{"schema_version": 2, "files": {}}', seal=False),
        ("manifest.json", "version 2"),
    ),
    "unknown stimulus": Bad(
        bundle(put("ratings", 4, "stimulus", "x")), ("ratings.csv row 6", "'x'", "stimuli.csv")
    ),
    "another method": Bad(
        bundle(put("ratings", 4, "method", "near")), ("ratings.csv row", "6", "'a-far-i1'")
    ),
    "score outside the scale": Bad(
        bundle(put("ratings", 4, "score", 6)), ("ratings.csv row 6", "6", "1 to 5", "'sync'")
    ),
    "rating twice": Bad(bundle(again("ratings")), ("ratings.csv", "20", "'a-r0'", "repeat")),
    "stimulus twice": Bad(bundle(again("stimuli")), ("stimuli.csv row 8", "'a-real-i1'", "twice")),
    "rater twice": Bad(bundle(again("raters")), ("raters.csv row 5", "'a-r0'", "twice")),
    "stimuli without methods": Bad(
        rewritten("stimuli.csv", b"stimulus,item\na-real-i1,i1\n"), ("stimuli.csv", "'method'", "missing")
    ),
    "neither true nor false": Bad(
        bundle(put("stimuli", 0, "is_reference", "maybe")), ("stimuli.csv row 2", "'is_reference'", "'maybe'")
    ),
    "word as metric value": Bad(
        bundle(put("metrics", 1, "value", "loud")), ("metrics.csv row 3", "'value'", "'loud'")
    ),
    "metrics of another study": Bad(
        rewritten("metrics.csv", b"stimulus,method,metric,value\nx,other,psnr,30\n"),
        ("metrics.csv", "row", "2", "'x'"),
    ),
    "metric value twice": Bad(bundle(again("metrics")), ("metrics.csv", "'psnr'", "twice")),
}

STUDIES = {
    "study is no JSON": Bad(rewritten("study.json", b"study: small"), ("study.json", "JSON")),
    "study is binary": Bad(rewritten("study.json", b"\xff\xfe\x00"), ("study.json", "UTF-8")),
    "study is a list": Bad(rewritten("study.json", b"[]"), ("study.json", "JSON object")),
    "study with a long number": Bad(
        rewritten("study.json", b'{"seed": %s}' % (b"9" * 5000)), ("study.json", "digits")
    ),
    "study nested deep": Bad(
        rewritten("study.json", b'{"a": %s%s}' % (b"[" * 100_000, b"]" * 100_000)), ("study.json", "nested")
    ),
    "study nested": Bad(
        rewritten("study.json", b'{"a": %s%s}' % (b"[" * 200, b"]" * 200)), ("study.json", "nested")
    ),
    "id is a number": Bad(study(lambda facts: facts.update(study=5)), ("study.json", "'study'", "5", "text")),
    "title is a list": Bad(
        study(lambda facts: facts.update(title=["x"])), ("study.json", "'title'", "['x']", "text")
    ),
    "hash is a number": Bad(
        study(lambda facts: facts.update(config_sha256=12)), ("study.json", "'config_sha256'", "12", "text")
    ),
    "simulated is a word": Bad(
        study(lambda facts: facts.update(simulated="yes")), ("study.json", "'simulated'", "'yes'", "true")
    ),
    "reporting is a word": Bad(
        study(lambda facts: facts.update(reporting="none")), ("study.json", "'reporting'", "'none'", "object")
    ),
    "versions are numbers": Bad(
        study(lambda facts: facts.update(collected_with={"a": 1})), ("study.json", "'collected_with'", "text")
    ),
    "study of version 2": Bad(
        study(lambda facts: facts.update(schema_version=2)), ("study.json", "version 2", "version 1")
    ),
    "seed is a word": Bad(study(lambda facts: facts.update(seed="x")), ("study.json", "'seed'", "'x'")),
    "seed is negative": Bad(study(lambda facts: facts.update(seed=-1)), ("study.json", "'seed'", "-1")),
    "seed is true": Bad(study(lambda facts: facts.update(seed=True)), ("study.json", "'seed'", "True")),
    "config is a list": Bad(study(lambda facts: facts.update(config=[1])), ("study.json", "config", "list")),
    "config without parts": Bad(
        config(lambda kept: kept.pop("parts")), ("study.json", "'config.parts'", "missing")
    ),
    "unknown key": Bad(
        config(lambda kept: kept.update(tittle="A")), ("study.json", "'config.tittle'", "'title'")
    ),
    "threshold is a word": Bad(
        config(lambda kept: kept["screening"].update(bt500={"share": "few"})),
        ("study.json", "'config.screening.bt500.share'", "'few'", "number"),
    ),
    "threshold out of range": Bad(
        config(lambda kept: kept["analysis"].update(confidence=95)),
        ("study.json", "'config.analysis.confidence'", "95", "below 1"),
    ),
    "unknown scale": Bad(
        config(lambda kept: kept["parts"][0]["questions"][0].update(scale="acr6")),
        ("study.json", "config.parts.0.questions.0.scale", "'acr6'", "acr5"),
    ),
    "two references": Bad(
        config(lambda kept: [method.update(reference=True) for method in kept["methods"]]),
        ("study.json", "only one method"),
    ),
    "scale turned round": Bad(
        study(lambda facts: facts.update(scales={"sync": [5, 1]})),
        ("study.json", "'scales'", "[5, 1]", "'sync'"),
    ),
    "scale is a word": Bad(
        study(lambda facts: facts.update(scales="1 to 5")), ("study.json", "'scales'", "'1 to 5'")
    ),
}

SOURCES = {**PLACES, **TEXTS, **CELLS, **ZIPS, **BUNDLES, **STUDIES}
