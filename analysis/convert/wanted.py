"""What the user says about a foreign file that the file does not say itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from analysis.convert.facts import Scale
from analysis.convert.names import Pattern

Side = Literal["raters", "stimuli"]


@dataclass(frozen=True)
class Wanted:
    """pattern: of stimulus names. rows: what a row of a wide spreadsheet is. attributes: columns that
    describe the row; leave_out: columns, or names of rows, to leave out. reference: the method that is the
    real video.
    """

    pattern: Pattern | None = None
    question: str | None = None
    scale: Scale | None = None
    reference: str | None = None
    rows: Side | None = None
    attributes: tuple[str, ...] = ()
    leave_out: tuple[str, ...] = ()
    rater_column: str | None = None
    mark_repeats: bool = False
