"""How a study stood at a time: one row per look, the work to do and, later, what the analysis said."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from mos_platform.stimuli.models import Study

UNFINISHED = "completion"  # the rule on those who may still be at it: their places are given back elsewhere


class Standing(models.Model):
    """`found` is what `analysis standing` printed of the bundle with this `fingerprint`; `raters` is how many
    were through with their sittings, and `answers` how many answers were stored, when the look was asked
    for. `message` says why there is none.
    """

    class State(models.TextChoices):
        PENDING = "pending"
        RUNNING = "running"
        DONE = "done"
        FAILED = "failed"

    OPEN = (State.PENDING, State.RUNNING)

    study = models.ForeignKey(Study, models.CASCADE, related_name="standings")
    state = models.CharField(max_length=16, choices=State.choices, default=State.PENDING)
    raters = models.PositiveIntegerField()
    answers = models.PositiveIntegerField(default=0)
    fingerprint = models.CharField(max_length=64, blank=True)
    found = models.JSONField(default=dict)
    message = models.CharField(max_length=1000, blank=True)
    requested_at = models.DateTimeField(auto_now_add=True)
    claimed_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-requested_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["study"], condition=Q(state__in=["pending", "running"]), name="one_look_at_a_time"
            )
        ]

    def __str__(self) -> str:
        return f"standing of {self.study} ({self.state})"

    @property
    def is_open(self) -> bool:
        return self.state in self.OPEN

    @property
    def excluded(self) -> set[str]:
        """Raters whom the analysis left out, by the ids of the bundle; not those who may still go on."""
        groups = (self.found.get(name) or {} for name in ("real", "simulated"))
        rows = (row for group in groups for row in group.get("excluded", ()))
        return {row["rater"] for row in rows if row["rule"] != UNFINISHED}
