"""One simulated rater as an HTTP client: opens the link, consents, answers every trial, gets the code."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal
from urllib.parse import urlsplit

import httpx

from mos_platform.simulate.key import Key
from mos_platform.simulate.people import Person
from mos_platform.simulate.shown import Reply, View

CSRF_FIELD = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
SENTENCE = re.compile(r"<p>(.*?)</p>", re.DOTALL)
NOBODY_NEW = re.compile(r'<section class="prose">\s*<h2>(.*?)</h2>', re.DOTALL)  # in place of the form
NOT_ADMITTED = 403
NO_PLACE = "All places were taken in the meantime."

# Of common devices, in CSS pixels.
SCREENS = {
    "desktop": {"screen_width": "1920", "screen_height": "1080"},
    "phone": {"screen_width": "390", "screen_height": "844"},
    "tablet": {"screen_width": "820", "screen_height": "1180"},
}

How = Literal["completed", "dropped", "ended", "refused"]


class RefusedError(Exception):
    """The platform refused a step that it should have taken."""


class NotAdmittedError(RefusedError):
    """The platform lets this rater not take part; the message is its sentence."""


class EndedError(Exception):
    """The sitting was ended while the rater was at it."""


class MovedOnError(Exception):
    """The trial is not the rater's to answer any more; the sitting's state says what is."""


@dataclass(frozen=True)
class End:
    """How a sitting ended, and why where the platform said so; `passed` names tricks that were taken.

    `dropped` left by itself; `ended` by a rule of the study; `refused` was not let in, or only cheated.
    """

    how: How
    why: str = ""
    tricks: int = 0
    passed: tuple[str, ...] = ()


class Client:
    """A rater who plays nothing: it declares when it saw and answered each trial.

    Raises RefusedError where the platform refuses a step, httpx.HTTPError where it cannot be reached.
    """

    def __init__(self, http: httpx.Client, person: Person, now: datetime) -> None:
        self.http, self.person, self.now = http, person, now
        self.token = ""
        self.key = Key("")
        self.first: dict[str, Any] = {}

    def enter(self, link: str) -> None:
        """Open the link, consent, and receive the list of trials. Raises NotAdmittedError."""
        self.http.cookies.clear()
        page = self._admitted(self.http.get(link))
        csrf = CSRF_FIELD.search(page.text)
        closed = None if csrf else NOBODY_NEW.search(page.text)
        if closed is not None:
            raise NotAdmittedError(closed[1].strip())
        if page.status_code != 200 or csrf is None:
            raise RefusedError(f"The link {link} answered {page.status_code} without a consent form.")
        answer = self._admitted(self.http.post(link, data=self._form(csrf[1]), headers=_referer(page)))
        if answer.status_code != 302:
            raise RefusedError(f"The consent form answered {answer.status_code} at {link}.")
        self.token = urlsplit(answer.headers["location"]).path.strip("/").split("/")[-1]
        self.key = Key(self.token)
        self.first = self.state()

    def _form(self, csrf: str) -> dict[str, str]:
        mind = self.person.mind
        return {
            "csrfmiddlewaretoken": csrf,
            "consent": "on",
            "ticket": self.person.signed_ticket,
            "expertise": mind.expertise,
            "age_group": mind.age_group,
            "device": mind.device,
            **SCREENS.get(mind.device, {}),
            **self.person.further,
            "clock": self.now.isoformat(),
        }

    def _admitted(self, page: httpx.Response) -> httpx.Response:
        if page.status_code == NOT_ADMITTED:
            why = SENTENCE.search(page.text)
            raise NotAdmittedError(why[1].strip() if why else f"{page.request.url.path} answered 403.")
        return page

    def sit(self, on_trial: Callable[[], None]) -> End:
        """Answer trial after trial until the completion code comes, or until it is time to leave."""
        state = self.first
        if not state["total"]:
            return End("refused", NO_PLACE)
        try:
            while state["trial"] is not None:
                if self._leaves(state):
                    return End("dropped")
                state = self.answer(state["trial"])
                on_trial()
        except EndedError:
            return End("ended")
        return End("completed" if state["completion_code"] else "ended")

    def _leaves(self, state: Mapping[str, Any]) -> bool:
        """Before which trial is a share of the whole sitting."""
        at = self.person.leaves_at
        return at is not None and state["done"] >= int(at * state["total"])

    def answer(self, trial: View) -> dict[str, Any]:
        """Answer one trial; the state after it. What was given to others meanwhile is passed over."""
        try:
            return self.send(trial, self.body(trial, self.opinion(trial)))
        except MovedOnError:
            return self.state()

    def opinion(self, trial: View) -> Reply:
        return self.person.mind.reply(self.key.heard(trial), self.key.cells(trial))

    def body(self, trial: View, reply: Reply) -> dict[str, Any]:
        """The answers with the declared times: the clip, the reply, and a breath before the next trial."""
        presented = self.now
        submitted = presented + timedelta(seconds=seconds_of(trial) + reply.seconds)
        self.now = submitted + timedelta(seconds=1)
        return {
            "answers": reply.answers,
            "facts": {"response_ms": round(reply.seconds * 1000), "played_fraction": 1.0, "replays": 0},
            "clock": {"presented_at": presented.isoformat(), "submitted_at": submitted.isoformat()},
        }

    def send(self, trial: View, body: Mapping[str, Any]) -> dict[str, Any]:
        return told(self.http.post(f"/api/trials/{trial['token']}/answers/", json=body))

    def state(self) -> dict[str, Any]:
        return told(self.http.get(f"/api/sittings/{self.token}/"))


def seconds_of(trial: View) -> float:
    """How long a trial's clips play once, as simulated raters play them: one after the other."""
    return float(sum(clip["duration_s"] for clip in trial["clips"]))


def told(answer: httpx.Response) -> dict[str, Any]:
    """What the platform said.

    Raises EndedError where it takes no more, MovedOnError where it wants another trial, else RefusedError.
    """
    body: dict[str, Any] = answer.json() if answer.headers["content-type"] == "application/json" else {}
    if answer.status_code == 200:
        return body
    if body.get("code") == "closed":
        raise EndedError
    if body.get("code") == "not_next":
        raise MovedOnError
    raise RefusedError(f"{answer.request.url.path} answered {answer.status_code}: {answer.text[:200]}")


def _referer(page: httpx.Response) -> dict[str, str]:
    """Django asks for it where the platform is reached over HTTPS."""
    return {"referer": str(page.url)}
