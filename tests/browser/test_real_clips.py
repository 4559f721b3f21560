"""Whole sittings with published talking-head clips: seen to their end, heard, answered, stored."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Any

import pytest
from playwright.sync_api import expect
from real_study import LISTEN, ONE_BY_ONE_AND_PAIRS, OTHERS
from visitor import Visitor

pytestmark = [pytest.mark.browser, pytest.mark.long]

QUIET = 0.003  # root mean square; speech at -23 LUFS has ten times as much
LONGEST_DRIFT_MS = 160  # four pictures
ANSWERED = "SELECT state FROM assignments_trial JOIN raters_sitting s ON s.id = sitting_id WHERE s.token = ?"
FACTS = (
    "SELECT played_fraction, stalled_ms, {more} FROM ratings_{table} JOIN assignments_trial t "
    "ON t.id = trial_id JOIN raters_sitting s ON s.id = sitting_id WHERE s.token = ? ORDER BY position"
)
Served = tuple[Any, Callable[..., Visitor]]


@pytest.fixture(scope="module")
def rated_and_compared(serve_real: Any, visitors_of: Any) -> Iterator[Served]:
    yield from served(serve_real(ONE_BY_ONE_AND_PAIRS), visitors_of)


@pytest.fixture(scope="module")
def others(serve_real: Any, visitors_of: Any) -> Iterator[Served]:
    yield from served(serve_real(OTHERS), visitors_of)


def served(running: AbstractContextManager[Any], visitors_of: Any) -> Iterator[Served]:
    with running as platform, visitors_of(platform) as visit:
        yield platform, visit


def sat(served: Served, device: str) -> tuple[Visitor, list[list[float]]]:
    """A rater after the last answer, and how loud the clips of each trial were, by their places."""
    platform, visit = served
    rater = visit(device)
    rater.enter(platform.link)
    rater.page.evaluate(LISTEN)
    position, loudness = 1, []
    while not rater.page.locator("#end").is_visible():
        rater.wait_for_trial(position)
        rater.page.evaluate("window.loudest = [0, 0]")
        rater.watch()
        loudness.append(rater.page.evaluate("window.loudest"))
        assert rater.overflow() == 0
        rater.answer(0)
        rater.act(rater.next_button)
        position += 1
        rater.page.locator(f"#end:visible, #progress:has-text('{position} of ')").first.wait_for()
    expect(rater.page.locator("#code")).to_have_text(re.compile("^[A-Z2-9]{8}$"))
    return rater, loudness


@pytest.mark.parametrize("device", ["desktop", pytest.param("phone", marks=pytest.mark.all)])
def test_clips_one_by_one_in_turn_and_together(rated_and_compared: Served, device: str) -> None:
    platform, _ = rated_and_compared
    rater, loudness = sat(rated_and_compared, device)
    heard = [[level > QUIET for level in levels] for levels in loudness]
    assert heard == [[True, False], [True, False], [True, True], [True, True]], loudness
    assert {state for (state,) in platform.rows(ANSWERED, rater.token)} == {"answered"}
    rated = platform.rows(FACTS.format(table="rating", more="displayed_width"), rater.token)
    compared = platform.rows(FACTS.format(table="comparison", more="audible, drift_ms"), rater.token)
    assert (len(rated), len(compared)) == (2, 2)
    assert all(played > 0.97 and stalled_ms < 500 for played, stalled_ms, *_ in rated + compared)
    assert {width for *_, width in rated} == {512 if device == "desktop" else 2 * 390}
    in_turn, together = [facts[2:] for facts in compared]
    assert in_turn == (None, None)
    assert together[0] in ("left", "right")
    assert 0 <= together[1] <= LONGEST_DRIFT_MS


@pytest.mark.all
@pytest.mark.parametrize("device", ["desktop", "phone"])
def test_the_other_methods_of_test(others: Served, device: str) -> None:
    platform, _ = others
    rater, loudness = sat(others, device)
    assert {state for (state,) in platform.rows(ANSWERED, rater.token)} == {"answered"}
    assert [sum(level > QUIET for level in levels) for levels in loudness] == [1, 2, 2], loudness
    rated = platform.rows(FACTS.format(table="rating", more="dropped_frames"), rater.token)
    compared = platform.rows(FACTS.format(table="comparison", more="score"), rater.token)
    assert (len(rated), len(compared)) == (2, 1)
    assert all(played > 0.97 for played, *_ in rated + compared)
