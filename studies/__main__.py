"""Write what is made from types and catalogue: the study file's JSON Schema and keys, and the metrics."""

from studies.keys import KEYS_FILE, keys_text
from studies.metricsdoc import METRICS_FILE, metrics_text
from studies.schema import SCHEMA_FILE, schema_text

SCHEMA_FILE.write_text(schema_text(), encoding="utf-8")
KEYS_FILE.write_text(keys_text(), encoding="utf-8")
METRICS_FILE.write_text(metrics_text(), encoding="utf-8")
