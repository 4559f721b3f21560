"""Stated opinions for the rehearsal of any study: methods spread over the scale, the reference best."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping

from studies.config import Part, Question, StudyConfig
from studies.simulation import ChoiceModel, OpinionModel, PreferenceModel, SimulationModel

EXPERTISE = {"none": 0.5, "some": 0.35, "expert": 0.15}
DEVICES = {"desktop": 0.6, "phone": 0.35, "tablet": 0.05}
INATTENTIVE = 0.08
# Places on the scale, from 0 (its lowest grade) to 1.
REFERENCE, BEST, WORST, GOLD = 0.9, 0.8, 0.25, 0.05
# Standard deviations as shares of the scale; on five grades .2, .4, .3 and .55.
SPREAD = {"item_sd": 0.05, "rater_sd": 0.1, "rater_method_sd": 0.075, "residual_sd": 0.1375}
TIE_WIDTH = 0.3
FAVOURED = 0.6  # of a method's clips get its favoured option


def invented(config: StudyConfig, raters: int | None = None, seed: int | None = None) -> SimulationModel:
    """Opinions on every question of `config`, the same for the same seed (by default the study's own).

    `raters` is as many as the study's target asks for by default: per method where each rater meets one.
    """
    seed = config.seed if seed is None else seed
    asked = [(part, question) for part in config.parts for question in part.questions]
    rated = {
        question.id: _opinion(config, part, question, seed) for part, question in asked if _is_rated(question)
    }
    preferred = [question.id for part, question in asked if part.test_method == "PC"]
    return SimulationModel(
        simulated=True,
        seed=seed,
        raters=raters or _wanted(config),
        inattentive_share=INATTENTIVE,
        expertise=_among(EXPERTISE, config.recruitment.expertise or EXPERTISE),
        devices=_among(DEVICES, config.devices.allow),
        questions=rated,
        preferences={name: PreferenceModel(by=name, tie_width=TIE_WIDTH) for name in preferred},
        choices={
            question.id: _choice(config, question, seed) for _part, question in asked if question.options
        },
        gold=config.gold,
    )


def _wanted(config: StudyConfig) -> int:
    methods = len(config.scored_methods) if config.design.raters == "between" else 1
    return config.targets.raters_per_method * methods


def _is_rated(question: Question) -> bool:
    return question.type == "rating"


def _among(shares: Mapping[str, float], allowed: Iterable[str]) -> dict[str, float]:
    kept = {name: share for name, share in shares.items() if name in set(allowed)}
    return {name: share / sum(kept.values()) for name, share in kept.items()}


def _opinion(config: StudyConfig, part: Part, question: Question, seed: int) -> OpinionModel:
    low, high = _ends(part, question)
    places = _places(config, seed)
    if part.test_method == "DCR" and config.reference is not None:
        places[config.reference.name] = 1.0
    means = {name: round(low + place * (high - low), 2) for name, place in places.items()}
    return OpinionModel(means=means, **{name: round(sd * (high - low), 3) for name, sd in SPREAD.items()})


def _ends(part: Part, question: Question) -> tuple[float, float]:
    """Of the scale on which one clip is thought of; pairs are judged by the difference of two such."""
    if part.test_method == "PC":
        return 1.0, 5.0
    return (0.0, float(question.grades.high)) if part.test_method == "CCR" else _of_scale(question)


def _of_scale(question: Question) -> tuple[float, float]:
    return float(question.grades.low), float(question.grades.high)


def _places(config: StudyConfig, seed: int) -> dict[str, float]:
    """Every method's place on the scale; who is better than whom, apart from the reference, is drawn."""
    others = [method.name for method in config.scored_methods if not method.reference]
    step = (BEST - WORST) / max(len(others) - 1, 1)
    places = {name: BEST - step * rank for rank, name in enumerate(_drawn(others, seed))}
    if config.reference is not None:
        places[config.reference.name] = REFERENCE
    return {method.name: places.get(method.name, GOLD) for method in config.methods}


def _choice(config: StudyConfig, question: Question, seed: int) -> ChoiceModel:
    options = _drawn(question.options, seed)
    rest = (1 - FAVOURED) / (len(options) - 1)
    return ChoiceModel(
        shares={
            method.name: {
                option: FAVOURED if place == number % len(options) else rest
                for place, option in enumerate(options)
            }
            for number, method in enumerate(config.methods)
        }
    )


def _drawn(names: Iterable[str], seed: int) -> list[str]:
    """In an order that only the seed and the names decide, on every machine."""
    return sorted(names, key=lambda name: hashlib.sha256(f"{seed}:{name}".encode()).digest())
