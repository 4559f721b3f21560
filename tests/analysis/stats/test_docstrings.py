"""Docstrings of the statistics say what a user must know: shapes, missing values, units, errors, source."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ANALYSIS = Path(__file__).resolve().parents[3] / "analysis"
STATS = ANALYSIS / "stats"
ARRAYS = re.compile(r"ArrayLike|FloatArray|IntArray|BoolArray")
SHAPE = re.compile(r"shape|\([nmk]|\(n_|\d-D|length|one per")
MISSING = re.compile(r"NaN|missing|None|empty")
ERRORS = re.compile(r"ValueError")
UNITS = re.compile(r"\bunits?\b|unit-free|grade|\bscale\b|categor|log-worth")
YEAR = re.compile(r"\b(?:1[89]|20)\d\d\b")
NO_SOURCE = {
    "finite": "turns a number into JSON's",
    "beyond_scale": "compares an interval with the ends of the scale",
    "is_constant": "compares numbers with their rounding",
    "procedure": "names what was done",
    "whole_number": "prints a count",
    "part_of": "prints two counts",
}
Function = ast.FunctionDef


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def public(kind: type[ast.stmt]) -> Iterator[tuple[str, ast.stmt]]:
    """module.name and node of what is defined at the top of a module of analysis.stats without underscore."""
    for path in sorted(STATS.glob("*.py")):
        for node in tree(path).body:
            if isinstance(node, kind) and not node.name.startswith("_"):  # type: ignore[attr-defined]
                yield f"{path.stem}.{node.name}", node  # type: ignore[attr-defined]


def is_all(target: ast.expr) -> bool:
    return isinstance(target, ast.Name) and target.id == "__all__"


@cache
def used_outside() -> set[str]:
    """Names that the rest of analysis imports from analysis.stats, or that one of its modules exports."""
    found = set()
    for path in ANALYSIS.rglob("*.py"):
        for node in ast.walk(tree(path)):
            if path.parent != STATS and isinstance(node, ast.ImportFrom):
                if (node.module or "").startswith("analysis.stats"):
                    found |= {alias.name for alias in node.names}
            elif path.parent == STATS and isinstance(node, ast.Assign) and is_all(node.targets[0]):
                found |= set(ast.literal_eval(node.value))
    return found


FUNCTIONS: dict[str, Function] = dict(public(ast.FunctionDef))  # type: ignore[arg-type]
ENTRIES = {name: node for name, node in FUNCTIONS.items() if node.name in used_outside()}


def parameters(node: Function) -> list[ast.arg]:
    return [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]


def takes_arrays(node: Function) -> bool:
    return any(ARRAYS.search(ast.unparse(one.annotation)) for one in parameters(node) if one.annotation)


def words(node: Function) -> str:
    return " ".join((ast.get_docstring(node) or "").split())


def test_the_walk_finds_the_estimators() -> None:
    names = {node.name for node in ENTRIES.values()}
    assert {"mean_estimate", "difference_estimate", "icc_all", "fit_preference", "correlation_set"} <= names


@pytest.mark.parametrize("kind", [ast.FunctionDef, ast.ClassDef])
def test_everything_public_has_a_docstring(kind: type[ast.stmt]) -> None:
    assert [name for name, node in public(kind) if not ast.get_docstring(node)] == []  # type: ignore[arg-type]


def test_every_module_says_what_it_is_for() -> None:
    bare = [
        path.name for path in STATS.glob("*.py") if path.stat().st_size and not ast.get_docstring(tree(path))
    ]
    assert bare == []


@pytest.mark.parametrize("name", [name for name, node in ENTRIES.items() if takes_arrays(node)])
def test_functions_of_arrays_give_shapes_missing_values_and_errors(name: str) -> None:
    told = words(ENTRIES[name])
    lacking = [
        what
        for what, pattern in (("shapes", SHAPE), ("missing values", MISSING), ("errors", ERRORS))
        if not pattern.search(told)
    ]
    assert lacking == [], told


def sources(told: str) -> list[str]:
    """Years that stand after an author: a word with a capital, within sixty characters."""
    found = ((told[max(0, year.start() - 60) : year.start()], year.group()) for year in YEAR.finditer(told))
    return [year for before, year in found if re.search(r"[A-Z][\w-]+", before)]


@pytest.mark.parametrize("name", list(ENTRIES))
def test_functions_give_their_source_with_author_and_year(name: str) -> None:
    if ENTRIES[name].name not in NO_SOURCE:
        assert sources(words(ENTRIES[name])), words(ENTRIES[name])


def scores(node: Function) -> bool:
    return any(one.arg in ("score", "scores", "mos", "mean", "high") for one in parameters(node))


@pytest.mark.parametrize("name", [name for name, node in ENTRIES.items() if scores(node)])
def test_functions_of_scores_tell_their_unit(name: str) -> None:
    assert UNITS.search(words(ENTRIES[name])), words(ENTRIES[name])


def test_exemptions_are_of_functions_that_exist() -> None:
    assert set(NO_SOURCE) <= {node.name for node in ENTRIES.values()}
