"""Who takes part, how often, on what, for what, and how many are wanted."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from studies.config.base import Identifier, Strict

Expertise = Literal["none", "some", "expert"]
LanguageSkill = Literal["native", "fluent", "some", "none"]
Device = Literal["desktop", "phone", "tablet"]
MOST_RATERS = 10_000  # that one study can ask for
Pixels = Annotated[int, Field(ge=1, le=16384)]


class Design(Strict):
    """Who sees what."""

    raters: Literal["within", "between"] = "within"
    """`within`: each rater meets all methods; `between`: each rater meets one."""
    sittings_per_rater: Annotated[int, Field(ge=1, le=20)] = 1
    """How often one rater may take part."""
    parts: Literal["in_order", "shuffled"] = "in_order"
    """Whether the parts come in the order of the file or in random order."""
    grouped_by: Literal["item", "method"] | None = None
    """Blocks: all trials of an item, or of a method, one after the other; else mixed."""
    longest_sitting_minutes: Annotated[float, Field(gt=0, le=240)] = 30
    """The check before a study fails where a sitting takes longer. ITU-T P.910 advises 30 minutes at most."""
    break_after_minutes: Annotated[float, Field(gt=0, le=240)] | None = 15
    """Raters are offered a short break after so long without one; null for none."""
    abandoned_after_minutes: Annotated[float, Field(gt=0, le=10080)] | None = 60
    """The places of whoever shows no sign of life for so long go to others; who comes back later gets as many
    trials anew. null keeps them for ever."""
    dropouts_count: bool = True
    """Whether the answers of a sitting that was never finished count and fill their places; else others fill
    them, and the report leaves them out (rule `completion`)."""


class Bounds(Strict):
    """Scores that count as right, both included."""

    low: float | None = None
    """The lowest right score; none by default."""
    high: float | None = None
    """The highest right score; none by default."""


class Gold(Strict):
    """A clip whose answer is known, such as one with the sound of another: nobody may call it in sync.

    Another answer is a missed attention check: `screening: {apply: [attention]}` excludes whoever misses more
    than `screening.attention.allowed_misses`, which is 0 by default.
    """

    method: Identifier
    """Its method, which stands under `methods`."""
    item: Identifier
    """Its item, which stands under `items`."""
    expected: Annotated[dict[Identifier, Bounds], Field(min_length=1)]
    """{question: {low: …, high: …}}; one of the two is enough."""


class Targets(Strict):
    """When there are enough ratings."""

    raters_per_method: Annotated[int, Field(gt=0, le=MOST_RATERS)] = 30
    """The literature recommends at least 30 independent raters per method."""
    ratings_per_stimulus: Annotated[int, Field(gt=0, le=MOST_RATERS)] | None = None
    """At least 24 where a correlation with metrics is to be claimed."""
    half_width: Annotated[float, Field(gt=0)] | None = None
    """Half-width of a method's MOS to be reached, in grades; the check says whether it can be."""


class Stop(Strict):
    """When no more trials are handed out."""

    rule: Literal["never", "quota", "precision"] = "never"
    """`never`: as long as the study is open; `quota`: once each clip or pair has as many ratings as
    `targets.ratings_per_stimulus`, or else as `targets.raters_per_method` raters make of it; `precision`:
    once no interval of a rated question is wider than `targets.half_width` to either side. Intervals that
    decide when to stop cover a little less often than they say; the report repeats it."""
    intervals: Literal["methods", "differences", "against_reference"] = "methods"
    """Of `precision`: the means of all methods, the differences of all pairs, or those from the reference."""
    least_raters_per_method: Annotated[int, Field(ge=3, le=MOST_RATERS)] = 24
    """Of `precision`: before so many raters of every method count it never stops."""
    most_raters_per_method: Annotated[int, Field(ge=3, le=MOST_RATERS)] | None = None
    """Of `precision`, which needs it: with so many raters of every method it stops in any case."""


class Prolific(Strict):
    """Codes that the panel gives; raters are sent back with them."""

    completed: Identifier
    """For a completed sitting."""
    screened_out: Identifier
    """For those who may not take part."""
    over_quota: Identifier
    """For those who come when all places are taken."""


class Recruitment(Strict):
    """How raters come to the study."""

    by: Literal["link", "invitation", "prolific", "mturk"] = "link"
    """An open link, personal invitations (`python -m mos_platform invite`), or a panel."""
    limit: Annotated[int, Field(gt=0)] | None = None
    """How many may begin; unlimited by default."""
    expertise: tuple[Expertise, ...] = ()
    """Who may take part: none, some, expert; all by default."""
    language_skill: tuple[LanguageSkill, ...] = ()
    """Who may take part by how well they understand the clips' language: native, fluent, some, none; all by
    default. The questionnaire has to ask it."""
    prolific: Prolific | None = None
    """Needed where `by` is prolific."""


class Devices(Strict):
    """What raters may use."""

    allow: Annotated[tuple[Device, ...], Field(min_length=1)] = ("desktop", "phone", "tablet")
    """desktop, phone, tablet."""
    min_screen_width: Pixels | None = None
    """In CSS pixels."""
    min_screen_height: Pixels | None = None
    """In CSS pixels."""


class Payment(Strict):
    """What raters get for a completed sitting; told on the first page."""

    amount: Annotated[float, Field(ge=0, le=10000)]
    """Per sitting, without the fee."""
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
    """Three letters, such as EUR."""
    fee: Annotated[float, Field(ge=0, le=5)] = 0.0
    """What the panel adds, as a share of the amount: 0.33 for a third."""
