"""What a reader would want to know, and whether the card says it.

WANTED covers what ITU-T P.910 (2023), with what it took over from P.913, expects of a report, and what
surveys of talking-head studies miss. `topic` names the group of facts:

design        method of test, scale, questions, instructions, order, training, repeated and known-answer clips
participants  number, recruitment, payment, expertise, age and gender, vision, consent, who was left out
environment   place, light and noise; display, viewing distance and sound; what was seen on the device
stimuli       sources, methods, durations, sizes, coding
analysis      screening, reliability, software, the study file that all of it was collected under
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from analysis.card.model import Card, Missing, Origin, Question, Topic


@dataclass(frozen=True)
class Wanted:
    """One fact; `absent` tells whether a card lacks it. A card for which it has no sense does not lack it."""

    key: str
    label: str
    topic: Topic
    why: str
    declare: str
    absent: Callable[[Card], bool]


def _told(name: str, label: str, topic: Topic, why: str) -> Wanted:
    """A fact that only the researcher can tell."""
    place = f"study.yaml, reporting: {name}"
    return Wanted(
        f"reporting.{name}", label, topic, why, place, lambda card: getattr(card.reporting, name) is None
    )


def _rated(card: Card) -> list[Question]:
    return [question for question in card.protocol.questions if question.low is not None]


def _origins(card: Card) -> list[Origin]:
    return [origin for metric in card.metrics for origin in metric.origins]


def _without_words(card: Card) -> bool:
    return any(question.low is not None and question.labels is None for question in card.protocol.questions)


WANTED: tuple[Wanted, ...] = (
    Wanted(
        "protocol.parts",
        "method of test",
        "design",
        "scores of different test methods cannot be compared",
        "study.yaml, parts",
        lambda card: not card.protocol.parts,
    ),
    Wanted(
        "protocol.questions.text",
        "wording of the questions",
        "design",
        "raters answer the words that they read",
        "study.yaml, parts: questions",
        lambda card: any(question.text is None for question in card.protocol.questions),
    ),
    Wanted(
        "protocol.questions.labels",
        "words of the scale",
        "design",
        "the same number means another thing under other words",
        "study.yaml, parts: questions: scale",
        _without_words,
    ),
    Wanted(
        "protocol.texts",
        "instructions and consent text",
        "design",
        "they set what raters look for, and what they agreed to",
        "study.yaml, texts",
        lambda card: card.protocol.texts is None,
    ),
    Wanted(
        "protocol.language",
        "language of the study",
        "design",
        "grades' words differ between languages",
        "study.yaml, language",
        lambda card: card.protocol.language is None,
    ),
    Wanted(
        "protocol.order",
        "order of presentation",
        "design",
        "a fixed order mixes the clip with its place",
        "ratings.csv, columns sitting and position",
        lambda card: card.protocol.order.description is None and card.protocol.order.own_order_share is None,
    ),
    Wanted(
        "protocol.order.question_order",
        "order of the questions",
        "design",
        "the first answer colours those after it",
        "ratings.csv, column question_position",
        lambda card: len(_rated(card)) > 1 and card.protocol.order.question_order is None,
    ),
    Wanted(
        "study.seed",
        "seed of the randomisation",
        "design",
        "without it the order cannot be drawn again",
        "study.yaml, seed",
        lambda card: card.study.seed is None,
    ),
    Wanted(
        "checks.n_training",
        "training",
        "design",
        "first answers are given before the range of quality is known",
        "study.yaml, reporting: training, or ratings.csv, column kind",
        lambda card: card.checks.n_training is None and card.reporting.training is None,
    ),
    Wanted(
        "checks.n_checks",
        "attention checks",
        "design",
        "they show whether raters watched",
        "ratings.csv, columns kind and expected_low",
        lambda card: card.checks.n_checks is None,
    ),
    Wanted(
        "timing.sitting_minutes",
        "duration of sittings",
        "design",
        "long sittings tire",
        "ratings.csv, columns sitting, presented_at and submitted_at",
        lambda card: card.timing.sitting_minutes is None,
    ),
    Wanted(
        "study.collected_from",
        "when answers were collected",
        "design",
        "what raters are used to changes",
        "ratings.csv, column submitted_at",
        lambda card: card.study.collected_from is None,
    ),
    Wanted(
        "raters.n_in",
        "how many raters began",
        "participants",
        "who is missing may differ from who stayed",
        "raters.csv, one row per rater who began, and column status",
        lambda card: card.raters.n_in is None,
    ),
    Wanted(
        "raters.n_complete",
        "how many raters finished",
        "participants",
        "who is missing may differ from who stayed",
        "raters.csv, column status",
        lambda card: card.raters.n_complete is None,
    ),
    Wanted(
        "raters.recruitment",
        "recruitment",
        "participants",
        "it decides whom the results speak of",
        "study.yaml, reporting: recruitment",
        lambda card: card.raters.recruitment is None and card.reporting.recruitment is None,
    ),
    _told("payment", "payment", "participants", "it bears on care and on ethics"),
    Wanted(
        "raters.expertise",
        "expertise",
        "participants",
        "experts see artefacts that others do not",
        "raters.csv, column expertise, or study.yaml, reporting: expertise",
        lambda card: card.raters.expertise is None and card.reporting.expertise is None,
    ),
    Wanted(
        "raters.age_group",
        "age",
        "participants",
        "perception changes with age",
        "raters.csv, column age_group, or study.yaml, reporting: demographics",
        lambda card: card.raters.age_group is None and card.reporting.demographics is None,
    ),
    Wanted(
        "raters.gender",
        "gender",
        "participants",
        "who rated is part of whom the results speak of",
        "raters.csv, column gender, or study.yaml, reporting: demographics",
        lambda card: card.raters.gender is None and card.reporting.demographics is None,
    ),
    _told("vision", "test of vision", "participants", "acuity and colour vision limit what is seen"),
    _told("hearing", "test of hearing", "participants", "lip-sync is judged with the ears too"),
    _told("ethics", "ethical approval", "participants", "journals ask for it"),
    _told("environment", "place, light and noise", "environment", "they change which defects are visible"),
    Wanted(
        "raters.device",
        "devices",
        "environment",
        "a phone hides what a monitor shows",
        "raters.csv, column device, or study.yaml, reporting: display",
        lambda card: card.raters.device is None and card.reporting.display is None,
    ),
    Wanted(
        "reporting.display",
        "display",
        "environment",
        "size, resolution and brightness change which defects are visible",
        "study.yaml, reporting: display",
        lambda card: card.reporting.display is None,
    ),
    _told("viewing_distance", "viewing distance", "environment", "detail is lost from further away"),
    _told("audio", "sound equipment", "environment", "lip-sync and speech are judged through it"),
    Wanted(
        "viewing.displayed_width",
        "size at which clips were shown",
        "environment",
        "scaling hides and makes defects",
        "ratings.csv, column displayed_width",
        lambda card: card.viewing.displayed_width is None,
    ),
    Wanted(
        "viewing.played_to_end_share",
        "whether clips played to their end",
        "environment",
        "who saw half a clip rated half a clip",
        "ratings.csv, column played_fraction",
        lambda card: card.viewing.played_to_end_share is None,
    ),
    _told("sources", "choice of the items", "stimuli", "results hold for items like these"),
    _told("coding", "coding of the clips", "stimuli", "compression is seen as the method's fault"),
    Wanted(
        "methods.description",
        "what each method is",
        "stimuli",
        "names alone do not say which version made the clips",
        "study.yaml, methods: description",
        lambda card: (
            not all(method.description or method.citation or method.reference for method in card.methods)
        ),
    ),
    Wanted(
        "material.duration_s_range",
        "duration of the clips",
        "stimuli",
        "short clips hide slow defects",
        "stimuli.csv, column duration_s",
        lambda card: card.material.duration_s_range is None,
    ),
    Wanted(
        "material.width_range",
        "size and frame rate of the clips",
        "stimuli",
        "they bound the quality there can be",
        "stimuli.csv, columns width, height and fps",
        lambda card: None in (card.material.width_range, card.material.fps_range),
    ),
    Wanted(
        "material.splits",
        "split of the items",
        "stimuli",
        "methods may have been trained on clips that they are judged on",
        "study.yaml, items: split, or stimuli.csv, column split",
        lambda card: card.material.splits is None,
    ),
    Wanted(
        "material.n_sha256",
        "which files were shown",
        "stimuli",
        "a hash tells later whether a clip is still the same",
        "stimuli.csv, column sha256",
        lambda card: card.material.n_sha256 is None,
    ),
    Wanted(
        "screening.declared",
        "rules of exclusion declared beforehand",
        "analysis",
        "rules chosen afterwards can choose the result",
        "study.yaml, screening: apply",
        lambda card: card.screening.declared is None,
    ),
    Wanted(
        "reliability",
        "reliability of the ratings",
        "analysis",
        "it bounds every correlation with them",
        "answers about the same clips by two raters or more",
        lambda card: all(one.value is None for one in card.reliability),
    ),
    Wanted(
        "metrics.origins.implementation",
        "implementation of the metrics",
        "analysis",
        "values differ between implementations",
        "metrics.csv, columns implementation and version",
        lambda card: any(None in (one.implementation, one.version) for one in _origins(card)),
    ),
    Wanted(
        "metrics.origins.parameters",
        "parameters of the metrics",
        "analysis",
        "values differ between settings",
        "metrics.csv, column parameters",
        lambda card: any(not (one.parameters or one.stated_parameters) for one in _origins(card)),
    ),
    Wanted(
        "collected_with",
        "software that collected the answers",
        "analysis",
        "the interface decides what raters can see and answer",
        "study.json, key software",
        lambda card: card.collected_with is None,
    ),
    Wanted(
        "study.config_sha256",
        "study file",
        "analysis",
        "its hash ties the answers to what was declared",
        "study.json, key config",
        lambda card: card.study.config_sha256 is None,
    ),
)


def missing_facts(card: Card) -> tuple[Missing, ...]:
    """In the order of WANTED."""
    return tuple(
        Missing(key=one.key, label=one.label, topic=one.topic, why=one.why, declare=one.declare)
        for one in WANTED
        if one.absent(card)
    )
