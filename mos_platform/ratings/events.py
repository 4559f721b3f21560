"""What happened while a trial was shown, as the browser noted it, and what can be concluded from that: pure.

Times are milliseconds on the browser's clock, positions seconds of a clip. A clip plays from `play` or
`resume` until `pause` or `ended`, and stands still from `stall` to `flow`; `seek` takes it elsewhere. A
`replay` is a rater's wish to see it again, and is followed by `play`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from math import inf
from typing import Literal, get_args

EventType = Literal[
    "load",
    "play",
    "pause",
    "resume",
    "seek",
    "stall",
    "flow",
    "ended",
    "replay",
    "hidden",
    "visible",
    "dropped",
    "drift",
    "audible",
]
EVENT_TYPES: tuple[EventType, ...] = get_args(EventType)
OF_THE_PAGE = ("hidden", "visible", "dropped", "drift")  # need not name a clip
STARTS = ("play", "resume")
FASTEST = 1.05  # seconds of a clip per second; clips that play together are held in step by ± 2 %
LATE_S = 1.0  # how long after it began a busy browser may note that a clip plays
SLACK_S = 0.25  # a player may end a clip some frames before its nominal end

Span = tuple[float, float]


@dataclass(frozen=True)
class Event:
    """`role` is the clip's, "" where it concerns the page; `n` counts frames (dropped) or ms (drift)."""

    type: EventType
    at_ms: int
    role: str = ""
    position_s: float | None = None
    n: int | None = None


@dataclass(frozen=True)
class Course:
    """How one clip was played: when, which of its seconds, when it stood still, and when it last ended."""

    times: tuple[Span, ...] = ()  # ms
    seconds: tuple[Span, ...] = ()
    stalls: tuple[Span, ...] = ()  # ms
    ended_ms: int | None = None

    @property
    def watched_s(self) -> float:
        """How long it had played when it last ended; 0.0 where it never did."""
        until = self.ended_ms or 0
        return sum(stop - start for start, stop in self.times if stop <= until) / 1000


@dataclass
class _Follower:
    """A clip's events, followed one by one."""

    times: list[Span] = field(default_factory=list)
    seconds: list[Span] = field(default_factory=list)
    stalls: list[Span] = field(default_factory=list)
    ended_ms: int | None = None
    position: float = 0.0
    since: float | None = None  # plays
    still: int | None = None  # stands still, though it is meant to play

    def take(self, event: Event) -> None:
        if event.type in STARTS:
            self._stop(event)
            self._start(event)
        elif event.type == "flow" and self.still is not None:
            self._go_on(event)
        elif event.type == "stall" and self.since is not None:
            self._stop(event)
            self.still = event.at_ms
        elif event.type == "seek":
            self._seek(event)
        elif event.type in ("pause", "ended"):
            self._stop(event)
            self._go_on(event, plays=False)
        if event.type == "ended":
            self.ended_ms, self.position = event.at_ms, 0.0

    def _start(self, event: Event) -> None:
        self._go_on(event)
        position = self.position if event.position_s is None else event.position_s
        late = position - self.position
        if 0 <= late <= LATE_S:
            before = self.times[-1][1] if self.times else 0.0
            self.since = max(before, event.at_ms - 1000 * late)
        else:
            self.since, self.position = event.at_ms, position

    def _go_on(self, event: Event, *, plays: bool = True) -> None:
        if self.still is not None:
            self.stalls.append((self.still, event.at_ms))
            self.still = None
            self.since = event.at_ms if plays else None

    def _seek(self, event: Event) -> None:
        """Where it seeks from is what it played; the event's position is where it seeks to."""
        plays = self.since is not None
        self._stop(Event("pause", event.at_ms, event.role))
        self.position = event.position_s or 0.0
        self.since = event.at_ms if plays else None

    def _stop(self, event: Event) -> None:
        if self.since is None:
            return
        passed = (event.at_ms - self.since) / 1000
        told = self.position + passed if event.position_s is None else event.position_s
        self.times.append((self.since, event.at_ms))
        self.seconds.append((self.position, min(told, self.position + passed * FASTEST + SLACK_S)))
        self.position, self.since = self.seconds[-1][1], None

    def course(self) -> Course:
        return Course(tuple(self.times), tuple(self.seconds), tuple(self.stalls), self.ended_ms)


