"""A rater's way through every type of trial and question, in a real browser, by finger and by keys."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import pytest
from every_type import ITEMS, METHODS
from inspector import Inspector
from playwright.sync_api import Page, expect
from visitor import Visitor

pytestmark = [pytest.mark.browser, pytest.mark.long]

Visit = Callable[..., Visitor]
DESCRIBED = 2 + 1 + 3 + 1 + 1 + 1
TRIALS = DESCRIBED + 1 + 2 + 2 + 3 + 2
# As if all trials before that position had been answered.
ANSWERED = """
    UPDATE assignments_trial SET state = 'answered'
    WHERE sitting_id = (SELECT id FROM raters_sitting WHERE token = ?) AND position < ?
"""
AS_512_PIXELS = """() => {
  for (const box of document.querySelectorAll('.box')) {
    box.style.setProperty('--w', 512);
    box.style.setProperty('--h', 512);
  }
}"""


def overflow(page: Page) -> int:
    return page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")


def stored(platform, token: str, table: str, columns: str) -> list[tuple]:
    return platform.rows(
        f"SELECT {columns} FROM ratings_{table} AS answer "
        "JOIN assignments_trial ON trial_id = assignments_trial.id "
        "JOIN raters_sitting ON sitting_id = raters_sitting.id "
        "WHERE raters_sitting.token = ? ORDER BY position, question_position",
        token,
    )


def check_page(rater: Visitor) -> None:
    """Nothing sticks out, nothing is too small for a finger, no word is cut off."""
    assert overflow(rater.page) == 0
    sizes = rater.page.evaluate(
        "[...document.querySelectorAll('.grade, #questions input[type=range], textarea, .play, .button')]"
        ".filter(target => getComputedStyle(target).visibility === 'visible')"
        ".map(target => [target.getBoundingClientRect(), target.outerHTML])"
        ".map(([box, target]) => [box.width, box.height, target])"
        ".filter(([width, height]) => width * height > 0)"
    )
    assert len(sizes) > 1
    assert [size for size in sizes if min(size[:2]) < 44] == []
    cut = rater.page.evaluate(
        "[...document.querySelectorAll('.grade .word, .slider-word, legend')]"
        ".filter(word => word.scrollWidth > word.clientWidth + 1)"
        ".filter(word => getComputedStyle(word).display !== 'inline')"
        ".map(word => word.textContent)"
    )
    assert cut == []


def test_a_whole_sitting_of_every_type_on_a_phone(visit_every: Visit, every_platform):
    """It can be read, hit and heard of in any state, names no method, and every answer is stored."""
    rater = visit_every("phone")
    told = rater.note_bodies()
    inspector = Inspector(rater)
    page, seen = rater.page, Counter()

    def notice(position: int) -> None:
        expect(page.locator("#progress")).to_contain_text(f"{position} of ")
        check_page(rater)
        for name in ("textarea", "input[type=range]", "#picture", ".turns", ".pair"):
            seen[name] += page.locator(name).locator("visible=true").count()
        seen["trials"] += 1

    rater.consent(every_platform.link)
    inspector.begin()
    inspector.walk_trials(watched=notice)
    expect(page.get_by_role("heading", name="Thank you")).to_be_visible(timeout=15_000)
    expect(page.locator("#code")).to_be_visible()
    inspector.look("end")
    assert inspector.wrong == []
    assert seen == {
        "textarea": DESCRIBED - 1,
        "input[type=range]": 2,
        "#picture": DESCRIBED,
        ".turns": 2 + 3,
        ".pair": 2,
        "trials": TRIALS,
    }
    assert not [text for text in told for name in (*METHODS, *ITEMS) if name in text]
    ratings = stored(every_platform, rater.token, "rating", "question, score")
    assert Counter(question for question, _ in ratings) == {
        "many": DESCRIBED,
        "ninefold": 1,
        "smooth": 2,
        "damage": 2,
    }
    # The highest grade stands first, and a quarter from the left is three quarters up.
    scores = dict(ratings)
    assert (scores["many"], scores["ninefold"], scores["damage"]) == (10, 9, 5)
    assert scores["smooth"] == pytest.approx(75, abs=4)
    graded = stored(every_platform, rater.token, "comparison", "question, answer.score, choice, first")
    for question, score, choice, first in graded:
        second = "right" if first == "left" else "left"
        assert (score, choice) == ((None, "left") if question == "better" else (3, second))
    texts = stored(every_platform, rater.token, "textanswer", "question, text")
    assert Counter(texts) == {
        ("mood", "happy"): DESCRIBED - 1,
        ("remark", "The mouth was late."): DESCRIBED - 1,
    }
    assert all(
        at is not None for (at,) in every_platform.rows("SELECT delivered_at FROM assignments_showing")
    )


@pytest.mark.all
def test_one_question_fits_a_desktop_screen_with_clips_of_512_pixels(visit_every: Visit, every_platform):
    rater = visit_every()
    rater.enter(every_platform.link)
    page, looked_at = rater.page, Counter()
    for position in range(1, TRIALS + 1):
        rater.wait_for_trial(position)
        rater.watch()
        check_page(rater)
        page.evaluate(AS_512_PIXELS)
        alone = rater.questions.count() == 1 and not page.locator("#about").is_visible()
        if alone:
            looked_at["pair" if page.locator(".box").nth(1).is_visible() else "single"] += 1
            assert page.evaluate("document.documentElement.scrollHeight") <= 800, page.locator(
                "legend"
            ).inner_text()
        rater.answer(place=0)
        rater.act(rater.next_button)
    assert min(looked_at["pair"], looked_at["single"]) >= 2


def test_a_part_that_asks_something_else_waits_for_play(visit_every: Visit, every_platform):
    """Both parts rate single clips; within a part they begin by themselves."""
    rater = visit_every()
    rater.enter(every_platform.link)
    every_platform.rows(ANSWERED, rater.token, DESCRIBED - 1)
    rater.page.reload()
    for position, waits in ((DESCRIBED - 1, True), (DESCRIBED, False), (DESCRIBED + 1, True)):
        rater.wait_for_trial(position)
        begun = rater.page.locator(".play:not(.again), .box.showing, #questions fieldset:enabled")
        begun.locator("visible=true").first.wait_for()
        assert rater.play_button.is_visible() is waits
        rater.watch()
        rater.answer()
        rater.act(rater.next_button)


def test_a_slider_has_no_value_until_it_is_touched_and_obeys_the_keys(visit_every: Visit, every_platform):
    rater = visit_every()
    rater.enter(every_platform.link)
    page = rater.page
    every_platform.rows(ANSWERED, rater.token, DESCRIBED + 2)
    page.reload()
    rater.wait_for_trial(DESCRIBED + 2)
    rater.watch()
    slider = page.get_by_role("slider")
    expect(slider).to_have_attribute("aria-valuetext", "not answered yet")
    expect(rater.next_button).to_be_disabled()
    slider.focus()
    page.keyboard.press("Tab")
    expect(rater.next_button).to_be_disabled()
    slider.focus()
    page.keyboard.press("End")
    expect(rater.next_button).to_be_enabled()
    assert slider.input_value() == "100"
    page.keyboard.press("ArrowDown")
    expect(slider).to_have_attribute("aria-valuetext", "99, nearest to Excellent")
    page.keyboard.press("Enter")
    rater.wait_for_trial(DESCRIBED + 3)
    assert ("smooth", 99.0) in stored(every_platform, rater.token, "rating", "question, score")


def test_digits_of_a_long_scale_and_text_that_keys_do_not_disturb(visit_every: Visit, every_platform):
    rater = visit_every()
    rater.enter(every_platform.link)
    page = rater.page
    rater.watch()
    first, second = page.locator("fieldset").nth(0), page.locator("fieldset").nth(1)
    page.keyboard.press("1")
    expect(second).to_contain_class("asked")
    assert page.locator("input:checked").first.input_value() == "1"
    first.focus()
    page.keyboard.press("1")
    page.keyboard.press("0")
    assert page.locator("input:checked").first.input_value() == "10"
    first.focus()
    page.keyboard.press("1")
    page.keyboard.press("3")
    assert page.locator("input:checked").nth(0).input_value() == "1"
    assert page.locator("input:checked").count() == 2, "13 is no grade: the next question gets the 3"
    first.focus()
    page.keyboard.press("1")
    page.keyboard.press("0")
    assert page.locator("input:checked").first.input_value() == "10"
    second.focus()
    page.keyboard.press("2")
    assert page.locator("input:checked").nth(1).input_value() == "sad"
    area = page.locator("textarea")
    area.focus()
    page.keyboard.type("At 3 s\nit froze 5 times ")
    assert area.input_value() == "At 3 s\nit froze 5 times "
    expect(page.locator(".count")).to_have_text("24 of 2000 characters")
    assert page.locator("input:checked").first.input_value() == "10"
    assert page.locator(".box.showing").count() == 0
    rater.act(rater.next_button)
    rater.wait_for_trial(2)
    texts = stored(every_platform, rater.token, "textanswer", "question, text")
    assert texts == [("mood", "sad"), ("remark", "At 3 s\nit froze 5 times")]


def test_the_language_is_the_browsers_and_can_be_changed(visit_every: Visit, every_platform):
    rater = visit_every(locale="de-AT")
    page = rater.page
    page.goto(every_platform.link)
    expect(page.locator("h1")).to_have_text("Jede Art zu fragen")
    rater.act(page.get_by_role("link", name="English"))
    expect(page.locator("h1")).to_have_text("Every way of asking")
    rater.act(page.get_by_role("link", name="Deutsch"))
    page.locator("select[name=expertise]").select_option("some")
    rater.act(page.locator("input[name=consent]"))
    rater.act(page.locator("main form button[type=submit]"))
    page.wait_for_url("**/sitting/**")
    expect(page.locator("#instructions")).to_contain_text("Sehen Sie jeden Clip an")
    assert page.locator("html").get_attribute("lang") == "de"
    rater.press_button("Beginnen")
    expect(page.get_by_role("button", name="Weiter")).to_be_disabled()
    expect(page.locator("#prompt")).to_contain_text("wenn der Clip zu Ende ist")
