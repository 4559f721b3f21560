"""The executed notebook as one page that needs nothing else: style, figures and tables inside."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from nbconvert.exporters import HTMLExporter
from nbformat import NotebookNode
from traitlets.config import Config

from analysis.figures.style import TOKENS
from analysis.report.together import with_captions

HERE = Path(__file__).parent
STYLE_FILE = "style.css"


def render(notebook: NotebookNode) -> str:
    """Self-contained HTML: no script, no request to any host."""
    config = Config({"HTMLExporter": {"exclude_anchor_links": True, "sanitize_html": False}})
    exporter: Any = HTMLExporter(  # type: ignore[no-untyped-call]
        config=config,
        template_name="template",
        extra_template_basedirs=[str(HERE)],
        exclude_input_prompt=True,
    )
    exporter.filters = {**exporter.filters, "inline_figure": inline_figure}
    resources = {"style": (HERE / "template" / STYLE_FILE).read_text(encoding="utf-8")}
    page, _ = exporter.from_notebook_node(with_captions(notebook), resources=resources)
    return re.sub(r"[ \t]+\n", "\n", page)


def unfolded(page: str) -> str:
    """The page with its tables open, for print; very long ones stay shut and name their file."""
    return page.replace('<details class="table">', '<details class="table" open>')


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
