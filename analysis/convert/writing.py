"""The facts of a foreign file as a study bundle."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

from analysis.bundles import MADE_FROM, Written, software, write_bundle
from analysis.convert.facts import Clip, Comparison, Facts, Rating
from analysis.tables import DEFAULT_QUESTION
from studies.bundle import COMPARISONS, RATERS, RATINGS, STIMULI, Table
from studies.errors import InputError

Row = dict[str, str]


def write_facts(facts: Facts, source: Path, out: Path) -> None:
    """Write the bundle. Raises InputError; `out` is then as before."""
    study = {
        "study": facts.study,
        "title": facts.study,
        "scales": {question: list(ends) for question, ends in sorted(facts.scales.items())},
        "software": software(),
        MADE_FROM: [{"file": source.name, "sha256": hashlib.sha256(source.read_bytes()).hexdigest()}],
    }
    write_bundle(out, study, _tables(facts), lambda folder: _prove(folder, source.name))


def _prove(folder: str, where: str) -> None:
    """What was written must be readable for all other commands."""
    from analysis.load import load_source

    try:
        load_source(folder)
    except InputError as error:
        raise InputError(f"{where} makes no sound bundle: {error}") from None


def _tables(facts: Facts) -> list[Written]:
    tables = [
        (RATINGS, [_rating(rating) for rating in facts.ratings]),
        (COMPARISONS, [_comparison(comparison) for comparison in facts.comparisons]),
        (STIMULI, [_clip(clip) for clip in facts.clips]),
        (RATERS, [{"rater": rater, **described} for rater, described in facts.raters.items()]),
    ]
    return [_written(table, rows) for table, rows in tables if rows]


def _written(table: Table, rows: Sequence[Row]) -> Written:
    """Required columns, and the others that hold anything."""
    filled = dict.fromkeys(name for row in rows for name, cell in row.items() if cell)
    known = [name for name in table.header if name in filled or name in table.required]
    header = [*known, *(name for name in filled if name not in known)]
    return Written(table.file, header, [[row.get(name, "") for name in header] for row in rows])


def _rating(rating: Rating) -> Row:
    low, high = rating.expected or (None, None)
    return {
        "rater": rating.rater,
        "stimulus": rating.clip.stimulus,
        "method": rating.clip.method,
        "item": rating.clip.item,
        "question": rating.question,
        "score": _number(rating.score),
        "kind": rating.kind,
        "expected_low": _number(low),
        "expected_high": _number(high),
        "sitting": rating.sitting,
        "position": _number(rating.position),
    }


def _comparison(answer: Comparison) -> Row:
    ahead = "right" if answer.score > 0 else "left"
    return {
        "rater": answer.rater,
        "item": answer.item,
        "left": answer.left,
        "right": answer.right,
        "question": DEFAULT_QUESTION,
        "choice": ahead if answer.score else "tie",
        "first": answer.left,
        "score": _number(answer.score),
        "sitting": answer.sitting,
        "position": _number(answer.position),
    }


def _clip(clip: Clip) -> Row:
    return {
        **clip.attributes,
        "stimulus": clip.stimulus,
        "method": clip.method,
        "item": clip.item,
        "is_reference": "true" if clip.is_reference else "",
    }


def _number(value: float | None) -> str:
    """As it reads back exactly; whole grades without a decimal point."""
    if value is None:
        return ""
    return str(int(value)) if float(value).is_integer() else repr(float(value))
