"""Which figures stand over one caption: neighbours that share it, while they fill at most half a page."""

from __future__ import annotations

import nbformat
import pytest

from analysis.report.together import HALF_PAGE, with_captions

COLUMN, PAGE = 3.5, 7.16


def groups(*figures: tuple[str, float, float]) -> list[list[int]]:
    """Numbers of the figures over each caption; a figure is its caption, width and height in inches."""
    outputs = [
        nbformat.v4.new_output(
            "display_data",
            {"image/svg+xml": f'<svg viewBox="0 0 {72 * width} {72 * height}"></svg>'},
            metadata={"image/svg+xml": {"caption": caption, "width": width}},
        )
        for caption, width, height in figures
    ]
    cell = nbformat.v4.new_code_cell("", outputs=outputs)
    notebook = with_captions(nbformat.v4.new_notebook(cells=[cell]))
    found, closed = list[list[int]](), list[bool]()
    for n, output in enumerate(notebook.cells[0].outputs):
        about = output["metadata"]["image/svg+xml"]
        if about["opens"] or not about["shared"]:
            found.append([])
        found[-1].append(n)
        closed.append(bool(about["closes"] or not about["shared"]))
    assert [n for n, last in enumerate(closed) if last] == [group[-1] for group in found]
    assert all("printed" not in one["metadata"]["image/svg+xml"] for one in outputs), "a copy is changed"
    return found


def test_neighbours_share_a_caption() -> None:
    assert groups(*[("a", COLUMN, 1.9)] * 4) == [[0, 1, 2, 3]]


def test_a_caption_that_another_interrupts_is_printed_again() -> None:
    drawn = [("a", COLUMN, 2.0), ("a", COLUMN, 2.0), ("b", COLUMN, 2.0), ("a", COLUMN, 2.0)]
    assert groups(*drawn) == [[0, 1], [2], [3]]


@pytest.mark.parametrize(("width", "height"), [(PAGE, 3.0), (PAGE, HALF_PAGE), (COLUMN, 2.5)])
def test_no_caption_is_further_away_than_half_a_page(width: float, height: float) -> None:
    found = groups(*[("a", width, height)] * 12)
    beside = 2 if width == COLUMN else 1
    assert all(len(group) <= beside for group in found)
    assert [n for group in found for n in group] == list(range(12))


def test_a_wide_figure_stands_beside_none() -> None:
    assert groups(("a", COLUMN, 1.9), ("a", PAGE, 1.9), ("a", COLUMN, 1.9)) == [[0, 1], [2]]
