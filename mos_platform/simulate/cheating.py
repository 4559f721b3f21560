"""A rater who wants the code without watching: each trick once, on its first trial; then it goes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import httpx

from mos_platform.simulate.client import NO_PLACE, Client, End, seconds_of
from mos_platform.simulate.shown import View

Events = list[dict[str, Any]]
FORGED_S = 3600.0  # what it says to have watched where it exaggerates


class Cheat(Client):
    """Time it need not wait for: as simulated raters may, it declares when it saw and answered."""

    def sit(self, on_trial: Callable[[], None]) -> End:
        trial = self.first["trial"]
        if trial is None:
            return End("refused", NO_PLACE)
        tried = {name: trick(self, trial) for name, trick in TRICKS.items()}
        honest = self.body(trial, self.opinion(trial))
        state = self.send(trial, honest)
        on_trial()
        tried["sends an answered trial again"] = self._again(trial, honest, state)
        passed = tuple(name for name, taken in tried.items() if taken)
        return End("dropped" if passed else "refused", tricks=len(tried), passed=passed)

    def post(self, token: str, body: Mapping[str, Any]) -> httpx.Response:
        return self.http.post(f"/api/trials/{token}/answers/", json=body)

    def forged(self, trial: View, events: Events) -> bool:
        """Whether made-up events are taken, after the trial was opened for as long as its clips last."""
        body = {**self.body(trial, self.opinion(trial)), "events": events}
        return self.post(trial["token"], body).status_code == 200

    def at_once(self, trial: View) -> bool:
        return self.post(trial["token"], {"answers": self.opinion(trial).answers}).status_code == 200

    def _again(self, trial: View, honest: Mapping[str, Any], state: Mapping[str, Any]) -> bool:
        """Sent again, a trial changes nothing; the platform just says how the sitting stands."""
        after = self.post(trial["token"], {**honest, "answers": self.opinion(trial).answers})
        return after.status_code == 200 and after.json()["done"] != state["done"]


def _opened_and_at_once(cheat: Cheat, trial: View) -> bool:
    """By a clock of its own, so that the tricks that follow do not come too early."""
    at = cheat.now.isoformat()
    body = {
        "answers": cheat.opinion(trial).answers,
        "clock": {"presented_at": at, "submitted_at": at},
    }
    return cheat.post(trial["token"], body).status_code == 200


def _token_of_a_clip(cheat: Cheat, trial: View) -> bool:
    token = trial["clips"][0]["url"].rstrip("/").split("/")[-1]
    return cheat.at_once({**trial, "token": token})


def _made_up_token(cheat: Cheat, trial: View) -> bool:
    return cheat.at_once({**trial, "token": trial["token"][::-1]})


def _all_ended_at_once(cheat: Cheat, trial: View) -> bool:
    return cheat.forged(trial, [{**event, "at_ms": 0} for event in _watched(trial)])


def _out_of_order(cheat: Cheat, trial: View) -> bool:
    return cheat.forged(trial, _watched(trial)[::-1])


def _nothing_happened(cheat: Cheat, trial: View) -> bool:
    return cheat.forged(trial, [])


def _skipped_to_the_end(cheat: Cheat, trial: View) -> bool:
    ends = [event for event in _watched(trial) if event["type"] == "ended"]
    skips = [{**end, "type": "seek", "at_ms": end["at_ms"] - 1} for end in ends]
    starts = [{**skip, "type": "play", "at_ms": skip["at_ms"] - 1, "position_s": 0.0} for skip in skips]
    return cheat.forged(trial, sorted([*starts, *skips, *ends], key=lambda event: int(event["at_ms"])))


def _longer_than_it_was_there(cheat: Cheat, trial: View) -> bool:
    slowed = 1 + FORGED_S / seconds_of(trial)
    events = [{**event, "at_ms": round(slowed * event["at_ms"])} for event in _watched(trial)]
    return cheat.forged(trial, events)


def _watched(trial: View) -> Events:
    """What a browser notes of the trial."""
    clips = sorted(trial["clips"], key=lambda clip: clip["role"] != trial["first"])
    events: Events = []
    at = 0
    for clip in clips:
        start = 0 if trial["plays"] == "together" else at
        at = start + round(1000 * clip["duration_s"])
        events.append({"type": "play", "at_ms": start, "role": clip["role"], "position_s": 0.0})
        events.append({"type": "ended", "at_ms": at, "role": clip["role"], "position_s": clip["duration_s"]})
    return sorted(events, key=lambda event: int(event["at_ms"]))


TRICKS: dict[str, Callable[[Cheat, View], bool]] = {
    "answers without opening": Cheat.at_once,
    "sends a token that it made up": _made_up_token,
    "sends the token of a clip": _token_of_a_clip,
    "opens and answers at once": _opened_and_at_once,
    "says that all ended at once": _all_ended_at_once,
    "says that nothing happened": _nothing_happened,
    "tells events out of order": _out_of_order,
    "skips to the end": _skipped_to_the_end,
    "says that it watched for an hour": _longer_than_it_was_there,
}
