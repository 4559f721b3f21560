"""Results and data to the card, as plain JSON."""

from __future__ import annotations

from typing import Any

from analysis.card.checks import checks_part
from analysis.card.material import material_part
from analysis.card.metrics import metrics_part
from analysis.card.missing import missing_facts
from analysis.card.model import Card, Study
from analysis.card.protocol import protocol_part
from analysis.card.raters import methods_part, raters_part
from analysis.card.statistics import (
    question_correlation_part,
    reliability_part,
    screening_part,
    statistics_part,
)
from analysis.card.viewing import collected, timing_part, viewing_part
from analysis.load import StudyData

Row = dict[str, Any]


def build_card(results: Row, data: StudyData) -> Row:
    """The card as `analysis.card.model.Card` types it. What the source does not say is null, and listed."""
    card = _card(results, data)
    told = card.model_copy(update={"missing": missing_facts(card)})
    return told.model_dump(mode="json", by_alias=True)


def _card(results: Row, data: StudyData) -> Card:
    return Card(
        study=_study(results["study"], data),
        reporting=data.reporting,
        raters=raters_part(results, data),
        methods=tuple(methods_part(results, data)),
        protocol=protocol_part(results, data),
        material=material_part(data),
        viewing=viewing_part(data),
        checks=checks_part(data),
        timing=timing_part(data),
        reliability=reliability_part(results),
        question_correlation=question_correlation_part(results),
        screening=screening_part(results, data),
        statistics=statistics_part(results),
        metrics=metrics_part(data.metrics),
        software=results["options"]["software"],
        collected_with=data.collected_with or None,
    )


def _study(study: Row, data: StudyData) -> Study:
    begun, ended = collected(data)
    kept = ("study", "title", "config_sha256", "seed", "simulated", "density", "n_ratings", "n_comparisons")
    source = {"data_sha256": data.data_sha256, "files": data.files, "read_with": data.read_with}
    return Study(**{key: study[key] for key in kept}, **source, collected_from=begun, collected_to=ended)
