"""Rules of the house that import contracts cannot express, read from the source itself."""

from __future__ import annotations

import ast
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

PACKAGES = ("analysis", "mos_platform", "studies")
MOST_LINES_IN_FILE = 400
MOST_LINES_IN_FUNCTION = 50
SEEDED_RANDOM = {"default_rng", "Generator", "SeedSequence", "BitGenerator", "PCG64", "Philox"}
FILE_MODULES = {"pathlib", "io", "os", "shutil", "tempfile", "glob", "csv", "matplotlib"}
FILE_CALLS = ("read_", "to_csv", "savetxt", "loadtxt")
STUDIES_MAY_IMPORT = {"studies", "pydantic", "pydantic_core", "yaml", *sys.stdlib_module_names}
# Django calls handle() with every option of its parser, IPython its display hook with what it likes.
FRAMEWORK_SIGNATURES = {("handle", "options"), ("_repr_mimebundle_", "_")}

Function = ast.FunctionDef | ast.AsyncFunctionDef
Rule = Callable[[Path, ast.Module], Iterator[str]]


def sources(repo: Path, *folders: str) -> list[Path]:
    found = [path for folder in folders for path in sorted((repo / folder).rglob("*.py"))]
    return [path for path in found if "migrations" not in path.parts]


def breaches(repo: Path, files: list[Path], rule: Rule) -> list[str]:
    return [
        f"{path.relative_to(repo)}:{found}"
        for path in files
        for found in rule(path, ast.parse(path.read_text()))
    ]


def functions(tree: ast.Module) -> Iterator[Function]:
    return (node for node in ast.walk(tree) if isinstance(node, Function))


def imported(tree: ast.Module) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            yield node.lineno, node.module or ""


def asserts(_path: Path, tree: ast.Module) -> Iterator[str]:
    return (f"{node.lineno}: assert" for node in ast.walk(tree) if isinstance(node, ast.Assert))


def keyword_catchalls(_path: Path, tree: ast.Module) -> Iterator[str]:
    for node in functions(tree):
        if node.args.kwarg and (node.name, node.args.kwarg.arg) not in FRAMEWORK_SIGNATURES:
            yield f"{node.lineno}: {node.name}(**{node.args.kwarg.arg})"


def body_lines(node: Function) -> int:
    first = node.body[0]
    documented = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
    docstring = (first.end_lineno or 0) - first.lineno + 1 if documented else 0
    return (node.end_lineno or 0) - node.lineno + 1 - docstring


def long_functions(_path: Path, tree: ast.Module) -> Iterator[str]:
    for node in functions(tree):
        if body_lines(node) > MOST_LINES_IN_FUNCTION:
            yield f"{node.lineno}: {node.name} has {body_lines(node)} lines"


def long_files(path: Path, _tree: ast.Module) -> Iterator[str]:
    lines = len(path.read_text().splitlines())
    if lines > MOST_LINES_IN_FILE:
        yield f"1: {lines} lines"


def global_random(_path: Path, tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and ast.unparse(node.value) in ("np.random", "numpy.random"):
            if node.attr not in SEEDED_RANDOM:
                yield f"{node.lineno}: {ast.unparse(node)}"
        elif isinstance(node, ast.Call) and ast.unparse(node.func).endswith("default_rng") and not node.args:
            yield f"{node.lineno}: a generator without a seed"
    yield from (f"{line}: import random" for line, name in imported(tree) if name == "random")


def file_access(_path: Path, tree: ast.Module) -> Iterator[str]:
    yield from (f"{line}: {name}" for line, name in imported(tree) if name.split(".")[0] in FILE_MODULES)
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "open":
            yield f"{node.lineno}: open"
        if isinstance(node, ast.Attribute) and node.attr.startswith(FILE_CALLS):
            yield f"{node.lineno}: {ast.unparse(node)}"


def foreign_to_studies(_path: Path, tree: ast.Module) -> Iterator[str]:
    return (
        f"{line}: {name}" for line, name in imported(tree) if name.split(".")[0] not in STUDIES_MAY_IMPORT
    )


def eager_scipy(_path: Path, tree: ast.Module) -> Iterator[str]:
    """`import scipy` loads a part of it when that is used; all at once, a program starts a second later."""
    return (f"{line}: {name}" for line, name in imported(tree) if name.startswith("scipy."))


@pytest.mark.parametrize("rule", [asserts, keyword_catchalls, long_functions, long_files, global_random])
def test_every_package_keeps_the_rule(repo: Path, rule: Rule) -> None:
    assert breaches(repo, sources(repo, *PACKAGES), rule) == []


def test_the_platform_starts_without_scipy(repo: Path) -> None:
    assert breaches(repo, sources(repo, "mos_platform"), eager_scipy) == []


def test_test_and_deployment_files_stay_short(repo: Path) -> None:
    assert breaches(repo, sources(repo, "tests", "deploy"), long_files) == []


def test_statistics_touch_no_file_and_draw_nothing(repo: Path) -> None:
    assert breaches(repo, sources(repo, "analysis/stats"), file_access) == []


def test_studies_needs_only_pydantic_and_a_yaml_reader(repo: Path) -> None:
    """The scripts that rendered the demo's clips stand beside the package: nothing imports them."""
    package = [path for path in sources(repo, "studies") if "demo" not in path.parts]
    assert breaches(repo, package, foreign_to_studies) == []


@pytest.mark.parametrize(
    ("rule", "code"),
    [
        (asserts, "def f(x):\n    assert x"),
        (keyword_catchalls, "def f(**options): ..."),
        (long_functions, "def f():\n" + "    x = 1\n" * (MOST_LINES_IN_FUNCTION + 1)),
        (global_random, "np.random.shuffle(x)"),
        (global_random, "rng = np.random.default_rng()"),
        (global_random, "import random"),
        (file_access, "from pathlib import Path"),
        (file_access, "with open('x') as f: ..."),
        (file_access, "table = pd.read_csv('x')"),
        (foreign_to_studies, "import numpy as np"),
        (eager_scipy, "from scipy.signal import butter"),
    ],
)
def test_each_rule_sees_its_breach(rule: Rule, code: str) -> None:
    assert list(rule(Path("example.py"), ast.parse(code)))
