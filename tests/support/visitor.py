"""A rater in front of a real browser: only clicks, taps and keys, and a notebook of what the page did."""

from __future__ import annotations

import re

from playwright.sync_api import (
    BrowserContext,
    ConsoleMessage,
    Locator,
    Page,
    Request,
    Response,
    Route,
    expect,
)

PATIENCE_MS = 15_000
TEXTS = re.compile(r"/(r|sitting|api|static/js)/")
SLOWEST = 0.0625  # of the speed, in Chromium
# What is looked at while a clip plays must not depend on who is quicker, the clip or the test.
SLOW_MOTION = """speed => {
  const play = HTMLMediaElement.prototype.play;
  window.clipSpeed = speed;
  HTMLMediaElement.prototype.play = function () {
    this.playbackRate = window.clipSpeed;
    return play.call(this);
  };
}"""
FULL_SPEED = "() => { for (const video of document.querySelectorAll('video')) video.playbackRate = 1; }"


class Visitor:
    """One visitor with one page. `forgiven`: parts of console messages that a test causes itself."""

    def __init__(
        self, context: BrowserContext, base_url: str, *, touch: bool, secrets: tuple[str, ...]
    ) -> None:
        self.context = context
        self.base_url = base_url
        self.touch = touch
        self.secrets = secrets
        self.forgiven: list[str] = []
        self.complaints: list[str] = []
        self.foreign: list[str] = []
        self.responses: list[Response] = []
        context.set_default_timeout(PATIENCE_MS)
        self.page = self.open_page()

    def open_page(self) -> Page:
        self.page = self.context.new_page()
        self.page.on("console", self._console)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("request", self._request)
        self.page.on("response", lambda response: self.responses.append(response))
        return self.page

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.complaints.append(f"{message.text} ({message.location.get('url', '')})")

    def _request(self, request: Request) -> None:
        if not request.url.startswith((f"{self.base_url}/", "blob:", "data:")):
            self.foreign.append(request.url)

    def check_clean(self) -> None:
        loud = [text for text in self.complaints if not any(part in text for part in self.forgiven)]
        assert loud == [], loud
        assert self.foreign == []
        for response in self.responses:
            told = f"{response.url} {response.headers}"
            assert not [secret for secret in self.secrets if secret in told]

    def note_bodies(self) -> list[str]:
        """From now on, the text of every page and every answer of the interface, as the server sends it."""
        bodies: list[str] = []

        def note(route: Route) -> None:
            response = route.fetch(max_redirects=0)
            bodies.append(f"{response.headers} {response.text()}")
            route.fulfill(response=response)

        self.context.route(TEXTS, note)
        return bodies

    # What a rater does

    def act(self, target: Locator) -> None:
        target.tap() if self.touch else target.click()

    def press_button(self, name: str) -> None:
        self.act(self.page.get_by_role("button", name=name))

    def consent(self, link: str) -> None:
        self.page.goto(link)
        self.page.get_by_label("How experienced").select_option("some")
        self.act(self.page.get_by_label("I have read this"))
        self.press_button("Continue")
        self.page.wait_for_url(re.compile("/(sitting|setup)/"))

    def enter(self, link: str) -> None:
        """Up to the first play button."""
        self.consent(link)
        self.press_button("Start")
        expect(self.play_button).to_be_visible()

    def overflow(self) -> int:
        """By how many pixels the page is wider than the screen."""
        found = self.page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        return int(found)

    @property
    def play_button(self) -> Locator:
        return self.page.locator(".play:not(.again)").locator("visible=true")

    @property
    def next_button(self) -> Locator:
        return self.page.get_by_role("button", name="Next")

    @property
    def questions(self) -> Locator:
        return self.page.locator("#questions fieldset")

    def answer_of(self, question: int, place: int) -> Locator:
        """The label of a grade: what a rater sees and hits."""
        return self.questions.nth(question).locator("label").nth(place)

    def wait_for_answers(self) -> None:
        expect(self.questions.first.locator("input, textarea").first).to_be_enabled(timeout=PATIENCE_MS)

    def wait_for_trial(self, position: int) -> None:
        """The end of practice, told before a trial, is read and gone past."""
        self.page.wait_for_function(
            """text => !document.querySelector('#between').hidden"""
            """ || document.querySelector('#progress').textContent.startsWith(text)""",
            arg=f"{position} of ",
        )
        if self.page.locator("#between").is_visible():
            self.press_button("Continue")
        expect(self.page.locator("#progress")).to_contain_text(f"{position} of ", timeout=PATIENCE_MS)

    def watch(self) -> None:
        """Press play where the page asks for it, and watch to the end."""
        self.page.wait_for_function(
            """() => document.querySelector('.box.showing, .play:not(.again):not([hidden])')"""
            """ || document.querySelector('#questions fieldset:enabled')"""
        )
        if self.play_button.count():
            self.act(self.play_button.first)
        self.wait_for_answers()

    def slow_motion(self) -> None:
        """From now on the clips of this page play slowly, until each is let run; not for clips together."""
        self.page.evaluate(SLOW_MOTION, SLOWEST)

    def let_run(self) -> None:
        """The clip that plays now goes on at its own speed."""
        self.page.evaluate(FULL_SPEED)

    def full_speed(self) -> None:
        """All clips play at their own speed again."""
        self.page.evaluate("window.clipSpeed = 1")
        self.let_run()

    def answer(self, place: int = 1) -> None:
        for number, question in enumerate(self.questions.all()):
            slider, area = question.locator("input[type=range]"), question.locator("textarea")
            if slider.count():
                self.slide(slider)
            elif area.count():
                area.fill("The mouth was late.")
            else:
                self.act(self.answer_of(number, place))

    def slide(self, slider: Locator, share: float = 0.25) -> None:
        """Touch a slider that far from its left end."""
        slider.scroll_into_view_if_needed()
        box = slider.bounding_box()
        assert box is not None
        at = (box["x"] + share * box["width"], box["y"] + box["height"] / 2)
        self.page.touchscreen.tap(*at) if self.touch else self.page.mouse.click(*at)

    def rate(self, place: int = 1) -> None:
        """One whole trial with the pointer or finger."""
        self.watch()
        self.answer(place)
        self.act(self.next_button)

    @property
    def token(self) -> str:
        return self.page.url.rstrip("/").split("/")[-1]
