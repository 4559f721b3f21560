"""The clips of a study as the design sees them, and which of them a part deals out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property, lru_cache
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from mos_platform.assignments.design import pairs_within_items
from mos_platform.assignments.trials import Clip, Pair
from mos_platform.stimuli.models import Role, Study
from studies.config import Part, StudyConfig

Unit = Clip | Pair
Pairing = Literal["all", "with_reference"] | tuple[tuple[str, str], ...]


KEPT_STUDIES = 16


@dataclass(frozen=True)
class Units:
    """What a part shows, one unit per trial, in a fixed order; `place` is a unit's by the ids of its clips.

    methods: (units, 1) of clips or (units, 2) of pairs, codes in the order of `Stock.methods`.
    """

    units: tuple[Unit, ...]
    place: dict[tuple[int, ...], int]
    methods: NDArray[np.int64]


@dataclass(frozen=True)
class Stock:
    """`scored` and `practice` clips are of methods under evaluation; `named` is every clip by its cell.

    `methods` holds the ids of the methods under evaluation by name; `reference` is one of them, or None, and
    `references` its clips by item. `met` is the one method that a rater meets in a study between raters.
    """

    config: StudyConfig
    scored: tuple[Clip, ...]
    practice: tuple[Clip, ...]
    named: dict[tuple[str, str], Clip]
    methods: dict[str, int]
    reference: int | None
    references: dict[int, Clip]
    met: int | None = None

    @cached_property
    def units(self) -> dict[str, Units]:
        """By part; in a study between raters all that any of them meets."""
        code = {method: place for place, method in enumerate(self.methods.values())}
        return {part.id: _units(self.of(part), code) for part in self.config.parts}

    def of(self, part: Part) -> Sequence[Unit]:
        """The clips or pairs that a part shows."""
        return self.pairs(part.pairs) if part.is_paired else self.judged(part)

    @property
    def shared_by_all(self) -> int | None:
        """Between raters: the code of the reference where all raters meet it."""
        between = self.config.design.raters == "between" and self.reference is not None
        if not between or self.reference in methods_to_meet(self):
            return None
        return list(self.methods.values()).index(self.reference or 0)

    def met_by(self, method: int) -> Stock:
        return replace(self, met=method)

    def judged(self, part: Part, *, practice: bool = False) -> list[Clip]:
        """The clips that a rating part shows: never the reference where it is shown beside each."""
        clips = self.practice if practice else self.scored
        return [clip for clip in clips if self._is_judged(clip.method, part)]

    def _is_judged(self, method: int, part: Part) -> bool:
        if method == self.reference and part.test_method == "DCR":
            return False
        hidden_reference = method == self.reference and part.test_method == "ACR-HR"
        return self.met is None or method == self.met or hidden_reference

    def pairs(self, wanted: Pairing, *, practice: bool = False) -> list[Pair]:
        """The pairs of scored clips, or of those for practice, whose methods shall meet."""
        meeting = self._meeting(wanted)
        found = pairs_within_items(self.practice if practice else self.scored)
        return [pair for pair in found if frozenset((pair.one.method, pair.two.method)) in meeting]

    def _meeting(self, wanted: Pairing) -> set[frozenset[int]]:
        ids = list(self.methods.values())
        if isinstance(wanted, tuple):
            meeting = {frozenset((self.methods[one], self.methods[two])) for one, two in wanted}
        else:
            others = ids if wanted == "all" else [one for one in ids if one == self.reference]
            meeting = {frozenset((one, other)) for one in ids for other in others}
        return {pair for pair in meeting if len(pair) == 2 and (self.met is None or self.met in pair)}


def clips_of(unit: Unit) -> tuple[Clip, ...]:
    return (unit,) if isinstance(unit, Clip) else (unit.one, unit.two)


def key_of(*stimuli: int | None) -> tuple[int, ...]:
    """What tells a unit: the ids of its clips, whichever stands left."""
    return tuple(sorted(one for one in stimuli if one is not None))


def _units(units: Sequence[Unit], code: dict[int, int]) -> Units:
    keys = [key_of(*(clip.id for clip in clips_of(unit))) for unit in units]
    methods = [[code[clip.method] for clip in clips_of(unit)] for unit in units]
    shape = (len(units), len(methods[0]) if methods else 1)
    return Units(
        tuple(units),
        {key: place for place, key in enumerate(keys)},
        np.array(methods, dtype=np.int64).reshape(shape),
    )


def stock_of(study: Study) -> Stock:
    """The study's clips; read once, for no version of a study ever changes."""
    return _kept(study.pk, study.created_at)


@lru_cache(KEPT_STUDIES)
def _kept(study: int, _created_at: datetime) -> Stock:
    """By the time too: a database that is made anew gives the same numbers to other studies."""
    return _read(Study.objects.get(pk=study))


def _read(study: Study) -> Stock:
    rows = study.stimuli.values_list("pk", "method", "item", "method__name", "item__name", "item__role")
    ordered = list(rows.order_by("method__order", "item__order"))
    named = {(row[3], row[4]): Clip(*row[:3]) for row in ordered}
    role = {(row[3], row[4]): row[5] for row in ordered}
    methods = dict(study.methods.filter(role=Role.SCORED).order_by("order").values_list("name", "pk"))
    real = study.parsed.reference
    reference = methods[real.name] if real else None
    judged = {cell: clip for cell, clip in named.items() if cell[0] in methods}
    return Stock(
        config=study.parsed,
        scored=tuple(clip for cell, clip in judged.items() if role[cell] == Role.SCORED),
        practice=tuple(clip for cell, clip in judged.items() if role[cell] == Role.TRAINING),
        named=named,
        methods=methods,
        reference=reference,
        references={clip.item: clip for clip in named.values() if clip.method == reference},
    )


def methods_to_meet(stock: Stock) -> Sequence[int]:
    """The methods among which raters are divided in a study between raters.

    The reference is one of them only where every part rates clips on their own: elsewhere all raters meet it.
    """
    alone = all(part.test_method == "ACR" for part in stock.config.parts)
    return [method for method in stock.methods.values() if alone or method != stock.reference]
