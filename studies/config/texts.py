"""What raters read besides the questions."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from studies.config.base import Strict, Text, Words

SHORTEST_CONSENT = 20  # characters; less tells nobody what it is about


def _says_something(body: Words) -> Words:
    short = [text for text in (body, *body.translations.values()) if len(text) < SHORTEST_CONSENT]
    if short:
        raise ValueError(
            f"{str(short[0])!r} is not a text of at least {SHORTEST_CONSENT} characters; correct it"
        )
    return body


class Consent(Strict):
    """What raters agree to. Say that the clips are synthetic media, what is stored, and for what."""

    version: Annotated[Text, Field(max_length=64)]
    """Stored with each rater, so that it stays known who agreed to which text."""
    body: Annotated[Words, AfterValidator(_says_something)]
    """The text; an empty line separates paragraphs."""
    synthetic_media: Literal["told", "debriefing"] = "told"
    """`told`: beside the consent the page says that some clips were made by computers; `debriefing`: raters
    learn it only at the end, which an ethics committee has to allow."""


class Texts(Strict):
    """What raters read. An empty line separates paragraphs."""

    welcome: Words
    """The first page: what the study is and how long it takes. Let it hint at nothing."""
    consent: Consent
    """What raters agree to before the first clip."""
    instructions: Words
    """How to rate; shown before the first trial and at any time."""
    debriefing: Words
    """Shown after the last answer."""
    contact: Words | None = None
    """Whom raters can write to, such as an e-mail address; told where a check ends a sitting."""
