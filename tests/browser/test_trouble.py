"""What goes wrong on the way: tabs, the back button, clips that do not come, a slow or absent network."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Route, expect
from visitor import PATIENCE_MS, Visitor

pytestmark = [pytest.mark.browser, pytest.mark.long]

Visit = Callable[..., Visitor]
SLOWLY = 4_000  # bytes a second: a clip of these tests takes ten seconds and more
# A phone that wants a gesture for each clip: Chromium is content with the first.
REFUSES_SECOND_CLIP = """
const play = HTMLMediaElement.prototype.play;
let calls = 0;
HTMLMediaElement.prototype.play = function () {
  calls += 1;
  return calls === 2 ? Promise.reject(new DOMException("no gesture", "NotAllowedError")) : play.call(this);
};
"""


def ratings(platform, token: str) -> list[tuple]:
    return platform.rows(
        "SELECT position, question FROM ratings_rating "
        "JOIN assignments_trial ON trial_id = assignments_trial.id "
        "JOIN raters_sitting ON sitting_id = raters_sitting.id "
        "WHERE raters_sitting.token = ? ORDER BY position, question",
        token,
    )


def states(platform, token: str) -> list[str]:
    rows = platform.rows(
        "SELECT state FROM assignments_trial JOIN raters_sitting ON sitting_id = raters_sitting.id "
        "WHERE raters_sitting.token = ? ORDER BY position",
        token,
    )
    return [state for (state,) in rows]


def test_the_tab_that_was_opened_last_goes_on_and_the_other_says_so(visit: Visit, platform):
    rater = visit()
    rater.enter(platform.link)
    first, token = rater.page, rater.token
    rater.watch()
    rater.answer()
    second = rater.open_page()
    second.goto(first.url)
    heading = first.get_by_role("heading", name="open in another tab")
    expect(heading).to_be_visible()
    first.keyboard.press("Enter")
    rater.press_button("Start")
    rater.rate()
    rater.wait_for_trial(2)
    expect(heading).to_be_visible()
    first.get_by_role("button", name="Go on here").click()
    expect(second.get_by_role("heading", name="open in another tab")).to_be_visible()
    rater.page = first
    rater.wait_for_trial(2)
    rater.rate()
    rater.wait_for_trial(3)
    assert [position for position, _ in ratings(platform, token)] == [1, 1, 2, 2]


def test_the_back_button_loses_and_doubles_nothing(visit: Visit, platform):
    rater = visit()
    rater.enter(platform.link)
    page, token = rater.page, rater.token
    rater.rate()
    rater.wait_for_trial(2)
    page.goto(platform.link)
    page.go_back()
    rater.wait_for_trial(2)
    rater.rate()
    rater.wait_for_trial(3)
    assert [position for position, _ in ratings(platform, token)] == [1, 1, 2, 2]


def test_a_clip_that_is_missing_makes_way_for_another(visit: Visit, platform):
    rater = visit()
    rater.forgiven = ["404"]
    gone: list[str] = []

    def lose_first(route: Route) -> None:
        gone.append(route.request.url) if not gone else None
        route.fulfill(status=404) if route.request.url == gone[0] else route.continue_()

    rater.page.route("**/media/**", lose_first)
    rater.consent(platform.link)
    rater.press_button("Start")
    expect(rater.page.get_by_role("status").filter(has_text="could not be shown")).to_be_visible()
    rater.wait_for_trial(1)
    rater.rate()
    rater.wait_for_trial(2)
    found = states(platform, rater.token)
    assert found.count("void") == 1
    assert found.count("answered") == 1
    expect(rater.page.locator("#progress")).to_contain_text(f"2 of {len(found) - 1} ")


def test_a_clip_that_cannot_be_decoded_makes_way_and_a_browser_that_decodes_none_is_told(
    visit: Visit, platform
):
    rater = visit()
    rater.page.route("**/media/**", lambda route: route.fulfill(response=route.fetch(), body=b"no video"))
    rater.consent(platform.link)
    rater.press_button("Start")
    expect(rater.page.get_by_role("alert")).to_contain_text("This browser cannot play the clips")
    assert states(platform, rater.token).count("void") == 1
    rater.page.unroute_all()
    rater.press_button("Reload the page")
    rater.press_button("Start")
    rater.rate()
    rater.wait_for_trial(2)


def test_a_browser_that_wants_a_gesture_for_each_clip_gets_a_play_button(visit: Visit, platform):
    rater = visit()
    rater.page.add_init_script(REFUSES_SECOND_CLIP)
    rater.enter(platform.link)
    rater.rate()
    rater.wait_for_trial(2)
    expect(rater.play_button).to_be_focused(timeout=PATIENCE_MS)
    rater.rate()
    rater.wait_for_trial(3)
    assert len(ratings(platform, rater.token)) == 4


def test_a_clip_that_comes_slowly_is_waited_for_with_its_share(visit: Visit, platform):
    """The clips stay away until Start was pressed and the line is slow: who is quicker does not matter."""
    rater = visit()
    rater.consent(platform.link)
    network = rater.context.new_cdp_session(rater.page)
    held: list[Route] = []
    rater.page.route("**/media/**", lambda route: held.append(route))
    rater.page.reload()
    rater.press_button("Start")
    expect(rater.page.get_by_role("status").filter(has_text="Getting the clip ready")).to_be_visible()
    slow = {"offline": False, "latency": 0, "downloadThroughput": SLOWLY, "uploadThroughput": -1}
    network.send("Network.emulateNetworkConditions", slow)
    for route in held:
        route.continue_()
    rater.page.unroute_all()
    expect(rater.page.locator(".box-note").first).to_have_text(re.compile(r"^[1-9]\d? %$"))
    network.send("Network.emulateNetworkConditions", {**slow, "downloadThroughput": -1})
    expect(rater.play_button).to_be_visible()
    rater.rate()
    rater.wait_for_trial(2)


def test_being_offline_in_mid_trial_is_told_at_once_and_stops_nothing(visit: Visit, platform):
    rater = visit()
    rater.forgiven = ["ERR_INTERNET_DISCONNECTED"]
    rater.enter(platform.link)
    rater.slow_motion()
    rater.act(rater.play_button)
    expect(rater.page.locator(".box.showing")).to_have_count(1)
    rater.context.set_offline(True)
    expect(rater.page.get_by_role("alert")).to_contain_text("your answer is kept here")
    rater.full_speed()
    rater.wait_for_answers()
    rater.answer()
    rater.act(rater.next_button)
    expect(rater.page.get_by_role("alert")).to_contain_text("is sent as soon as you are back")
    rater.context.set_offline(False)
    rater.wait_for_trial(2)
    expect(rater.page.get_by_role("alert")).to_be_hidden()
    assert len(ratings(platform, rater.token)) == 2


def test_an_answer_that_the_server_knows_to_be_unseen_is_asked_for_again(visit: Visit, platform):
    rater = visit()
    rater.forgiven = ["409"]
    rater.enter(platform.link)

    def without_events(route: Route) -> None:
        body = {**route.request.post_data_json, "events": []}
        route.continue_(post_data=body)

    rater.page.route("**/answers/", without_events)
    rater.rate()
    expect(rater.page.get_by_role("status").filter(has_text="not seen to its end")).to_be_visible()
    rater.page.unroute_all()
    rater.rate()
    rater.wait_for_trial(2)
    assert len(ratings(platform, rater.token)) == 2
