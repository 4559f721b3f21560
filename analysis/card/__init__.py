"""The reporting card: what a reader has to know about a study beside its numbers, and what is not known."""

from analysis.card.build import build_card
from analysis.card.schema import SCHEMA_FILE, schema_text

__all__ = ["SCHEMA_FILE", "build_card", "schema_text"]
