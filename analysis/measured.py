"""metrics.csv: objective values per stimulus, or per method where no stimulus is named."""

from __future__ import annotations

from pathlib import PurePath

import numpy as np
import pandas as pd

from analysis import csvfile
from analysis.stats.result import Note
from analysis.tables import Parsed
from studies.bundle import METRICS
from studies.errors import InputError
from studies.metrics import Metric, known_metric

TEXTS = (
    *("stimulus", "item", "method", "direction", "unit", "status"),
    *("implementation", "version", "parameters"),
)
INFINITE = frozenset({"inf", "+inf", "-inf", "infinity"})
NO_METRICS = pd.DataFrame(columns=[*METRICS.header, "row"])


def read_metrics(raw: bytes, where: str, stimuli: pd.DataFrame) -> Parsed:
    """Columns metric, value and one of stimulus; item and method; method alone (a value of the method)."""
    frame = csvfile.read_table(raw, where)
    csvfile.require(frame, ("metric", "value"), where)
    csvfile.identifiers(frame, ("metric",), where)
    if "stimulus" not in frame and "method" not in frame:
        raise InputError(
            f"{where}: column 'stimulus' is missing; add it, or name the clips by item and method."
        )
    for column in TEXTS:
        if column not in frame:
            frame[column] = ""
    csvfile.words(frame, "direction", ("higher", "lower"), where)
    frame = frame.assign(row=frame.index.to_numpy(), imported=_imported(frame, where))
    frame = _homed(_valued(frame, where), stimuli, where)
    return _known(_described(frame), stimuli, where)


def _imported(frame: pd.DataFrame, where: str) -> np.ndarray:
    return (
        csvfile.booleans(frame, "imported", where) if "imported" in frame else np.ones(len(frame), dtype=bool)
    )


def _valued(frame: pd.DataFrame, where: str) -> pd.DataFrame:
    infinite = frame["value"].str.lower().isin(INFINITE)
    value = csvfile.numbers(frame.assign(value=frame["value"].mask(infinite, "")), "value", where)
    status = frame["status"].mask((frame["status"] == "") & infinite, "infinite")
    status = status.mask((status == "") & np.isnan(value), "not computed").replace("", "ok")
    return frame.assign(value=value, status=status)


def _homed(frame: pd.DataFrame, stimuli: pd.DataFrame, where: str) -> pd.DataFrame:
    """Fill in stimulus from item × method, and method and item from stimulus."""
    by_clip = (frame["stimulus"] == "") & (frame["item"] != "")
    clips = frame[by_clip].drop(columns="stimulus")
    clips = clips.merge(stimuli[["stimulus", "item", "method"]], on=["item", "method"], how="left")
    clips["stimulus"] = clips["stimulus"].fillna(clips["item"] + "|" + clips["method"])
    frame = pd.concat([frame[~by_clip], clips], ignore_index=True)
    nameless = frame[(frame["stimulus"] == "") & (frame["method"] == "")]
    if len(nameless):
        row = nameless.iloc[0]["row"]
        raise InputError(f"{where} row {row}: neither stimulus nor method is given; fill in one of them.")
    homes = stimuli.set_index("stimulus")
    for column in ("method", "item"):
        listed = frame["stimulus"].map(homes[column])
        frame[column] = listed.fillna(frame[column])
    _refuse_twice(frame, where)
    return frame


def _refuse_twice(frame: pd.DataFrame, where: str) -> None:
    double = frame[frame.duplicated(["metric", "stimulus", "method"])]
    if len(double):
        row = double.iloc[0]
        of = row["stimulus"] or row["method"]
        raise InputError(
            f"{where} row {row['row']}: {row['metric']!r} of {of!r} is given twice; remove one row."
        )


def _described(frame: pd.DataFrame) -> pd.DataFrame:
    """One direction and unit per metric: the first that is stated, else the catalogue's."""
    for column in ("direction", "unit"):
        stated = frame[frame[column] != ""].drop_duplicates("metric").set_index("metric")[column].to_dict()
        names = frame["metric"].drop_duplicates()
        known = {name: known_metric(name) for name in names}
        listed = {name: _listed(metric, column) for name, metric in known.items() if metric is not None}
        frame[column] = [{**listed, **stated}.get(name, "") for name in frame["metric"]]
    return frame


def _listed(metric: Metric, column: str) -> str:
    return (metric.direction if column == "direction" else metric.shared_unit) or ""


def _known(frame: pd.DataFrame, stimuli: pd.DataFrame, where: str) -> Parsed:
    """Leave out values of clips and methods that the study does not have."""
    known = frame["stimulus"].isin(stimuli["stimulus"])
    known |= (frame["stimulus"] == "") & frame["method"].isin(stimuli["method"])
    left_out = frame[~known]
    if left_out.empty:
        return Parsed(frame)
    first = left_out.iloc[0]
    if not known.any():
        raise InputError(
            f"{where}: no value is about a stimulus or method of the study (the first, in row "
            f"{first['row']}, is about {first['stimulus'] or first['method']!r}); correct the names."
        )
    rows = "1 row" if len(left_out) == 1 else f"{len(left_out)} rows"
    message = (
        f"Left out: {rows} of {PurePath(where).name} about stimuli or methods that the study does not have "
        f"(the first is row {first['row']}, {first['stimulus'] or first['method']!r})."
    )
    return Parsed(frame[known], (Note("unknown_stimulus", message),))


def merged(first: pd.DataFrame, second: pd.DataFrame) -> pd.DataFrame:
    """Both tables; where both hold a value for the same clip or method, the second one's stands."""
    if first.empty or second.empty:
        return second if first.empty else first
    both = pd.concat([first, second], ignore_index=True)
    return _described(both.drop_duplicates(["metric", "stimulus", "method"], keep="last"))
