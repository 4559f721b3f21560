"""Raters without a browser at a real server: an honest one, and one whose connection breaks off at random."""

from __future__ import annotations

import json
import random
import re
import socket
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import httpx
from viewing import answered, seen

HIDDEN = re.compile(r'<input type="hidden" name="(\w+)" value="([^"]*)"')
EARLY_S = 0.2  # the server forgives more
View = dict[str, Any]


def first_answers(view: View) -> dict[str, str]:
    return {question["id"]: question["grades"][0]["value"] for question in view["questions"]}


@dataclass
class HttpRater:
    """Fetches the clips, waits for as long as they last, answers. `where` gives the server's address."""

    where: Callable[[], str]
    token: str = ""

    def client(self) -> httpx.Client:
        return httpx.Client(base_url=self.where(), timeout=30)

    def get(self, path: str) -> httpx.Response:
        with self.client() as client:
            return client.get(path)

    def post(self, what: str, view: View, body: Any) -> httpx.Response:
        with self.client() as client:
            return client.post(f"/api/trials/{view['token']}/{what}/", json=body)

    def enter(self, link: str) -> None:
        with self.client() as client:
            hidden = dict(HIDDEN.findall(client.get(link).text))
            told = {"consent": "on", "expertise": "some", "device": "desktop"}
            answer = client.post(link, data={**hidden, **told})
        assert answer.status_code == 302, answer.text
        self.token = answer.headers["location"].strip("/").split("/")[-1]

    def state(self) -> View:
        answer = self.get(f"/api/sittings/{self.token}/")
        assert answer.status_code == 200, answer.text
        state: View = answer.json()
        return state

    def fetch(self, view: View) -> None:
        for clip in view["clips"]:
            assert self.get(clip["url"]).status_code == 200

    def watch(self, view: View) -> None:
        self.fetch(view)
        assert self.post("open", view, {}).status_code == 200
        wait_for(view)

    def answer(self, view: View) -> httpx.Response:
        return self.post("answers", view, answered(view, first_answers(view)))

    def sit(self) -> View:
        state = self.state()
        while state["trial"]:
            self.watch(state["trial"])
            answer = self.answer(state["trial"])
            assert answer.status_code == 200, answer.text
            state = answer.json()
        return state


def wait_for(view: View) -> None:
    """From the first clip's beginning to the last one's end, as the answer will say."""
    events = seen(view)
    time.sleep(max(0.0, (events[-1]["at_ms"] - events[0]["at_ms"]) / 1000 - EARLY_S))


class ShakyRater(HttpRater):
    """Every second message breaks off, while it is sent or before its answer is read, and is sent again."""

    def __init__(self, where: Callable[[], str], seed: int) -> None:
        super().__init__(where)
        self.random = random.Random(seed)
        self.broken = 0

    def get(self, path: str) -> httpx.Response:
        return self._repeated("GET", path, None, super().get, path)

    def post(self, what: str, view: View, body: Any) -> httpx.Response:
        path = f"/api/trials/{view['token']}/{what}/"
        return self._repeated("POST", path, body, super().post, what, view, body)

    def _repeated(self, method: str, path: str, body: Any, whole: Any, *given: Any) -> httpx.Response:
        while self.random.random() < 0.5:
            self.broken += 1
            with suppress(OSError):
                break_off(self.where(), method, path, body, self.random.choice((0.3, 0.9, 1.0)))
        for _ in range(300):
            with suppress(httpx.TransportError):
                return whole(*given)
            time.sleep(0.2)
        raise AssertionError("the server did not come back within a minute")


def break_off(url: str, method: str, path: str, body: Any, share: float) -> None:
    """Send a part of a message, or all of it, and hang up without reading what is answered."""
    host = urlsplit(url)
    content = b"" if body is None else json.dumps(body).encode()
    head = f"{method} {path} HTTP/1.1\r\nHost: {host.netloc}\r\nContent-Type: application/json\r\n"
    message = f"{head}Content-Length: {len(content)}\r\n\r\n".encode() + content
    with socket.create_connection((host.hostname or "", host.port or 80), timeout=10) as connection:
        connection.sendall(message[: max(1, round(share * len(message)))])
