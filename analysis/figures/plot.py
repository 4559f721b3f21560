"""A drawn figure with its name, caption and text alternative, and how it is laid out and saved."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from analysis.figures import style
from analysis.figures.style import ALARM, COLUMN, SETTINGS, SMALL, SOFT, TEXT, TINY
from analysis.figures.view import Question, View

SIMULATED_NOTE = "Simulated ratings: no evidence about people"
LINE = 0.145  # inches between lines of small text
TITLE_LINE = 0.165  # inches between lines of the title
MARGIN = 0.04
_FONTS = "'Helvetica Neue', Helvetica, Arial, 'Liberation Sans', 'DejaVu Sans', sans-serif"


@dataclass(frozen=True)
class Plot:
    """One figure. `name` is its file name without suffix, `alt` says in words what it shows."""

    name: str
    caption: str
    alt: str
    figure: Figure

    def svg(self) -> str:
        return self._svg

    @cached_property
    def _svg(self) -> str:
        """Drawn once, for the file and the notebook alike."""
        buffer = io.StringIO()
        with rc_context(SETTINGS), style.quiet_fonts():
            self.figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None})
        return _tidy(buffer.getvalue())

    def save(self, folder: Path) -> list[Path]:
        """Write NAME.svg and NAME.png (300 dpi) into `folder`; the same figure gives the same bytes."""
        folder.mkdir(parents=True, exist_ok=True)
        vector, raster = folder / f"{self.name}.svg", folder / f"{self.name}.png"
        vector.write_text(self.svg(), encoding="utf-8")
        with rc_context(SETTINGS), style.quiet_fonts():
            self.figure.savefig(raster, dpi=300, metadata={"Software": None})
        return [vector, raster]

    def _repr_mimebundle_(self, **_: Any) -> tuple[dict[str, str], dict[str, Any]]:
        about = {
            "name": self.name,
            "caption": self.caption,
            "alt": self.alt,
            "width": self.figure.get_figwidth(),
        }
        return {"image/svg+xml": self.svg(), "text/plain": f"{self.alt}\n{self.caption}"}, {
            "image/svg+xml": about
        }


@dataclass(frozen=True)
class Frame:
    """Inches around the drawing area: `left` for labels, `right` for numbers, `bottom`, `top` for axes."""

    body: float
    left: float
    right: float
    bottom: float
    width: float = COLUMN
    top: float = 0.0


def framed(view: View, title: str, subtitle: str, frame: Frame) -> tuple[Figure, Axes]:
    """A figure with title and subtitle on top, the note on simulated data below, and one empty axes."""
    lines = style.wrapped(subtitle, SMALL, frame.width - 2 * MARGIN) if subtitle else []
    titles = style.title_lines(title, TEXT + 1, frame.width - 2 * MARGIN)
    head = _below(titles) + LINE * len(lines) + 0.06 + frame.top
    foot = LINE + 0.03 if view.simulated else 0.0
    height = head + frame.body + frame.bottom + foot
    figure = style.blank(frame.width, height)
    _write_head(figure, titles, lines)
    if view.simulated:
        figure.text(MARGIN / frame.width, 0.04 / height, SIMULATED_NOTE, size=TINY, color=ALARM, va="bottom")
    box = (
        frame.left / frame.width,
        (foot + frame.bottom) / height,
        (frame.width - frame.left - frame.right) / frame.width,
        frame.body / height,
    )
    axes = figure.add_axes(box)
    axes.spines[["top", "right", "left"]].set_visible(False)
    return figure, axes


def drawing_size(axes: Axes) -> tuple[float, float]:
    """Width and height of the drawing area in inches."""
    position = axes.get_position()
    width, height = axes.figure.get_figure(root=True).get_size_inches()
    return float(position.width * width), float(position.height * height)


def heading(question: Question) -> tuple[str, str]:
    """Title and subtitle of a figure about one question."""
    return question.title, question.text


def file_name(*parts: str) -> str:
    """Parts joined to a file name: letters and digits of any script, no spaces."""
    return "-".join(re.sub(r"\W+", "_", part).strip("_") or "x" for part in parts)


def show(*plots: Plot, folder: str | Path = "figures") -> None:
    """Save the figures into `folder` and display them in the notebook."""
    import IPython.display

    display: Any = IPython.display.display
    for plot in plots:
        plot.save(Path(folder))
        display(plot)


def _below(titles: Sequence[str]) -> float:
    """Inches from the top to the subtitle."""
    return 0.24 + TITLE_LINE * (len(titles) - 1)


def _write_head(figure: Figure, titles: Sequence[str], lines: Sequence[str]) -> None:
    width, height = figure.get_size_inches()
    x = MARGIN / width
    for i, title in enumerate(titles):
        top = 0.05 + TITLE_LINE * i
        figure.text(x, 1 - top / height, title, size=TEXT + 1, weight="bold", va="top")
    for i, line in enumerate(lines):
        figure.text(x, 1 - (_below(titles) + LINE * i) / height, line, size=SMALL, color=SOFT, va="top")


def _tidy(svg: str) -> str:
    """System fonts instead of the one used for measuring; no line noise before the element."""
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"'DejaVu Sans'(, (?:'[^']+'|[a-z-]+))*", _FONTS, svg)
    return "\n".join(line.rstrip() for line in svg.splitlines()) + "\n"
