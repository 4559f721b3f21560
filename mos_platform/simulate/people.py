"""The simulated raters of a study: who they are, what they say of themselves, and when they come."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import numpy as np
from django.core import signing
from django.utils import timezone

from mos_platform.raters.bots import SALT
from mos_platform.raters.questionnaire import VALUES, field_name
from mos_platform.simulate.profiles import leaves_at, mind_of, profile_of
from mos_platform.simulate.shown import Opinion
from mos_platform.stimuli.models import Study
from studies.config import AskedOfRaters, StudyConfig
from studies.simulation import Profile, SimulationModel

# Declared clocks: raters come one after the other over the days before now.
DAYS = 3
TICKET_LENGTH = 32
ABOUT = 5  # the stream of random numbers for what they say of themselves
UNASKED = 0.3  # of optional questions are left unanswered
WRITTEN = "A simulated rater's answer."
MIND_SAYS = ("expertise", "age_group")


@dataclass(frozen=True)
class Person:
    """`number` counts from 1, `seed` is the model's; `further` are answers by form field.

    `leaves_at` is how far into the sitting somebody leaves (profiles.leaves_at).
    """

    number: int
    seed: int
    profile: Profile
    mind: Opinion
    ticket: str
    begins: datetime
    leaves_at: float | None = None
    further: Mapping[str, str] = field(default_factory=dict)

    @property
    def signed_ticket(self) -> str:
        """As a page would carry it: sent off twice, it is one rater."""
        return signing.TimestampSigner(salt=SALT).sign(self.ticket)

    def stream(self, purpose: int) -> np.random.Generator:
        """Random numbers of this rater's own, the same at every run."""
        return np.random.default_rng([self.seed, self.number, purpose])


def people(study: Study, model: SimulationModel) -> list[Person]:
    """All simulated raters of the model, in the order in which they come."""
    config = study.parsed
    items = [item.name for item in config.items]
    return [
        Person(
            number=number,
            seed=model.seed,
            profile=profile_of(model, number),
            mind=mind_of(model, items, number),
            ticket=_ticket(study, number),
            begins=_arrival(model, number),
            leaves_at=leaves_at(model, number),
            further=told(config, np.random.default_rng([model.seed, number, ABOUT])),
        )
        for number in range(1, model.raters + 1)
    ]


def told(config: StudyConfig, rng: np.random.Generator) -> dict[str, str]:
    """Answers to the questionnaire, by form field, besides those that the opinions state."""
    asked = [one for one in config.questionnaire if one.id not in MIND_SAYS]
    return {
        field_name(one): _answer(config, one, rng)
        for one in asked
        if not one.optional or rng.random() >= UNASKED
    }


def _answer(config: StudyConfig, asked: AskedOfRaters, rng: np.random.Generator) -> str:
    """One of the answers that let somebody take part."""
    if not asked.is_known and asked.options is None:
        return WRITTEN
    allowed = [str(value) for value in asked.options or VALUES[asked.id]]
    if asked.id == "language_skill":
        allowed = list(config.recruitment.language_skill) or allowed
    return allowed[int(rng.integers(len(allowed)))]


def _ticket(study: Study, number: int) -> str:
    return hashlib.sha256(f"simulated {study.pk} {number}".encode()).hexdigest()[:TICKET_LENGTH]


def _arrival(model: SimulationModel, number: int) -> datetime:
    rng = np.random.default_rng([model.seed, number, 1])
    days = DAYS * (1 - (number - 1 + 0.5 * float(rng.random())) / model.raters)
    return timezone.now() - timedelta(days=days)
