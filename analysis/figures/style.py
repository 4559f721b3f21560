"""One look for every figure: inks, sizes, the colour and marker of each method.

Colours: Okabe & Ito (2008), a palette that colour-blind readers can tell apart; markers differ too, so that
nothing is lost in grey. Neutral inks are tokens that the page's style sheet replaces in its dark variant.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.textpath import TextPath

COLUMN = 3.5  # inches: one column of a two-column paper
PAGE = 7.16  # inches: both columns

INK = "#1b1f24"
SOFT = "#5a636e"
FAINT = "#98a1ab"
RULE = "#dde1e6"
PAPER = "#ffffff"
ALARM = "#b42318"
TINT_INK = "#15181c"
BLUE, ORANGE, GREEN = "#0072b2", "#e69f00", "#009e73"
VERMILLION, SKY, PURPLE = "#d55e00", "#56b4e9", "#cc79a7"
WHITE = "#fefefe"  # text on dark fills, on any page
TOKENS = {
    INK: "ink",
    SOFT: "soft",
    FAINT: "faint",
    RULE: "rule",
    PAPER: "paper",
    ALARM: "alarm",
    BLUE: "blue",
}
PALETTE = (BLUE, ORANGE, GREEN, VERMILLION, PURPLE, SKY)
MARKERS = ("o", "s", "^", "D", "v", "P", "X")
REFERENCE_MARKER = "*"

TEXT = 8.0  # points
SMALL = 7.0
ROUNDING = 1e-6  # inches
TINY = 6.3

SETTINGS: dict[Any, Any] = {
    "font.family": ["DejaVu Sans"],
    "font.size": TEXT,
    "text.color": INK,
    "text.parse_math": False,
    "axes.unicode_minus": True,
    "axes.edgecolor": FAINT,
    "axes.labelcolor": SOFT,
    "axes.linewidth": 0.6,
    "xtick.color": FAINT,
    "ytick.color": FAINT,
    "xtick.labelcolor": SOFT,
    "ytick.labelcolor": SOFT,
    "xtick.major.width": 0.6,
    "ytick.major.width": 0.6,
    "xtick.major.size": 2.5,
    "ytick.major.size": 2.5,
    "figure.facecolor": PAPER,
    "axes.facecolor": "none",
    "svg.fonttype": "none",
    "svg.hashsalt": "analysis report",
}


@dataclass(frozen=True)
class Ink:
    colour: str
    marker: str


def method_inks(methods: Sequence[str], reference: str | None) -> dict[str, Ink]:
    """Colour and marker per method: the reference in the text's ink, the others in the study's order."""
    others = [name for name in methods if name != reference]
    inks = {name: Ink(PALETTE[i % len(PALETTE)], MARKERS[i % len(MARKERS)]) for i, name in enumerate(others)}
    return inks if reference is None else {reference: Ink(INK, REFERENCE_MARKER), **inks}


@contextmanager
def quiet_fonts() -> Iterator[None]:
    """Scripts that the raster font lacks are no reason to warn: SVG and page use the reader's own fonts."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=r"Glyph .* missing from")
        yield


@lru_cache(maxsize=4096)
def text_width(text: str, size: float, bold: bool = False) -> float:
    """Width in inches of one line of text."""
    if not text.strip():
        return 0.0
    font = FontProperties(family="DejaVu Sans", weight="bold" if bold else "normal")
    with quiet_fonts():
        path = TextPath((0, 0), text, size=size, prop=font, usetex=False)
    return float(path.get_extents().width) / 72


def shortened(text: str, size: float, width: float) -> str:
    """`text`, cut with an ellipsis in the middle where it is wider than `width` inches."""
    if text_width(text, size) <= width + ROUNDING:
        return text
    keep = len(text) - 1
    while keep > 2 and text_width(_cut(text, keep), size) > width:
        keep -= 1
    return _cut(text, keep)


def wrapped(text: str, size: float, width: float, lines: int = 2) -> list[str]:
    """`text` in at most `lines` lines of `width` inches; the last is cut where it does not fit."""
    words, out = text.split(), [""]
    for word in words:
        longer = f"{out[-1]} {word}".strip()
        if not out[-1] or text_width(longer, size) <= width or len(out) == lines:
            out[-1] = longer
        else:
            out.append(word)
    return [shortened(line, size, width) for line in out]


def broken(name: str, size: float, width: float) -> str | None:
    """`name` on up to three lines broken behind its separators, or None where a part is too wide."""
    parts, lines = re.findall(r"[^_\-. ]*[_\-. ]?", name), [""]
    for part in parts:
        fits = text_width(lines[-1] + part, size) <= width
        lines = [*lines[:-1], lines[-1] + part] if fits or not lines[-1] else [*lines, part]
    wide = any(text_width(line, size) > width for line in lines)
    return None if wide or len(lines) > 3 else "\n".join(lines)


def tint(colour: str, strength: float) -> str:
    """`colour` mixed with white; strength 0 is white, 1 the colour itself."""
    share = min(max(strength, 0.0), 1.0)
    parts = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return "#" + "".join(f"{round(255 + (part - 255) * share):02x}" for part in parts)


def blank(width: float, height: float) -> Figure:
    return Figure(figsize=(width, height), facecolor=PAPER)


def _cut(text: str, keep: int) -> str:
    tail = keep // 3
    return f"{text[: keep - tail]}…{text[len(text) - tail :]}" if tail else f"{text[:keep]}…"
