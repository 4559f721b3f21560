"""The last look at a study, for the console and the command: read, never computed here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from mos_platform.standing.models import Standing
from mos_platform.standing.services import latest
from mos_platform.stimuli.models import Study

PEOPLE = {"real": "raters", "simulated": "simulated raters"}


@dataclass(frozen=True)
class Excluded:
    """A rater whom the analysis left out, by which rule and why."""

    rater: str
    rule: str
    reason: str


@dataclass(frozen=True)
class Width:
    """`half_width` of one interval in grades, None where undefined; `is_reached` is None without an aim."""

    question: str
    of: str
    mean: float
    half_width: float | None
    is_reached: bool | None


@dataclass(frozen=True)
class Group:
    """Real or simulated raters. `told` and `caveat` are "" without a rule that stops for precision."""

    people: str
    raters: int
    fewest: int
    excluded: list[Excluded]
    widths: list[Width]
    target: float | None
    told: str
    caveat: str

    @property
    def excluded_raters(self) -> int:
        return len({one.rater for one in self.excluded})


@dataclass(frozen=True)
class Shown:
    standing: Standing
    groups: list[Group]


def shown(study: Study) -> Shown | None:
    """The last look that saw anything; None before the first."""
    standing = latest(study)
    return Shown(standing, groups(standing)) if standing else None


def groups(standing: Standing) -> list[Group]:
    found = ((people, standing.found.get(name)) for name, people in PEOPLE.items())
    return [_group(people, group) for people, group in found if group]


def _group(people: str, found: dict[str, Any]) -> Group:
    stop = found["stop"] or {}
    target = stop.get("target")
    return Group(
        people=people,
        raters=found["raters"],
        fewest=found["fewest_raters"],
        excluded=[Excluded(**row) for row in found["excluded"]],
        widths=[_width(row, target) for row in found["widths"]],
        target=target,
        told=stop.get("told", ""),
        caveat=stop.get("caveat", ""),
    )


def _width(row: dict[str, Any], target: float | None) -> Width:
    half = row["half_width"]
    reached = None if target is None else half is not None and half <= target
    return Width(row["question"], row["of"], row["mean"], half, reached)


def lines(study: Study, standing: Standing) -> list[str]:
    """For a terminal."""
    told = [line for group in groups(standing) for line in _lines(group)]
    if study.completed_at is not None:
        told.append(
            f"The study is complete since {study.completed_at:%Y-%m-%d %H:%M} UTC: nobody new is let in."
        )
    return told or ["Nobody has answered yet."]


def _lines(group: Group) -> list[str]:
    told = [
        f"{group.raters} {group.people} answered, {group.excluded_raters} excluded; "
        f"{group.fewest} count for the method that has fewest."
    ]
    told += [f"  {one.rater} excluded by {one.rule}: {one.reason}" for one in group.excluded]
    told += [f"  {one.question}  {one.of}  {one.mean:.2f} {_half(one)}" for one in group.widths]
    return [*told, *filter(None, (group.told, group.caveat))]


def _half(width: Width) -> str:
    return "no interval" if width.half_width is None else f"± {width.half_width:.3f}"
