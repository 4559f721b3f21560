"""Figures: nothing overlaps or leaves the page, one colour per method, honest about what is not resolved."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import combinations
from pathlib import Path

import pytest
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.text import Text
from matplotlib.transforms import Bbox

from analysis import figures
from analysis.figures import Plot, View
from analysis.figures.plot import SIMULATED_NOTE
from analysis.figures.style import COLUMN, INK, PAGE, method_inks

Draw = Callable[[View], Plot]
DRAWN: dict[str, Draw] = {
    "mos": lambda view: figures.mos(view, "overall"),
    "scores": lambda view: figures.distribution(view, "sync"),
    "differences": lambda view: figures.differences(view, "overall"),
    "strengths": lambda view: figures.strengths(view, "better"),
    "wins": lambda view: figures.wins(view, "better"),
    "scatter": lambda view: figures.scatter(view, "overall", "psnr"),
    "correlations": lambda view: figures.correlations(view, "overall"),
    "agreement": lambda view: figures.agreement(view, "sync"),
    "variance": lambda view: figures.variance(view, "sync"),
    "habits": lambda view: figures.habits(view, "overall"),
    "attention": figures.attention,
}


def texts(plot: Plot) -> list[tuple[Text, Bbox]]:
    """Every text that is drawn, with its box in pixels."""
    canvas = FigureCanvasAgg(plot.figure)
    canvas.draw()
    idle = {text for axes in plot.figure.axes for text in undrawn_ticks(axes)}
    found = [text for text in plot.figure.findobj(Text) if text.get_text().strip() and text not in idle]
    return [(text, text.get_window_extent(canvas.get_renderer())) for text in found if text.get_visible()]


def undrawn_ticks(axes: Axes) -> set[Text]:
    """Labels of ticks beyond the limits, and of axes that are switched off."""
    kept: set[Text] = set()
    for axis in (axes.xaxis, axes.yaxis):
        ticks = axis._update_ticks() if axes.axison else []
        drawn = {text for tick in ticks for text in tick.findobj(Text)}
        kept |= {text for tick in axis.get_major_ticks(99) for text in tick.findobj(Text)} - drawn
    return kept


@pytest.mark.parametrize("name", DRAWN)
def test_labels_neither_overlap_nor_leave_the_figure(study, name: str) -> None:
    plot = DRAWN[name](study.view)
    found = texts(plot)
    width, height = plot.figure.bbox.size
    for text, box in found:
        assert min(box.x0, box.y0) > -1, text.get_text()
        assert box.x1 < width + 1, text.get_text()
        assert box.y1 < height + 1, text.get_text()
    for (a, first), (b, second) in combinations(found, 2):
        overlap = Bbox.intersection(first, second)
        if overlap is not None:
            assert min(overlap.width, overlap.height) < 2, (a.get_text(), b.get_text())


@pytest.mark.parametrize("name", DRAWN)
def test_every_figure_says_that_data_are_simulated(study, name: str) -> None:
    assert SIMULATED_NOTE in DRAWN[name](study.view).svg()
    people = replace(
        study.view, results={**study.results, "study": {**study.results["study"], "simulated": False}}
    )
    assert SIMULATED_NOTE not in DRAWN[name](people).svg()


@pytest.mark.parametrize("name", DRAWN)
def test_figures_fit_one_or_two_columns_and_have_words(study, name: str) -> None:
    plot = DRAWN[name](study.view)
    assert COLUMN - 0.01 <= plot.figure.get_figwidth() <= PAGE + 0.01
    assert len(plot.alt) > 20
    assert plot.caption.endswith(".")


def test_same_figure_same_bytes(study, tmp_path: Path) -> None:
    first = figures.mos(study.view, "overall").save(tmp_path / "a")
    second = figures.mos(study.view, "overall").save(tmp_path / "b")
    assert [path.read_bytes() for path in first] == [path.read_bytes() for path in second]


def test_a_method_keeps_its_colour_in_every_figure(study) -> None:
    colour = study.view.inks["frozen"].colour
    for name in ("mos", "strengths", "scatter"):
        assert colour in DRAWN[name](study.view).svg(), name


def test_methods_are_told_apart_without_colour() -> None:
    inks = method_inks([f"m{i}" for i in range(6)], "m2")
    assert inks["m2"].colour == INK
    assert len({ink.marker for ink in inks.values()}) == 6
    assert len({ink.colour for ink in inks.values()}) == 6


def test_mos_prints_the_numbers_of_the_results(study) -> None:
    svg = figures.mos(study.view, "overall").svg()
    rows = study.view.mos("overall")
    assert {row["screening"] for row in rows} == {"applied"}
    for row in rows:
        assert f"{row['mean']:.2f} [{row['ci_low']:.2f}, {row['ci_high']:.2f}]" in svg


def test_unresolved_pairs_are_counted_in_words(study) -> None:
    kept = {"question": "sync", "measure": "MOS", "screening": "applied", "family": "all pairs"}
    rows = [row for row in study.results["differences"] if kept.items() <= row.items()]
    resolved = sum(row["p_holm"] < 0.05 for row in rows)
    assert 0 < resolved < len(rows)
    assert f"{resolved} of {len(rows)} pairs" in figures.differences(study.view, "sync").alt


def test_markup_in_names_is_drawn_as_it_is(study) -> None:
    results = {**study.results, "mos": [{**study.view.mos("overall")[0], "method": "a$_b<i>"}]}
    card = {**study.view.card, "protocol": {**study.view.card["protocol"], "methods": ["a$_b<i>"]}}
    svg = figures.mos(View(results, card, study.view.values), "overall").svg()
    assert "a$_b&lt;i&gt;" in svg


def test_many_methods_still_fit(study) -> None:
    names = [f"system_with_a_long_name_{i:02d}" for i in range(30)]
    row = study.view.mos("overall")[0]
    mos = [{**row, "method": name, "mean": 1 + i / 8} for i, name in enumerate(names)]
    pair = {**study.results["differences"][0], "screening": study.view.screening}
    pairs = [
        {**pair, "question": "overall", "method_a": a, "method_b": b, "measure": "MOS"}
        for a, b in combinations(names, 2)
    ]
    results = {**study.results, "mos": mos, "differences": pairs, "letters": []}
    card = {**study.view.card, "protocol": {**study.view.card["protocol"], "methods": names}}
    view = View(results, card, study.view.values)
    assert figures.differences(view, "overall").figure.get_figwidth() <= PAGE + 0.01
    assert len(texts(figures.mos(view, "overall"))) >= len(names)


def test_captions_name_the_estimator_of_their_intervals(study) -> None:
    for procedure in ("maximum likelihood; rater sandwich, t(R − 1)", "another estimator"):
        rows = [{**row, "procedure": procedure} for row in study.results["preference"]]
        view = replace(study.view, results={**study.results, "preference": rows})
        assert f"interval ({procedure})" in figures.strengths(view, "better").caption
    caption = figures.correlations(study.view, "overall").caption
    levels = {row["level"]: row for row in study.results["correlation"] if row["coefficient"] == "SROCC"}
    assert levels["method"]["procedure"] == "refused"
    assert "no procedure, for want of data (methods)" in caption
    assert f"{levels['stimulus']['procedure']} (stimuli)" in caption
