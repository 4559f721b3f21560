"""The bundle's tables as rows, streamed from the database in a stable order; None is an empty cell."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

from django.db.models import Count, F

from mos_platform.exports.metric_rows import metrics
from mos_platform.raters.models import Rater
from mos_platform.ratings.answers import expected_choice
from mos_platform.ratings.attention import given_up
from mos_platform.ratings.models import Comparison, Rating, TextAnswer
from mos_platform.setup.facts import setup_facts
from mos_platform.stimuli.models import Study
from studies.bundle import COMPARISONS, METRICS, RATERS, RATINGS, STIMULI, TEXTS, Table

Row = dict[str, Any]
CHUNK = 2000
ORDER = ("trial__sitting__pk", "trial__position")
ANSWER = (
    "question",
    "question_position",
    "presented_at",
    "submitted_at",
    "response_ms",
    "played_fraction",
    "stalled_ms",
    "dropped_frames",
    "hidden_ms",
    "displayed_width",
    "replays",
)
PRESENTED = {
    "rater": F("trial__sitting__rater__public_id"),
    "sitting": F("trial__sitting__public_id"),
    "position": F("trial__position"),
    "simulated": F("trial__sitting__rater__simulated"),
}


def cell(value: object) -> str:
    """One CSV cell: empty = missing, times in UTC, numbers so that they read back as they were."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    return repr(value) if isinstance(value, float) else str(value)


def attributes(study: Study) -> list[str]:
    """Names of the items' attributes, in the order in which the study file first gives them."""
    return list(dict.fromkeys(name for item in study.parsed.items for name in item.attributes))


def stimuli(study: Study) -> Iterator[Row]:
    clips = study.stimuli.select_related("method", "item").order_by("method__order", "item__order")
    for clip in clips.iterator(CHUNK):
        yield {
            **clip.item.attributes,
            "stimulus": clip.token,
            "method": clip.method.name,
            "item": clip.item.name,
            "is_reference": clip.method.is_reference,
            "duration_s": clip.duration_s,
            "fps": clip.fps,
            "width": clip.width,
            "height": clip.height,
            "sha256": clip.sha256,
            "split": clip.item.split or None,
        }


def own_questions(study: Study) -> list[str]:
    """What the questionnaire asks besides the known questions: columns of their own."""
    return [asked.id for asked in study.parsed.questionnaire if not asked.is_known]


def raters(study: Study) -> Iterator[Row]:
    people = Rater.objects.filter(study=study).select_related("link").annotate(sat=Count("sittings"))
    checked, lost = setup_facts(study), given_up(study)
    for rater in people.order_by("pk").iterator(CHUNK):
        yield {
            **rater.further,
            **checked.get(rater.pk, {}),
            "rater": rater.public_id,
            "sittings": rater.sat,
            "expertise": rater.expertise or None,
            "recruitment": rater.link.kind,
            "age_group": rater.age_group or None,
            "device": rater.device or None,
            "language": rater.language,
            "status": rater.status,
            "simulated": rater.simulated,
            "consented_at": rater.consented_at,
            "consent_version": rater.consent_version,
            "checks_given_up": lost.get(rater.pk, 0),
        }


def ratings(study: Study) -> Iterator[Row]:
    answers = Rating.objects.filter(trial__sitting__rater__study=study).order_by(*ORDER, "question_position")
    rows = answers.values(
        *ANSWER,
        "score",
        **PRESENTED,
        stimulus=F("trial__stimulus__token"),
        method=F("trial__stimulus__method__name"),
        item=F("trial__stimulus__item__name"),
        kind=F("trial__kind"),
        expected=F("trial__expected"),
    )
    for row in rows.iterator(CHUNK):
        right = row.pop("expected").get(row["question"], {})
        yield {**row, "expected_low": right.get("low"), "expected_high": right.get("high")}


def comparisons(study: Study) -> Iterator[Row]:
    """Sides, and the one that played first, are named by the methods that were compared."""
    answers = Comparison.objects.filter(trial__sitting__rater__study=study)
    rows = answers.order_by(*ORDER, "question_position").values(
        *ANSWER,
        "choice",
        "score",
        "drift_ms",
        "audible",
        **PRESENTED,
        item=F("trial__left__item__name"),
        left=F("trial__left__method__name"),
        right=F("trial__right__method__name"),
        side=F("trial__first"),
        kind=F("trial__kind"),
        adaptive=F("trial__adaptive"),
        expected=F("trial__expected"),
    )
    for row in rows.iterator(CHUNK):
        right = row.pop("expected").get(row["question"], {})
        side = row.pop("side")
        expected = expected_choice(right, side)
        yield {
            **row,
            "first": row[side],
            "expected_choice": expected,
            "expected_low": right.get("low"),
            "expected_high": right.get("high"),
        }


def texts(study: Study) -> Iterator[Row]:
    answers = TextAnswer.objects.filter(trial__sitting__rater__study=study)
    rows = answers.order_by(*ORDER, "question_position").values(
        "question",
        "text",
        "submitted_at",
        **PRESENTED,
        stimulus=F("trial__stimulus__token"),
        kind=F("trial__kind"),
    )
    for row in rows.iterator(CHUNK):
        yield {**row}


# Answers before raters: whoever enrols meanwhile is in the later table, so every answer has its rater.
ROWS: tuple[tuple[Table, Callable[[Study], Iterator[Row]]], ...] = (
    (RATINGS, ratings),
    (COMPARISONS, comparisons),
    (RATERS, raters),
    (STIMULI, stimuli),
    (METRICS, metrics),
)


def tables_of(study: Study) -> tuple[tuple[Table, Callable[[Study], Iterator[Row]]], ...]:
    """All tables of the study's bundle; the one of answers in words only where any are asked for."""
    kinds = {question.type for part in study.parsed.parts for question in part.questions}
    return ROWS if kinds == {"rating"} else ((TEXTS, texts), *ROWS)


def header(table: Table, study: Study) -> list[str]:
    further = {STIMULI: attributes, RATERS: own_questions}.get(table)
    return [*table.header, *further(study)] if further else table.header
