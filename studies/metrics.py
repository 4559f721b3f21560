"""The metric catalogue: what each objective metric is, where it is defined, and what it needs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, get_args

from studies.catalogue.lookup import table
from studies.names import Index, folded

Direction = Literal["higher", "lower"]
Level = Literal["clip", "method"]


@dataclass(frozen=True)
class Metric:
    """One objective metric.

    direction: which way is better, None where neither is, or where papers differ. unit: "" where
    implementations differ in it. needs: reference, audio, face, mesh, text, weights. aliases: other names
    for the same. computed: whether it is measured here, and then with these parameters; the others come in as
    values measured elsewhere. `definition` is what all implementations share.
    """

    name: str
    title: str
    definition: str
    source: str
    direction: Direction | None
    unit: str
    level: Level = "clip"
    needs: frozenset[str] = frozenset()
    aliases: tuple[str, ...] = ()
    computed: bool = True
    parameters: tuple[tuple[str, str], ...] = ()


COMPUTED: dict[str, Metric] = {
    metric.name: metric
    for metric in (
        Metric(
            "psnr",
            "PSNR",
            "10·log10(peak² / mean squared difference of pixel values); undefined (infinite) where pictures "
            "are identical",
            "ITU-T J.340 (2010)",
            "higher",
            "dB",
            needs=frozenset({"reference"}),
            parameters=(
                ("peak", "255"),
                ("colour", "RGB"),
                ("frames matched by", "presentation time"),
                ("over frames", "mean"),
            ),
        ),
        Metric(
            "ssim",
            "SSIM",
            "structural similarity: luminance, contrast and structure compared in a sliding window",
            "Wang, Bovik, Sheikh & Simoncelli (2004)",
            "higher",
            "1",
            needs=frozenset({"reference"}),
            parameters=(
                ("colour", "BT.601 luma"),
                ("window", "Gaussian, 11 × 11, σ 1.5"),
                ("K1", "0.01"),
                ("K2", "0.03"),
                ("downsampling", "none"),
                ("frames matched by", "presentation time"),
                ("over frames", "mean"),
            ),
        ),
        Metric(
            "cpbd",
            "CPBD",
            "cumulative probability of blur detection: the share of edges whose blur is hardly noticed",
            "Narvekar & Karam (2011)",
            "higher",
            "1",
            parameters=(
                ("colour", "BT.601 luma"),
                ("block", "64 × 64"),
                ("β", "3.6"),
                ("edges", "as in the cpbd package 1.0.7"),
                ("over frames", "mean over those with a measurable edge"),
            ),
        ),
    )
}


def known_metric(name: str) -> Metric | None:
    """The metric that goes by this name, as written or whatever its case, spaces and hyphens."""
    return _INDEX.find(name.strip())


def metric_title(name: str) -> str:
    """How the metric is called in print; its own name where the catalogue does not know it."""
    known = known_metric(name)
    return known.title if known else name


def metric_titles(names: Iterable[str]) -> dict[str, str]:
    """By name: how each of a study's metrics is called in print, with its own name where titles collide."""
    titles = {name: metric_title(name) for name in names}
    often = Counter(titles.values())
    return {
        name: title if often[title] == 1 or title == name else f"{title} ({name})"
        for name, title in titles.items()
    }


def same_metric(one: str, other: str) -> bool:
    """Whether two names stand for one metric."""
    found = known_metric(one), known_metric(other)
    return found[0] == found[1] if any(found) else folded(one) == folded(other)


def _described(row: dict[str, str]) -> Metric:
    direction = next((word for word in get_args(Direction) if word == row["direction"]), None)
    level = next(word for word in get_args(Level) if word == row["level"])
    return Metric(
        name=row["name"],
        title=row["title"],
        definition=row["definition"],
        source=row["source"],
        direction=direction,
        unit=row["unit"],
        level=level,
        needs=frozenset(row["needs"].split()),
        aliases=tuple(name for name in row["aliases"].split(";") if name),
        computed=False,
    )


def _spellings(metric: Metric) -> list[str]:
    return [folded(name) for name in (metric.name, metric.title, *metric.aliases)]


CATALOGUE: dict[str, Metric] = {
    **COMPUTED,
    **{metric.name: metric for metric in table("metrics.csv", _described)},
}
_INDEX = Index.of(CATALOGUE.values(), _spellings)
