"""What a plan rests on: variance components that are assumed, given, or estimated from a pilot."""

from __future__ import annotations

from dataclasses import dataclass

from analysis.stats.planning import ScoreVariance
from analysis.stats.result import Note
from studies.errors import InputError

RANDOM = ("rater", "item", "rater:item", "rater:method", "item:method", "residual")
ASSUMED_RANGE = 4.0  # the components below are of a scale from 1 to 5
# Medians of VQEGHD3 and NFLX public (video, Netflix/sureal), ITS4S at AGH (video), Chadha et al. 2022
# (denoised video) and Fernández Gallardo et al. 2018 (speech), each by variance_components; README, Planning.
ASSUMED = {
    "rater": 0.10,
    "item": 0.03,
    "rater:item": 0.04,
    "rater:method": 0.05,
    "item:method": 0.15,
    "residual": 0.34,
}
ASSUMED_NOTE = (
    "The variances of {} are assumed: medians of five published ACR studies of video and speech; a pilot "
    "with your own clips tells more."
)


@dataclass(frozen=True)
class Component:
    """One variance, in squared grades; `origin`: assumed, given or estimated."""

    name: str
    variance: float
    origin: str


@dataclass(frozen=True)
class Basis:
    """One question's components. `question` is None without a pilot; `missing`: what the pilot cannot tell.

    n_raters, n_items, n_methods: of the pilot, 0 without one.
    """

    study: str
    question: str | None
    scale: tuple[float, float]
    components: tuple[Component, ...]
    missing: tuple[str, ...] = ()
    n_raters: int = 0
    n_items: int = 0
    n_methods: int = 0
    simulated: bool = False
    notes: tuple[Note, ...] = ()

    @property
    def variance(self) -> ScoreVariance:
        found = {component.name: component.variance for component in self.components}
        return ScoreVariance(
            rater=found.get("rater", 0.0),
            item=found.get("item", 0.0),
            rater_item=found.get("rater:item", 0.0),
            rater_method=found.get("rater:method", 0.0),
            item_method=found.get("item:method", 0.0),
            residual=found.get("residual", 0.0),
        )


def assumed_basis(given: dict[str, float], scale: tuple[float, float]) -> Basis:
    """Typical components, scaled to `scale`, with what was given in their place. Raises InputError."""
    check_given(given, scale)
    components = tuple(
        Component(name, given[name], "given")
        if name in given
        else Component(name, usual_variance(name, scale), "assumed")
        for name in RANDOM
    )
    names = [component.name for component in components if component.origin == "assumed"]
    notes = (Note("components_assumed", ASSUMED_NOTE.format(", ".join(names))),) if names else ()
    return Basis("given" if given else "assumed", None, scale, components, notes=notes)


def usual_variance(component: str, scale: tuple[float, float]) -> float:
    """Median over the published studies, in squared grades of `scale`."""
    return ASSUMED[component] * ((scale[1] - scale[0]) / ASSUMED_RANGE) ** 2


def check_given(given: dict[str, float], scale: tuple[float, float]) -> None:
    """InputError where a variance is more than scores between the ends of the scale can have."""
    most = ((scale[1] - scale[0]) / 2) ** 2
    for name, value in given.items():
        if value > most:
            raise InputError(
                f"Component {name}={value:g} in --components is more than scores from {scale[0]:g} to "
                f"{scale[1]:g} can vary ({most:g}); give variances: squared standard deviations, in grades."
            )
