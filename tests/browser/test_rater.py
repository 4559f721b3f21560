"""A rater's whole way through a study, with real keys, clicks and taps in a real browser."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route, expect
from visitor import Visitor

pytestmark = [pytest.mark.browser, pytest.mark.long]

Visit = Callable[..., Visitor]

TRIALS = 3 + 1 + 2 + 1
RATED, COMPARED = 4 * 2, 3
METHODS, ITEMS = ("antelope", "okapi", "zebra"), ("river", "meadow")
STRICT_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "media-src blob:; form-action 'self'; base-uri 'none'"
)
FACTS = "played_fraction, displayed_width, response_ms, stalled_ms, dropped_frames, hidden_ms, replays"


def stored(platform, token: str, table: str, columns: str = "question") -> list[tuple]:
    return platform.rows(
        f"SELECT {columns} FROM ratings_{table} JOIN assignments_trial ON trial_id = assignments_trial.id "
        "JOIN raters_sitting ON sitting_id = raters_sitting.id "
        "WHERE raters_sitting.token = ? ORDER BY position",
        token,
    )


def overflow(page: Page) -> int:
    return page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")


def code_of(page: Page) -> str:
    expect(page.get_by_role("heading", name="Thank you")).to_be_visible(timeout=15_000)
    return page.locator("#code").inner_text()


def test_a_whole_sitting_with_the_keyboard(visit: Visit, platform):
    rater = visit()
    rater.enter(platform.link)
    page = rater.page
    for position in range(1, TRIALS + 1):
        rater.wait_for_trial(position)
        page.locator(".box.showing, .play:not([hidden])").first.wait_for(state="attached")
        page.keyboard.press("Space")
        rater.wait_for_answers()
        if position == 2:
            rater.slow_motion()
            page.keyboard.press("Space")
            expect(page.locator(".box.showing")).to_have_count(1)
            rater.full_speed()
            expect(page.locator(".box.showing")).to_have_count(0)
        for _ in range(rater.questions.count()):
            page.keyboard.press("2")
        expect(rater.next_button).to_be_enabled()
        page.keyboard.press("Enter")
    code = code_of(page)
    assert len(code) == 8
    expect(page.get_by_text("The clips were test pictures with tones.")).to_be_visible()
    ratings = stored(platform, rater.token, "rating", f"score, {FACTS}")
    comparisons = stored(platform, rater.token, "comparison", f"choice, {FACTS}")
    assert (len(ratings), len(comparisons)) == (RATED, COMPARED)
    assert {row[0] for row in ratings} == {2.0}
    assert {row[0] for row in comparisons} == {"tie"}
    for _, played, width, response_ms, stalled_ms, dropped, hidden_ms, _ in ratings + comparisons:
        assert played > 0.9
        assert width == 384
        assert 0 <= response_ms < 60_000
        assert 0 <= stalled_ms < 1000
        assert hidden_ms == 0
        assert dropped >= 0
    assert sorted(row[-1] for row in ratings + comparisons) == [0] * (RATED + COMPARED - 2) + [1, 1]


def test_a_whole_sitting_with_a_finger_on_a_phone(visit: Visit, platform):
    rater = visit("phone")
    told = rater.note_bodies()
    rater.enter(platform.link)
    page = rater.page
    for position in range(1, TRIALS + 1):
        rater.wait_for_trial(position)
        rater.watch()
        assert overflow(page) == 0
        boxes = [box.bounding_box() for box in page.locator(".screen").all() if box.is_visible()]
        if len(boxes) == 2:
            assert boxes[0]["width"] == boxes[1]["width"]
            assert boxes[0]["y"] + boxes[0]["height"] < boxes[1]["y"]
            assert boxes[1]["y"] + boxes[1]["height"] < 844
        for target in [*page.locator(".grade").all(), *page.get_by_role("button").all()]:
            size = target.bounding_box()
            assert min(size["width"], size["height"]) >= 44, target
        rater.answer(place=0)
        rater.act(rater.next_button)
    assert len(code_of(page)) == 8
    rater.press_button("Copy")
    expect(page.locator("#copied")).not_to_be_empty()
    assert len(told) > 2 * TRIALS
    assert not [text for text in told for name in (*METHODS, *ITEMS) if name in text]
    assert overflow(page) == 0
    assert {row[0] for row in stored(platform, rater.token, "rating", "displayed_width")} == {2 * 384}
    assert {row[0] for row in stored(platform, rater.token, "comparison", "choice")} == {"left"}
    device = platform.rows(
        "SELECT device FROM raters_rater JOIN raters_sitting ON rater_id = raters_rater.id WHERE token = ?",
        rater.token,
    )
    assert device == [("phone",)]


def test_space_never_scrolls_the_clip_away(visit: Visit, platform):
    """It plays the first clip; the later ones begin by themselves while a finger is still on the key."""
    rater = visit()
    rater.slow_motion()
    rater.page.set_viewport_size({"width": 900, "height": 420})
    rater.enter(platform.link)
    page = rater.page
    page.keyboard.press("Space")
    expect(page.locator(".box.showing")).to_be_visible()
    page.evaluate("window.scrollTo(0, 0)")
    assert page.evaluate("document.documentElement.scrollHeight") > 420
    page.keyboard.press("Space")
    page.wait_for_timeout(300)  # scrolling by a key is smooth
    assert page.evaluate("window.scrollY") == 0


def test_nothing_can_be_answered_before_the_clip_has_ended(visit: Visit, platform):
    rater = visit()
    rater.enter(platform.link)
    page = rater.page
    radios = rater.questions.locator("input")

    def closed() -> None:
        assert radios.count() == 10
        assert all(radio.is_disabled() for radio in radios.all())
        page.keyboard.press("4")
        page.keyboard.press("Enter") if page.locator(".box.showing").count() else None
        assert page.locator("#questions input:checked").count() == 0
        expect(rater.next_button).to_be_disabled()
        expect(page.get_by_text("available when the clip has ended")).to_be_visible()

    closed()
    rater.slow_motion()
    rater.act(rater.play_button)
    expect(page.locator(".box.showing")).to_have_count(1)
    closed()
    rater.full_speed()
    rater.wait_for_answers()
    rater.act(rater.answer_of(0, 1))
    expect(rater.next_button).to_be_disabled()
    rater.act(rater.answer_of(1, 2))
    expect(rater.next_button).to_be_enabled()
    assert stored(platform, rater.token, "rating") == []


def test_a_pair_plays_one_clip_after_the_other_and_says_which(visit: Visit, platform):
    rater = visit()
    rater.enter(platform.link)
    page = rater.page
    for _ in range(4):
        rater.rate()
    expect(rater.play_button).to_be_visible()
    rater.slow_motion()
    rater.act(rater.play_button)
    names = []
    for _ in range(2):
        sounding = page.locator(".box.sounding")
        expect(sounding).to_have_count(1)
        expect(sounding).to_contain_text("Playing now")
        assert page.locator(".box.showing").count() == 1
        names.append(sounding.locator(".box-name").inner_text())
        expect(page.get_by_role("status").filter(has_text=names[-1])).to_be_visible()
        rater.let_run()
        expect(page.locator(".box.sounding").filter(has_text=names[-1])).to_have_count(0)
    rater.wait_for_answers()
    labels = rater.questions.locator(".word").all_inner_texts()
    assert sorted(names) == sorted([labels[0], labels[-1]])
    sizes = [box.bounding_box() for box in page.locator(".screen").all()]
    assert {(box["width"], box["height"]) for box in sizes} == {(384, 384)}
    assert sizes[0]["y"] == sizes[1]["y"]


def test_an_answer_given_offline_is_kept_and_sent_once_later(visit: Visit, platform):
    rater = visit()
    rater.forgiven = ["ERR_INTERNET_DISCONNECTED"]
    rater.enter(platform.link)
    rater.watch()
    rater.context.set_offline(True)
    rater.answer()
    rater.act(rater.next_button)
    expect(rater.page.get_by_role("alert")).to_contain_text("Your answer is kept here")
    assert stored(platform, rater.token, "rating") == []
    rater.context.set_offline(False)
    rater.wait_for_trial(2)
    expect(rater.page.get_by_role("alert")).to_be_hidden()
    assert len(stored(platform, rater.token, "rating")) == 2


def test_an_answer_survives_closing_the_page_offline(visit: Visit, platform):
    rater = visit()
    rater.forgiven = ["ERR_INTERNET_DISCONNECTED"]
    rater.enter(platform.link)
    rater.watch()
    rater.context.set_offline(True)
    rater.answer(place=0)
    rater.act(rater.next_button)
    expect(rater.page.get_by_role("alert")).to_be_visible()
    address, token = rater.page.url, rater.token
    rater.page.close()
    rater.context.set_offline(False)
    rater.open_page().goto(address)
    rater.wait_for_trial(2)
    assert stored(platform, token, "rating", "score") == [(5.0,), (5.0,)]


def test_a_reload_goes_on_where_the_rater_was(visit: Visit, platform):
    rater = visit()
    rater.enter(platform.link)
    rater.rate()
    rater.wait_for_trial(2)
    rater.page.reload()
    rater.wait_for_trial(2)
    expect(rater.play_button).to_be_visible()
    assert rater.page.locator(".box.showing").count() == 0
    rater.watch()
    rater.answer()
    rater.page.reload()
    rater.wait_for_trial(2)
    rater.rate()
    rater.wait_for_trial(3)
    assert len(stored(platform, rater.token, "rating")) == 4


def test_a_double_click_and_repeated_keys_store_once(visit: Visit, platform):
    rater = visit()
    rater.enter(platform.link)
    rater.watch()
    rater.answer()
    rater.next_button.dblclick()
    rater.wait_for_trial(2)
    rater.watch()
    rater.answer()
    for _ in range(4):
        rater.page.keyboard.press("Enter")
    rater.wait_for_trial(3)
    rater.watch()
    assert len(stored(platform, rater.token, "rating")) == 4


def test_an_answer_that_the_server_finds_too_early_is_sent_again_without_a_word(visit: Visit, platform):
    rater = visit()
    rater.forgiven = ["409"]
    rater.enter(platform.link)
    lost = []

    def lose_first(route: Route) -> None:
        lost.append(route.request.url)
        route.fulfill(json={"opened": True}) if len(lost) == 1 else route.continue_()

    rater.page.route("**/open/", lose_first)
    rater.rate()
    rater.wait_for_trial(2)
    assert len(lost) >= 2
    expect(rater.page.get_by_role("alert")).to_be_hidden()
    assert len(stored(platform, rater.token, "rating")) == 2


def test_a_clip_that_does_not_arrive_is_fetched_again(visit: Visit, platform):
    rater = visit()
    rater.forgiven = ["ERR_FAILED"]
    failures = []

    def fail_three_times(route: Route) -> None:
        failures.append(route.request.url)
        route.abort() if len(failures) <= 3 else route.continue_()

    rater.page.route("**/media/**", fail_three_times)
    rater.consent(platform.link)
    rater.press_button("Start")
    expect(rater.page.get_by_role("alert")).to_contain_text("We keep trying")
    expect(rater.play_button).to_be_visible(timeout=15_000)
    expect(rater.page.get_by_role("alert")).to_be_hidden()
    rater.rate()
    rater.wait_for_trial(2)


def test_a_clip_that_the_browser_cannot_decode_is_told_calmly(visit: Visit, platform):
    rater = visit()
    rater.page.route("**/media/**", lambda route: route.fulfill(response=route.fetch(), body=b"no video"))
    rater.consent(platform.link)
    rater.press_button("Start")
    expect(rater.page.get_by_role("alert")).to_contain_text("This browser cannot play the clip")
    rater.page.unroute_all()
    rater.press_button("Reload the page")
    rater.press_button("Start")
    rater.rate()
    rater.wait_for_trial(2)


def test_a_clip_is_never_larger_than_the_screen_nor_than_itself(visit: Visit, platform):
    rater = visit()
    rater.enter(platform.link)
    for width, height, expected in ((1280, 800, 384), (3000, 2000, 384), (300, 600, 300), (844, 390, 334)):
        rater.page.set_viewport_size({"width": width, "height": height})
        box = rater.page.locator(".screen").first.bounding_box()
        assert box["width"] == box["height"] == pytest.approx(expected, abs=1)
        assert overflow(rater.page) == 0


def test_the_pages_need_no_inline_script_or_style(visit: Visit, platform):
    rater = visit()

    def harden(route: Route) -> None:
        response = route.fetch(max_redirects=0)
        headers = {**response.headers, "content-security-policy": STRICT_POLICY}
        route.fulfill(response=response, headers=headers)

    rater.page.route(lambda url: "/sitting/" in url and "/api/" not in url, harden)
    rater.page.route("**/r/*/", harden)
    rater.enter(platform.link)
    rater.rate()
    rater.wait_for_trial(2)
    rater.watch()


def test_consent_is_asked_for_in_words_and_with_focus(visit: Visit, platform):
    rater = visit()
    rater.forgiven = ["400"]
    rater.page.goto(platform.link)
    rater.press_button("Continue")
    expect(rater.page.get_by_role("alert")).to_contain_text("Please tick that you agree")
    expect(rater.page.locator("#errors")).to_be_focused()
    assert "/sitting/" not in rater.page.url


def test_the_instructions_can_be_read_again(visit: Visit, platform):
    rater = visit()
    rater.enter(platform.link)
    rater.press_button("Instructions")
    dialog = rater.page.get_by_role("dialog")
    expect(dialog).to_contain_text("Watch each clip to its end")
    rater.page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(rater.play_button).to_be_visible()


def test_simulated_sittings_say_so_and_others_do_not(visit: Visit, platform):
    rater = visit()
    rater.enter(platform.simulated_link)
    expect(rater.page.get_by_text("marked as simulated")).to_be_visible()
    rater.enter(platform.link)
    expect(rater.page.get_by_text("simulated")).to_have_count(0)


def test_an_unknown_link_is_a_friendly_page(visit: Visit, platform):
    rater = visit("phone")
    rater.forgiven = ["404"]
    for path in ("/r/nothing/", "/sitting/nothing/"):
        answer = rater.page.goto(platform.url + path)
        assert answer.status == 404
        expect(rater.page.get_by_role("heading", name="There is nothing at this address")).to_be_visible()
        assert overflow(rater.page) == 0


def test_a_closed_study_says_so(visit: Visit, platform):
    rater = visit()
    with platform.closed():
        rater.page.goto(platform.link)
        expect(rater.page.get_by_role("heading", name="This study is closed")).to_be_visible()
        assert rater.page.get_by_role("button").count() == 0
