"""A rater who finds the way by places on the page, in any language, and looks at each state once."""

from __future__ import annotations

from collections.abc import Callable

from accessible import violations
from playwright.sync_api import Locator
from visitor import Visitor

MOST_STEPS = 200
WAYS_ON = ("#onward", "#past")


class Inspector:
    """What breaks WCAG in any state stands in `wrong`."""

    def __init__(self, rater: Visitor) -> None:
        self.rater = rater
        self.page = rater.page
        self.seen: set[str] = set()
        self.wrong: list[str] = []

    def look(self, state: str) -> None:
        if state in self.seen:
            return
        self.seen.add(state)
        self.wrong += [f"{state}: {line}" for line in violations(self.page)]
        if overflow := self.rater.overflow():
            self.wrong.append(f"{state}: {overflow} pixels wider than the screen")

    def enter(self, link: str, language: str) -> None:
        """The welcome page with and without mistakes, and consent."""
        self.page.goto(f"{link}?language={language}")
        self.look("welcome")
        submit = self.page.locator("form button[type=submit]")
        self.rater.act(submit)
        self.page.locator("#errors").wait_for()
        self.look("welcome with errors")
        for choice in self.page.locator("form select").all():
            choice.select_option(index=2)
        self.rater.act(self.page.locator("label.tick"))
        self.rater.act(submit)
        self.page.wait_for_url("**/setup/**")

    def walk_checks(self) -> None:
        """All checks with whatever answers, going past those that fail."""
        for step in range(MOST_STEPS):
            if "/sitting/" in self.page.url:
                return
            self._look_at_check()
            self._go_on(step)
            self.page.wait_for_timeout(300)
        raise AssertionError(f"still at {self.page.url}")

    def _look_at_check(self) -> None:
        check = self._check
        if check.count():
            name, enabled = check.get_attribute("id"), check.locator("button:visible:enabled").count()
            self.look(f"{name} with {enabled} buttons, ways on: {self._ways.count()}")

    @property
    def _check(self) -> Locator:
        return self.page.locator(".check:visible").first

    @property
    def _ways(self) -> Locator:
        return self.page.locator(", ".join(f"{way}:visible:enabled" for way in WAYS_ON))

    def _go_on(self, step: int) -> None:
        """By turns the first and the last button: played, then answered."""
        if self._ways.count():
            self.rater.act(self._ways.first)
            return
        for box in self._check.locator("input[type=text]:visible:enabled").all():
            box.fill("123")
        buttons = self._check.locator("button:visible:enabled")
        if buttons.count():
            self.rater.act(buttons.nth(-1 if step % 2 else 0))

    def begin(self) -> None:
        """From the instructions to the first trial."""
        start = self.page.locator("#start")
        start.wait_for()
        self.look("instructions")
        self.rater.act(start)
        self.page.locator("#trial:visible, #between:visible").first.wait_for()

    def walk_trials(
        self, most: int | None = None, watched: Callable[[int], None] = lambda _position: None
    ) -> None:
        """All trials to the end, or so many, each kind looked at before, after its clips, and answered.

        `watched` is called when a trial's clips have played, with its position.
        """
        position = 0
        while position != most and not self.page.locator("#end").is_visible():
            position += 1
            self.go_past_between()
            kind = self._kind_of_trial()
            self.look(f"waiting: {kind}")
            self.rater.watch()
            watched(position)
            self.look(f"answering: {kind}")
            self.rater.answer(0)
            self.look(f"answered: {kind}")
            self._send()

    def _send(self) -> None:
        before = self.page.locator("#progress").inner_text()
        self.rater.act(self.page.locator("#next"))
        self.page.wait_for_function(
            "before => !document.querySelector('#end').hidden || !document.querySelector('#between').hidden"
            " || document.querySelector('#progress').innerText !== before",
            arg=before,
        )

    def go_past_between(self) -> None:
        if self.page.locator("#between").is_visible():
            self.look("between trials")
            self.rater.act(self.page.locator("#between-button"))
        self.page.locator("#trial").wait_for()

    def _kind_of_trial(self) -> str:
        """By what can be seen: boxes for clips, and fields."""
        types = self.page.evaluate(
            "() => [...document.querySelectorAll('#questions input, #questions textarea')]"
            ".map((one) => one.type)"
        )
        boxes = self.page.locator("#stage .box:visible").count()
        return f"{boxes} clips, {len(types)} of {sorted(set(types))}"
