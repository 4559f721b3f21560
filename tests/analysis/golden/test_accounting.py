"""Every figure that lies beside the real ratings is compared by a test, or left alone for a stated reason."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest
import yaml
from golden import RATINGS, figures, leaves

REPO = Path(__file__).resolve().parents[3]
CLAIMS = yaml.safe_load((Path(__file__).parent / "claims.yaml").read_text())
CLAIMED = [(test, pattern) for test, patterns in CLAIMS["claimed"].items() for pattern in patterns]
EXEMPT = [pattern for exemption in CLAIMS["exempt"] for pattern in exemption["figures"]]
STEP = " > "


@cache
def every_figure() -> frozenset[str]:
    paths = (path for file in ("expected.json", "reference.json") for path in RATINGS.glob(f"*/{file}"))
    return frozenset(
        STEP.join((path.parent.name, path.name, *leaf))
        for path in paths
        for leaf in leaves(figures(path.parent.name, path.name))
    )


@cache
def matched(pattern: str) -> frozenset[str]:
    steps = [
        ".*" if step == "**" else re.escape(step).replace(r"\*", "[^>]*") for step in pattern.split(STEP)
    ]
    regex = re.compile(STEP.join(steps))
    return frozenset(figure for figure in every_figure() if regex.fullmatch(figure))


@pytest.fixture(autouse=True)
def _real_ratings(shared: Path) -> None:
    assert len(every_figure()) > 1000


def test_every_figure_is_claimed_or_exempt() -> None:
    accounted = frozenset().union(*map(matched, [*(pattern for _, pattern in CLAIMED), *EXEMPT]))
    assert sorted(every_figure() - accounted) == []


def test_no_figure_is_both_claimed_and_exempt() -> None:
    claimed = frozenset().union(*(matched(pattern) for _, pattern in CLAIMED))
    assert sorted(claimed & frozenset().union(*map(matched, EXEMPT))) == []


def test_no_claim_or_exemption_is_about_nothing() -> None:
    assert [
        pattern for pattern in [*(pattern for _, pattern in CLAIMED), *EXEMPT] if not matched(pattern)
    ] == []


@pytest.mark.parametrize("test", CLAIMS["claimed"])
def test_the_tests_that_claim_figures_exist(test: str) -> None:
    file, name = test.split("::")
    tree = ast.parse((REPO / file).read_text())
    assert name in {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


def test_every_exemption_says_why() -> None:
    assert all(len(exemption["because"].split()) > 4 for exemption in CLAIMS["exempt"])
