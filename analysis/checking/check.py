"""Check a whole source: the files, the cells, the tables against each other, and that all can be read."""

from __future__ import annotations

from dataclasses import dataclass

from analysis.checking.cells import cell_problems
from analysis.checking.consistency import consistency_problems
from analysis.checking.files import read_bundle
from analysis.checking.problem import Problem, retold
from analysis.checking.summary import summary
from analysis.load import AskedScale, load_source
from analysis.sources import open_unchecked
from studies.errors import InputError


@dataclass(frozen=True)
class Verdict:
    """`summary` is empty where there are problems: figures of unsound data mislead."""

    problems: tuple[Problem, ...]
    summary: tuple[str, ...]


def check_source(source: str, question_column: str | None = None, scale: AskedScale = None) -> Verdict:
    """Raises InputError only where there is nothing to check."""
    bundle, problems = read_bundle(open_unchecked(source), question_column)
    found = [*problems, *cell_problems(bundle), *consistency_problems(bundle)]
    if found:
        return Verdict(tuple(found), ())
    try:
        data = load_source(source, question_column=question_column, scale=scale)
        return Verdict((), tuple(summary(data)))
    except InputError as error:
        return Verdict((retold(error),), ())
