"""Uploads: one row per study sent as a zip, the work to do and, later, its outcome."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings
from django.db import models

from mos_platform.stimuli.models import Study, opaque


class Upload(models.Model):
    """`sentences` say what is wrong with a refused study; `was_here` that it had been imported before.

    `claim` names the worker's hold on a running row, `claimed_at` when it was last renewed. `done` of
    `total` clips are through the `phase`.
    """

    class State(models.TextChoices):
        PENDING = "pending"
        RUNNING = "running"
        DONE = "done"
        FAILED = "failed"

    token = models.CharField(max_length=32, unique=True, default=opaque)
    name = models.CharField(max_length=200)
    sender = models.CharField(max_length=150)
    new_version = models.BooleanField(default=False)
    state = models.CharField(max_length=16, choices=State.choices, default=State.PENDING)
    phase = models.CharField(max_length=32, blank=True)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    sentences = models.JSONField(default=list)
    study = models.ForeignKey(Study, models.SET_NULL, related_name="uploads", null=True)
    was_here = models.BooleanField(default=False)
    attempts = models.PositiveIntegerField(default=0)
    claim = models.CharField(max_length=32, blank=True)
    claimed_at = models.DateTimeField(null=True)
    requested_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-requested_at"]

    def __str__(self) -> str:
        return f"{self.name} ({self.state})"

    @property
    def is_open(self) -> bool:
        return self.state in (self.State.PENDING, self.State.RUNNING)

    @property
    def file(self) -> Path:
        """The zip; it is deleted when the work is done."""
        return Path(settings.UPLOADS_ROOT) / f"{self.token}.zip"
