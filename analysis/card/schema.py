"""The card's JSON Schema, as a file beside this module and beside every card."""

from __future__ import annotations

import json
from pathlib import Path

from analysis.card.model import SCHEMA_NAME, Card

SCHEMA_FILE = Path(__file__).with_name(SCHEMA_NAME)


def schema_text() -> str:
    """JSON Schema (2020-12) made from the types; `python -m analysis.card` writes it into the package."""
    schema = Card.model_json_schema(by_alias=True, mode="serialization")
    dialect = {"$schema": "https://json-schema.org/draft/2020-12/schema"}
    return json.dumps({**dialect, **schema}, ensure_ascii=False, indent=1) + "\n"
