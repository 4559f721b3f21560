"""A whole sitting in Debian's Firefox, every way of asking: another engine, decoder and media stack."""

from __future__ import annotations

import shlex
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import every_type
import firefox_bridge
import pytest
from playwright.sync_api import Browser, Playwright, expect
from visitor import Visitor

pytestmark = [pytest.mark.browser, pytest.mark.long]


@pytest.fixture(scope="module")
def firefox(playwright: Playwright, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    found = shutil.which("firefox-esr") or shutil.which("firefox")
    if found is None:
        pytest.skip("Firefox is not installed (Debian: apt-get install firefox-esr)")
    program = tmp_path_factory.mktemp("firefox") / "firefox"
    words = [sys.executable, str(Path(firefox_bridge.__file__)), found]
    program.write_text(f'#!/bin/sh\nexec {shlex.join(words)} "$@"\n')
    program.chmod(0o755)
    preferences = {"media.autoplay.default": 0}
    browser = playwright.firefox.launch(
        channel="moz-firefox", executable_path=program, firefox_user_prefs=preferences
    )
    yield browser
    browser.close()


@pytest.fixture
def rater(firefox: Browser, every_platform) -> Iterator[Visitor]:
    context = firefox.new_context(viewport={"width": 1280, "height": 800}, locale="en")
    secrets = (*every_type.METHODS, *every_type.ITEMS)
    visitor = Visitor(context, every_platform.url, touch=False, secrets=secrets)
    yield visitor
    visitor.check_clean()
    context.close()


def test_a_whole_sitting_in_firefox(rater: Visitor, every_platform):
    rater.enter(every_platform.link)
    position = 1
    while not rater.page.locator("#end").is_visible():
        rater.wait_for_trial(position)
        rater.rate(0)
        position += 1
        rater.page.locator(
            f"#end:visible, #between:visible, #progress:has-text('{position} of ')"
        ).first.wait_for()
    expect(rater.page.locator("#code")).to_have_text(every_platform.rows(CODE, rater.token)[0][0])
    played = [share for (share,) in every_platform.rows(PLAYED, rater.token)]
    assert played
    assert min(played) > 0.9


CODE = "SELECT completion_code FROM raters_sitting WHERE token = ?"
PLAYED = (
    "SELECT played_fraction FROM ratings_rating JOIN assignments_trial ON trial_id = assignments_trial.id "
    "JOIN raters_sitting ON sitting_id = raters_sitting.id WHERE raters_sitting.token = ?"
)
