"""Tables in LaTeX: whole, with equal columns, nothing unescaped, and small enough for a two-column page."""

from __future__ import annotations

import re
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.report import latex, tables
from analysis.report.table import Cell, Group, Table, cells

SPAN = re.compile(r"\\multicolumn\{(\d+)\}")
TABULAR = re.compile(r"\\begin\{tabular\}\{([^\n]*)\}\n(.*?)\\end\{tabular\}", re.DOTALL)
DEFUSED = re.compile(r"\\text[a-z]+\{\}|\\ldots\{\}|\\[&%#_{}$,]|\$[^$]*\$|~")


def environments(text: str) -> list[str]:
    """Names in the order they are opened; fails unless each is closed in turn."""
    opened, seen = list[str](), list[str]()
    for verb, name in re.findall(r"\\(begin|end)\{([a-z*]+)\}", text):
        if verb == "begin":
            opened.append(name)
            seen.append(name)
        else:
            assert opened.pop() == name
    assert opened == []
    return seen


def n_columns(specification: str) -> int:
    bare = specification.replace("@{}", "").replace(r">{\raggedright\arraybackslash}", "")
    bare = re.sub(r"p\{[0-9.]+\\textwidth\}", "l", bare)
    assert set(bare) <= {"l", "r"}
    return len(bare)


def n_cells(line: str) -> int:
    parts = re.split(r"(?<!\\)&", line)
    return sum(int(found[1]) if (found := SPAN.search(part)) else 1 for part in parts)


def check(text: str) -> list[str]:
    """Structure of one file of tables; returns its environments."""
    for head, body in TABULAR.findall(text):
        assert body.index("\\toprule") < body.index("\\midrule") < body.index("\\bottomrule")
        rows = [line for line in body.splitlines() if line.endswith(r" \\")]
        assert {n_cells(row) for row in rows} == {n_columns(head)}
    bare = re.sub(r"\\\\|\\[{}$]", "", text)
    assert bare.count("{") == bare.count("}")
    assert bare.count("$") % 2 == 0
    assert text.count("\\caption{") == text.count("\\label{tab:") >= 1
    return environments(text)


def numbers(rows: int, columns: int, **more: Any) -> Table:
    body = tuple(cells((f"method {i}", *("3.21 ± 0.12",) * columns)) for i in range(rows))
    header = ("Method", *(f"Question {i}" for i in range(columns)))
    return replace(Table("t", "A caption.", header, body), **more)


def floats(text: str) -> list[str]:
    return re.findall(r"\\begin\{table\*?\}.*?\\end\{table\*?\}", text, re.DOTALL)


def test_every_table_of_a_report_is_well_formed(report) -> None:
    found = {table.file for table in tables.all_tables(report.study.view)}
    assert {"mos", "agreement", "differences-overall", "preference-better", "metrics"} <= found
    for name in found:
        text = (report.folder / "tables" / f"{name}.tex").read_text(encoding="utf-8")
        check(text)
        assert all(ord(character) < 128 for character in text), name


def test_one_document_holds_every_table(report) -> None:
    folder = report.folder / "tables"
    text = (folder / "all.tex").read_text(encoding="utf-8")
    named = {f"{name}.tex" for name in re.findall(r"\\input\{(.+)\}", text)}
    assert named | {"all.tex"} == {file.name for file in folder.glob("*.tex")}
    assert environments(text) == ["document"]


