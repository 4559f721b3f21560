"""Who sees what, in which order: the trials of a sitting and their state."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.db.models.fields.files import FieldFile

from mos_platform.raters.models import Sitting, link_token
from mos_platform.stimuli.models import Stimulus, Study


class Trial(models.Model):
    """One presentation: one stimulus, alone or after its `reference`, or a pair of one item.

    `first` is the side of a pair that plays first; `together` says that both play at once. `expected` holds
    the answers that count as right, by question: {"low": …, "high": …} or {"choice": …}; an end that is open
    is absent.

    A trial that could not be seen as meant is void, for the reason in `trouble`: what it shows comes once
    more at the end of the sitting, as a trial of its own that is `again_of` this one. If that cannot be
    played either, it is lost. One that its rater did not come to is returned. Only `assignments.states` moves
    a trial from state to state.

    `seen_before`: how often it may have been seen before its page was opened anew.
    A scored trial `holds_place` while it counts towards what its clips need (see Tally). `adaptive`: the pair
    was chosen by what others had answered.
    """

    class State(models.TextChoices):
        PENDING = "pending"
        OPENED = "opened"
        ANSWERED = "answered"
        VOID = "void"
        LOST = "lost"
        RETURNED = "returned"

    class Trouble(models.TextChoices):
        STALLED = "stalled"  # stood still for longer than the study allows
        MISSING = "missing"  # there is no file, or it could not be fetched
        DECODE = "decode"  # the browser cannot play it
        TIMEOUT = "timeout"  # it did not come in time
        ABSENT = "absent"  # whatever the browser says: the server itself has no such file

    class Kind(models.TextChoices):
        SCORED = "scored"
        DUMMY = "dummy"
        TRAINING = "training"
        GOLD = "gold"
        TRAP = "trap"
        REPEAT = "repeat"

    class Side(models.TextChoices):
        LEFT = "left"
        RIGHT = "right"

    sitting = models.ForeignKey(Sitting, models.CASCADE, related_name="trials")
    position = models.PositiveIntegerField()
    part = models.CharField(max_length=64)
    kind = models.CharField(max_length=16, choices=Kind.choices, default=Kind.SCORED)
    token = models.CharField(max_length=32, unique=True, default=link_token)
    stimulus = models.ForeignKey(Stimulus, models.PROTECT, null=True, related_name="trials")
    reference = models.ForeignKey(Stimulus, models.PROTECT, null=True, related_name="trials_as_reference")
    left = models.ForeignKey(Stimulus, models.PROTECT, null=True, related_name="trials_left")
    right = models.ForeignKey(Stimulus, models.PROTECT, null=True, related_name="trials_right")
    first = models.CharField(max_length=8, choices=Side.choices, blank=True)
    together = models.BooleanField(default=False)
    expected = models.JSONField(default=dict)
    adaptive = models.BooleanField(default=False)
    holds_place = models.BooleanField(default=False)
    state = models.CharField(max_length=16, choices=State.choices, default=State.PENDING)
    opened_at = models.DateTimeField(null=True)
    seen_before = models.PositiveSmallIntegerField(default=0)
    trouble = models.CharField(max_length=8, choices=Trouble.choices, blank=True)
    again_of = models.OneToOneField("self", models.CASCADE, null=True, related_name="again")

    WAITING = (State.PENDING, State.OPENED)  # for the rater
    GONE = (State.VOID, State.LOST, State.RETURNED)  # never answered, and never to be

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["sitting", "position"], name="trial_once_per_position"),
            models.CheckConstraint(
                name="trial_shows_one_clip_or_a_pair",
                condition=Q(stimulus__isnull=False, left__isnull=True, right__isnull=True)
                | (
                    Q(stimulus__isnull=True, reference__isnull=True, left__isnull=False, right__isnull=False)
                    & ~Q(left=F("right"))
                ),
            ),
            # Gold alone may show the reference after itself: nobody may find it impaired.
            models.CheckConstraint(
                name="trial_compares_with_another_clip",
                condition=~Q(stimulus=F("reference")) | Q(kind="gold"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.sitting} #{self.position}"

    @property
    def is_pair(self) -> bool:
        return self.stimulus_id is None

    @property
    def clips(self) -> dict[str, Stimulus]:
        """The stimuli of this trial by role, in the order of their places on the page."""
        pair = {"left": self.left, "right": self.right}
        shown = pair if self.is_pair else {"reference": self.reference, "clip": self.stimulus}
        return {role: clip for role, clip in shown.items() if clip is not None}

    @property
    def clip_seconds(self) -> float:
        """How long it takes to play everything once, in seconds: in turn, or together."""
        seconds = [clip.duration_s for clip in self.clips.values()]
        return max(seconds) if self.together else sum(seconds)


class Tally(models.Model):
    """What of one part is taken, so that no hand-out has to count trials. A rehearsal is counted apart.

    A unit is a clip or a pair of clips, in the order of `assignments.stock.units_of`; methods are in the
    order of the study. taken: [trials that hold a place, by unit]; start: the same of a part of chosen pairs,
    without those that were chosen by answers. Tables [method][method]: `left` and `first` say how often the
    first stood left of, and played before, the second among trials that hold a place; `wins` how often it was
    preferred, a tie half to either (parts of chosen pairs only); `followed` how often the second came right
    after the first in what was handed out, returned or not. `rounds`: how many places each unit has beyond
    its quota, since too few raters of a method took those. Only `assignments.places` changes any of it.
    """

    study = models.ForeignKey(Study, models.CASCADE, related_name="tallies")
    part = models.CharField(max_length=64)
    simulated = models.BooleanField()
    taken = models.JSONField(default=list)
    start = models.JSONField(default=list)
    left = models.JSONField(default=list)
    first = models.JSONField(default=list)
    followed = models.JSONField(default=list)
    wins = models.JSONField(default=list)
    rounds = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name_plural = "tallies"
        constraints = [
            models.UniqueConstraint(fields=["study", "part", "simulated"], name="tally_once_per_part")
        ]

    def __str__(self) -> str:
        return f"{self.study} {self.part}"


class Showing(models.Model):
    """One clip or picture of one trial under an address of its own, so that addresses tell nothing.

    `delivered_at` is when it was first sent to the rater's browser.
    """

    class Role(models.TextChoices):
        CLIP = "clip"
        REFERENCE = "reference"
        LEFT = "left"
        RIGHT = "right"
        PICTURE = "picture"
        SOUND = "sound"

    trial = models.ForeignKey(Trial, models.CASCADE, related_name="showings")
    role = models.CharField(max_length=16, choices=Role.choices)
    token = models.CharField(max_length=32, unique=True, default=link_token)
    delivered_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["trial", "role"], name="showing_once_per_role")]

    def __str__(self) -> str:
        return f"{self.trial} {self.role}"

    @property
    def file(self) -> FieldFile:
        """What is sent from its address."""
        clips = self.trial.clips
        if self.role != self.Role.PICTURE:
            return clips[self.role].file
        return next(clip for role, clip in clips.items() if role != self.Role.REFERENCE).item.picture
