"""Playback, pace, days and drift: what these figures say, and that they say only what was recorded."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from drawn import texts

from analysis import figures
from analysis.figures import View
from analysis.figures.course import drifting
from analysis.report.sections import sections

Row = dict[str, Any]


def with_list(view: View, name: str, rows: list[Row]) -> View:
    return replace(view, results={**view.results, name: rows})


def rater(**facts: Any) -> Row:
    names = ("response_s", "trials_cut", "trials_stalled", "trials_hidden", "trials_dropped", "checks")
    return {"rater": "r", "trials": 20, **dict.fromkeys(names), **facts}


def test_playback_sums_over_raters_and_leaves_out_what_was_not_recorded(few: View) -> None:
    rows = [rater(trials_cut=1, trials_stalled=0), rater(trials_cut=3), rater()]
    plot = figures.playback(with_list(few, "presentation", rows))
    words = [text for text, _ in texts(plot)]
    assert "10\u00a0% of 40 trials" in words
    assert "0\u00a0% of 20 trials" in words
    assert "hidden" not in words
    assert "not played to the end: 10\u00a0% of 40 trials" in plot.alt


def test_pace_names_the_fastest_and_the_slowest(few: View) -> None:
    rows = [rater(response_s=1.26), rater(response_s=0.42), rater()]
    assert "of 2 raters: 0.4 to 1.3 s" in figures.pace(with_list(few, "presentation", rows)).alt


def test_the_timeline_shows_days_without_answers_as_gaps(few: View) -> None:
    day = {"n_ratings": 10, "n_comparisons": 0, "n_raters": 2, "n_new": 2}
    rows = [{"day": "2026-02-27", **day}, {"day": "2026-03-02", **day}]
    plot = figures.timeline(with_list(few, "timeline", rows))
    bars = plot.figure.axes[0].patches
    assert [round(bar.get_x() + bar.get_width() / 2) for bar in bars] == [0, 3]
    assert "20 answers on 2 days between 2026-02-27 and 2026-03-02" in plot.alt
    assert "1 Mar" in [text for text, _ in texts(plot)]


def test_ten_thousand_answers_on_a_day_and_three_hundred_days_fit(few: View) -> None:
    many = [f"2026-{month:02d}-{day:02d}" for month in range(1, 11) for day in (1, 11, 21)]
    day = {"n_ratings": 12345, "n_comparisons": 99, "n_raters": 150, "n_new": 100}
    plot = figures.timeline(with_list(few, "timeline", [{"day": name, **day} for name in many]))
    found = texts(plot)
    for k, (a, first) in enumerate(found):
        for b, second in found[k + 1 :]:
            assert not first.overlaps(second), (a, b)


def test_drift_prints_the_numbers_of_the_results(few: View) -> None:
    words = [text for text, _ in texts(figures.drift(few, "overall"))]
    rows = few.rows("sitting_drift", "overall")
    assert len(rows) > 1
    for row in rows:
        assert any(f"[{row['ci_low']:.2f}, {row['ci_high']:.2f}]".replace("-", "−") in word for word in words)


@pytest.mark.parametrize("name", ["presentation", "timeline", "sitting_drift"])
def test_what_was_not_recorded_has_no_section(few: View, name: str) -> None:
    slug = {"presentation": "playback"}.get(name, "course")
    assert slug in [section.slug for section in sections(few)]
    bare = with_list(with_list(few, name, []), "timeline", [] if slug == "course" else few.rows("timeline"))
    bare = with_list(bare, "sitting_drift", []) if slug == "course" else bare
    assert slug not in [section.slug for section in sections(bare)]


def test_a_question_whose_drift_is_not_estimable_is_not_drawn(few: View) -> None:
    unknown = [{**row, "mean": None, "ci_low": None, "ci_high": None} for row in few.rows("sitting_drift")]
    assert drifting(few) == ["overall"]
    assert drifting(with_list(few, "sitting_drift", unknown)) == []
