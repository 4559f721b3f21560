"""What the researcher chose for a release, and what was done about it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

RaterOrder = Literal["auto", "kept", "shuffled"]
SMALLEST_GROUP = 3


@dataclass(frozen=True)
class Author:
    """A person, or, without a given name, an institution. `orcid` is the bare number, "" where unknown."""

    family: str
    given: str = ""
    orcid: str = ""


@dataclass(frozen=True)
class Wish:
    """`smallest_group`: raters who must share their attributes; `keep`: columns of raters.csv kept even so.

    `title`, `licence` (an SPDX identifier) and `reference` (the method that is the real video) are None where
    not given.
    """

    authors: tuple[Author, ...] = ()
    title: str | None = None
    licence: str | None = None
    rater_order: RaterOrder = "auto"
    smallest_group: int = SMALLEST_GROUP
    keep: tuple[str, ...] = ()
    with_texts: bool = False
    reference: str | None = None


@dataclass(frozen=True)
class Deed:
    """What became of the data. `dropped`: columns left out, by file; `attributes`: for being too telling.

    `emptied`: columns of raters.csv whose rare values went; `silent`: raters without answers; `rounded`:
    widths.
    """

    dropped: dict[str, list[str]]
    attributes: list[str]
    order: Literal["kept", "shuffled"]
    n_raters: int
    texts: Literal["none", "left out", "carried"]
    timed: bool
    contacts: list[str]
    emptied: list[str] = field(default_factory=list)
    silent: int = 0
    rounded: bool = False
