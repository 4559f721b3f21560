"""What a sitting still has to be shown, and the trials of it: from counts that somebody else keeps."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from mos_platform.assignments import design
from mos_platform.assignments.checks import gold_of, instructed, with_sound_checks
from mos_platform.assignments.counts import Ints, PartCounts
from mos_platform.assignments.stock import Stock, Unit, clips_of, key_of
from mos_platform.assignments.trials import Clip, Expected, Pair, PlannedTrial
from studies.config import Part
from studies.config.counts import start_round


@dataclass(frozen=True)
class Need:
    """How many trials of each kind a part shall get; `scored` None for all there are."""

    scored: int | None
    training: int
    dummies: int
    repeats: int
    gold: int
    checks: int
    sound_checks: int


def whole(part: Part) -> Need:
    """What a part holds from the beginning."""
    return Need(
        scored=part.trials_per_sitting,
        training=part.training,
        dummies=part.dummies,
        repeats=part.repeats,
        gold=part.gold,
        checks=part.attention_checks,
        sound_checks=part.sound_checks,
    )


def rest(part: Part, returned: Mapping[str, int], live: Mapping[str, int]) -> Need:
    """What replaces the trials that were returned, both by kind: never more than the part lacks."""
    traps = _lacking(part.attention_checks + part.sound_checks, "trap", returned, live)
    checks = min(traps, part.attention_checks)
    scored = returned.get("scored", 0)
    if part.trials_per_sitting is not None:
        scored = min(scored, max(0, part.trials_per_sitting - live.get("scored", 0)))
    return Need(
        scored=scored,
        training=_lacking(part.training, "training", returned, live),
        dummies=_lacking(part.dummies, "dummy", returned, live),
        repeats=_lacking(part.repeats, "repeat", returned, live),
        gold=_lacking(part.gold, "gold", returned, live),
        checks=checks,
        sound_checks=traps - checks,
    )


def _lacking(wanted: int, kind: str, returned: Mapping[str, int], live: Mapping[str, int]) -> int:
    return min(returned.get(kind, 0), max(0, wanted - live.get(kind, 0)))


@dataclass(frozen=True)
class Hand:
    """One part for one rater: `stock` is what this rater may meet, `seen` the units that they know."""

    stock: Stock
    part: Part
    counted: PartCounts
    seen: Collection[tuple[int, ...]] = ()

    def units(self) -> tuple[list[Unit], Ints]:
        """Those with a place left that the rater has not judged yet; and how often each of them is taken."""
        of = self.counted.of
        free = self.counted.left > 0
        free[[of.place[key] for key in self.seen]] = False
        if self.stock.met is not None:
            met = [
                of.place[key_of(*(clip.id for clip in clips_of(unit)))] for unit in self.stock.of(self.part)
            ]
            free &= np.isin(np.arange(len(free)), met)
        units = of.units if free.all() else [of.units[place] for place in np.flatnonzero(free)]
        return list(units), self.counted.used[free]


def plan_part(hand: Hand, need: Need, rng: np.random.Generator) -> list[PlannedTrial]:
    """The trials of a part; none where no scored one is left for this rater."""
    units, used = hand.units()
    if need.scored == 0 or not units:
        return []
    part = hand.part
    traps = [expected for expected in (instructed(part, rng) for _ in range(need.checks)) if expected]
    plan = _pairs if part.is_paired else _ratings
    planned = plan(hand, units, used, need, traps, rng)
    return with_sound_checks(planned, need.sound_checks, rng, hand.stock.config.design.grouped_by)


def _ratings(
    hand: Hand,
    units: Sequence[Unit],
    used: Ints,
    need: Need,
    traps: Sequence[Expected],
    rng: np.random.Generator,
) -> list[PlannedTrial]:
    clips = [unit for unit in units if isinstance(unit, Clip)]
    n = len(clips) if need.scored is None else min(need.scored, len(clips))
    extras = design.Extras(
        traps=traps,
        gold=_gold(hand, need.gold, rng),
        practice=hand.stock.judged(hand.part, practice=True),
        training=need.training,
        dummies=need.dummies,
        repeats=min(need.repeats, n),
    )
    return design.rating_trials(
        clips,
        used,
        n=n,
        extras=extras,
        grouped_by=hand.stock.config.design.grouped_by,
        followed=hand.counted.by_methods(hand.counted.counts.followed),
        rng=rng,
    )


def _pairs(
    hand: Hand,
    units: Sequence[Unit],
    used: Ints,
    need: Need,
    traps: Sequence[Expected],
    rng: np.random.Generator,
) -> list[PlannedTrial]:
    part, counted, stock = hand.part, hand.counted, hand.stock
    pairs = [unit for unit in units if isinstance(unit, Pair)]
    practice = stock.pairs(part.pairs, practice=True) if need.training else []
    extras = design.PairExtras(traps, practice, need.training, need.dummies)
    counts = counted.counts
    sides = design.Sides(counted.by_methods(counts.left), counted.by_methods(counts.first))
    grouped_by = stock.config.design.grouped_by
    if not counted.learns:
        return design.pair_trials(
            pairs, used, n=need.scored, extras=extras, sides=sides, grouped_by=grouped_by, rng=rng
        )
    start = dict(zip(counted.of.units, counts.start.tolist(), strict=True))
    return design.adaptive_pair_trials(
        pairs,
        {unit: n for unit, n in start.items() if isinstance(unit, Pair)},
        counted.answers(),
        start=start_round(part, len(stock.methods)),
        n=need.scored,
        extras=extras,
        sides=sides,
        grouped_by=grouped_by,
        rng=rng,
    )


def _gold(hand: Hand, n: int, rng: np.random.Generator) -> list[tuple[Clip, Expected]]:
    """As many gold trials as are wanted; each clip once before any comes again."""
    found = gold_of(hand.part, hand.stock.config.gold) if n else []
    order: list[int] = []
    while found and len(order) < n:
        order += [int(i) for i in rng.permutation(len(found))]
    return [(hand.stock.named[found[i][0]], found[i][1]) for i in order[:n]]


def by_kind(rows: Sequence[tuple[str, str]], part: str) -> Counter[str]:
    """How many of the (part, kind) are of this part, by kind."""
    return Counter(kind for name, kind in rows if name == part)
