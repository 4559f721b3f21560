"""The card's parts as types, from which its JSON Schema is made. null: not reported; none or 0: none."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from studies.reporting import Reporting

SCHEMA_NAME = "card.schema.json"
Counts = dict[str, int]
Topic = Literal["design", "participants", "environment", "stimuli", "analysis"]


class Part(BaseModel):
    """Unknown keys are errors; objects do not change once made."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Quartiles(Part):
    """How a number spreads; n: how many numbers there were."""

    n: int
    min: float
    q1: float
    median: float
    q3: float
    max: float


class Study(Part):
    study: str
    title: str
    config_sha256: str | None
    data_sha256: str = Field(description="Of the rows that were read, whatever their order and files.")
    files: dict[str, str] = Field(description="sha256 of each file that was read, by its name.")
    read_with: dict[str, str] = Field(description="Options that say how to read the files, by name.")
    seed: int | None
    simulated: bool
    density: float | None
    n_ratings: int
    n_comparisons: int
    collected_from: str | None = Field(description="Day (UTC) of the first answer.")
    collected_to: str | None = Field(description="Day (UTC) of the last answer.")


class Raters(Part):
    """in: who enrolled; n: who gave an answer that is no practice and no check; complete: who finished."""

    n_in: int | None
    n: int
    n_complete: int | None
    n_excluded: int
    excluded_by_rule: Counts = Field(description="Raters by applied rule; one rater may fall under several.")
    n_analysed: int
    n_simulated: int | None
    per_method: Quartiles | None = Field(description="Raters of each method, after exclusions.")
    expertise: Counts | None
    recruitment: Counts | None = Field(description="By the kind of link that raters came with.")
    age_group: Counts | None
    gender: Counts | None
    device: Counts | None
    status: Counts | None
    consent_versions: Counts | None


class Method(Part):
    """Raters and ratings are of the question with most ratings; comparisons are those it took part in."""

    name: str
    reference: bool
    description: str | None
    stimuli: int
    raters: int
    ratings: int
    comparisons: int
    citation: dict[str, Any] | None = Field(description="From the catalogue of methods, where it is listed.")


class ProtocolPart(Part):
    id: str
    test_method: str
    trials_per_sitting: int | None = Field(description="null: all there are.")
    attention_checks: int
    tie: bool


class Question(Part):
    id: str
    text: str | None
    test_method: str | None
    scale: str | None
    scale_source: str | None
    low: float | None
    high: float | None
    labels: dict[str, str] | None


class Texts(Part):
    """What raters read, in full."""

    welcome: str
    consent_version: str
    consent: str
    instructions: str
    debriefing: str


class Order(Part):
    """How trials and questions were ordered, as far as their places were recorded."""

    seed: int | None
    description: str | None
    own_order_share: float | None = Field(description="Share of sittings whose order no other sitting had.")
    question_order: Literal["one question", "fixed", "varied"] | None
    left_share: float | None = Field(description="How often the first method of a pair is left.")
    first_share: float | None = Field(description="How often the left clip of a pair played first.")


class Protocol(Part):
    parts: tuple[ProtocolPart, ...]
    questions: tuple[Question, ...]
    methods: tuple[str, ...]
    reference: str | None
    items: tuple[str, ...]
    language: str | None
    texts: Texts | None
    order: Order
    stop: str | None = Field(description="When the study was to stop, as declared.")
    gold_made: dict[str, str] = Field(description="How the clips of gold methods were made, by method.")


class Material(Part):
    """Ranges are [lowest, highest]; splits count stimuli, attributes count items by level."""

    n_stimuli: int
    n_stimuli_aside: int = Field(description="For practice and as gold only; not among n_stimuli.")
    n_items: int
    duration_s_range: tuple[float, float] | None
    fps_range: tuple[float, float] | None
    width_range: tuple[float, float] | None
    height_range: tuple[float, float] | None
    splits: Counts | None
    attributes: dict[str, Counts]
    n_sha256: int | None = Field(description="Stimuli whose clip is fixed by its sha256.")


