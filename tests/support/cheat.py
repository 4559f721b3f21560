"""A client that wants the completion code without watching. Each trick gives the server's answer to it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
from over_http import HttpRater, View, first_answers, wait_for
from viewing import answered, seen

Trick = Callable[["Cheat", View], httpx.Response]


class Cheat(HttpRater):
    """Knows the whole interface, and all tokens that it was ever given."""

    def send(self, view: View, events: Any, **more: Any) -> httpx.Response:
        return self.post("answers", view, {"answers": first_answers(view), "events": events, **more})

    def open(self, view: View) -> None:
        assert self.post("open", view, {}).status_code == 200


def at_once(cheat: Cheat, view: View) -> httpx.Response:
    return cheat.send(view, seen(view))


def opened_and_at_once(cheat: Cheat, view: View) -> httpx.Response:
    cheat.fetch(view)
    cheat.open(view)
    return cheat.send(view, seen(view))


def fetched_late(cheat: Cheat, view: View) -> httpx.Response:
    """Opens, waits, and fetches the clips only when they would have ended."""
    cheat.open(view)
    wait_for(view)
    cheat.fetch(view)
    return cheat.send(view, seen(view))


def never_fetched(cheat: Cheat, view: View) -> httpx.Response:
    cheat.open(view)
    wait_for(view)
    return cheat.send(view, seen(view))


def only_asked_whether_it_is_there(cheat: Cheat, view: View) -> httpx.Response:
    """HEAD, a range beyond the end, and a copy that is said to be known: no byte of a clip was sent."""
    with cheat.client() as client:
        for clip in view["clips"]:
            tag = client.head(clip["url"]).headers["etag"]
            client.get(clip["url"], headers={"If-None-Match": tag})
            client.get(clip["url"], headers={"Range": "bytes=999999999-"})
    return never_fetched(cheat, view)


def no_events(cheat: Cheat, view: View) -> httpx.Response:
    cheat.watch(view)
    return cheat.send(view, None)


def nothing_happened(cheat: Cheat, view: View) -> httpx.Response:
    cheat.watch(view)
    return cheat.send(view, [])


def all_ended_at_once(cheat: Cheat, view: View) -> httpx.Response:
    cheat.watch(view)
    return cheat.send(view, [{**event, "at_ms": 0} for event in seen(view)])


def longer_than_the_server_saw(cheat: Cheat, view: View) -> httpx.Response:
    cheat.watch(view)
    return cheat.send(view, [{**event, "at_ms": 100 * event["at_ms"]} for event in seen(view)])


def out_of_order(cheat: Cheat, view: View) -> httpx.Response:
    cheat.watch(view)
    return cheat.send(view, seen(view)[::-1])


def skipped_to_the_end(cheat: Cheat, view: View) -> httpx.Response:
    """Sought to the end, and waited there."""
    cheat.watch(view)
    end = [event for event in seen(view) if event["type"] == "ended"]
    begun = [{"type": "play", "at_ms": event["at_ms"] - 50, "role": event["role"]} for event in end]
    events = [*begun, *end]
    return cheat.send(view, sorted(events, key=lambda event: event["at_ms"]))


def of_other_clips(cheat: Cheat, view: View) -> httpx.Response:
    cheat.watch(view)
    other = "left" if view["clips"][0]["role"] != "left" else "clip"
    return cheat.send(view, [*seen(view), {"type": "ended", "at_ms": 10**4, "role": other}])


def by_a_clock_of_its_own(cheat: Cheat, view: View) -> httpx.Response:
    cheat.fetch(view)
    clock = {"presented_at": "2026-01-01T10:00:00Z", "submitted_at": "2026-01-01T10:01:00Z"}
    return cheat.send(view, seen(view), clock=clock)


def of_nobodys_trial(cheat: Cheat, view: View) -> httpx.Response:
    cheat.watch(view)
    return cheat.send({**view, "token": view["token"][::-1]}, seen(view))


def with_the_tokens_of_its_clips(cheat: Cheat, view: View) -> httpx.Response:
    cheat.watch(view)
    return cheat.send({**view, "token": view["clips"][0]["url"].split("/")[-1]}, seen(view))


TRICKS: dict[Trick, str] = {
    at_once: "too_early",
    opened_and_at_once: "too_early",
    fetched_late: "too_early",
    never_fetched: "not_played",
    only_asked_whether_it_is_there: "not_played",
    no_events: "not_played",
    nothing_happened: "not_played",
    all_ended_at_once: "not_played",
    longer_than_the_server_saw: "invalid",
    out_of_order: "invalid",
    skipped_to_the_end: "not_played",
    of_other_clips: "invalid",
    by_a_clock_of_its_own: "invalid",
    of_nobodys_trial: "unknown",
    with_the_tokens_of_its_clips: "unknown",
}


def message(view: View) -> dict[str, Any]:
    return answered(view, first_answers(view))
