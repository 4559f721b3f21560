"""A figure is drawn once as a vector and once as a raster, however often it is shown."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from matplotlib.figure import Figure

from analysis.figures.plot import Plot, show


def test_a_shown_figure_is_drawn_once_in_each_format(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: Counter[str] = Counter()
    draw = Figure.savefig

    def counted(self: Figure, target: Any, **options: Any) -> None:
        drawn[options.get("format", "png")] += 1
        draw(self, target, **options)

    monkeypatch.setattr(Figure, "savefig", counted)
    plot = Plot("mos", "A caption.", "What it shows.", Figure(figsize=(2, 1)))
    show(plot, folder=tmp_path)
    bundle, _ = plot._repr_mimebundle_()
    assert drawn == {"svg": 1, "png": 1}
    assert bundle["image/svg+xml"] == (tmp_path / "mos.svg").read_text()
    other = Plot("other", "", "", Figure(figsize=(1, 1)))
    assert other.svg() != plot.svg()
