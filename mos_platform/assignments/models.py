"""Who sees what, in which order: the trials of a sitting and their state."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from mos_platform.raters.models import Sitting, link_token
from mos_platform.stimuli.models import Stimulus


class Trial(models.Model):
    """One presentation: one stimulus, or a pair of one item. `first` is the side that plays first."""

    class State(models.TextChoices):
        PENDING = "pending"
        OPENED = "opened"
        ANSWERED = "answered"

    class Kind(models.TextChoices):
        SCORED = "scored"
        TRAP = "trap"

    class Side(models.TextChoices):
        LEFT = "left"
        RIGHT = "right"

    sitting = models.ForeignKey(Sitting, models.CASCADE, related_name="trials")
    position = models.PositiveIntegerField()
    part = models.CharField(max_length=64)
    kind = models.CharField(max_length=16, choices=Kind.choices, default=Kind.SCORED)
    token = models.CharField(max_length=32, unique=True, default=link_token)
    stimulus = models.ForeignKey(Stimulus, models.PROTECT, null=True, related_name="trials")
    left = models.ForeignKey(Stimulus, models.PROTECT, null=True, related_name="trials_left")
    right = models.ForeignKey(Stimulus, models.PROTECT, null=True, related_name="trials_right")
    first = models.CharField(max_length=8, choices=Side.choices, blank=True)
    expected_score = models.PositiveIntegerField(null=True)
    expected_choice = models.CharField(max_length=8, blank=True)
    state = models.CharField(max_length=16, choices=State.choices, default=State.PENDING)
    opened_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["sitting", "position"], name="trial_once_per_position"),
            models.CheckConstraint(
                name="trial_shows_one_clip_or_a_pair",
                condition=Q(stimulus__isnull=False, left__isnull=True, right__isnull=True)
                | (Q(stimulus__isnull=True, left__isnull=False, right__isnull=False) & ~Q(left=F("right"))),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.sitting} #{self.position}"

    @property
    def is_pair(self) -> bool:
        return self.stimulus_id is None

    @property
    def clips(self) -> list[Stimulus]:
        """The stimuli of this trial, in the order of their places on the page."""
        return [clip for clip in (self.stimulus, self.left, self.right) if clip is not None]

    @property
    def clip_seconds(self) -> float:
        """How long it takes to play everything once, in seconds: a pair plays one clip after the other."""
        return sum(clip.duration_s for clip in self.clips)
