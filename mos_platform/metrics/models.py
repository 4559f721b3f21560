"""Objective metrics: one row per clip × metric, which is the work to do and, later, its result."""

from __future__ import annotations

from django.db import models

from mos_platform.stimuli.models import Stimulus


class MetricValue(models.Model):
    """`state` pending → running → done; a done row has a value, or none with the `reason`.

    `claim` names the worker's hold on a running row, `claimed_at` when it was last renewed; `sent_at` when a
    message was last sent for a pending one.
    """

    class State(models.TextChoices):
        PENDING = "pending"
        RUNNING = "running"
        DONE = "done"

    stimulus = models.ForeignKey(Stimulus, models.CASCADE, related_name="metric_values")
    metric = models.CharField(max_length=32)
    state = models.CharField(max_length=16, choices=State.choices, default=State.PENDING)
    value = models.FloatField(null=True)
    reason = models.CharField(max_length=300, blank=True)
    implementation = models.CharField(max_length=100, blank=True)
    version = models.CharField(max_length=32, blank=True)
    attempts = models.PositiveIntegerField(default=0)
    claim = models.CharField(max_length=32, blank=True)
    claimed_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["stimulus_id", "metric"]
        constraints = [
            models.UniqueConstraint(fields=["stimulus", "metric"], name="metric_once_per_stimulus")
        ]
        indexes = [models.Index(fields=["state", "claimed_at"])]

    def __str__(self) -> str:
        return f"{self.metric} of {self.stimulus}"
