"""Two methods and twenty, with names of any length and script: everything fits, and nothing overlaps."""

from __future__ import annotations

from dataclasses import replace

import pytest
from drawn import outside, overlapping, texts
from drawn_study import NAMES, drawn

from analysis import figures
from analysis.figures import View
from analysis.figures.groups import grouped
from analysis.figures.style import COLUMN, PAGE

FIGURES = [
    "mos overall",
    "distribution overall",
    "groups overall lighting",
    "groups overall device",
    "scatter overall LSE-C",
    "correlations overall",
    "differences overall",
    "strengths better",
    "wins better",
    "agreement overall",
    "variance overall",
    "habits overall",
    "drift overall",
    "timeline",
    "playback",
    "pace",
    "attention",
]


def test_the_list_names_every_figure_of_the_report(many: View) -> None:
    assert sorted(drawn(many)) == sorted(FIGURES)


@pytest.mark.parametrize("name", FIGURES)
@pytest.mark.parametrize("study", ["few", "many"])
def test_every_text_stands_free_and_on_the_page(
    study: str, name: str, request: pytest.FixtureRequest
) -> None:
    known = drawn(request.getfixturevalue(study))
    plot = known[name]()
    assert outside(plot) == []
    assert overlapping(plot) == []
    assert plot.figure.get_figwidth() >= COLUMN - 1e-6
    assert plot.figure.get_figwidth() <= PAGE + 1e-6
    assert plot.caption.endswith(".")
    assert len(plot.alt) > 20


@pytest.mark.parametrize(
    "name", ["mos overall", "strengths better", "distribution overall", "groups overall device"]
)
def test_names_of_fifty_letters_are_written_in_full(many: View, name: str) -> None:
    words = "".join(text.replace("\n", "") for text, _ in texts(drawn(many)[name]()))
    for method in NAMES[1:6]:
        assert method.replace(" ", "") in words.replace(" ", ""), method


def test_many_methods_in_a_scatter_are_numbered_and_named_beside_it(many: View) -> None:
    words = [text for text, _ in texts(figures.scatter(many, "overall", "LSE-C"))]
    for number in range(1, len(NAMES) + 1):
        assert words.count(str(number)) >= 2, number
    assert "FLOAT" in words


def test_a_cell_without_room_for_its_interval_says_where_it_stands(few: View, many: View) -> None:
    for draw, question in ((figures.differences, "overall"), (figures.wins, "better")):
        assert "stand in the table" in draw(many, question).caption
        assert "interval" in draw(few, question).caption
        assert "stand in the table" not in draw(few, question).caption


def test_sixty_methods_still_fit_a_page(many: View) -> None:
    names = [f"m{i:02d}" for i in range(60)]
    row = many.mos("overall")[0]
    mos = [{**row, "method": name, "mean": 1 + i / 20} for i, name in enumerate(names)]
    protocol = {**many.card["protocol"], "methods": names}
    view = View({**many.results, "mos": mos, "letters": []}, {**many.card, "protocol": protocol}, many.values)
    for plot in (figures.mos(view, "overall"), figures.distribution(view, "overall")):
        assert plot.figure.get_figheight() <= 10.2
        assert overlapping(plot) == []


def test_the_fit_is_drawn_and_named_only_where_there_is_one(many: View) -> None:
    drawn_with = figures.scatter(many, "overall", "LSE-C")
    without = figures.scatter(replace(many, results={**many.results, "mapping": []}), "overall", "LSE-C")
    assert "P.1401" in drawn_with.caption
    assert "P.1401" not in without.caption
    assert len(drawn_with.figure.axes[0].lines) == len(without.figure.axes[0].lines) + 1


def test_pairs_without_intervals_promise_none(few: View) -> None:
    bare = [{**row, "ci_low": None, "ci_high": None} for row in few.rows("differences")]
    view = replace(few, results={**few.results, "differences": bare})
    assert "interval" not in figures.differences(view, "overall").caption


def test_raters_of_five_are_drawn_whole(few: View) -> None:
    """Points on the border are neither cut nor beyond the axes."""
    rows = [
        {**row, "bias": bias} for row, bias in zip(few.rows("raters")[:5], (-1, -0.5, 0, 0.5, 1), strict=True)
    ]
    axes = figures.habits(replace(few, results={**few.results, "raters": rows}), "overall").figure.axes[0]
    left, right = axes.get_xlim()
    assert left < -1.05
    assert right > 1.05
    points = [line for line in axes.lines if line.get_marker() in ("o", "X")]
    assert len(points) == 5
    assert all(point.get_clip_on() is False for point in points)


def test_an_attribute_with_one_level_makes_no_groups(few: View) -> None:
    rows = [row for row in few.rows("group_mos") if row["level"] != "phone"]
    assert "device" in grouped(few, "overall")
    assert "device" not in grouped(replace(few, results={**few.results, "group_mos": rows}), "overall")
