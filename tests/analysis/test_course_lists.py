"""presentation, timeline and sitting_drift: what is known of how the answers came about."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from screened_study import bundle

from analysis.lists.presentation import presentation_rows
from analysis.lists.scope import Scope
from analysis.lists.timeline import position_rows, timeline_rows
from analysis.options import Options
from analysis.release.times import without_time_of_day
from analysis.screening import screen

Row = dict[str, Any]
NOTHING = {"response_ms": "", "played_fraction": "", "stalled_ms": "", "dropped_frames": "", "hidden_ms": ""}


def scope_of(folder: Path, **tables: list[Row]) -> Scope:
    data = bundle(folder, {}, **tables)
    return Scope(data, Options(), tuple(screen(data)))


def rating(rater: str, item: str, at: str = "", **facts: Any) -> Row:
    """One answer, given at a time, to a clip of method a."""
    sitting = facts.pop("sitting", f"of {rater}")
    base = {"rater": rater, "item": item, "method": "a", "stimulus": f"a-{item}", "question": "overall"}
    return {**base, "score": 3, "sitting": sitting, "presented_at": at, **NOTHING, **facts}


def test_every_raters_trials_are_told_once_however_many_questions_they_had(tmp_path: Path) -> None:
    good = {"response_ms": 1000, "played_fraction": 1.0, "stalled_ms": 0, "dropped_frames": 2, "hidden_ms": 0}
    bad = {**good, "played_fraction": 0.5, "stalled_ms": 1500, "hidden_ms": 3000, "response_ms": 3000}
    rows = [
        rating("r1", "i1", position=1, **good),
        rating("r1", "i1", position=1, **{**good, "question": "sync", "response_ms": 2000}),
        rating("r1", "i2", position=2, **bad),
        rating("r1", "i3", position=3, kind="trap", expected_low=3, expected_high=3),
        rating("r1", "i4", position=4, kind="trap", expected_low=5, expected_high=5),
        rating("r2", "i1", position=1),
    ]
    first, second = presentation_rows(scope_of(tmp_path, ratings=rows)).rows
    assert first == {
        "rater": "r1",
        "trials": 2,
        "response_s": 2.5,
        "played_fraction": 0.75,
        "stalled_ms": 1500,
        "dropped_frames": 4,
        "hidden_ms": 3000,
        "replays": None,
        "trials_cut": 1,
        "trials_stalled": 1,
        "trials_hidden": 1,
        "trials_dropped": 2,
        "checks": 2,
        "checks_passed": 1,
    }
    known = {name: value for name, value in second.items() if value is not None}
    assert known == {"rater": "r2", "trials": 1}


def test_comparisons_count_as_trials(tmp_path: Path) -> None:
    pair = {"rater": "r1", "item": "i1", "left": "a", "right": "b", "question": "better", "choice": "left"}
    rows = [{**pair, "played_fraction": 1.0}, {**pair, "item": "i2", "played_fraction": 0.2}]
    (row,) = presentation_rows(scope_of(tmp_path, comparisons=rows)).rows
    assert (row["trials"], row["trials_cut"], row["stalled_ms"]) == (2, 1, None)


def test_nothing_recorded_gives_no_rows(tmp_path: Path) -> None:
    bare = {"rater": "r1", "item": "i1", "method": "a", "question": "overall", "score": 3}
    scope = scope_of(tmp_path, ratings=[bare, {**bare, "item": "i2"}])
    assert presentation_rows(scope).rows == timeline_rows(scope).rows == position_rows(scope).rows == []


def over_midnight() -> list[Row]:
    """r1 begins shortly before midnight with practice; r2 sits on the next day, r1 again on the one after."""
    return [
        rating("r1", "i0", "2026-03-01T23:58:00Z", kind="training"),
        rating("r1", "i1", "2026-03-02T00:01:00Z"),
        rating("r1", "i2", "2026-03-02T00:05:00Z"),
        rating("r2", "i1", "2026-03-02T09:00:00Z"),
        rating("r1", "i3", "2026-03-03T11:00:00+02:00", sitting="again"),
        rating("r3", "i1"),
    ]


def test_a_sitting_counts_whole_to_the_day_it_began(tmp_path: Path) -> None:
    assert timeline_rows(scope_of(tmp_path, ratings=over_midnight())).rows == [
        {"day": "2026-03-01", "n_ratings": 2, "n_comparisons": 0, "n_raters": 1, "n_new": 1},
        {"day": "2026-03-02", "n_ratings": 1, "n_comparisons": 0, "n_raters": 1, "n_new": 1},
        {"day": "2026-03-03", "n_ratings": 1, "n_comparisons": 0, "n_raters": 1, "n_new": 0},
    ]


def without_sittings() -> list[Row]:
    """r1 on two days, r2 on the second; one answer without a time."""
    return [
        rating("r1", "i1", "2026-03-01T10:00:00Z", sitting=""),
        rating("r1", "i2", "2026-03-03T10:00:00Z", sitting=""),
        rating("r2", "i1", "2026-03-03T12:00:00Z", sitting=""),
        rating("r2", "i2", sitting=""),
    ]


def test_without_sittings_a_raters_answers_of_one_date_belong_together(tmp_path: Path) -> None:
    assert timeline_rows(scope_of(tmp_path, ratings=without_sittings())).rows == [
        {"day": "2026-03-01", "n_ratings": 1, "n_comparisons": 0, "n_raters": 1, "n_new": 1},
        {"day": "2026-03-03", "n_ratings": 2, "n_comparisons": 0, "n_raters": 2, "n_new": 1},
    ]


def test_a_release_without_sittings_keeps_its_timeline(tmp_path: Path) -> None:
    frame = pd.DataFrame(without_sittings())
    released = without_time_of_day({"ratings.csv": frame})["ratings.csv"]
    assert released["presented_at"].str[11:16].tolist() == ["00:00"] * 3 + [""]
    (tmp_path / "released").mkdir()
    after = timeline_rows(scope_of(tmp_path / "released", ratings=released.to_dict("records"))).rows
    assert after == timeline_rows(scope_of(tmp_path, ratings=without_sittings())).rows
    assert len(after) == 2


def test_times_of_day_do_not_matter_where_the_days_of_sittings_stand(tmp_path: Path) -> None:
    """A released bundle keeps the day on which a sitting began, and the time since."""
    rows = over_midnight()[:5]
    begun: dict[str, datetime] = {}
    released = []
    for row in rows:
        at = datetime.fromisoformat(row["presented_at"]).astimezone(UTC)
        start = begun.setdefault(row["sitting"], at)
        told = start.replace(hour=0, minute=0) + (at - start)
        released.append({**row, "presented_at": told.isoformat()})
    days = []
    for name, table in (("whole", rows), ("released", released)):
        (tmp_path / name).mkdir()
        days.append(timeline_rows(scope_of(tmp_path / name, ratings=table)).rows)
    assert len(days[0]) == 3
    assert days[0] == days[1]


def test_comparisons_stand_beside_ratings_on_their_day(tmp_path: Path) -> None:
    pair = {"rater": "r1", "item": "i1", "left": "a", "right": "b", "question": "better", "choice": "left"}
    at = {"sitting": "of r1", "presented_at": "2026-03-02T00:09:00Z"}
    check = {**pair, **at, "item": "i9", "expected_choice": "left"}
    rows = [{**pair, **at, "expected_choice": ""}, check]
    listing = timeline_rows(scope_of(tmp_path, ratings=over_midnight()[:3], comparisons=rows))
    assert listing.rows == [
        {"day": "2026-03-01", "n_ratings": 2, "n_comparisons": 1, "n_raters": 1, "n_new": 1}
    ]


def test_positions_are_binned_evenly_and_the_drift_is_found(tmp_path: Path) -> None:
    start = datetime(2026, 3, 2, 9, tzinfo=UTC)
    rows = []
    for r in range(6):
        for place in range(12):
            item = (place + 5 * r) % 12
            at = (start + timedelta(minutes=place)).isoformat()
            drift = 1.0 if place >= 6 else 0.0
            facts = {"position": place + 1, "score": 2 + drift + 0.1 * (item % 3)}
            rows.append(rating(f"r{r}", f"i{item:02d}", at, **facts))
    found = position_rows(scope_of(tmp_path, ratings=rows)).rows
    ends = [(row["position_low"], row["position_high"]) for row in found]
    assert ends == [(1, 2), (3, 4), (5, 6), (7, 8), (9, 10), (11, 12)]
    assert {row["n"] for row in found} == {12}
    assert [row["mean"] for row in found] == pytest.approx([-0.5] * 3 + [0.5] * 3)
