"""What the catalogue's tables hold, row by row."""

from __future__ import annotations

from dataclasses import dataclass

PREPRINT = "arXiv"


@dataclass(frozen=True)
class Method:
    """A published talking-head method; venue and year as the survey has them."""

    name: str
    arxiv: str
    venue: str
    year: int
    code: bool
    proposed_metrics: tuple[str, ...]


@dataclass(frozen=True)
class Dataset:
    """A published data set; `speakers`, `scale` and `resolution` in the words of its source."""

    name: str
    year: int
    speakers: str | None
    scale: str
    resolution: str | None
    source: str


@dataclass(frozen=True)
class PublishedValue:
    """A metric's value as a paper's table prints it, digit by digit in `printed`; `unit` is None where the
    table names none.
    """

    method: str
    dataset: str
    metric: str
    value: float
    printed: str
    unit: str | None
    source: str


@dataclass(frozen=True)
class Citation:
    """Where a method was published. `text` is one line for a card or a table's note."""

    name: str
    venue: str
    year: int
    arxiv: str
    url: str
    text: str


def cited(entry: Method) -> Citation:
    venue = f"{entry.year}" if entry.venue == PREPRINT else f"{entry.venue} {entry.year}"
    return Citation(
        name=entry.name,
        venue=entry.venue,
        year=entry.year,
        arxiv=entry.arxiv,
        url=f"https://arxiv.org/abs/{entry.arxiv}",
        text=f"{entry.name} ({venue}), arXiv:{entry.arxiv}",
    )
