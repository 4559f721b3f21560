"""Who rated: how many came, finished, were excluded and count, in all and per method."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import pandas as pd

from analysis.card.facts import counts, quartiles
from analysis.card.model import Method, Raters
from analysis.load import StudyData
from studies import catalogue

Row = dict[str, Any]
FINISHED = "finished"
ENROLLED = ("status", "consented_at", "consent_version")  # what is on record only of raters who came in


def raters_part(results: Row, data: StudyData) -> Raters:
    people, excluded = data.raters, _excluded(results)
    n = int(results["study"]["n_raters"])
    status = counts(people, "status")
    per_method = [float(method.raters) for method in methods_part(results, data) if method.raters]
    columns = ("expertise", "recruitment", "age_group", "gender", "device")
    return Raters(
        n_in=_begun(data),
        n=n,
        n_complete=None if status is None else status.get(FINISHED, 0),
        n_excluded=len(set().union(*excluded.values())),
        excluded_by_rule={rule: len(raters) for rule, raters in excluded.items()},
        n_analysed=n - len(set().union(*excluded.values()) & _answering(data)),
        n_simulated=_simulated(data),
        per_method=quartiles(pd.Series(per_method, dtype=float)),
        **{name: counts(people, name) for name in columns},
        status=status,
        consent_versions=counts(people, "consent_version"),
    )


def _begun(data: StudyData) -> int | None:
    """None where the table may list those who answered only, as one made from a file of answers does."""
    people = data.raters
    if people is None:
        return None
    idle = not set(people["rater"]) <= {*data.ratings["rater"], *data.comparisons["rater"]}
    enrolled = any(counts(people, name) for name in ENROLLED)
    return len(people) if idle or enrolled else None


def _excluded(results: Row) -> dict[str, set[str]]:
    """Raters by the rule that excluded them."""
    found: dict[str, set[str]] = {}
    for row in results["screening"]:
        if row["applied"]:
            found.setdefault(row["rule"], set()).add(row["rater"])
    return found


def _answering(data: StudyData) -> set[str]:
    scored = data.ratings["rater"][data.ratings["kind"] == "scored"]
    compared = data.comparisons["rater"][data.comparisons["expected_choice"] == ""]
    return {*scored, *compared}


def _simulated(data: StudyData) -> int | None:
    if data.raters is None or "simulated" not in data.raters:
        return None
    return int(data.raters["simulated"].eq(True).sum())


def methods_part(results: Row, data: StudyData) -> list[Method]:
    """In the study's order. Raters and ratings are those whose answers count."""
    described = {m.name: m.description for m in data.config.methods} if data.config else {}
    stimuli = counts(data.stimuli[~data.stimuli["stimulus"].isin(data.aside)], "method") or {}
    gone = set().union(*_excluded(results).values())
    rated, compared = _busiest(data, gone), _compared(data, gone)
    return [
        Method(
            name=name,
            reference=name == data.reference,
            description=described.get(name) or None,
            stimuli=stimuli.get(name, 0),
            raters=max(rated.get(name, (0, 0))[1], compared.get(name, (0, 0))[1]),
            ratings=rated.get(name, (0, 0))[0],
            comparisons=compared.get(name, (0, 0))[0],
            citation=_citation(name),
        )
        for name in data.methods
    ]


def _citation(name: str) -> Row | None:
    found = catalogue.citation(name)
    return asdict(found) if found else None


def _busiest(data: StudyData, gone: set[str]) -> dict[str, tuple[int, int]]:
    """Ratings and raters of each method, on the question on which it has most."""
    scored = data.ratings[(data.ratings["kind"] == "scored") & ~data.ratings["rater"].isin(gone)]
    found: dict[str, tuple[int, int]] = {}
    for (_, method), rows in scored.groupby(["question", "method"], sort=False):
        name = str(method)
        found[name] = max(found.get(name, (0, 0)), (len(rows), rows["rater"].nunique()))
    return found


def _compared(data: StudyData, gone: set[str]) -> dict[str, tuple[int, int]]:
    """Comparisons of each method, and the raters who made them (0 where they are not recorded)."""
    frame = data.comparisons[data.comparisons["expected_choice"] == ""]
    frame = frame[~frame["rater"].isin(gone)]
    sides = [frame.assign(method=frame[side])[["method", "rater", "n"]] for side in ("left", "right")]
    return {
        str(method): (int(rows["n"].sum()), rows["rater"][rows["rater"] != ""].nunique())
        for method, rows in pd.concat(sides).groupby("method")
    }
