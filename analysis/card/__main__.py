"""Write the card's JSON Schema beside the types that it is made from."""

from analysis.card.schema import SCHEMA_FILE, schema_text

SCHEMA_FILE.write_text(schema_text(), encoding="utf-8")