@dataclass(frozen=True)
class Viewed:
    """What the events say of a whole trial. `dropped_frames`, `drift_ms`: None where nobody counted.

    `audible`: the clip that was heard where both played together, "both" where each was in its turn.
    """

    played_fraction: float
    stalled_ms: int
    hidden_ms: int
    dropped_frames: int | None
    replays: int
    drift_ms: int | None
    audible: str | None


def courses(events: Iterable[Event], roles: Iterable[str]) -> dict[str, Course]:
    """The course of each clip. Events of other roles are passed over."""
    followers = {role: _Follower() for role in roles}
    for event in events:
        if event.role in followers:
            followers[event.role].take(event)
    return {role: follower.course() for role, follower in followers.items()}


def viewed(events: Sequence[Event], durations: Mapping[str, float], heard_first: str = "") -> Viewed:
    """Facts of a trial whose clips last that many seconds, by role. Events must be in order.

    `heard_first`: whose sound is on at the start where clips play together.
    """
    played = courses(events, durations)
    covered = sum(covered_s(course.seconds, durations[role]) for role, course in played.items())
    stalls = [stall for course in played.values() for stall in course.stalls]
    return Viewed(
        played_fraction=round(covered / sum(durations.values()), 4),
        stalled_ms=round(_length(stalls)),
        hidden_ms=round(_length(_hidden(events))),
        dropped_frames=_counted(events, "dropped", sum),
        replays=(max if heard_first else sum)(replays(events, durations).values()),
        drift_ms=_counted(events, "drift", max),
        audible=_audible(events, [span for course in played.values() for span in course.times], heard_first),
    )


def replays(events: Iterable[Event], roles: Iterable[str]) -> dict[str, int]:
    """How often each clip was asked for again, or begun after its end without that being said."""
    asked, begun, over = Counter[str](), Counter[str](), set[str]()
    for event in events:
        if event.type == "replay":
            asked[event.role] += 1
        elif event.type == "ended":
            over.add(event.role)
        elif event.type in STARTS and event.role in over:
            over.discard(event.role)
            begun[event.role] += 1
    return {role: max(asked[role], begun[role]) for role in roles}


def covered_s(spans: Iterable[Span], duration: float) -> float:
    """How many seconds of a clip were played at least once."""
    return _length([(max(low, 0.0), min(high, duration)) for low, high in spans])


def _length(spans: Iterable[Span]) -> float:
    """Of the union of spans."""
    total, reached = 0.0, float("-inf")
    for low, high in sorted(spans):
        total += max(0.0, high - max(low, reached))
        reached = max(reached, high)
    return total


def _hidden(events: Sequence[Event]) -> list[Span]:
    spans: list[Span] = []
    since: int | None = None
    for event in events:
        if event.type == "hidden" and since is None:
            since = event.at_ms
        elif event.type == "visible" and since is not None:
            spans.append((since, event.at_ms))
            since = None
    return spans if since is None else [*spans, (since, events[-1].at_ms)]


def _counted(events: Sequence[Event], kind: EventType, whole: Callable[[Iterable[int]], int]) -> int | None:
    counts = [abs(event.n or 0) for event in events if event.type == kind]
    return whole(counts) if counts else None


def _audible(events: Sequence[Event], plays: Sequence[Span], first: str) -> str | None:
    """Switching to a clip while nothing plays lets nobody hear it."""
    switches = [Event("audible", 0, first)] if first else []
    switches += [event for event in events if event.type == "audible"]
    if not switches:
        return None
    ends = [*(after.at_ms for after in switches[1:]), inf]
    heard = {
        switch.role
        for switch, end in zip(switches, ends, strict=False)
        if any(max(low, switch.at_ms) < min(high, end) for low, high in plays)
    }
    return "both" if len(heard) > 1 else next(iter(heard), None)
