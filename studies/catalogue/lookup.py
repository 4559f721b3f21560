"""Find an entry by the name that a study gives it."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from functools import cache
from importlib.resources import files
from typing import TypeVar

from studies.catalogue.entries import PREPRINT, Citation, Dataset, Method, PublishedValue, cited
from studies.catalogue.spelling import same_method
from studies.names import Index, folded

Row = TypeVar("Row")


def _spellings(name: str) -> frozenset[str]:
    """Folded, and with its plus signs in letters, since a study file's names hold no plus sign."""
    plain = folded(name)
    return frozenset({plain, plain.replace("+", "p"), plain.replace("+", "plus")})


def same_name(one: str, other: str) -> bool:
    """Whether two names of data sets differ in nothing but spelling."""
    return bool(_spellings(one) & _spellings(other))


def method(name: str) -> Method | None:
    """The published method of this name: as written, else as the rule of `same_method` takes it."""
    found = [entry for entry in _methods().values() if same_method(entry.name, name)]
    return _methods().get(name.strip()) or (found[0] if len(found) == 1 else None)


def dataset(name: str) -> Dataset | None:
    """The published data set of this name: as written, else whatever its case, spaces and hyphens."""
    return _datasets().find(name.strip())


def citation(name: str) -> Citation | None:
    """Where the method of this name was published; None where the catalogue does not list it."""
    entry = method(name)
    return cited(entry) if entry else None


def methods() -> tuple[Method, ...]:
    return tuple(_methods().values())


def datasets() -> tuple[Dataset, ...]:
    return tuple(_datasets().exact.values())


@cache
def published() -> tuple[PublishedValue, ...]:
    """Every published value, in the order of the tables they come from."""
    return tuple(table("published_values.csv", _published))


@cache
def _methods() -> dict[str, Method]:
    return {entry.name: entry for entry in table("methods.csv", _method)}


@cache
def _datasets() -> Index[Dataset]:
    return Index.of(table("datasets.csv", _dataset), lambda entry: _spellings(entry.name))


def table(file: str, entry: Callable[[dict[str, str]], Row]) -> Iterator[Row]:
    """The entries of one of the catalogue's tables."""
    text = files("studies.catalogue").joinpath(file).read_text(encoding="utf-8")
    return map(entry, csv.DictReader(text.splitlines()))


def _method(row: dict[str, str]) -> Method:
    venue = PREPRINT if row["venue"].casefold() == PREPRINT.casefold() else row["venue"]
    proposed = tuple(name for name in row["proposed_metrics"].split("; ") if name)
    return Method(row["method"], row["arxiv"], venue, int(row["year"]), row["code"] == "yes", proposed)


def _dataset(row: dict[str, str]) -> Dataset:
    return Dataset(
        name=row["dataset"],
        year=int(row["year"]),
        speakers=_stated(row["speakers"]),
        scale=row["scale"],
        resolution=_stated(row["resolution"]),
        source=row["source"],
    )


def _published(row: dict[str, str]) -> PublishedValue:
    return PublishedValue(
        method=row["method"],
        dataset=row["dataset"],
        metric=row["metric"],
        value=float(row["value"]),
        printed=row["value"],
        unit=row["unit"] or None,
        source=row["source"],
    )


def _stated(word: str) -> str | None:
    return None if word == "N/A" else word
