"""Write what is made from the types of the study file: its JSON Schema, and the table of its keys."""

from studies.keys import KEYS_FILE, keys_text
from studies.schema import SCHEMA_FILE, schema_text

SCHEMA_FILE.write_text(schema_text(), encoding="utf-8")
KEYS_FILE.write_text(keys_text(), encoding="utf-8")
