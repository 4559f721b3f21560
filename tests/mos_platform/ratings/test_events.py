"""What can be concluded from the events of a trial."""

from __future__ import annotations

from typing import Any

import pytest
from viewing import seen

from mos_platform.ratings.events import Event, courses, replays, viewed

ONE = {"clip": 4.0}
TWO = {"left": 4.0, "right": 2.0}


def events(*told: tuple[Any, ...]) -> list[Event]:
    """(type, at_ms, role, position_s, n), the last ones left out where they do not matter."""
    return [Event(*one) for one in told]


def of(view: dict[str, Any], **how: Any) -> list[Event]:
    return [Event(**event) for event in seen(view, **how)]


VIEW = {
    "first": "right",
    "clips": [{"role": "left", "duration_s": 4.0}, {"role": "right", "duration_s": 2.0}],
}


def test_clips_played_in_turn_are_seen_whole():
    told = viewed(of(VIEW), TWO)
    assert told.played_fraction == 1
    assert (told.stalled_ms, told.hidden_ms, told.dropped_frames, told.replays) == (0, 0, 0, 0)
    assert (told.drift_ms, told.audible) == (None, None)


def test_a_clip_that_never_ended_was_watched_for_no_time():
    course = courses(events(("play", 0, "clip"), ("pause", 3900, "clip")), ONE)["clip"]
    assert (course.ended_ms, course.watched_s) == (None, 0)
    assert course.times == ((0, 3900),)


def test_pauses_and_stalls_are_no_playing():
    course = courses(
        events(
            ("play", 100, "clip", 0.0),
            ("pause", 1100, "clip", 1.0),
            ("resume", 9000, "clip", 1.0),
            ("stall", 10000, "clip", 2.0),
            ("flow", 10750, "clip", 2.0),
            ("ended", 12750, "clip", 4.0),
        ),
        ONE,
    )["clip"]
    assert course.watched_s == pytest.approx(4)
    assert course.stalls == ((10000, 10750),)
    assert course.seconds == ((0, 1), (1, 2), (2, 4))


def test_a_stall_that_a_pause_ends_lasts_until_then():
    told = viewed(
        events(("play", 0, "clip"), ("stall", 500, "clip"), ("pause", 800, "clip"), ("flow", 5000, "clip")),
        ONE,
    )
    assert told.stalled_ms == 300


def test_clips_that_stand_still_together_are_counted_once():
    told = viewed(
        events(
            ("play", 0, "left"),
            ("play", 0, "right"),
            ("stall", 100, "left"),
            ("stall", 200, "right"),
            ("flow", 600, "left"),
            ("flow", 700, "right"),
        ),
        TWO,
        heard_first="left",
    )
    assert told.stalled_ms == 600


def test_what_was_leapt_over_was_not_played():
    told = viewed(
        events(("play", 0, "clip", 0.0), ("seek", 1000, "clip", 3.0), ("ended", 2000, "clip", 4.0)), ONE
    )
    assert told.played_fraction == pytest.approx(0.5)


def test_a_beginning_that_a_busy_browser_notes_late_was_played_too():
    late = events(("play", 900, "clip", 0.8), ("ended", 4100, "clip", 4.0))
    assert viewed(late, ONE).played_fraction == 1
    assert courses(late, ONE)["clip"].watched_s == pytest.approx(4)
    leapt = events(("play", 100, "clip", 2.0), ("ended", 2100, "clip", 4.0))
    assert viewed(leapt, ONE).played_fraction == 0.5


def test_positions_cannot_outrun_the_clock():
    told = viewed(events(("play", 0, "clip", 0.0), ("ended", 400, "clip", 4.0)), ONE)
    assert told.played_fraction < 0.2


def test_a_clip_played_again_counts_once():
    again = events(
        ("play", 0, "clip", 0.0),
        ("ended", 4000, "clip", 4.0),
        ("replay", 5000, "clip"),
        ("play", 5050, "clip", 0.0),
        ("ended", 9050, "clip", 4.0),
    )
    told = viewed(again, ONE)
    assert (told.played_fraction, told.replays) == (1, 1)
    assert courses(again, ONE)["clip"].watched_s == pytest.approx(8)


def test_replays_are_counted_by_clip_and_together_as_one():
    told = events(("replay", 1, "left"), ("replay", 1, "right"), ("replay", 9, "right"))
    assert replays(told, TWO) == {"left": 1, "right": 2}
    assert viewed(told, TWO).replays == 3
    assert viewed(told, TWO, heard_first="left").replays == 2


def test_hidden_time_runs_until_the_page_is_back_or_the_last_event():
    told = viewed(
        events(
            ("hidden", 100), ("visible", 350), ("hidden", 1000), ("hidden", 1100), ("ended", 1500, "clip")
        ),
        ONE,
    )
    assert told.hidden_ms == 250 + 500


def test_dropped_frames_add_up_and_are_unknown_where_nobody_counted():
    assert viewed(events(("play", 0, "clip")), ONE).dropped_frames is None
    counted = events(("dropped", 1, "left", None, 2), ("dropped", 1, "right", None, 0))
    assert viewed(counted, TWO).dropped_frames == 2


def test_the_largest_drift_counts_whichever_clip_led():
    told = events(("drift", 1, "", None, 12), ("drift", 2, "", None, -31))
    assert viewed(told, TWO, heard_first="left").drift_ms == 31


@pytest.mark.parametrize(
    ("switches", "heard"),
    [
        ([], "left"),
        ([("audible", 0, "right")], "right"),
        ([("audible", 900, "right")], "both"),
        ([("audible", 5000, "right")], "left"),
        ([("audible", 900, "right"), ("audible", 950, "left")], "both"),
    ],
)
def test_heard_is_what_sounds_while_a_clip_plays(switches: list[tuple[Any, ...]], heard: str):
    played = [("play", 100, "left"), ("play", 100, "right"), *switches, ("ended", 2100, "right")]
    told = events(*sorted([*played, ("ended", 4100, "left")], key=lambda event: event[1]))
    assert viewed(told, TWO, heard_first="left").audible == heard
