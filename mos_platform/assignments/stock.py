"""The clips of a study as the design sees them, and which of them a part deals out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from mos_platform.assignments.design import pairs_within_items
from mos_platform.assignments.trials import Clip, Pair
from mos_platform.stimuli.models import Role, Study
from studies.config import Part, StudyConfig

Pairing = Literal["all", "with_reference"] | tuple[tuple[str, str], ...]


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

    def pairs(self, wanted: Pairing) -> list[Pair]:
        """The pairs of scored clips whose methods shall meet."""
        meeting = self._meeting(wanted)
        found = pairs_within_items(self.scored)
        return [pair for pair in found if frozenset((pair.one.method, pair.two.method)) in meeting]

    def _meeting(self, wanted: Pairing) -> set[frozenset[int]]:
        ids = list(self.methods.values())
        if isinstance(wanted, tuple):
            meeting = {frozenset((self.methods[one], self.methods[two])) for one, two in wanted}
        else:
            others = ids if wanted == "all" else [one for one in ids if one == self.reference]
            meeting = {frozenset((one, other)) for one in ids for other in others}
        return {pair for pair in meeting if len(pair) == 2 and (self.met is None or self.met in pair)}


def read_stock(study: Study) -> Stock:
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
