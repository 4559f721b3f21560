"""Trials as a browser shows them, for tests without a browser: what was fetched, and what was noted."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.utils import timezone

from mos_platform.assignments.models import Showing, Trial

Event = dict[str, Any]


def watched(token: str, seconds: float = 60) -> None:
    """Let the trial have been delivered and opened that long ago."""
    begun = timezone.now() - timedelta(seconds=seconds)
    Showing.objects.filter(trial__token=token).update(delivered_at=begun)
    Trial.objects.filter(token=token).update(state=Trial.State.OPENED, opened_at=begun)


def seen(view: Mapping[str, Any], *, together: bool = False, stalled_ms: int = 0) -> list[Event]:
    """What a browser notes of a trial that is played to its end; its first clip may stand still at first."""
    clips = sorted(view["clips"], key=lambda clip: clip["role"] != view["first"])
    events: list[Event] = []
    at = 100
    for place, clip in enumerate(clips):
        role, length = clip["role"], round(1000 * clip["duration_s"])
        events.append({"type": "play", "at_ms": at, "role": role, "position_s": 0})
        if stalled_ms and place == 0:
            events.append({"type": "stall", "at_ms": at + 50, "role": role, "position_s": 0.05})
            events.append({"type": "flow", "at_ms": at + 50 + stalled_ms, "role": role, "position_s": 0.05})
            length += stalled_ms
        end = {"type": "ended", "at_ms": at + length, "role": role, "position_s": clip["duration_s"]}
        events += [end, {"type": "dropped", "at_ms": at + length, "role": role, "n": 0}]
        at += 0 if together else length + 100
    return sorted(events, key=lambda event: event["at_ms"])


def answered(view: Mapping[str, Any], answers: dict[str, str], **more: Any) -> dict[str, Any]:
    """The message with the answers of a trial that was played."""
    return {"answers": answers, "events": seen(view), **more}
