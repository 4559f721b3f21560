"""StudyData to results.json, schema version 1."""

from __future__ import annotations

import json
import math
import platform
from collections.abc import Callable
from dataclasses import asdict
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import numpy as np

from analysis.lists.agreement import agreement_rows, variance_rows
from analysis.lists.correlation import correlation_lists
from analysis.lists.differences import difference_lists
from analysis.lists.group_metrics import group_metric_rows
from analysis.lists.group_mos import group_rows
from analysis.lists.limits import density, limits, simulated_sentence
from analysis.lists.literature import literature_rows
from analysis.lists.metrics import metric_rows
from analysis.lists.mos import mos_rows
from analysis.lists.preference import preference_lists
from analysis.lists.presentation import presentation_rows
from analysis.lists.questions import question_rows
from analysis.lists.raters import rater_rows
from analysis.lists.scope import Listing, Row, Scope, gathered
from analysis.lists.stimulus_mos import stimulus_rows
from analysis.lists.timeline import position_rows, timeline_rows
from analysis.load import StudyData
from analysis.options import Options
from analysis.screening import screen

SCHEMA_VERSION = 1
SOFTWARE = ("mos-platform", "numpy", "pandas", "scipy", "statsmodels", "krippendorff", "pingouin")


def compute(
    data: StudyData, options: Options, progress: Callable[[str], None] = lambda _: None
) -> dict[str, Any]:
    """Every list of results.json. Deterministic: the same data and options give the same values.

    Undefined values are None, never NaN; rows stand in the study's order of questions and methods.
    `progress` is told each long step.
    """
    progress("Screening the raters")
    scope = Scope(data, options, tuple(screen(data)))
    lists = _lists(scope, progress)
    return _plain_object(
        {
            "schema_version": SCHEMA_VERSION,
            "study": _study(scope),
            "options": {**_options(options), "read_with": data.read_with},
            "screening": [asdict(verdict) for verdict in scope.verdicts],
            **{name: listing.rows for name, listing in lists.items()},
            "warnings": _warnings(scope, lists),
        }
    )


def _lists(scope: Scope, progress: Callable[[str], None]) -> dict[str, Listing]:
    progress("Comparing the methods")
    differences, preference = difference_lists(scope), preference_lists(scope)
    progress("Averaging every stimulus")
    stimulus_mos = stimulus_rows(scope)
    if len(scope.data.metrics):
        progress("Correlating the ratings with the metrics")
    correlation = correlation_lists(scope, stimulus_mos.rows, differences.differences.rows)
    progress("Estimating means, agreement and the variance of raters and items")
    return {
        "mos": mos_rows(scope),
        "stimulus_mos": stimulus_mos,
        "differences": differences.differences,
        "letters": differences.letters,
        "group_mos": group_rows(scope),
        "agreement": agreement_rows(scope),
        "variance": variance_rows(scope),
        "raters": rater_rows(scope),
        "question_correlation": question_rows(scope),
        "correlation": correlation.correlation,
        "mapping": correlation.mapping,
        "metric_contest": correlation.contest,
        "metric_classification": correlation.classification,
        "metrics": metric_rows(scope),
        "group_metrics": group_metric_rows(scope),
        "literature": literature_rows(scope),
        "preference": preference.strengths,
        "preference_pairs": preference.pairs,
        "preference_model": preference.models,
        "presentation": presentation_rows(scope),
        "timeline": timeline_rows(scope),
        "sitting_drift": position_rows(scope),
    }


def to_json(results: dict[str, Any]) -> str:
    return json.dumps(results, ensure_ascii=False, indent=1, allow_nan=False) + "\n"


def _study(scope: Scope) -> Row:
    data = scope.data
    scored = data.ratings[data.ratings["kind"] == "scored"]
    compared = data.comparisons[data.comparisons["expected_choice"] == ""]
    return {
        "study": data.study,
        "title": data.title,
        "config_sha256": data.config_sha256,
        "data_sha256": data.data_sha256,
        "seed": data.seed,
        "n_ratings": len(scored),
        "n_comparisons": int(compared["n"].sum()),
        "n_raters": len({*scored["rater"], *compared["rater"]} - {""}),
        "n_items": len(data.items),
        "n_methods": len(data.methods),
        "questions": list(data.questions),
        "methods": list(data.methods),
        "reference": data.reference,
        "density": density(scored),
        "simulated": data.simulated,
        "simulated_note": simulated_sentence(data),
        "rated_questions": scope.rated_questions,
        "compared_questions": scope.compared_questions,
        "scales": {question: list(scale) for question, scale in data.scales.items()},
    }


def _options(options: Options) -> Row:
    return {**asdict(options), "alpha": options.alpha, "software": _software()}


def _software() -> dict[str, str]:
    found = {"python": platform.python_version()}
    for name in SOFTWARE:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


def _warnings(scope: Scope, lists: dict[str, Listing]) -> list[Row]:
    notes = [*limits(scope, lists["agreement"].rows, lists["preference_model"].rows), *scope.data.notes]
    notes += gathered(note for listing in lists.values() for note in listing.notes)
    return [asdict(note) for note in notes]


def _plain_object(value: dict[str, Any]) -> dict[str, Any]:
    return {str(key): plain(inner) for key, inner in value.items()}


def plain(value: Any) -> Any:
    """The value in JSON's own types; NaN and infinities become None."""
    if isinstance(value, dict):
        return _plain_object(value)
    if isinstance(value, list | tuple):
        return [plain(inner) for inner in value]
    if isinstance(value, np.generic):
        return plain(value.item())
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
