"""Reports asked for from a study's page: one row per run, the work to do and, later, its outcome."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from mos_platform.stimuli.models import Study


class ReportRun(models.Model):
    class State(models.TextChoices):
        PENDING = "pending"
        RUNNING = "running"
        DONE = "done"
        FAILED = "failed"

    study = models.ForeignKey(Study, models.CASCADE, related_name="report_runs")
    state = models.CharField(max_length=16, choices=State.choices, default=State.PENDING)
    bundle_sha256 = models.CharField(max_length=64, blank=True)
    message = models.CharField(max_length=1000, blank=True)
    requested_at = models.DateTimeField(auto_now_add=True)
    claimed_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-requested_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["study"], condition=Q(state__in=["pending", "running"]), name="one_report_at_a_time"
            )
        ]

    def __str__(self) -> str:
        return f"report on {self.study} ({self.state})"

    OPEN = (State.PENDING, State.RUNNING)

    @property
    def is_open(self) -> bool:
        return self.state in self.OPEN
