"""The page in a real Chromium: it fits a phone, asks no host, follows the colour scheme, and prints."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from analysis.report.pdf import print_pdf
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
