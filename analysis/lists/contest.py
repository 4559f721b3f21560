"""metric_contest: which of two objective metrics follows the raters better?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import pandas as pd

from analysis.lists.metric_gaps import FEWEST
from analysis.lists.scope import Listing, Row, Scope, codes, placed
from analysis.stats.contest import Contest, Level, Rival, metric_contests
from analysis.stats.result import Note
from studies.metrics import Direction

Pair = tuple[str, str]
MOST = 2.0  # apart are two correlations at −1 and 1
BEYOND = Note(
    "contest_beyond_range",
    "The interval of a difference of two correlations reaches beyond −2 to 2, where no difference can lie; "
    "limits are kept, as so few methods or items leave it rough.",
)


@dataclass(frozen=True)
class Contender:
    """A metric beside the MOS: stimulus, item, method, mean and value of stimuli that have both, in order."""

    name: str
    direction: Direction
    levels: Sequence[Level]
    frame: pd.DataFrame


def contest_rows(scope: Scope, question: str, contenders: Sequence[Contender]) -> Listing:
    """Rows of every two metrics over the stimuli that have both."""
    found: dict[Pair, list[Contest]] = {}
    for stimuli, pairs in _by_stimuli(contenders).items():
        found |= _contests(scope, question, _on(stimuli, contenders, pairs), pairs)
    listing = Listing()
    for a, b in combinations([one.name for one in contenders], 2):
        contests = found.get((a, b), [])
        listing.rows.extend(_row(question, a, b, one) for one in contests)
        for one in contests:
            titles = " − ".join(scope.metric_titles[name] for name in (a, b))
            listing.notes.extend(placed([*one.notes, *_beyond(one)], question, titles))
    return listing


def _by_stimuli(contenders: Sequence[Contender]) -> dict[frozenset[str], list[Pair]]:
    """Pairs of metrics by the stimuli that have both, so that each set of stimuli is drawn from once."""
    valued = {one.name: frozenset(one.frame["stimulus"]) for one in contenders}
    pairs: dict[frozenset[str], list[Pair]] = {}
    for a, b in combinations(valued, 2):
        common = valued[a] & valued[b]
        if len(common) >= FEWEST:
            pairs.setdefault(common, []).append((a, b))
    return pairs


def _on(
    stimuli: frozenset[str], contenders: Sequence[Contender], pairs: list[Pair]
) -> dict[str, tuple[Contender, pd.DataFrame]]:
    """The metrics of these pairs, and what each has on these stimuli."""
    names = {name for pair in pairs for name in pair}
    return {
        one.name: (one, one.frame[one.frame["stimulus"].isin(stimuli)])
        for one in contenders
        if one.name in names
    }


def _contests(
    scope: Scope, question: str, entered: dict[str, tuple[Contender, pd.DataFrame]], pairs: list[Pair]
) -> dict[Pair, list[Contest]]:
    """The draws follow from the question and the stimuli, so that one more metric leaves the rest alone."""
    place = {name: index for index, name in enumerate(entered)}
    _, shared = next(iter(entered.values()))
    found = metric_contests(
        shared["mean"].to_numpy(dtype=float),
        [
            Rival(frame["value"].to_numpy(dtype=float), one.direction, one.levels)
            for one, frame in entered.values()
        ],
        codes(shared["item"]),
        codes(shared["method"]),
        pairs=[(place[a], place[b]) for a, b in pairs],
        confidence=scope.options.confidence,
        n_boot=scope.options.n_boot,
        rng=scope.options.rng("contest", question),
    )
    return dict(zip(pairs, found, strict=True))


def _beyond(one: Contest) -> list[Note]:
    ends = [end for end in (one.ci_low, one.ci_high) if end is not None]
    return [BEYOND] if any(abs(end) > MOST for end in ends) else []


def _row(question: str, a: str, b: str, one: Contest) -> Row:
    return {
        "question": question,
        "metric_a": a,
        "metric_b": b,
        "level": one.level,
        "coefficient": one.coefficient,
        "difference": one.difference,
        "ci_low": one.ci_low,
        "ci_high": one.ci_high,
        "p": one.p,
        "procedure": one.procedure,
        "williams_p": one.williams_p,
        "zou_low": one.zou_low,
        "zou_high": one.zou_high,
    }
