"""plan.json and plan.csv."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from analysis.planning.plan import Plan, Row
from analysis.planning.verdict import verdict

SCHEMA_VERSION = 1
NOT_OPTIONS = ("raters", "items")


def plan_json(plans: Sequence[Plan]) -> str:
    """Lists of flat objects, as in results.json: numbers unrounded, null where undefined."""
    first = plans[0]
    content: dict[str, Any] = {
        "schema_version": SCHEMA_VERSION,
        "study": first.basis.study,
        "simulated": first.basis.simulated,
        "options": [{"question": plan.basis.question, **_options(plan)} for plan in plans],
        "components": [row for plan in plans for row in _components(plan)],
        "designs": [row for plan in plans for row in plan.designs],
        "items_alone": [row for plan in plans for row in plan.items_alone],
        "needed": [row for plan in plans for row in plan.needed],
        "fewest_items": [row for plan in plans for row in _fewest_items(plan)],
        "verdict": [
            {"question": plan.basis.question, "message": said} for plan in plans for said in verdict(plan)
        ],
        "warnings": [asdict(note) for plan in plans for note in plan.basis.notes],
    }
    return json.dumps(content, ensure_ascii=False, indent=1, allow_nan=False) + "\n"


def plan_csv(plans: Sequence[Plan]) -> str:
    """One row per question and design; an empty cell is undefined or was not asked for."""
    rows = [row for plan in plans for row in plan.designs]
    out = io.StringIO()
    writer = csv.DictWriter(out, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows({key: _cell(value) for key, value in row.items()} for row in rows)
    return out.getvalue()


def _options(plan: Plan) -> Row:
    setting = plan.setting
    low, high = plan.basis.scale
    own = {key: value for key, value in asdict(setting).items() if key not in NOT_OPTIONS}
    return {**own, "alpha_per_comparison": setting.alpha, "scale_low": low, "scale_high": high}


def _components(plan: Plan) -> list[Row]:
    question = plan.basis.question
    known = [
        {"question": question, "component": part.name, "variance": part.variance, "origin": part.origin}
        for part in plan.basis.components
    ]
    unknown = [
        {"question": question, "component": name, "variance": None, "origin": "not identified"}
        for name in plan.basis.missing
    ]
    return [*known, *unknown]


def _fewest_items(plan: Plan) -> list[Row]:
    return [
        {
            "question": plan.basis.question,
            "goal": goal,
            "any_raters": ever,
            "raters": max(plan.setting.raters),
            "with_these_raters": compared,
        }
        for goal, (ever, compared) in plan.fewest_items.items()
    ]


def _cell(value: Any) -> Any:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else value
