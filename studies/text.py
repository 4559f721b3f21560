"""Text that a study file may hold."""

from __future__ import annotations

import unicodedata
from typing import Annotated

from pydantic import AfterValidator


def printable(text: str) -> str:
    """The text itself. Databases refuse some control characters, and no page shows any: ValueError."""
    if any(unicodedata.category(character) in ("Cc", "Cs") and character not in "\n\t" for character in text):
        raise ValueError("it holds a control character; remove it")
    return text


Text = Annotated[str, AfterValidator(printable)]
