"""What raters' pages say in each language: LANGUAGE/PAGE.yaml holds {key: text}, {name} marks a place in it.

English is complete by definition; a test holds the other languages to its keys and places. The words of one
study (its questions, consent, labels) are not here: they stand in its study file.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

import yaml

LANGUAGES = ("en", "de", "es", "fr", "zh", "ar")  # of the interface
FOLDER = Path(__file__).parent


@cache
def words(page: str, language: str) -> Mapping[str, str]:
    """All words of a page. Raises FileNotFoundError for a page or language that there is not."""
    text = (FOLDER / language / f"{page}.yaml").read_text(encoding="utf-8")
    return {str(key): str(said) for key, said in yaml.safe_load(text).items()}


def say(name: str, language: str, places: Mapping[str, object] | None = None) -> str:
    """The words called PAGE.KEY with their places filled. Raises KeyError for words or places unknown."""
    page, _, key = name.partition(".")
    return words(page, language)[key].format_map(places or {})


def interface_language(language: str) -> str:
    """Of the interface around texts in this language: its own where there is one, else English."""
    spoken = language.replace("_", "-").split("-")[0].lower()
    return spoken if spoken in LANGUAGES else "en"