class Viewing(Part):
    """Facts that the players recorded, over presentations; shares are of presentations with that fact."""

    n_presentations: int
    displayed_width: Quartiles | None = Field(description="Device pixels.")
    played_fraction_wanted: float
    played_to_end_share: float | None
    stalled_share: float | None
    hidden_share: float | None
    replayed_share: float | None
    dropped_frames_share: float | None


class Checks(Part):
    """Training, checks and gold; a count of 0 says that there was none, null that it is not known."""

    n_training: int | None
    n_dummies: int | None = Field(description="Unscored trials that come first.")
    n_repeats: int | None
    n_checks: int | None
    n_passed: int | None
    pass_rate: float | None
    n_raters_checked: int | None
    n_raters_missed: int | None = Field(description="Raters who missed at least one check.")
    n_gold: int | None = Field(description="Trials with a clip whose answer is known.")
    n_gold_passed: int | None = Field(description="Of them, answered as expected.")
    n_raters_gold: int | None
    n_raters_gold_missed: int | None = Field(description="Raters who missed at least one gold trial.")


class Timing(Part):
    n_sittings: int | None
    sitting_minutes: Quartiles | None = Field(description="First presentation to last answer of a sitting.")
    trials_per_sitting: Quartiles | None
    response_s: Quartiles | None = Field(description="From the clips' end to the last answer of each trial.")


class Reliability(Part):
    question: str
    coefficient: str
    screening: Literal["none", "applied"]
    value: float | None
    ci_low: float | None
    ci_high: float | None
    procedure: str


class QuestionCorrelation(Part):
    """A row of results.json's list of that name: what questions have in common is halo within stimuli."""

    question_a: str
    question_b: str
    level: Literal["rating", "stimulus", "within_stimulus"]
    coefficient: str
    value: float | None
    ci_low: float | None
    ci_high: float | None
    procedure: str
    n: int
    n_raters: int
    n_stimuli: int


class Screening(Part):
    """declared: rules announced beforehand, [] where the study declared that it applies none."""

    declared: tuple[str, ...] | None
    thresholds: dict[str, dict[str, float]] | None
    raters_flagged: Counts
    raters_excluded: int


class Interval(Part):
    """How the intervals of one kind of result are made, and which population they speak of."""

    question: str
    result: str
    target: str | None = Field(description="null: the procedures name what was drawn.")
    procedures: tuple[str, ...]


class Statistics(Part):
    target: str
    confidence: float
    seed: int
    n_boot: int
    margin: float | None
    intervals: tuple[Interval, ...]
    multiplicity: str | None


class Origin(Part):
    """Values of one metric that came from one implementation."""

    imported: bool = Field(description="Measured elsewhere, and not computed by this program.")
    implementation: str | None
    version: str | None
    parameters: dict[str, str] | None = Field(description="As the catalogue has them, of computed values.")
    stated_parameters: str | None = Field(description="As the table of values says.")
    n_values: int


class Metric(Part):
    name: str
    title: str
    definition: str | None
    source: str | None
    direction: str | None
    unit: str | None
    level: Literal["clip", "method"] | None
    origins: tuple[Origin, ...] = Field(description="Of what has a value; empty where nothing has.")
    n_values: int
    n_missing: int
    missing_because: Counts | None


class Missing(Part):
    """What a reader would want to know and the source does not say."""

    key: str
    label: str
    topic: Topic = Field(description="Which group of facts it belongs to.")
    why: str
    declare: str = Field(description="Where to write it.")


class Card(Part):
    """What a reader has to know about one study. null: not reported; "none" or 0: there was none."""

    schema_file: str = Field(SCHEMA_NAME, alias="$schema")
    schema_version: Literal[1] = 1
    study: Study
    reporting: Reporting
    raters: Raters
    methods: tuple[Method, ...]
    protocol: Protocol
    material: Material
    viewing: Viewing
    checks: Checks
    timing: Timing
    reliability: tuple[Reliability, ...]
    question_correlation: tuple[QuestionCorrelation, ...]
    screening: Screening
    statistics: Statistics
    metrics: tuple[Metric, ...]
    software: dict[str, str]
    collected_with: dict[str, str] | None
    missing: tuple[Missing, ...] = ()
