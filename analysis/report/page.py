"""The executed notebook as one page that needs nothing else: style, figures and tables inside."""

from __future__ import annotations

import copy
import re
from pathlib import Path
from typing import Any

from nbconvert.exporters import HTMLExporter
from nbformat import NotebookNode
from traitlets.config import Config

from analysis.figures.style import TOKENS

HERE = Path(__file__).parent
STYLE_FILE = "style.css"
PRINT_WIDTH = 7.0  # inches within the margins of A4 and Letter
HALF_PAGE = 4.4
LEAST_SCALE = 0.75


def render(notebook: NotebookNode) -> str:
    """Self-contained HTML: no script, no request to any host."""
    notebook = _without_repeats(notebook)
    config = Config({"HTMLExporter": {"exclude_anchor_links": True, "sanitize_html": False}})
    exporter: Any = HTMLExporter(  # type: ignore[no-untyped-call]
        config=config,
        template_name="template",
        extra_template_basedirs=[str(HERE)],
        exclude_input_prompt=True,
    )
    exporter.filters = {**exporter.filters, "inline_figure": inline_figure}
    resources = {"style": (HERE / "template" / STYLE_FILE).read_text(encoding="utf-8")}
    page, _ = exporter.from_notebook_node(notebook, resources=resources)
    return re.sub(r"[ \t]+\n", "\n", page)


def _without_repeats(notebook: NotebookNode) -> NotebookNode:
    """A caption that several figures of one cell share is printed once, below the last of them."""
    notebook = copy.deepcopy(notebook)
    for cell in notebook.cells:
        drawn = [one for one in cell.get("outputs", []) if "image/svg+xml" in one.get("metadata", {})]
        captions = [one["metadata"]["image/svg+xml"]["caption"] for one in drawn]
        for n, output in enumerate(drawn):
            about = output["metadata"]["image/svg+xml"]
            about["shared"] = captions.count(captions[n]) > 1
            about["last"] = captions[n] not in captions[n + 1 :]
            about["printed"] = printed_width(output["data"]["image/svg+xml"])
    return notebook


def unfolded(page: str) -> str:
    """The page with its tables open, for print; very long ones stay shut and name their file."""
    return page.replace('<details class="table">', '<details class="table" open>')


def printed_width(svg: str) -> float:
    """Inches; a figure that is a little higher than half a page is printed so that two fit one page."""
    width, height = (float(part) / 72 for part in svg.partition('viewBox="0 0 ')[2].split('"')[0].split())
    scale = min(1.0, PRINT_WIDTH / width)
    half = HALF_PAGE / height
    return round(width * (half if LEAST_SCALE * scale <= half < scale else scale), 3)


def inline_figure(svg: str, name: str) -> str:
    """A figure's SVG for use within a page: ids of its own, inks that follow the page's colours."""
    svg = re.sub(r'\bid="([^"]+)"', rf'id="{name}-\1"', svg)
    svg = re.sub(r'href="#([^"]+)"', rf'href="#{name}-\1"', svg)
    svg = re.sub(r"url\(#([^)]+)\)", rf"url(#{name}-\1)", svg)
    for colour, token in TOKENS.items():
        svg = re.sub(rf"(fill|stroke): {colour}\b", rf"\1: var(--{token}, {colour})", svg)
    svg = re.sub(r"<metadata>.*?</metadata>", "", svg, flags=re.DOTALL)
    return re.sub(
        r'<svg ([^>]*?)width="[^"]*"', r"<svg \1", re.sub(r'(<svg [^>]*?)height="[^"]*"', r"\1", svg)
    )
