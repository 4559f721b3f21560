"""Captions say what is drawn, and no more; groups, untested pairs and cut intervals are marked."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from drawn import outside, overlapping, texts
from drawn_study import NAMES

from analysis import figures
from analysis.figures import View, style
from analysis.figures.matrix import LEAST_WIDE
from analysis.figures.pairs import groups, unconnected
from analysis.report import tables
from analysis.report.sections import sections

Row = dict[str, Any]


def with_list(view: View, name: str, rows: list[Row]) -> View:
    return replace(view, results={**view.results, name: rows})


def words(plot: figures.Plot) -> list[str]:
    return [text for text, _ in texts(plot)]


@pytest.fixture(scope="module")
def apart(many: View) -> View:
    """Two groups of methods that were never compared with each other; nothing could be tested."""
    group = {name: 1 + i % 2 for i, name in enumerate(NAMES)}
    bare = {"strength": None, "ci_low": None, "ci_high": None}
    rows = [
        {
            **row,
            **bare,
            "group": group[row["method"]],
            "group_strength": row["strength"],
            "group_ci_low": row["strength"] - 1,
            "group_ci_high": row["strength"] + 1,
        }
        for row in many.rows("preference")
    ]
    pairs = [
        {**row, "p": None, "p_holm": None, "ci_low": None, "ci_high": None}
        for row in many.rows("preference_pairs")
        if group[row["method_a"]] == group[row["method_b"]]
    ]
    return with_list(with_list(many, "preference", rows), "preference_pairs", pairs)


def test_a_level_without_enough_data_is_told_in_words(few: View) -> None:
    question = few.questions("correlation")[0]
    rows = [
        {**row, "procedure": "refused"} if row["level"] == "method" else row
        for row in few.rows("correlation")
    ]
    caption = figures.correlations(with_list(few, "correlation", rows), question).caption
    assert "no procedure, for want of data (methods)" in caption
    assert "refused" not in caption


def test_each_group_of_connected_methods_has_its_strengths_and_its_matrix(apart: View) -> None:
    assert groups(apart, "better") == [1, 2]
    assert unconnected(apart, "better")
    cells = next(section.cells for section in sections(apart) if section.slug == "preference")
    assert any("figures.strengths(view, question, group), figures.wins(" in cell for cell in cells)
    assert not any("figures.wins(view, question))" in cell for cell in cells)
    drawn = [figures.strengths(apart, "better", 1), figures.wins(apart, "better", 2)]
    assert [plot.name for plot in drawn] == ["preference-better-group_1", "wins-better-group_2"]
    for plot in drawn:
        assert outside(plot) == []
        assert overlapping(plot) == []
    assert "FLOAT" in words(drawn[0])
    assert "system_with_a_long_name_00" not in words(drawn[0])
    assert "share no scale" in drawn[0].caption


def test_the_table_of_groups_is_in_their_order_and_has_no_empty_column(apart: View) -> None:
    table = tables.preference(apart, "better")
    assert table.header == ("Method", "Group", "Strength in group", "Won")
    shown = [(row[1].text, float(row[2].text.split()[0].replace("−", "-"))) for row in table.rows]
    assert shown == sorted(shown, key=lambda one: (one[0], -one[1]))
    rows = [{**row, "group": 3 - row["group"]} for row in apart.rows("preference")]
    renamed = tables.preference(with_list(apart, "preference", rows), "better")
    assert [row[1].text for row in renamed.rows] == sorted(row[1].text for row in renamed.rows)
    assert len({row[1].text for row in renamed.rows}) == 2


def test_strengths_and_wins_have_titles_of_their_own(few: View, apart: View) -> None:
    plots = [figures.strengths(few, "better"), figures.wins(few, "better")]
    titles = [next(word for word in words(plot) if word.startswith("Better")) for plot in plots]
    assert titles == ["Better: strengths", "Better: wins pair by pair"]
    assert "group 1" in " ".join(words(figures.strengths(apart, "better", 1)))


@pytest.mark.parametrize("low", [-0.05, -0.4, -0.95, -1.1, -1.6, -3.85, -40.0])
def test_agreement_below_zero_is_drawn_on_a_readable_axis(few: View, low: float) -> None:
    row = {**few.agreement("overall")[0], "coefficient": "ICC(k)", "value": low / 4, "ci_low": low}
    plot = figures.agreement(with_list(few, "agreement", [{**row, "ci_high": 0.99}]), "overall")
    assert overlapping(plot) == []
    assert outside(plot) == []
    left, right = plot.figure.axes[0].get_xlim()
    assert left < low / 4, "every value"
    assert left < max(low, -4.0), "intervals in full, unless they go far below no agreement"
    assert right > 1
    assert any("perfect" in word for word in words(plot))
    assert ("Arrow heads" in plot.caption) == (low < left)


def test_connected_methods_have_no_groups(many: View) -> None:
    assert groups(many, "better") == []
    cells = next(section.cells for section in sections(many) if section.slug == "preference")
    assert not any("group" in cell for cell in cells)


def test_a_matrix_of_what_was_not_tested_claims_no_test(apart: View) -> None:
    caption = figures.wins(apart, "better", 1).caption
    assert "Dashed: not testable." in caption
    assert "Tinted" not in caption
    assert "resolved" not in caption


def test_tints_are_named_by_the_directions_that_are_drawn(few: View, many: View) -> None:
    clear = [{**row, "p_holm": 0.01 if abs(row["mean"]) > 0.01 else 1.0} for row in many.rows("differences")]
    caption = figures.differences(with_list(many, "differences", clear), "overall").caption
    assert "blue: row's method higher" in caption
    assert "orange" not in caption
    even = [{**row, "p": 0.9, "p_holm": 1.0} for row in few.rows("preference_pairs")]
    caption = figures.wins(with_list(few, "preference_pairs", even), "better").caption
    assert "No pair is resolved" in caption
    assert "Tinted" not in caption


def test_tints_without_numbers_have_a_key(many: View) -> None:
    names = [f"m{i:02d}" for i in range(40)]
    row = many.mos("overall")[0]
    mos = [{**row, "method": name, "mean": 5 - i / 10} for i, name in enumerate(names)]
    pair = many.rows("differences", "overall")[0]
    rows = [
        {**pair, "method_a": a, "method_b": b, "mean": (j - i) / 10, "p_holm": None if j == i + 1 else 0.01}
        | ({"p": None} if j == i + 1 else {})
        for i, a in enumerate(names)
        for j, b in enumerate(names)
        if i < j
    ]
    view = View({**many.results, "mos": mos, "differences": rows}, many.card, many.values)
    plot = figures.differences(view, "overall")
    assert {"+3.90", "+1.95"} <= set(words(plot))
    assert "(key)" in plot.caption
    assert "Hatched: not testable." in plot.caption


def test_long_titles_are_written_in_full(many: View) -> None:
    title = "How natural does the talking head look in relation to my_very_long_metric_name_with_more"
    lines = style.title_lines(title, style.TEXT + 1, style.COLUMN)
    assert 2 <= len(lines) <= 3
    assert " ".join(lines).replace(" ", "") == title.replace(" ", "")
    assert all(style.text_width(line, style.TEXT + 1, True) <= style.COLUMN for line in lines)


def test_a_panel_says_how_many_stand_behind_it_and_pales_where_they_are_few(few: View) -> None:
    rows = [{**row, "level_n_raters": 1} for row in few.rows("group_mos")]
    plot = figures.group_means(with_list(few, "group_mos", rows), "overall", "device")
    assert any(word.startswith("1 rater, ") for word in words(plot))
    assert "Pale: fewer than 3 raters" in plot.caption
    plain = figures.group_means(few, "overall", "device")
    assert any(word.startswith("4 raters, ") for word in words(plain))
    assert "Pale" not in plain.caption
    assert "No comparison between groups was tested" in plain.caption


def test_a_method_has_one_number_in_every_scatter(many: View) -> None:
    view = with_list(many, "mos", [{**row, "mean": 6 - row["mean"]} for row in many.rows("mos")])
    for shown in (many, view):
        found = words(figures.scatter(shown, "overall", "LSE-C"))
        place = found.index("FLOAT")
        assert found[place - 1] == str(many.methods.index("FLOAT") + 1)


def test_an_interval_that_leaves_the_axis_has_an_arrow_head(few: View) -> None:
    rows = [{**row, "inconsistency_ci_low": 0.1, "inconsistency_ci_high": 99.0} for row in few.rows("raters")]
    plot = figures.habits(with_list(few, "raters", rows), "overall")
    heads = [line for line in plot.figure.axes[0].lines if line.get_marker() == "^"]
    assert len(heads) == sum(row["bias"] is not None for row in rows)
    assert "Arrow heads" in plot.caption
    near = [{**row, "inconsistency_ci_high": row["inconsistency"]} for row in few.rows("raters")]
    assert "Arrow heads" not in figures.habits(with_list(few, "raters", near), "overall").caption


def test_variance_names_the_dark_bar_only_where_there_is_one(few: View) -> None:
    rest = [row for row in few.rows("variance") if row["component"] != "method"]
    assert "Dark" in figures.variance(few, "overall").caption
    assert "Dark" not in figures.variance(with_list(few, "variance", rest), "overall").caption


def test_one_method_is_not_called_the_best(few: View) -> None:
    one = few.mos("overall")[:1]
    assert "best mean" not in figures.distribution(with_list(few, "mos", one), "overall").caption
    assert "best mean" in figures.distribution(few, "overall").caption


def test_a_matrix_wider_than_a_column_counts_as_wide_so_that_its_letters_are_not_shrunk(many: View) -> None:
    rows = [row for row in many.rows("preference") if row["method"] in NAMES[:4]]
    width = figures.wins(with_list(many, "preference", rows), "better").figure.get_figwidth()
    assert width == style.COLUMN or width >= LEAST_WIDE > 5
