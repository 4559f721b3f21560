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
from matplotlib.font_manager import FontProperties, findfont, get_font, get_font_names
from matplotlib.ft2font import LoadFlags

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
MARKERS = ("o", "s", "^", "D", "v", "P", "X", "<", "p", ">", "h")  # with six colours, 66 methods differ
REFERENCE_MARKER = "*"

TEXT = 8.0  # points
SMALL = 7.0
ROUNDING = 1e-6  # inches
SEPARATOR = r"[_\-. /]"
TINY = 6.3
FULL_WIDTH = 1.15  # of the size: a character of another script, or the box that stands for it

FONT = "DejaVu Sans"
OTHER_SCRIPTS = (  # for the PNG files, where installed; pages and SVG files use the reader's own fonts
    "Noto Sans CJK SC",
    "Noto Sans CJK JP",
    "Source Han Sans SC",
    "WenQuanYi Zen Hei",
    "Microsoft YaHei",
    "PingFang SC",
    "Noto Sans Devanagari",
    "Noto Sans Thai",
)

SETTINGS: dict[Any, Any] = {
    "font.family": [FONT, *(name for name in OTHER_SCRIPTS if name in get_font_names())],
    "text.hinting": "none",  # text is as wide at any resolution
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


def text_width(text: str, size: float, bold: bool = False) -> float:
    """Width in inches of one line of text; characters that the font lacks are given room."""
    return sum(_advance(character, bold) for character in text) * size / 72


@lru_cache(maxsize=4096)
def _advance(character: str, bold: bool) -> float:
    """Of one character at size 1."""
    font = get_font(findfont(FontProperties(family=FONT, weight="bold" if bold else "normal")))
    font.set_size(100, 72)
    if not font.get_char_index(ord(character)):
        return FULL_WIDTH
    glyph = font.load_char(ord(character), flags=LoadFlags.NO_HINTING)
    return float(glyph.linearHoriAdvance) / 65536 / 100


def shortened(text: str, size: float, width: float, bold: bool = False) -> str:
    """`text`, cut with an ellipsis in the middle where it is wider than `width` inches."""
    if text_width(text, size, bold) <= width + ROUNDING:
        return text
    keep = min(len(text) - 1, int(len(text) * width / text_width(text, size, bold)) + 3)
    while keep > 2 and text_width(_cut(text, keep), size, bold) > width:
        keep -= 1
    return _cut(text, keep)


def fitted(name: str, width: float, size: float = TEXT) -> tuple[str, float]:
    """`name` and its size: on one line, else on two smaller ones, shortened where both are too narrow."""
    for smaller in (size, min(size, SMALL)):
        if text_width(name, smaller) <= width + ROUNDING:
            return name, smaller
    small = min(size, TINY)
    first = _head(name, small, width)
    return f"{first.rstrip()}\n{shortened(name[len(first) :].lstrip(), small, width)}", small


def _head(name: str, size: float, width: float) -> str:
    """As much of the beginning as fits: up to the last separator, unless that is short."""
    keep = len(name)
    while keep > 1 and text_width(name[:keep].rstrip(), size) > width:
        keep -= 1
    ends = [match.end() for match in re.finditer(SEPARATOR, name[:keep])]
    return name[: ends[-1]] if ends and ends[-1] > keep / 2 else name[:keep]


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


def title_lines(title: str, size: float, width: float, lines: int = 3) -> list[str]:
    """A bold title in at most `lines` lines; a word wider than a line goes on behind its separators."""
    words = re.findall(r"\S+\s*", title)
    parts = [part for word in words for part in _parts(word, size, width)]
    out = [""]
    for part in parts:
        longer = out[-1] + part
        if not out[-1] or text_width(longer.rstrip(), size, True) <= width or len(out) == lines:
            out[-1] = longer
        else:
            out.append(part)
    return [shortened(line.rstrip(), size, width, True) for line in out]


def _parts(word: str, size: float, width: float) -> list[str]:
    wide = text_width(word.rstrip(), size, True) > width
    return re.findall(r"[^_\-./]*[_\-./]+\s*|[^_\-./]+", word) if wide else [word]


def broken(name: str, size: float, width: float) -> str | None:
    """`name` on up to three lines broken behind its separators, or None where a part is too wide."""
    parts, lines = re.findall(r"[^_\-. /]*[_\-. /]?", name), [""]
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
