"""The study bundle, schema version 1: the tables that pass from the platform to the analysis.

A folder (or the same folder zipped) of CSV files: UTF-8, header row, empty cell = missing, times ISO 8601
UTC, ids opaque and stable. Texts of raters are as they wrote them: no sign is put before those that a
spreadsheet program would run as formulas, since whoever reads the text would read it too. `study.json` holds
the frozen config, or, in a bundle of other people's data, the `scales` ([lowest, highest] by question);
`manifest.json` the sha256 of every file.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

SCHEMA_VERSION = 1
STUDY_FILE = "study.json"
MANIFEST_FILE = "manifest.json"
REPORT_RECORD = ".written.json"  # in a report's folder: the files that were written, with which options
TEXTS_FILE = "texts.csv"
LARGEST_NUMBER = 1e15  # up to here floats hold whole numbers exactly, and products of several stay finite

Kind = Literal["text", "integer", "number", "boolean", "time"]

SOUND_CHECK = "sound_check"  # the question of trials that have spoken digits typed; the score is their number

RATING_KINDS = ("scored", "dummy", "training", "gold", "trap", "repeat")
CHOICES = ("left", "right", "tie")


@dataclass(frozen=True)
class Column:
    """One column. `required` columns must be present; the others may be absent in a bundle made by hand."""

    name: str
    kind: Kind = "text"
    required: bool = False
    unit: str = ""


@dataclass(frozen=True)
class Table:
    name: str
    row: str
    columns: tuple[Column, ...]

    @property
    def file(self) -> str:
        return f"{self.name}.csv"

    @property
    def header(self) -> list[str]:
        return [column.name for column in self.columns]

    @property
    def required(self) -> list[str]:
        return [column.name for column in self.columns if column.required]


def _needed(*names: str) -> tuple[Column, ...]:
    return tuple(Column(name, required=True) for name in names)


_PRESENTATION = (
    Column("sitting"),
    Column("position", "integer"),
    Column("question_position", "integer"),
    Column("presented_at", "time"),
    Column("submitted_at", "time"),
    Column("response_ms", "integer", unit="ms"),
    Column("played_fraction", "number"),
    Column("stalled_ms", "integer", unit="ms"),
    Column("dropped_frames", "integer"),
    Column("hidden_ms", "integer", unit="ms"),
    Column("displayed_width", "integer", unit="device pixels"),
    Column("replays", "integer"),
    Column("simulated", "boolean"),
)

STIMULI = Table(
    "stimuli",
    "stimulus",
    (
        *_needed("stimulus", "method", "item"),
        Column("is_reference", "boolean"),
        Column("duration_s", "number", unit="s"),
        Column("fps", "number", unit="1/s"),
        Column("width", "integer", unit="pixels"),
        Column("height", "integer", unit="pixels"),
        Column("sha256"),
        Column("split"),
    ),
)

# What was checked before the first clip; `sync_correct` of four clips, `sound_tries` until it was heard.
_SETUP = (
    Column("refresh_hz", "number", unit="1/s"),
    Column("mbits", "number", unit="Mbit/s"),
    Column("sound_tries", "integer"),
    Column("headphones_passed", "boolean"),
    Column("colour_passed", "boolean"),
    Column("distance_confirmed", "boolean"),
    Column("sync_correct", "integer"),
)

RATERS = Table(
    "raters",
    "rater",
    (
        *_needed("rater"),
        Column("sittings", "integer"),
        Column("expertise"),
        Column("recruitment"),
        Column("age_group"),
        Column("gender"),
        Column("language_skill"),
        Column("knows_faces"),
        Column("vision"),
        Column("hearing"),
        Column("device"),
        Column("language"),
        Column("status"),
        Column("simulated", "boolean"),
        Column("consented_at", "time"),
        Column("consent_version"),
        Column("checks_given_up", "integer"),  # attention checks and gold whose clips were said not to play
        *_SETUP,
    ),
)

RATINGS = Table(
    "ratings",
    "rating",
    (
        *_needed("rater", "stimulus", "method", "item", "question"),
        Column("score", "number", required=True),
        Column("kind"),
        Column("expected_low", "number"),
        Column("expected_high", "number"),
        *_PRESENTATION,
    ),
)

COMPARISONS = Table(
    "comparisons",
    "A/B answer",
    (
        *_needed("rater", "item", "left", "right", "question", "choice"),
        Column("first"),
        Column("score", "number"),
        Column("kind"),
        Column("expected_choice"),
        Column("expected_low", "number"),
        Column("expected_high", "number"),
        Column("adaptive", "boolean"),
        *_PRESENTATION,
        Column("drift_ms", "integer", unit="ms"),
        Column("audible"),
    ),
)

METRICS = Table(
    "metrics",
    "value",
    (
        *_needed("stimulus", "method", "metric"),
        Column("value", "number", required=True),
        Column("direction"),
        Column("unit"),
        Column("status"),
        Column("implementation"),
        Column("version"),
        Column("parameters"),
        Column("imported", "boolean"),
    ),
)

# Answers in words, and the ids of chosen options: carried, not analysed.
TEXTS = Table(
    "texts",
    "answer in words",
    (
        *_needed("rater", "stimulus", "question", "text"),
        Column("kind"),
        Column("sitting"),
        Column("position", "integer"),
        Column("submitted_at", "time"),
        Column("simulated", "boolean"),
    ),
)

TABLES = (STIMULI, RATERS, RATINGS, COMPARISONS, METRICS)
