"""What was asked, in which words and in which order."""

from __future__ import annotations

from typing import Any, Literal

import pandas as pd

from analysis.card.facts import SITTING, numbers, presentations, share
from analysis.card.model import Order, Protocol, ProtocolPart, Question, Texts
from analysis.load import StudyData
from analysis.tables import TRIAL
from studies.config import Part, StudyConfig
from studies.config import Question as Declared

Row = dict[str, Any]
QuestionOrder = Literal["one question", "fixed", "varied"]
PLATFORM = "mos-platform"
DESIGN = (
    "Each sitting takes the stimuli (or pairs) that fewest sittings hold so far, at random among equals, in "
    "a random order in which neighbours differ in item and method where that can be had; sides and "
    "first-played sides of pairs are random and balanced within a sitting; attention checks stand at random "
    "places in the middle three fifths of a part, in a short one anywhere but at its start; each sitting "
    "draws with a seed of its own, and the order is recorded"
)


def protocol_part(results: Row, data: StudyData) -> Protocol:
    parts = data.config.parts if data.config else ()
    asked = {question.id: (part, question) for part in parts for question in part.questions}
    return Protocol(
        parts=tuple(_part(part) for part in parts),
        questions=tuple(_question(name, asked.get(name), data) for name in results["study"]["questions"]),
        methods=data.methods,
        reference=data.reference,
        items=data.items,
        language=data.config.language if data.config else None,
        texts=_texts(data),
        order=_order(data),
        stop=_stop(data.config) if data.config else None,
        gold_made=_gold_made(data.config) if data.config else {},
    )


def _stop(config: StudyConfig) -> str:
    stop, targets = config.stop, config.targets
    if stop.rule == "never":
        return "closed by hand (rule never)"
    if stop.rule == "quota" and targets.ratings_per_stimulus is not None:
        return f"with {targets.ratings_per_stimulus} ratings of each clip or pair (rule quota)"
    if stop.rule == "quota":
        return f"with {targets.raters_per_method} raters of each method (rule quota)"
    return (
        f"with half-widths of at most {targets.half_width:g} grades ({stop.intervals}), "
        f"{stop.least_raters_per_method} to {stop.most_raters_per_method} raters of each method "
        "(rule precision)"
    )


def _gold_made(config: StudyConfig) -> dict[str, str]:
    made = {method.name: method.made for method in config.methods}
    return {name: f"{one.of}, {one.told}" for name, one in made.items() if one is not None}


def _part(part: Part) -> ProtocolPart:
    kept = ("id", "test_method", "trials_per_sitting", "attention_checks", "tie")
    facts = {key: getattr(part, key) for key in kept}
    return ProtocolPart(**facts | {"attention_checks": part.attention_checks + part.sound_checks})


def _question(name: str, asked: tuple[Part, Declared] | None, data: StudyData) -> Question:
    part, question = asked or (None, None)
    compared = part.test_method == "PC" if part else name not in data.scales
    scale = question.grades if question and question.type == "rating" and not compared else None
    low, high = (None, None) if compared else data.scales.get(name, (None, None))
    return Question(
        id=name,
        text=question.text if question else None,
        test_method=part.test_method if part else None,
        scale=scale.name if scale else None,
        scale_source=(scale.source or None) if scale else None,
        low=low,
        high=high,
        labels={str(grade): word for grade, word in scale.labels.items()} if scale else None,
    )


def _texts(data: StudyData) -> Texts | None:
    if data.config is None:
        return None
    texts = data.config.texts
    return Texts(
        welcome=texts.welcome,
        consent_version=texts.consent.version,
        consent=texts.consent.body,
        instructions=texts.instructions,
        debriefing=texts.debriefing,
    )


def _order(data: StudyData) -> Order:
    compared = data.comparisons[data.comparisons["expected_choice"] == ""]
    known = "first_assumed" not in {note.code for note in data.notes}
    placed = compared[(compared["first"] != "") & known]
    return Order(
        seed=data.seed,
        description=DESIGN if PLATFORM in data.collected_with else None,
        own_order_share=_own_order_share(presentations(data)),
        question_order=_question_order(data.ratings),
        left_share=_left_share(compared, data.methods),
        first_share=share(placed["first"] == "left"),
    )


def _own_order_share(trials: pd.DataFrame) -> float | None:
    if not {"sitting", "position"} <= set(trials.columns) or numbers(trials, "position").empty:
        return None
    what = [name for name in ("item", "method", "left", "right") if name in trials]
    placed = trials[(trials["sitting"] != "") & trials["position"].notna()]
    trials = placed.sort_values([*SITTING, "position"])
    shown = trials[what[0]].fillna("").str.cat(trials[what[1:]].fillna(""), sep="\x1f")
    orders = shown.groupby([trials[name] for name in SITTING]).agg("\n".join)
    return share(~orders.duplicated(keep=False))


def _question_order(ratings: pd.DataFrame) -> QuestionOrder | None:
    """Whether a question always stood at the same place of its screen."""
    scored = ratings[ratings["kind"] == "scored"]
    trial = [name for name in TRIAL if name in scored]
    if scored.empty:
        return None
    if scored.groupby(trial, dropna=False, sort=False)["question"].size().max() == 1:
        return "one question"
    if "question_position" not in scored or scored["question_position"].isna().any():
        return None
    several = scored.groupby("question")["question_position"].nunique().max() > 1
    return "varied" if several else "fixed"


def _left_share(compared: pd.DataFrame, methods: tuple[str, ...]) -> float | None:
    """How often the method first in the study's order stood left; None where trials were not recorded."""
    if numbers(compared, "position").empty:
        return None
    known = compared[compared["sides_known"].eq(True)]
    place = {name: index for index, name in enumerate(methods)}
    return share(known["left"].map(place) < known["right"].map(place))
