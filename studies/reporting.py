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

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)

    sources: Fact | None = None
    coding: Fact | None = None
    recruitment: Fact | None = None
    payment: Fact | None = None
    ethics: Fact | None = None
    demographics: Fact | None = None
    expertise: Fact | None = None
    vision: Fact | None = None
    hearing: Fact | None = None
    environment: Fact | None = None
    display: Fact | None = None
    viewing_distance: Fact | None = None
    audio: Fact | None = None
    training: Fact | None = None
