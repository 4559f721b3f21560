"""A careful rater on a slow network: clips come late, in pieces, and stand still; answers are sent twice."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from itertools import accumulate
from typing import Any

import httpx

from mos_platform.simulate.client import Client, told
from mos_platform.simulate.people import Person
from mos_platform.simulate.shown import Reply, View

NETWORK = 6  # the stream of random numbers
LATE_S = 2.0  # mean wait for a trial's clips
STALLS = 0.5  # of clips
STALL_S = 0.8  # mean
LOST = 0.25  # of the platform's answers
GAP_MS = 100  # before each clip


class SlowClient(Client):
    """Fetches the clips that the others only declare, and tells what happened as a browser does."""

    def __init__(self, http: httpx.Client, person: Person, now: datetime) -> None:
        super().__init__(http, person, now)
        self._rng = person.stream(NETWORK)

    def opinion(self, trial: View) -> Reply:
        """Of what has come at last."""
        for clip in trial["clips"]:
            self._fetch(clip["url"])
        self.now += timedelta(seconds=float(self._rng.exponential(LATE_S)))
        told(self.http.post(f"/api/trials/{trial['token']}/open/", json={"clock": self.now.isoformat()}))
        return super().opinion(trial)

    def _fetch(self, url: str) -> None:
        """The first half, and after a break of the line the rest."""
        size = int(self.http.head(url).headers["content-length"])
        for piece in (f"bytes=0-{size // 2}", f"bytes={size // 2 + 1}-"):
            self.http.get(url, headers={"Range": piece})

    def body(self, trial: View, reply: Reply) -> dict[str, Any]:
        presented, events = self.now, list(self._events(trial))
        played = timedelta(milliseconds=events[-1]["at_ms"] + GAP_MS)
        submitted = presented + played + timedelta(seconds=reply.seconds)
        self.now = submitted + timedelta(seconds=1)
        return {
            "answers": reply.answers,
            "facts": {"response_ms": round(reply.seconds * 1000)},
            "events": events,
            "clock": {"presented_at": presented.isoformat(), "submitted_at": submitted.isoformat()},
        }

    def send(self, trial: View, body: Mapping[str, Any]) -> dict[str, Any]:
        """Where the platform's answer is lost on the way, the same is sent again."""
        if self._rng.random() < LOST:
            super().send(trial, body)
        return super().send(trial, body)

    def _events(self, trial: View) -> list[dict[str, Any]]:
        """Of clips that play in turn, the first first; or of all at once."""
        clips = sorted(trial["clips"], key=lambda clip: clip["role"] != trial["first"])
        courses = [list(self._course(clip)) for clip in clips]
        ends = [course[-1]["at_ms"] for course in courses]
        starts = [0] * len(ends) if trial["plays"] == "together" else [0, *accumulate(ends[:-1])]
        moved = [
            {**event, "at_ms": event["at_ms"] + start}
            for course, start in zip(courses, starts, strict=True)
            for event in course
        ]
        return sorted(moved, key=lambda event: int(event["at_ms"]))

    def _course(self, clip: View) -> Iterator[dict[str, Any]]:
        """One clip by itself, from 0 ms."""
        role, seconds = clip["role"], float(clip["duration_s"])
        yield {"type": "play", "at_ms": GAP_MS, "role": role, "position_s": 0.0}
        stalled = 0
        if self._rng.random() < STALLS:
            stalled, middle = round(1000 * self._rng.exponential(STALL_S)), round(seconds / 2, 3)
            at = GAP_MS + round(1000 * middle)
            yield {"type": "stall", "at_ms": at, "role": role, "position_s": middle}
            yield {"type": "flow", "at_ms": at + stalled, "role": role, "position_s": middle}
        end = GAP_MS + stalled + round(1000 * seconds)
        yield {"type": "ended", "at_ms": end, "role": role, "position_s": seconds}
