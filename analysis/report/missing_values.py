"""Values of metrics that are missing, with the reason: metrics that lack them alike are told together."""

from __future__ import annotations

from collections.abc import Iterator

from analysis.figures.view import Row, View
from analysis.report.text import Text, escaped

NOT_COMPUTED = "not computed: "


def missing(view: View) -> Text:
    """One sentence for each reason; no blocks where nothing is missing."""
    told: dict[tuple[str, str], list[str]] = {}
    for metric in view.card["metrics"]:
        for what in _lacks(metric):
            told.setdefault(what, []).append(metric["title"])
    sentences = tuple(
        escaped(f"{', '.join(titles)}: {counts} missing, {reason}.")
        for (counts, reason), titles in told.items()
    )
    return Text((("Values that are missing", sentences),) if sentences else ())


def _lacks(metric: Row) -> Iterator[tuple[str, str]]:
    """How many of how many values are missing, and why; once for each reason."""
    total = metric["n_values"] + metric["n_missing"]
    for status, number in (metric["missing_because"] or {}).items():
        yield f"{number} of {total} values", status.removeprefix(NOT_COMPUTED)
