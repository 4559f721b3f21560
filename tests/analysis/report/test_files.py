"""What lies in the report's folder: tables, card, exclusions, notebook and page."""

from __future__ import annotations

import csv
import hashlib
import html
import json
import re
import shutil
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import nbformat
import pytest

from analysis.report import tables, write_report
from analysis.report.notebook import execute
from analysis.report.page import unfolded
from analysis.report.sections import sections
from analysis.report.table import Cell, Table, cells
from analysis.report.together import printed_width


def rows(file: Path) -> list[dict[str, str]]:
    with file.open(newline="", encoding="utf-8") as stream:
        return list(csv.DictReader(stream))


def digests(folder: Path) -> dict[str, str]:
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(folder.iterdir())}


def captions_of(folder: Path) -> list[dict[str, str]]:
    """What the notebook knows of each figure."""
    cells = nbformat.read(folder / "report.ipynb", as_version=4).cells
    outputs = [output for cell in cells for output in cell.get("outputs", [])]
    found = [output["metadata"].get("image/svg+xml") for output in outputs if "metadata" in output]
    return [about for about in found if about]


class Page(HTMLParser):
    """Collects tags, addresses and headings."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.addresses: list[str] = []
        self.ids: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        for name, value in attrs:
            if name in ("src", "href", "xlink:href", "action", "data"):
                self.addresses.append(value or "")
            if name == "id":
                self.ids.append(value or "")


def test_every_list_with_rows_is_a_csv_with_unrounded_numbers(report) -> None:
    results = report.study.results
    for name, found in results.items():
        file = report.folder / "tables" / f"{name}.csv"
        assert file.exists() == (isinstance(found, list) and bool(found)), name
    written = rows(report.folder / "tables" / "mos.csv")
    assert [float(row["mean"]) for row in written] == [row["mean"] for row in results["mos"]]
    assert [json.loads(row["counts"]) for row in written] == [row["counts"] for row in results["mos"]]


def test_a_page_table_shows_names_as_text() -> None:
    table = Table("t", "A <caption>", ("Method", "MOS"), ((Cell("<script>"), Cell("1.00", "a", bold=True)),))
    assert "<script>" not in table.html()
    assert "&lt;script&gt;" in table.html()
    assert "<strong>1.00<sup>a</sup></strong>" in table.html()


def test_best_method_under_test_is_bold_and_the_reference_is_not(report) -> None:
    bold = {row[0].text for row in tables.mos(report.study.view).rows if row[1].bold}
    assert bold == {"clean_v2"}


def test_exclusions_list_every_flag_with_its_reason(report) -> None:
    flagged = [row for row in report.study.results["screening"] if row["flagged"]]
    written = rows(report.folder / "exclusions.csv")
    assert flagged
    assert [row["rater"] for row in written] == [row["rater"] for row in flagged]
    assert all(row["reason"] for row in written)


def test_the_card_says_who_what_and_how(report) -> None:
    card = json.loads((report.folder / "card.json").read_text(encoding="utf-8"))
    assert card["raters"]["expertise"] == {"expert": 5, "naive": 9}
    assert card["protocol"]["reference"] == "real"
    assert card["material"]["splits"] == {"test": 24}
    assert card["study"]["seed"] == 3
    assert card["software"]["numpy"]
    assert {m["name"]: m["n_missing"] for m in card["metrics"]} == {"psnr": 6, "ssim": 0}
    assert card["metrics"][0]["missing_because"] == {"identical pictures": 6}
    text = (report.folder / "card.md").read_text(encoding="utf-8")
    assert "| **Expertise** | expert 5, naive 9 |" in text
    assert "| **Recruitment** | lab 14 |" in text
    assert "- **devices**:" in text[text.index("## Not reported") :]


def test_the_page_is_self_contained(report) -> None:
    text = (report.folder / "report.html").read_text(encoding="utf-8")
    page = Page(text)
    assert [address for address in page.addresses if not address.startswith("#")] == []
    assert not {"script", "link", "iframe", "img", "object"} & set(page.tags)
    assert not re.search(r"@import|url\((?!#)", text)
    assert len(page.ids) == len(set(page.ids))


def test_the_page_puts_limits_first_and_marks_simulated_data_on_top(report) -> None:
    text = (report.folder / "report.html").read_text(encoding="utf-8")
    body = text[text.index("<body>") :]
    assert body.index("are simulated") < body.index("<h1>") < body.index("What limits these results")
    assert body.index('id="limits"') < body.index('id="summary"') < body.index('id="means"')
    assert "Known effects &lt;b&gt;&amp; more&lt;/b&gt;" in body
    assert "<b>& more" not in body


def test_the_page_names_every_estimate_with_its_interval(report) -> None:
    text = (report.folder / "report.html").read_text(encoding="utf-8")
    view = report.study.view
    for row in [row for question in view.questions("mos") for row in view.mos(question)]:
        assert f"{row['mean']:.2f} [{row['ci_low']:.2f}, {row['ci_high']:.2f}]" in text


def test_sections_vanish_with_their_lists(report) -> None:
    view = report.study.view
    slugs = [section.slug for section in sections(view)]
    assert {"preference", "metrics", "agreement", "screening"} <= set(slugs)
    empty = {
        name: [] for name in ("preference", "preference_pairs", "preference_model", "screening", "raters")
    }
    measured = ("correlation", "metric_contest", "metric_classification", "metrics", "group_metrics")
    fewer = replace(view, results={**view.results, **empty, **{name: [] for name in measured}})
    gone = set(slugs) - {section.slug for section in sections(fewer)}
    assert gone == {"preference", "metrics", "values", "screening"}


def test_the_notebook_is_readable_and_computes_nothing(report) -> None:
    notebook = nbformat.read(report.folder / "report.ipynb", as_version=4)
    nbformat.validate(notebook)
    sources = [cell.source for cell in notebook.cells if cell.cell_type == "code"]
    assert all(len(source.splitlines()) <= 6 for source in sources)
    assert not re.search(r"numpy|scipy|stats|/tmp|/home", "\n".join(sources))
    assert all(
        cell.outputs for cell in notebook.cells if cell.cell_type == "code" and "open" not in cell.source
    )
    kinds = {out.output_type for cell in notebook.cells if cell.cell_type == "code" for out in cell.outputs}
    assert kinds <= {"display_data", "execute_result"}


def test_running_the_notebook_again_reproduces_figures_and_outputs(report, tmp_path: Path) -> None:
    copy = tmp_path / "moved elsewhere"
    shutil.copytree(report.folder, copy)
    before = digests(report.folder / "figures")
    shutil.rmtree(copy / "figures")
    notebook = nbformat.read(copy / "report.ipynb", as_version=4)
    again = execute(notebook, copy)
    assert digests(copy / "figures") == before
    first = nbformat.read(report.folder / "report.ipynb", as_version=4)
    assert [cell.get("outputs") for cell in again.cells] == [cell.get("outputs") for cell in first.cells]


def test_tables_alone_need_no_notebook(study, tmp_path: Path) -> None:
    steps: list[str] = []
    write_report(study.results, study.data, tmp_path, {"csv"}, steps.append)
    files = {"card.json", "card.md", "card.schema.json", "exclusions.csv", "tables"}
    assert {path.name for path in tmp_path.iterdir()} == files
    assert not list((tmp_path / "tables").glob("*.tex"))
    assert steps == []


@pytest.mark.parametrize(
    ("size", "printed"),
    [((3.4, 2.0), 3.4), ((7.2, 3.0), 7.0), ((7.0, 5.0), 5.67), ((3.4, 5.3), 2.598), ((7.0, 9.0), 7.0)],
    ids=["column", "page", "over half a page", "tall column", "whole page"],
)
def test_figures_are_printed_so_that_two_fit_a_page_where_little_is_lost(
    size: tuple[float, float], printed: float
) -> None:
    width, height = (72 * side for side in size)
    assert printed_width(f'<svg viewBox="0 0 {width} {height}">') == pytest.approx(printed, abs=0.001)


def test_wide_tables_are_cut_into_even_panels() -> None:
    names = [f"Question number {i}" for i in range(8)]
    row = cells(("method", *("3.21 ± 0.12",) * 8))
    panels = Table("t", "c", ("Method", *names), (row,)).panels(70)
    assert [len(panel.header) for panel in panels] == [5, 5]
    assert [title for panel in panels for title in panel.header[1:]] == names


def test_folded_tables_are_open_in_print_unless_they_fill_pages() -> None:
    few = Table("differences-q", "Pairs", ("Pair", "p"), (cells(("a", "1")),), folded=True)
    assert '<details class="table" open>' in unfolded(few.html())
    assert "instead" not in few.html()
    many = replace(few, rows=few.rows * 700)
    assert "open" not in unfolded(many.html())
    assert "In print: see tables/differences.csv." in many.html()


def test_every_figure_has_its_own_caption_or_that_of_its_group(report) -> None:
    page = (report.folder / "report.html").read_text(encoding="utf-8")
    assert page.count('<figure class="several">') >= 1
    for name in re.findall(r'id="figure-([^"]+)"', page):
        caption = page[page.index(f'id="figure-{name}"') :].partition("<figcaption>")[2].partition("<")[0]
        drawn = next(p for p in captions_of(report.folder) if p["name"] == name)
        assert html.unescape(caption) == drawn["caption"]
