"""The page in a real Chromium: it fits a phone, asks no host, follows the colour scheme, and prints."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from analysis.report.page import HERE, STYLE_FILE
from analysis.report.pdf import print_pdf
from analysis.report.table import Table, cells
from studies.errors import InputError

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("width", [390, 1280])
def test_the_page_fits_the_screen_and_asks_no_host(report, browser: Browser, width: int) -> None:
    page = browser.new_page(viewport={"width": width, "height": 844})
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto((report.folder / "report.html").as_uri())
    assert page.evaluate("document.documentElement.scrollWidth") == width
    assert asked == [(report.folder / "report.html").as_uri()]
    assert page.locator("figure svg").count() == len(list((report.folder / "figures").glob("*.svg")))
    page.close()


def test_on_a_phone_the_limits_are_on_the_first_screen_and_tables_scroll_in_their_boxes(
    report, browser: Browser
) -> None:
    page = browser.new_page(viewport={"width": 390, "height": 844})
    page.goto((report.folder / "report.html").as_uri())
    assert page.locator("#limits h2").bounding_box()["y"] < 600
    boxes = page.locator(".scroll").evaluate_all("all => all.map(one => one.getBoundingClientRect().right)")
    assert boxes
    assert max(boxes) <= 390
    names = page.locator("section:not(#card) tbody th:not(.name, .long)").evaluate_all(
        """all => all.filter(one => {
            const range = document.createRange();
            range.selectNodeContents(one);
            return range.getClientRects().length > 1;
        }).map(one => one.textContent)"""
    )
    assert names == [], "a short name is not broken"
    page.close()


def test_on_a_wide_screen_the_contents_stand_beside_and_stay(report, browser: Browser) -> None:
    page = browser.new_page(viewport={"width": 1280, "height": 844})
    page.goto((report.folder / "report.html").as_uri())
    nav, main = page.locator("nav").bounding_box(), page.locator("main").bounding_box()
    assert nav["x"] + nav["width"] <= main["x"]
    page.locator("nav a").last.click()
    page.wait_for_function("window.scrollY > 1000")
    assert 0 <= page.locator("nav").bounding_box()["y"] < 200
    page.close()


@pytest.mark.parametrize("millimetres", [180, 186], ids=["A4", "Letter"])
def test_on_paper_nothing_is_cut(report, browser: Browser, millimetres: int) -> None:
    width = int(millimetres / 25.4 * 96)
    page = browser.new_page(viewport={"width": width, "height": 1000}, color_scheme="dark")
    page.goto((report.folder / "report.html").as_uri())
    page.emulate_media(media="print", color_scheme="dark")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    right = page.locator("table:visible, figure svg").evaluate_all(
        "all => Math.max(...all.map(one => one.getBoundingClientRect().right))"
    )
    assert right <= width
    assert page.locator("nav:visible, .toggle:visible, .instead:visible").count() == 0
    folded = page.locator("details.table table")
    assert folded.count() > 3
    assert folded.evaluate_all("all => all.every(one => one.checkVisibility())"), "captions speak of them"
    paper = page.locator("body").evaluate("body => getComputedStyle(body).backgroundColor")
    assert paper == "rgb(255, 255, 255)"
    page.close()


def test_code_is_hidden_until_asked_for(report, browser: Browser) -> None:
    page = browser.new_page()
    page.goto((report.folder / "report.html").as_uri())
    assert page.locator("pre.code:visible").count() == 0
    page.get_by_label("Show the code").check()
    assert page.locator("pre.code:visible").count() == page.locator("pre.code").count() > 10
    page.close()


def test_figures_follow_the_colour_scheme(report, browser: Browser) -> None:
    inks = set()
    for scheme in ("light", "dark"):
        page = browser.new_page(color_scheme=scheme)
        page.goto((report.folder / "report.html").as_uri())
        label = page.locator("#figure-mos-overall svg text").first
        inks.add(label.evaluate("element => getComputedStyle(element).fill"))
        page.close()
    assert len(inks) == 2


def test_the_pdf_holds_the_report(report, tmp_path: Path) -> None:
    target = tmp_path / "report.pdf"
    print_pdf(report.folder / "report.html", target)
    command = ["pdftotext", "-layout", str(target), "-"]
    text = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    assert "What limits these results" in text
    assert "Simulated ratings" in text
    assert "Show the code" not in text


def test_without_a_browser_the_sentence_says_what_to_do(report, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setenv("PATH", os.fspath(tmp_path))
    with pytest.raises(InputError, match="needs Chromium or Chrome"):
        print_pdf(report.folder / "report.html", tmp_path / "report.pdf")


def shown(browser: Browser, table: Table, width: int) -> Page:
    """A page with one table, in the report's style."""
    page = browser.new_page(viewport={"width": width, "height": 844})
    style = (HERE / "template" / STYLE_FILE).read_text(encoding="utf-8")
    page.set_content(f"<style>{style}</style><main><section id='means'>{table.html()}</section></main>")
    return page


@pytest.mark.parametrize(("width", "first"), [(390, 240), (680, 420)])
def test_long_headings_wrap_so_that_numbers_are_in_sight(browser: Browser, width: int, first: int) -> None:
    asked = ("How natural does the talking head look overall?", "How well do the lips match the speech?")
    method = "a_method-with-a-long-name-2.1-finetuned"
    table = Table("t", "Means.", ("Method", *asked), (cells((method, "4.09 ± 0.21", "3.82 ± 0.26")),))
    page = shown(browser, table, width)
    left = [page.locator("td").nth(i).bounding_box()["x"] for i in range(2)]
    assert left[0] < first
    assert left[1] < width - 40
    page.close()


def test_a_long_list_in_a_cell_does_not_leave_the_rest_of_its_row_blank(browser: Browser) -> None:
    names = ", ".join(f"4d904c110d90b{i:03d} (0.57)" for i in range(8))
    row = cells(("p913_bias", "Overall", "no", "8 of 36 (2 not judged)", "0.50", names))
    header = ("Rule", "Question", "Declared", "Flagged", "Threshold", "Raters flagged (value)")
    table = Table("screening", "What the rules found.", header, (row,), frozenset({0, 1, 2, 3, 5}))
    page = shown(browser, table, 390)
    assert page.locator("tbody tr").bounding_box()["height"] < 100
    assert page.locator(".scroll").bounding_box()["width"] <= 390
    page.close()