@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="pdflatex is not installed")
def test_the_document_compiles(report, tmp_path: Path) -> None:
    folder = shutil.copytree(report.folder / "tables", tmp_path / "tables")
    command = ["pdflatex", "-halt-on-error", "-interaction=nonstopmode", "all.tex"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout[-2000:]
    assert not re.search("Float too large|Overfull|Too many unprocessed floats", done.stdout)
    pages = re.search(r"\((\d+) pages?", done.stdout)
    floats = sum(file.read_text().count("\\caption{") for file in folder.glob("*.tex"))
    assert pages is not None
    assert int(pages[1]) < floats, "one page holds several tables"


def test_special_characters_are_defused() -> None:
    assert latex.escaped("50% of a_b & c$ {x} −1 ± 2\u00a0% α") == (
        r"50\% of a\_b \& c\$ \{x\} $-$1 $\pm$ 2~\% $\alpha$"
    )


@given(st.text(max_size=60))
def test_no_name_breaks_a_table(name: str) -> None:
    rows = (cells((name, "1.00")), (Cell(name, "ab", bold=True), Cell("2.00", "a")))
    assert check(Table("t", f"About {name}", ("Method", name), rows).tex())[1:] == ["tabular"]
    assert not set(DEFUSED.sub("", latex.escaped(name))) & set("\\&%#_^~${}")


def test_narrow_tables_fit_a_column_and_wide_ones_the_page() -> None:
    assert check(numbers(5, 2).tex()) == ["table", "tabular"]
    assert check(numbers(5, 6).tex()) == ["table*", "tabular"]
    panels = numbers(5, 20).panels(latex.PAGE_WIDTH)
    assert check(numbers(5, 20).tex()) == ["table*", *["tabular"] * len(panels)]
    assert len(panels) > 1
    assert all(sum(n + 2 for n in panel.widths) <= latex.PAGE_WIDTH for panel in panels)


def test_many_rows_are_spread_over_numbered_parts() -> None:
    text = numbers(120, 3).tex()
    assert all(f"(part {i} of 3)." in text for i in (1, 2, 3))
    assert {r"\label{tab:t}", r"\label{tab:t-2}", r"\label{tab:t-3}"} <= set(text.splitlines())
    assert sum(line.startswith("method ") for line in text.splitlines()) == 120


@pytest.mark.parametrize("rows", [55, 60, 109, 200])
def test_parts_are_about_equally_long(rows: int) -> None:
    lengths = [len(re.findall(r"^method \d", part, re.MULTILINE)) for part in floats(numbers(rows, 3).tex())]
    assert sum(lengths) == rows
    assert max(lengths) - min(lengths) <= len(lengths)


def test_every_table_of_simulated_ratings_says_so(report) -> None:
    folder, note = report.folder / "tables", latex.escaped(report.study.view.simulated_note)
    assert "simulated" in note
    for file in folder.glob("*.tex"):
        text = file.read_text(encoding="utf-8")
        assert "simulated" in text, file.name
        assert all(note in part for part in floats(text)), file.name
    parts = floats(numbers(120, 3).tex(report.study.view.simulated_note))
    assert [note in part for part in parts] == [True] * 3
    assert "simulated" not in numbers(5, 3).tex()


@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="pdflatex is not installed")
@pytest.mark.parametrize("space", [" ", "_"])
def test_a_long_heading_over_columns_makes_none_wider(tmp_path: Path, space: str) -> None:
    title = "My very long metric name with configuration v3".replace(" ", space)
    groups = (Group("LSE-C", 2), Group(title, 2))
    names = [f"EchoMimic-V2-HalfBody-LandmarkConditioned-with-more-{i}" for i in range(4)]
    body = tuple(cells((name, *("7.784", "7.572 [7.090, 8.509]") * 2)) for name in names)
    header = ("Method", *("Mean", "Median [quartiles]") * 2)
    table = Table("metrics", "Metrics per method", header, body, groups=groups)
    (tmp_path / "metrics.tex").write_text(table.tex())
    (tmp_path / "none.tex").write_text("")
    (tmp_path / "all.tex").write_text(latex.document(["metrics"], "none", "50 % simulated"))
    command = ["pdflatex", "-halt-on-error", "-interaction=nonstopmode", "all.tex"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout[-2000:]
    assert "Overfull" not in done.stdout
    text = subprocess.run(["pdftotext", "all.pdf", "-"], cwd=tmp_path, capture_output=True, text=True).stdout
    assert "50 % simulated" in text


def test_columns_under_one_heading_stay_in_one_panel() -> None:
    groups = tuple(Group(f"Metric {i}", 2) for i in range(10))
    table = numbers(4, 20, groups=groups)
    panels = table.panels()
    assert len(panels) > 1
    assert [group for panel in panels for group in panel.groups] == list(groups)
    for panel in panels:
        assert len(panel.header) == 1 + sum(group.columns for group in panel.groups)
        assert {row[0].text for row in panel.rows} == {f"method {i}" for i in range(4)}
    assert check(table.tex())


def test_long_words_are_wrapped_beside_narrow_columns() -> None:
    name = "a_method-with/a.very_long_name-that-goes-on-for-more-than-a-column"
    text = Table("t", "A caption", ("Method", "a"), (cells((name, "1.23 [1.00, 1.50]")),)).tex()
    assert check(text) == ["table*", "tabular"]
    assert "p{" in text
    assert r"a\_\allowbreak{}method-\allowbreak{}with" in text
