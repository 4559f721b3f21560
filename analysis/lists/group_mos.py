"""group_mos: means per level of what is known of items and raters.

n_raters and n_items count those behind a row's mean, level_n_raters and level_n_items those of its level.
"""

from __future__ import annotations

import pandas as pd

from analysis.lists.mos import estimate_of, interval_of
from analysis.lists.scope import Listing, Row, Scope
from analysis.tables import natural
from studies.bundle import RATERS, STIMULI

MOST_LEVELS = 12  # an attribute with more levels is an identifier rather than a group


def group_rows(scope: Scope) -> Listing:
    """Means per level of each item attribute and of each fact about raters that has several levels."""
    listing = Listing()
    for question in scope.rated_questions:
        frame = scope.scored(question, scope.primary)
        for attribute_of, table in _described(scope):
            key = "stimulus" if attribute_of == "item" else "rater"
            for attribute in dividing(table, key):
                levels = frame[key].map(table.set_index(key)[attribute]).fillna("")
                place = {"question": question, "attribute": attribute, "attribute_of": attribute_of}
                listing.rows.extend(_level_rows(scope, place, frame, levels))
    return listing


def item_facts(scope: Scope) -> pd.DataFrame:
    """Stimulus, split and attributes of its item."""
    known = [column for column in STIMULI.header if column != "split"]
    stimuli = scope.data.stimuli
    return stimuli.drop(columns=[name for name in known if name in stimuli and name != "stimulus"])


def _described(scope: Scope) -> list[tuple[str, pd.DataFrame]]:
    tables = [("item", item_facts(scope))]
    if scope.data.raters is not None:
        wanted = ["rater", "expertise", "recruitment", "age_group", "device"]
        extra = [name for name in scope.data.raters.columns if name not in RATERS.header]
        columns = [name for name in [*wanted, *extra] if name in scope.data.raters]
        tables.append(("rater", scope.data.raters[columns]))
    return tables


def dividing(table: pd.DataFrame, key: str) -> list[str]:
    """Columns that divide the study into a few groups."""
    names = [name for name in table.columns if name != key]
    levels = {name: table[name][table[name] != ""].nunique() for name in names}
    return [name for name in names if 2 <= levels[name] <= min(MOST_LEVELS, len(table) - 1)]


def _level_rows(scope: Scope, place: Row, frame: pd.DataFrame, levels: pd.Series) -> list[Row]:
    rows = []
    for level in natural(value for value in levels if value):
        of_level = frame[(levels == level).to_numpy(dtype=bool)]
        people, items = of_level["rater"].nunique(), of_level["item"].nunique()
        for method in scope.methods_in(of_level["method"]):
            of_method = of_level[of_level["method"] == method]
            estimate = estimate_of(scope, of_method)
            rows.append(
                {
                    **place,
                    "level": level,
                    "method": method,
                    "measure": scope.rated_measure(place["question"]),
                    "mean": estimate.mean,
                    **interval_of(estimate),
                    "procedure": estimate.procedure,
                    "n_ratings": estimate.n_ratings,
                    "n_raters": int(of_method["rater"].nunique()),
                    "n_items": int(of_method["item"].nunique()),
                    "level_n_raters": int(people),
                    "level_n_items": int(items),
                }
            )
    return rows
