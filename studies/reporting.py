"""What only the researcher knows of a study, for the reporting card of its report."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from studies.text import Text

NONE = "none"


def _absent(value: Any) -> Any:
    """YAML reads a bare `no` as false."""
    return NONE if value is False else value


Fact = Annotated[Text, BeforeValidator(_absent), Field(min_length=1, max_length=2000)]


class Reporting(BaseModel):
    """Free texts. `none` says that there was none; what is left out counts as not reported.

    None of it is shown to raters or changes a number. In a bundle, key `reporting` of study.json replaces
    what the study file says, for facts that were known only afterwards, and for other people's data.
    """

    model_config = ConfigDict(
        extra="forbid", frozen=True, str_strip_whitespace=True, use_attribute_docstrings=True
    )

    sources: Fact | None = None
    """Where the source contents come from, and how they were chosen."""
    coding: Fact | None = None
    """How the clips were encoded."""
    recruitment: Fact | None = None
    """How and where raters were found."""
    payment: Fact | None = None
    """What raters got."""
    ethics: Fact | None = None
    """Ethics approval: board and number."""
    demographics: Fact | None = None
    """Age, gender, languages of the raters."""
    expertise: Fact | None = None
    """The raters' experience with such clips."""
    vision: Fact | None = None
    """How vision was tested."""
    hearing: Fact | None = None
    """How hearing was tested."""
    environment: Fact | None = None
    """Where raters sat: light, noise, supervision."""
    display: Fact | None = None
    """Screens: size, resolution, calibration."""
    viewing_distance: Fact | None = None
    """Distance from the screen."""
    audio: Fact | None = None
    """Headphones or loudspeakers, and their level."""
    training: Fact | None = None
    """How raters were introduced to the task."""
