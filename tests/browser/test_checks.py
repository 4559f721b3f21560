"""Checks inside a sitting: digits that a voice says, a request for more care, and a polite end."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

import pytest
from accessible import violations
from playwright.sync_api import expect
from visitor import PATIENCE_MS, Visitor

pytestmark = [pytest.mark.browser, pytest.mark.long]

Visit = Callable[..., Visitor]
BOTH_DEVICES = pytest.mark.parametrize("device", [pytest.param("desktop", marks=pytest.mark.all), "phone"])
DIGITS = "The three digits"
OF_THE_SITTING = "sitting_id = (SELECT id FROM raters_sitting WHERE token = ?)"


def to_check(rater: Visitor, platform) -> str:
    """Let the sound check come second, rate the first trial and watch its clip; what is to be typed."""
    ((place, expected),) = platform.rows(
        f"SELECT position, expected FROM assignments_trial WHERE kind = 'trap' AND {OF_THE_SITTING}",
        rater.token,
    )
    for values in ((1000, place), (place, 2), (2, 1000)):
        move = f"UPDATE assignments_trial SET position = ? WHERE position = ? AND {OF_THE_SITTING}"
        platform.rows(move, *values, rater.token)
    rater.wait_for_trial(1)
    rater.rate()
    rater.wait_for_trial(2)
    rater.watch()
    return f"{json.loads(expected)['sound_check']['low']:.0f}"


@BOTH_DEVICES
def test_digits_are_heard_and_typed(visit_sound: Visit, sound_platform, device: str):
    rater = visit_sound(device)
    rater.enter(sound_platform.link)
    number = to_check(rater, sound_platform)
    page = rater.page
    expect(page.get_by_text("A voice says three digits")).to_be_visible()
    assert rater.overflow() == 0
    field = page.get_by_label(DIGITS)
    rater.press_button("Play the digits")
    expect(field).to_be_focused(timeout=PATIENCE_MS)  # once all are said
    assert number not in page.locator("#answers").inner_html()
    page.keyboard.type(number[:2])
    expect(rater.next_button).to_be_disabled()
    page.keyboard.type(number[2])
    expect(rater.next_button).to_be_enabled()
    assert violations(page) == []
    page.keyboard.press("Enter")
    rater.wait_for_trial(3)


@BOTH_DEVICES
def test_who_hears_nothing_can_say_so_and_is_asked_for_more_care(
    visit_sound: Visit, sound_platform, device: str
):
    rater = visit_sound(device)
    rater.enter(sound_platform.link)
    to_check(rater, sound_platform)
    page = rater.page
    rater.press_button("I hear no digits")
    rater.act(rater.next_button)
    rater.wait_for_trial(3)
    rater.rate()
    expect(page.get_by_role("heading", name="Please take your time")).to_be_focused()
    assert rater.overflow() == 0
    rater.press_button("Continue")
    expect(rater.play_button.or_(page.locator(".box.showing")).first).to_be_visible()


@BOTH_DEVICES
def test_a_missed_check_ends_the_sitting_with_the_reason(visit_sound: Visit, sound_platform, device: str):
    rater = visit_sound(device)
    with sound_platform.declared("warn", "end"):
        rater.enter(sound_platform.link)
        to_check(rater, sound_platform)
        rater.page.get_by_label(DIGITS).fill("000")
        rater.act(rater.next_button)
        rater.page.wait_for_url(re.compile("/ended/$"))
        expect(rater.page.get_by_role("heading", name="This sitting ends here")).to_be_visible()
        expect(rater.page.get_by_text("lab@example.org")).to_be_visible()
        assert rater.overflow() == 0
        assert violations(rater.page) == []
