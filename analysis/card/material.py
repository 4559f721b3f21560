"""What was shown."""

from __future__ import annotations

import pandas as pd

from analysis.card.facts import counts, span
from analysis.card.model import Counts, Material
from analysis.load import StudyData
from studies.bundle import STIMULI


def material_part(data: StudyData) -> Material:
    stimuli = data.stimuli[~data.stimuli["stimulus"].isin(data.aside)]
    n_fixed = sum((counts(stimuli, "sha256") or {}).values())
    return Material(
        n_stimuli=len(stimuli),
        n_stimuli_aside=len(data.aside),
        n_items=len(data.items),
        duration_s_range=span(stimuli, "duration_s"),
        fps_range=span(stimuli, "fps"),
        width_range=span(stimuli, "width"),
        height_range=span(stimuli, "height"),
        splits=counts(stimuli, "split"),
        attributes=_attributes(stimuli),
        n_sha256=n_fixed or None,
    )


def _attributes(stimuli: pd.DataFrame) -> dict[str, Counts]:
    """Items by level of each attribute; an attribute that nearly every item has for itself is a name."""
    names = [name for name in stimuli.columns if name not in STIMULI.header]
    items = stimuli.drop_duplicates("item")
    found = {name: counts(items, name) for name in names}
    return {name: levels for name, levels in found.items() if levels and 2 * len(levels) <= len(items) + 2}
