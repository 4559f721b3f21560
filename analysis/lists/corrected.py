"""Corrected MOS: what the clips are worth once every rater's habits are taken off."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.lists.scope import Row, codes, scores
from analysis.stats.bias_removal import bias_removal
from analysis.stats.result import Note, finite
from analysis.stats.subject_model import subject_model

P910 = "p910_alternating_projection"
P913 = "p913_bias_removal"
NOT_CORRECTED: Row = dict.fromkeys(
    ("corrected_mos", "corrected_se", "corrected_model", "bias_removed_mos", "bias_removed_se")
)


@dataclass(frozen=True)
class Corrected:
    """The columns of every stimulus, by its name, and what has to be said about all of them."""

    columns: dict[str, Row]
    notes: tuple[Note, ...] = ()


def corrected(frame: pd.DataFrame) -> Corrected:
    """P.910's subject model, and P.913's bias removal where a stimulus has no figure of that model."""
    if frame.empty:
        return Corrected({})
    names, stimulus = np.unique(frame["stimulus"].to_numpy(dtype=str), return_inverse=True)
    columns = (codes(frame["rater"]), stimulus, scores(frame))
    model, removed = subject_model(*columns), bias_removal(*columns)
    figures = zip(model.quality, model.quality_se, removed.quality, removed.quality_se, strict=True)
    return Corrected(
        {str(name): _columns(*map(finite, of_one)) for name, of_one in zip(names, figures, strict=True)},
        model.notes,
    )


def _columns(mos: float | None, se: float | None, removed: float | None, removed_se: float | None) -> Row:
    modelled = mos is not None
    word = P910 if modelled else P913 if removed is not None else None
    return {
        "corrected_mos": mos if modelled else removed,
        "corrected_se": se if modelled else removed_se,
        "corrected_model": word,
        "bias_removed_mos": removed,
        "bias_removed_se": removed_se,
    }
