"""Names of metrics that the catalogue does not know: they go into tables, columns and formulas of others."""

from __future__ import annotations

import re
from collections.abc import Iterable

from studies.names import folded

NAME = re.compile(r"(?![+@-])[\w .+@()/%-]{1,64}")  # spreadsheets take what begins with = + - @ for formulas
OPINIONS = ("mos", "dmos")


def misnamed(name: str, questions: Iterable[str]) -> str | None:
    """What is wrong with the name of a free metric, and the mend; `questions` are the study's ids."""
    if not NAME.fullmatch(name):
        return (
            f"metric {name!r} cannot be used as a name; use letters, digits, spaces and _ - . + @ ( ) / %, "
            "64 at most, and begin with none of = + - @."
        )
    if folded(name) in OPINIONS:
        return f"metric {name!r} has the name of the raters' mean opinion; give the metric another name."
    taken = {folded(question): question for question in questions}
    if folded(name) in taken:
        return (
            f"metric {name!r} has the name of the question {taken[folded(name)]!r}; give the metric another "
            "name."
        )
    return None
