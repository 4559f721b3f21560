"""Practice, breaks, replays, and two clips that play together: what gives a sitting its pace."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import expect
from visitor import PATIENCE_MS, Visitor

pytestmark = [pytest.mark.browser, pytest.mark.long]

Visit = Callable[..., Visitor]
FRAME_MS = 40
# The names of the clips that are heard, each time while both are seen.
NOTE_WHAT_IS_HEARD = """() => {
  window.heard = [];
  const heard = '.box.sounding .box-name';
  const names = () => [...document.querySelectorAll(heard)].map((name) => name.textContent);
  new MutationObserver(() => {
    if (document.querySelectorAll('.box.showing').length === 2) window.heard.push(names());
  }).observe(document.querySelector('#stage'), { subtree: true, attributeFilter: ['class'] });
}"""
BOTH_DEVICES = pytest.mark.parametrize("device", [pytest.param("desktop", marks=pytest.mark.all), "phone"])


def events_of(platform, token: str, position: int) -> list[dict[str, Any]]:
    ((events,),) = platform.rows(
        "SELECT events FROM ratings_viewing JOIN assignments_trial ON trial_id = assignments_trial.id "
        "JOIN raters_sitting ON sitting_id = raters_sitting.id "
        "WHERE raters_sitting.token = ? AND position = ?",
        token,
        position,
    )
    return json.loads(events)


def work_began_earlier(platform, token: str, by: timedelta) -> None:
    """As if all trials so far had been opened that much earlier."""
    platform.rows(
        "UPDATE assignments_trial SET opened_at = datetime(opened_at, ?) WHERE sitting_id = "
        "(SELECT id FROM raters_sitting WHERE token = ?)",
        f"-{by.total_seconds():.0f} seconds",
        token,
    )


def rated(rater: Visitor, until: int) -> Visitor:
    """Up to the beginning of a trial."""
    for position in range(1, until):
        rater.wait_for_trial(position)
        rater.rate()
    rater.wait_for_trial(until)
    return rater


@BOTH_DEVICES
def test_practice_is_named_and_its_end_is_told(visit_paced: Visit, paced_platform, device: str):
    rater = visit_paced(device)
    rater.enter(paced_platform.link)
    page = rater.page
    expect(page.get_by_text("Practice: these answers do not count")).to_be_visible()
    assert rater.overflow() == 0
    rater.watch()
    expect(page.get_by_text("Did you hear the sound?")).to_be_visible()
    hint = page.get_by_text("You can use the keys 1–5.")
    expect(hint).to_be_visible() if device == "desktop" else expect(hint).to_be_hidden()
    rater.answer()
    rater.act(rater.next_button)
    heading = page.get_by_role("heading", name="Practice is over")
    expect(heading).to_be_focused(timeout=PATIENCE_MS)
    expect(page.get_by_text("From now on your answers count.")).to_be_visible()
    page.reload()
    expect(heading).to_be_visible()
    rater.press_button("Continue")
    expect(rater.play_button).to_be_visible()
    expect(page.get_by_text("Practice: these answers")).to_be_hidden()
    rater.rate()
    rater.wait_for_trial(3)
    expect(heading).to_be_hidden()


def test_a_break_is_offered_when_it_is_due_and_once(visit_paced: Visit, paced_platform):
    rater = visit_paced()
    rater.enter(paced_platform.link)
    page = rater.page
    rater.watch()
    work_began_earlier(paced_platform, rater.token, timedelta(minutes=4, seconds=20))
    rater.answer()
    rater.act(rater.next_button)
    rater.press_button("Continue")
    heading = page.get_by_role("heading", name="Time for a short break")
    expect(heading).to_be_focused()
    page.reload()
    rater.press_button("Continue")
    expect(heading).to_be_visible()
    rater.press_button("Continue")
    rater.wait_for_trial(2)
    rater.rate()
    rater.wait_for_trial(3)
    expect(heading).to_be_hidden()
    rested = paced_platform.rows("SELECT rested_at FROM raters_sitting WHERE token = ?", rater.token)
    assert rested[0][0] is not None


def test_clips_are_played_again_as_often_as_the_study_allows(visit_paced: Visit, paced_platform):
    rater = visit_paced()
    rater.enter(paced_platform.link)
    page = rater.page
    rater.watch()
    expect(page.get_by_text("No more replays")).to_be_hidden()
    rater.slow_motion()
    page.keyboard.press("Space")
    expect(page.locator(".box.showing")).to_have_count(1)
    rater.full_speed()
    expect(page.get_by_text("No more replays")).to_be_visible(timeout=PATIENCE_MS)
    expect(page.get_by_role("button", name="Play again")).to_be_hidden()
    page.keyboard.press("Space")
    assert page.locator(".box.showing").count() == 0
    rater.answer()
    rater.act(rater.next_button)
    rater.wait_for_trial(2)
    told = Counter(event["type"] for event in events_of(paced_platform, rater.token, 1))
    assert (told["play"], told["ended"], told["replay"]) == (2, 2, 1)


@BOTH_DEVICES
def test_two_clips_play_together_and_one_is_heard(visit_paced: Visit, paced_platform, device: str):
    rater = visit_paced(device)
    rater.enter(paced_platform.link)
    page, token = rater.page, rater.token
    rated(rater, 4)
    expect(page.get_by_text("Press play to see both clips at once.")).to_be_visible()
    expect(page.get_by_text("Each clip plays only once.")).to_be_visible()
    expect(page.locator(".box").first.locator(".play")).to_be_focused()
    page.evaluate(NOTE_WHAT_IS_HEARD)
    rater.act(rater.play_button)
    rater.act(page.get_by_role("button", name=re.compile("^Hear this clip")))
    rater.wait_for_answers()
    heard = page.evaluate("window.heard")
    assert {len(names) for names in heard} == {1}, heard
    assert len({name for names in heard for name in names}) == 2
    assert page.locator(".play").locator("visible=true").count() == 0
    assert rater.overflow() == 0
    rater.answer(0)
    rater.act(rater.next_button)
    expect(page.get_by_role("heading", name="Thank you")).to_be_visible(timeout=PATIENCE_MS)
    ((choice, drift_ms, audible, replays),) = paced_platform.rows(
        "SELECT choice, drift_ms, audible, replays FROM ratings_comparison "
        "JOIN assignments_trial ON trial_id = assignments_trial.id "
        "JOIN raters_sitting ON sitting_id = raters_sitting.id WHERE raters_sitting.token = ?",
        token,
    )
    assert (choice, audible, replays) == ("left", "both", 0)
    assert 0 <= drift_ms <= 4 * FRAME_MS
    events = events_of(paced_platform, token, 4)
    ((trial_first,),) = paced_platform.rows(
        "SELECT first FROM assignments_trial JOIN raters_sitting ON sitting_id = raters_sitting.id "
        "WHERE raters_sitting.token = ? AND position = 4",
        token,
    )
    roles = [event["role"] for event in events if event["type"] == "audible"]
    assert roles == [trial_first, "right" if trial_first == "left" else "left"]
    begun = [event["at_ms"] for event in events if event["type"] == "play"]
    assert len(begun) == 2
    assert begun[1] - begun[0] <= 10 * FRAME_MS  # when the page noted it; what was seen is drift_ms
