"""The printed report: captions stay with what they name, and pages are not left half empty."""

from __future__ import annotations

import re
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from analysis.report.page import HERE, STYLE_FILE, unfolded
from analysis.report.pdf import print_pdf
from analysis.report.table import Group, Table, cells

pytestmark = pytest.mark.browser

HEAD = "<!DOCTYPE html><html><head><meta charset='utf-8'><style>{style}</style></head><body><main><section>"


def pages(body: str, folder: Path) -> list[str]:
    """The words of each printed page."""
    style = (HERE / "template" / STYLE_FILE).read_text(encoding="utf-8")
    source, target = folder / "page.html", folder / "page.pdf"
    source.write_text(HEAD.format(style=style) + unfolded(body) + "</section></main></body></html>")
    print_pdf(source, target)
    command = ["pdftotext", "-layout", str(target), "-"]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.split("\f")[:-1]


def cell(content: str) -> str:
    return f'<div class="cell"><div class="outputs">{content}</div></div>'


def table(n: int, rows: int, *, folded: bool = True) -> Table:
    body = tuple(cells((f"T{n}row{i}", "1.00 [0.50, 1.50]")) for i in range(rows))
    words = "the caption of this table, whose words go on and on until they fill the line and go on further"
    return Table(f"t{n}", f"T{n}begins {words}, until T{n}ends.", ("Pair", "p"), body, folded=folded)


def on_one_page(found: list[str], words: list[str]) -> bool:
    return any(all(re.search(rf"\b{word}\b", page) for word in words) for page in found)


@pytest.mark.parametrize("folded", [True, False])
def test_short_tables_stay_whole_and_with_their_captions(tmp_path: Path, folded: bool) -> None:
    every = [table(n, 1 + n % 4, folded=folded) for n in range(40)]
    found = pages("".join(cell(one.html()) for one in every), tmp_path)
    for n, one in enumerate(every):
        rows = [row[0].text for row in one.rows]
        assert on_one_page(found, [f"T{n}begins", f"T{n}ends", *rows]), f"T{n}"
    assert len(found) <= 8


def test_a_long_tables_caption_and_first_rows_stay_together(tmp_path: Path) -> None:
    every = [table(n, 40 + n) for n in range(6)]
    found = pages("".join(cell(one.html()) for one in every), tmp_path)
    for n, one in enumerate(every):
        last = [row[0].text for row in one.rows[-2:]]
        assert on_one_page(found, [f"T{n}begins", f"T{n}ends", f"T{n}row0", f"T{n}row2"])
        assert on_one_page(found, last)


def section(n: int) -> str:
    text = f"<h3>H{n}part</h3><ul><li>H{n}first, {'and ' * 99}</li></ul>"
    return f"<h2>H{n}question</h2>" + cell(f'<div class="text">{text}</div>')


def test_headings_do_not_end_a_page(tmp_path: Path) -> None:
    found = pages("".join(map(section, range(40))), tmp_path)
    for n in range(40):
        assert on_one_page(found, [f"H{n}question", f"H{n}part", f"H{n}first"])


def test_every_printed_page_with_a_figure_has_its_caption(report, tmp_path: Path) -> None:
    page = (report.folder / "report.html").read_text(encoding="utf-8")
    target, source = tmp_path / "report.pdf", tmp_path / "report.html"
    source.write_text(unfolded(page), encoding="utf-8")
    print_pdf(source, target)
    text = subprocess.run(["pdftotext", str(target), "-"], check=True, capture_output=True, text=True).stdout
    printed = [" ".join(one.split()) for one in text.split("\f")]
    scatters = [one for one in printed if re.search(r"(Overall|Sync) against (PSNR|SSIM)", one)]
    assert scatters
    assert all("Faint points: stimuli." in one for one in scatters)


@pytest.mark.parametrize("millimetres", [180, 186], ids=["A4", "Letter"])
def test_wide_tables_and_long_headings_fit_the_paper(browser: Browser, millimetres: int) -> None:
    """Else the browser shrinks every page."""
    details = ("Method", "Measure", "Mean", "Naive interval", "Median", "SD", "Ratings", "Raters", "Items")
    row = ("frozen_mouth", "DMOS", "4.57 [4.36, 4.77]", "[4.48, 4.65]", "5.0", "0.60", "192", "32", "6")
    one = Table("mos", "c", (*details, "Procedure"), (cells((*row, "two-way ANOVA, robust")),) * 9)
    names = [cells(("EchoMimic-V2-HalfBody-LandmarkConditioned-s0", *("7.784", "7.572 [7.090, 8.509]") * 2))]
    groups = (Group("LSE-C", 2), Group("my_very_long_metric_name_with_configuration_v3", 2))
    two = Table("metrics", "c", ("Method", *("Mean", "Median [quartiles]") * 2), tuple(names), groups=groups)
    width = int(millimetres / 25.4 * 96)
    page = browser.new_page(viewport={"width": width, "height": 1000})
    style = (HERE / "template" / STYLE_FILE).read_text(encoding="utf-8")
    shown = replace(one, texts=frozenset({0, 1, 9})).html() + two.html()
    page.set_content(HEAD.format(style=style) + shown)
    page.emulate_media(media="print")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.close()
