"""One thing that is wrong: what, where, how to mend it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from studies.errors import InputError

MOST_ROWS = 5
FIELD = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True)
class Problem:
    """`rows` of `file` as a spreadsheet shows them, none for the file as such; `what` ends in the mend."""

    file: str
    what: str
    rows: tuple[int, ...] = ()
    column: str = ""

    @property
    def sentence(self) -> str:
        if not self.file:
            return f"{self.what}."
        place = [self.file]
        if self.rows:
            place.append(f"row {self.rows[0]}")
        where = " ".join(place) + (f", column '{self.column}'" if self.column else "")
        return f"{where}: {self.what}{self._others()}."

    def _others(self) -> str:
        others = self.rows[1:]
        if not others:
            return ""
        named = ", ".join(str(row) for row in others[:MOST_ROWS])
        more = f" and {len(others) - MOST_ROWS} more" if len(others) > MOST_ROWS else ""
        return f" (also row{'s' if len(others) > 1 else ''} {named}{more})"


def retold(error: InputError) -> Problem:
    """A reader's own sentence, which names its place already."""
    return Problem("", str(error).rstrip("."))


def flagged(
    file: str, frame: pd.DataFrame, bad: Sequence[bool] | np.ndarray | pd.Series, column: str, what: str
) -> Iterator[Problem]:
    """One problem for all bad rows, none where there are none.

    In `what`, {value} stands for the cell of the first bad row, {stimulus} for its cell in that column.
    """
    mask = np.asarray(bad, dtype=bool)
    if not mask.any():
        return
    rows = frame.index[mask]
    first = {**frame.loc[rows[0]].to_dict(), "value": frame[column][rows[0]]}
    said = FIELD.sub(lambda match: repr(first[match[1]]) if match[1] in first else match[0], what)
    yield Problem(file, said, tuple(int(row) for row in rows), column)
