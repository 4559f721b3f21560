"""The checks before the first clip, with real sound and pictures: passed, failed with a reason, mended."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Route, expect
from visitor import Visitor

pytestmark = [pytest.mark.browser, pytest.mark.long]

Visit = Callable[..., Visitor]
ORDER = ("playback", "screen", "speed", "sound", "headphones", "colour", "distance", "sync")
# In one go: the page's own script hides what is not its turn.
PLACES_OF_EARS = """() => {
  for (const part of document.querySelectorAll('.check')) part.hidden = false;
  const buttons = [...document.querySelectorAll('#check-headphones button[value]')];
  return Object.fromEntries(buttons.map((one) => [one.value, one.getBoundingClientRect().x]));
}"""
SLOW_BYTES_S = 150_000  # 1.2 Mbit/s
# Root mean square of each channel of a sound, as the browser decodes it.
LOUDNESS = """async (address) => {
  const bytes = await (await fetch(address)).arrayBuffer();
  const sound = await new OfflineAudioContext(2, 1, 44100).decodeAudioData(bytes);
  return Array.from({length: sound.numberOfChannels}, (_, n) => {
    const samples = sound.getChannelData(n);
    return Math.sqrt(samples.reduce((sum, one) => sum + one * one, 0) / samples.length);
  });
}"""


class Checks:
    """A rater at the checks, and the database that knows what is asked."""

    def __init__(self, rater: Visitor, platform: Any) -> None:
        self.rater, self.platform, self.page = rater, platform, rater.page
        rater.consent(platform.link)
        self.page.wait_for_url("**/setup/**")
        self.token = rater.token

    def skip_to(self, check: str) -> None:
        """As if all checks before it had passed."""
        sitting = self.platform.rows("SELECT id FROM raters_sitting WHERE token = ?", self.token)[0][0]
        for name in ORDER[: ORDER.index(check)]:
            self.platform.rows(
                "INSERT INTO setup_setupcheck (sitting_id, name, passed, settled, tries, value)"
                " VALUES (?, ?, 1, 1, 1, '{}')",
                sitting,
                name,
            )
        self.page.reload()
        expect(self.part(check)).to_be_visible()

    def part(self, check: str) -> Locator:
        return self.page.locator(f"#check-{check}")

    def play(self, check: str) -> None:
        button = self.part(check).locator(".play")
        expect(button).to_be_enabled()
        self.rater.act(button)

    def secret(self, check: str) -> dict[str, Any]:
        return dict(json.loads(self.open_round(check)[0]))

    def loudness(self, check: str) -> list[float]:
        """Of each channel of what is heard now."""
        return list(self.page.evaluate(LOUDNESS, f"/setup/rounds/{self.open_round(check)[1]}"))

    def open_round(self, check: str) -> tuple[str, str]:
        """Its secret and its token."""
        rows = self.platform.rows(
            "SELECT secret, r.token FROM setup_setupround r JOIN setup_setupcheck c ON c.id = check_of_id "
            "JOIN raters_sitting s ON s.id = sitting_id "
            "WHERE s.token = ? AND name = ? AND answered_at IS NULL ORDER BY number LIMIT 1",
            self.token,
            check,
        )
        return (str(rows[0][0]), str(rows[0][1]))

    def stored(self, check: str) -> tuple[Any, ...]:
        """(passed, settled, tries), None where nothing is stored."""
        rows = self.platform.rows(
            "SELECT passed, settled, tries FROM setup_setupcheck c "
            "JOIN raters_sitting s ON s.id = sitting_id WHERE s.token = ? AND name = ?",
            self.token,
            check,
        )
        return tuple(rows[0]) if rows else ()

    def type_digits(self, *, right: bool = True) -> None:
        self.play("sound")
        expect(self.page.locator("#digits")).to_be_focused(timeout=15_000)
        digits = self.secret("sound")["digits"]
        self.page.keyboard.type("".join(str(one if right else (one + 1) % 10) for one in digits))
        self.page.keyboard.press("Enter")

    def choose(self, check: str, value: str) -> None:
        choice = self.part(check).locator(f".choices button[value='{value}']")
        expect(choice).to_be_enabled(timeout=15_000)
        self.rater.act(choice)

    def told(self, text: str) -> None:
        expect(self.page.locator("#result")).to_contain_text(text, timeout=20_000)

    def again(self) -> None:
        self.rater.act(self.page.locator("#again"))


@pytest.fixture
def arrive(visit_checked: Visit, checked_platform) -> Callable[..., Checks]:
    return lambda device="desktop": Checks(visit_checked(device), checked_platform)


def fits_a_finger(checks: Checks) -> None:
    assert checks.rater.overflow() == 0
    for target in checks.page.get_by_role("button").all():
        size = target.bounding_box()
        assert size is None or min(size["width"], size["height"]) >= 44, target


@pytest.mark.parametrize("device", [pytest.param("desktop", marks=pytest.mark.all), "phone"])
def test_all_checks_lead_to_the_first_clip(arrive, device: str):
    checks = arrive(device)
    page = checks.page
    expect(page.locator("#progress")).to_have_text("Check 1 of 8")
    fits_a_finger(checks)
    checks.play("playback")
    expect(checks.part("sound")).to_be_visible(timeout=30_000)
    fits_a_finger(checks)
    checks.type_digits()
    for _ in range(3):
        checks.play("headphones")
        fits_a_finger(checks)
        expect(checks.part("headphones").locator("button[value=left]")).to_be_enabled(timeout=15_000)
        left, right = checks.loudness("headphones")
        ear = "left" if left > right else "right"
        assert min(left, right) == 0 < max(left, right)
        checks.choose("headphones", ear)
        expect(checks.part("headphones").locator("button[value=left]")).to_be_disabled()
    for place in range(1, 5):
        expect(checks.part("colour").locator(".round")).to_have_text(f"{place} of 4", timeout=15_000)
        fits_a_finger(checks)
        checks.choose("colour", str(checks.secret("colour")["digit"]))
    checks.rater.press_button("Continue")
    checks.choose("distance", "yes")
    for place in range(1, 5):
        expect(checks.part("sync").locator(".round")).to_have_text(f"{place} of 4")
        checks.play("sync")
        fits_a_finger(checks)
        shift = checks.secret("sync")["shift_ms"]
        checks.choose("sync", "together" if shift == 0 else "late" if shift > 0 else "early")
        if place < 4:
            checks.rater.press_button("Next clip")
    checks.told("4 of 4")
    checks.rater.press_button("Continue")
    page.wait_for_url("**/sitting/**")
    assert [checks.stored(name) for name in ORDER] == [(1, 1, 1)] * len(ORDER)
    checks.rater.press_button("Start")
    expect(checks.rater.play_button).to_be_visible()


def test_the_digits_are_heard_in_the_browser(arrive):
    checks = arrive()
    checks.skip_to("sound")
    expect(checks.page.locator("#digits")).to_be_disabled()
    checks.play("sound")
    expect(checks.page.locator("#digits")).to_be_enabled(timeout=15_000)
    assert checks.loudness("sound")[0] > 0.02
    played = checks.page.evaluate("document.querySelector('#check-sound audio').played.end(0)")
    assert played == pytest.approx(3.6, abs=0.2)


def test_wrong_digits_bring_help_and_in_the_end_the_way_out(arrive):
    checks = arrive()
    checks.skip_to("sound")
    for number in range(1, 6):
        checks.type_digits(right=False)
        checks.told("These were not the digits")
        helped = checks.page.locator("#result").get_by_text("turn the volume up")
        expect(helped).to_have_count(1 if 2 <= number < 5 else 0)
        if number < 5:
            checks.again()
    checks.told("you cannot take part with it")
    link = checks.page.locator("#elsewhere output")
    expect(link).to_have_text(f"{checks.rater.base_url}/sitting/{checks.token}/")
    expect(checks.page.locator("#again")).to_be_disabled()
    expect(checks.page.locator("#again")).to_contain_text("Possible again in")
    assert checks.page.locator("#past").is_hidden()
    expect(checks.page.locator("#again")).to_be_enabled(timeout=15_000)
    checks.again()
    expect(link).to_be_hidden()
    checks.type_digits()
    expect(checks.part("headphones")).to_be_visible()
    assert checks.stored("sound") == (1, 1, 6)


def test_a_clip_that_cannot_be_decoded_is_told_and_can_be_tried_again(arrive):
    checks = arrive()
    checks.page.route(
        "**/probe*.mp4", lambda route: route.fulfill(body=b"no video", content_type="video/mp4")
    )
    checks.page.reload()
    checks.play("playback")
    checks.told("This browser cannot play the clip")
    expect(checks.page.locator("#elsewhere")).to_contain_text("in another browser or on another device")
    assert checks.stored("playback") == (0, 0, 1)
    checks.page.unroute_all()
    checks.again()
    checks.play("playback")
    expect(checks.part("playback")).to_be_hidden(timeout=15_000)
    assert checks.stored("playback") == (1, 1, 2)


def test_a_picture_that_does_not_appear_is_noticed(arrive, tmp_path: Path):
    black = tmp_path / "black.mp4"
    source = ["-f", "lavfi", "-i", "color=black:s=320x240:d=1.6", "-f", "lavfi", "-i", "sine=d=1.6"]
    command = ["ffmpeg", "-v", "error", *source, "-pix_fmt", "yuv420p", "-c:a", "aac", str(black)]
    subprocess.run(command, check=True)
    checks = arrive()
    checks.page.route("**/probe*.mp4", lambda route: route.fulfill(path=black, content_type="video/mp4"))
    checks.page.reload()
    checks.play("playback")
    checks.told("its picture did not appear")


def test_a_slow_connection_is_measured_and_can_be_gone_past(arrive):
    checks = arrive()
    network = checks.rater.context.new_cdp_session(checks.page)
    network.send("Network.enable")
    speed = {"offline": False, "latency": 150, "uploadThroughput": -1}
    network.send("Network.emulateNetworkConditions", {**speed, "downloadThroughput": SLOW_BYTES_S})
    checks.skip_to("speed")
    checks.told("this study needs 2.0")
    network.send("Network.emulateNetworkConditions", {**speed, "downloadThroughput": -1, "latency": 0})
    found = checks.platform.rows("SELECT value FROM setup_setupcheck WHERE name = 'speed' ORDER BY id DESC")
    assert 0.2 < json.loads(found[0][0])["mbits"] < 1.3
    checks.rater.press_button("Go on anyway")
    expect(checks.part("sound")).to_be_visible()
    assert checks.stored("speed") == (0, 1, 1)


def test_a_connection_that_drops_is_told_and_nothing_is_lost(arrive):
    checks = arrive()
    checks.rater.forgiven = ["ERR_INTERNET_DISCONNECTED"]
    checks.skip_to("sound")
    checks.play("sound")
    expect(checks.page.locator("#digits")).to_be_enabled(timeout=15_000)
    checks.rater.context.set_offline(True)
    checks.page.fill("#digits", "".join(map(str, checks.secret("sound")["digits"])))
    checks.rater.press_button("Check")
    expect(checks.page.get_by_role("alert")).to_contain_text("You are offline")
    checks.rater.context.set_offline(False)
    expect(checks.part("headphones")).to_be_visible()
    expect(checks.page.get_by_role("alert")).to_be_hidden()
    assert checks.stored("sound") == (1, 1, 1)


def test_an_answer_that_failed_at_first_counts_once(arrive):
    """The server has it, but its reply is lost."""
    checks = arrive()
    checks.rater.forgiven = ["ERR_FAILED"]
    checks.skip_to("sound")
    lost: list[str] = []

    def lose_first(route: Route) -> None:
        if lost:
            return route.continue_()
        lost.append(route.request.url)
        route.fetch()
        return route.abort()

    checks.page.route("**/api/setup-rounds/**", lose_first)
    checks.type_digits()
    expect(checks.part("headphones")).to_be_visible()
    assert checks.stored("sound") == (1, 1, 1)


def test_a_reload_goes_on_at_the_same_check(arrive):
    checks = arrive()
    checks.skip_to("sync")
    checks.play("sync")
    checks.choose("sync", "late")
    checks.rater.press_button("Next clip")
    expect(checks.part("sync").locator(".round")).to_have_text("2 of 4")
    checks.page.reload()
    expect(checks.part("sync").locator(".round")).to_have_text("2 of 4")
    expect(checks.page.locator("#steps .settled")).to_have_count(7)
    checks.page.goto(f"{checks.rater.base_url}/sitting/{checks.token}/")
    checks.page.wait_for_url("**/setup/**")


def test_the_left_ear_is_on_the_left_also_from_right_to_left(visit_spoken: Visit, spoken_platform):
    rater = visit_spoken(locale="ar")
    rater.page.goto(f"{spoken_platform.link}?language=ar")
    rater.page.locator("select").first.select_option("some")
    rater.page.locator("input[name=consent]").check()
    rater.page.locator("form button[type=submit]").click()
    page = rater.page
    page.wait_for_url("**/setup/**")
    assert page.locator("html").get_attribute("dir") == "rtl"
    places = page.evaluate(PLACES_OF_EARS)
    assert places["left"] < places["both"] < places["right"]
    assert rater.overflow() == 0
