"""The simulation behind COVERAGE.md: its command runs, and the table keeps what is promised."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
TABLE = ROOT / "analysis" / "stats" / "COVERAGE.md"
SHAPES = ("30 × 20", "10 × 10", "24 × 8", "8 × 40")
TENTH = "interactions a tenth"
NARROW = {*SHAPES, *(f"{shape}, {TENTH}" for shape in SHAPES)}
WIDE = {
    "100 × 4",
    f"100 × 4, {TENTH}",
    "30 × 20, 8 raters per stimulus",
    f"30 × 20, 8 raters per stimulus, {TENTH}",
    "30 × 20, unequal variances",
    "30 × 20, ceiling",
}


def rows(text: str, title: str) -> dict[str, list[float]]:
    """Of one table: the coverage in per cent of each interval, by design."""
    lines = text.partition(f"## {title}\n")[2].partition("\n## ")[0].splitlines()
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if " ± " in line]
    return {row[0]: [float(found) for found in re.findall(r"([\d.]+) ±", " ".join(row[1:]))] for row in cells}


@pytest.mark.parametrize("title", ["MOS of a method", "Difference of two methods"])
def test_the_table_keeps_what_is_promised(title: str) -> None:
    found = rows(TABLE.read_text(encoding="utf-8"), title)
    assert set(found) >= NARROW | WIDE
    for design in NARROW:
        assert 93 <= found[design][0] <= 97, design
    for design in WIDE:
        assert found[design][0] >= 92.5, design


def test_the_command_prints_every_statistic_beside_a_naive_interval() -> None:
    arguments = [sys.executable, "tests/benchmarks/coverage", "--share", "0.001", "--only", ": 10 × 10"]
    done = subprocess.run(arguments, cwd=ROOT, capture_output=True, text=True, check=True)
    for title in ("MOS of a method", "Difference of two methods", "ICC of one rater", "Krippendorff's alpha"):
        assert len(rows(done.stdout, title)["10 × 10"]) >= 2
    assert len(rows(done.stdout, "Correlation with a metric over stimuli")["10 × 10, 6 methods"]) >= 4
    assert len(rows(done.stdout, "Bradley–Terry strengths")["10 × 10"]) == 2
