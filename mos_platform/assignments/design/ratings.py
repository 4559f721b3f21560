"""The trials of a part: chosen, put in order, and among them those that are not scored."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Literal, TypeVar

import numpy as np
from numpy.typing import NDArray

from mos_platform.assignments.design.choice import even_choice
from mos_platform.assignments.design.order import Followed, Grouping, grouped_order, spaced_order
from mos_platform.assignments.trials import Clip, Expected, PlannedTrial, insert, spread

Unit = TypeVar("Unit", bound=Hashable)


@dataclass(frozen=True)
class Extras:
    """What a part holds besides its scored trials; `traps` and `gold` with the answers they expect."""

    traps: Sequence[Expected] = ()
    gold: Sequence[tuple[Clip, Expected]] = ()
    practice: Sequence[Clip] = ()
    training: int = 0
    dummies: int = 0
    repeats: int = 0


NOTHING_ELSE = Extras()


def rating_trials(
    clips: Sequence[Clip],
    used: Mapping[Clip, int] | NDArray[np.int64],
    *,
    n: int | None,
    rng: np.random.Generator,
    extras: Extras = NOTHING_ELSE,
    grouped_by: Grouping | None = None,
    followed: Followed | None = None,
    together: NDArray[np.int64] | None = None,
) -> list[PlannedTrial]:
    """The trials of a rating part: training, dummies, then the scored ones with checks, gold and repeats.

    `used`: how many sittings of the study hold a clip, by clip or in their order; `followed`: how often, over
    the study, a method came right after another; `together`: (clips, clips), in how many sittings two of them
    met.
    """
    chosen = even_choice(
        clips, used, n, rng, row=attrgetter("method"), column=attrgetter("item"), together=together
    )
    scored = [PlannedTrial(clip=clip) for clip in grouped_order(chosen, grouped_by, rng, followed)]
    checks = [
        PlannedTrial(kind="trap", clip=chosen[int(rng.integers(len(chosen)))], expected=expected)
        for expected in extras.traps
    ]
    gold = [PlannedTrial(kind="gold", clip=clip, expected=expected) for clip, expected in extras.gold]
    body = spread(scored, [*gold, *checks], rng, grouped_by)
    body = with_repeats(body, extras.repeats, rng, grouped_by)
    training = _practice(extras.practice, extras.training, "training", rng)
    warm_up = _dummies(clips, chosen, body, extras.dummies, rng)
    return [*training, *warm_up, *body]


def _practice(
    clips: Sequence[Clip], n: int, kind: Literal["training", "dummy"], rng: np.random.Generator
) -> list[PlannedTrial]:
    """Up to `n` of the clips, one of each method before the second of any: the rater meets the range."""
    shuffled = (clips[i] for i in rng.permutation(len(clips)))
    drawn = in_rounds(shuffled, lambda clip: clip.method, n)
    return [PlannedTrial(kind=kind, clip=clip) for clip in spaced_order(drawn, rng)]


def in_rounds(units: Iterable[Unit], kind: Callable[[Unit], Hashable], n: int) -> list[Unit]:
    """`n` units: one of each kind before the second of any; otherwise in the order given."""
    seen: dict[Hashable, int] = {}
    keyed, begun = [], 0
    for place, unit in enumerate(units):
        if begun >= n:
            break
        seen[kind(unit)] = seen.get(kind(unit), 0) + 1
        begun += seen[kind(unit)] == 1
        keyed.append((seen[kind(unit)], place, unit))
    return [unit for *_, unit in sorted(keyed, key=lambda entry: entry[:2])][:n]


def _dummies(
    clips: Sequence[Clip],
    chosen: Sequence[Clip],
    body: Sequence[PlannedTrial],
    n: int,
    rng: np.random.Generator,
) -> list[PlannedTrial]:
    """Clips that are not scored in this sitting come first; the others early in it come last."""
    if not n:
        return []
    place = {trial.clip: i for i, trial in reversed(list(enumerate(body)))}
    late = sorted(chosen, key=lambda clip: -place[clip])
    pool = unscored_first(clips, late, n)
    return _practice(pool, n, "dummy", rng)


def unscored_first(units: Sequence[Unit], late: Sequence[Unit], n: int) -> list[Unit]:
    """Units to warm up with: those not scored in this sitting; too few, then also the first of `late`."""
    scored = set(late)
    spare = [unit for unit in units if unit not in scored]
    return spare if len(spare) >= n else [*spare, *late[: n - len(spare)]]


def with_repeats(
    trials: Sequence[PlannedTrial], n: int, rng: np.random.Generator, grouped_by: Grouping | None = None
) -> list[PlannedTrial]:
    """Show `n` scored clips a second time, at least a third of the part later where that can be had."""
    placed = list(trials)
    distance = -(-(len(placed) + n) // 3)
    scored = [place for place, trial in enumerate(placed) if trial.kind == "scored"]
    early = [place for place in scored if place + distance <= len(placed)]
    pool = early if len(early) >= n else scored[:n]
    for source in [placed[pool[i]] for i in rng.permutation(len(pool))[:n]]:
        least = next(place for place, trial in enumerate(placed) if trial is source) + distance
        repeat = PlannedTrial(kind="repeat", clip=source.clip)
        insert(placed, repeat, range(min(least, len(placed)), len(placed) + 1), rng, grouped_by)
    return placed
