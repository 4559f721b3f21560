"""The files that measures need and that are no part of this program: whence they come, and their hashes."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from importlib.resources import files
from types import MappingProxyType


@dataclass(frozen=True)
class WeightFile:
    """One file, under the name by which its authors publish it.

    bytes: its size, None where not published. sha256: the hash, or the beginning of it that its authors put
    in its name; "" where they publish none. url: of the file, or of the archive whose `member` it is, with
    `archive_sha256` ("" where not published). page: where people find it when the address has moved.
    """

    name: str
    bytes: int | None
    sha256: str
    url: str
    archive_sha256: str
    member: str
    format: str
    licence: str
    page: str


def _read(row: dict[str, str]) -> WeightFile:
    return WeightFile(
        name=row["name"],
        bytes=int(row["bytes"]) if row["bytes"] else None,
        sha256=row["sha256"],
        url=row["url"],
        archive_sha256=row["archive_sha256"],
        member=row["member"],
        format=row["format"],
        licence=row["licence"],
        page=row["page"],
    )


def _table() -> dict[str, WeightFile]:
    text = files(__package__).joinpath("registry.csv").read_text(encoding="utf-8")
    return {row["name"]: _read(row) for row in csv.DictReader(text.splitlines())}


WEIGHT_FILES: MappingProxyType[str, WeightFile] = MappingProxyType(_table())
