"""Objective metrics: what has to be measured and, later, its results, by the content of the clips."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from mos_platform.stimuli.models import Method, Stimulus, Study


class Measured(models.Model):
    """One computation: pending → running → done; a done row has a value, or none with the `reason`.

    It is addressed by content, so that a clip which several studies or methods show is measured once, and a
    recomputation is free: sha256 of the clip as it is served, of the reference ("" where the metric needs
    none), the metric and the version of its implementation. `work` says with what it is computed: "pass"
    (one decoding for many metrics), "clip:NAME" (a network), "features:NAME" (what a clip gives to measures
    of sets; the value is the number of features) or "set" (from the features of `clips` and `references`;
    the two hashes are of those of all clips).

    `claim` names the worker's hold on a running row, `claimed_at` when it was last renewed; `sent_at` when a
    message was last sent for a pending one, `not_before` when it may be tried again. `alone`: the process
    that measured it together with others was lost; next time it is measured by itself.
    """

    class State(models.TextChoices):
        PENDING = "pending"
        RUNNING = "running"
        DONE = "done"

    clip_sha256 = models.CharField(max_length=64)
    reference_sha256 = models.CharField(max_length=64, blank=True)
    metric = models.CharField(max_length=64)
    version = models.CharField(max_length=64, blank=True)
    options = models.CharField(max_length=200, blank=True)
    work = models.CharField(max_length=80)
    clips = models.ManyToManyField("self", symmetrical=False, related_name="sets")
    references = models.ManyToManyField("self", symmetrical=False, related_name="compared_sets")
    state = models.CharField(max_length=16, choices=State.choices, default=State.PENDING)
    value = models.FloatField(null=True)
    reason = models.CharField(max_length=300, blank=True)
    note = models.CharField(max_length=300, blank=True)
    implementation = models.CharField(max_length=100, blank=True)
    attempts = models.PositiveIntegerField(default=0)
    alone = models.BooleanField(default=False)
    claim = models.CharField(max_length=32, blank=True)
    claimed_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    not_before = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name_plural = "measured"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["clip_sha256", "reference_sha256", "metric", "version", "options"],
                name="measured_once_per_content",
            )
        ]
        indexes = [models.Index(fields=["state", "claimed_at"])]

    def __str__(self) -> str:
        return f"{self.metric} of {self.clip_sha256[:8]}"


ONE_OF_BOTH = Q(stimulus__isnull=True, method__isnull=False) | Q(stimulus__isnull=False, method__isnull=True)


class MetricValue(models.Model):
    """A metric that a study asks for, of one clip (`stimulus`) or of one method, and where its value lies."""

    study = models.ForeignKey(Study, models.CASCADE, related_name="metric_values")
    stimulus = models.ForeignKey(Stimulus, models.CASCADE, related_name="metric_values", null=True)
    method = models.ForeignKey(Method, models.CASCADE, related_name="metric_values", null=True)
    metric = models.CharField(max_length=64)
    measured = models.ForeignKey(Measured, models.PROTECT, related_name="values")

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["stimulus", "metric"], name="metric_once_per_stimulus"),
            models.UniqueConstraint(fields=["method", "metric"], name="metric_once_per_method"),
            models.CheckConstraint(condition=ONE_OF_BOTH, name="metric_of_stimulus_or_method"),
        ]

    def __str__(self) -> str:
        return f"{self.metric} of {self.stimulus or self.method}"


class ImportedValue(models.Model):
    """A value that was measured elsewhere. `direction` is "" where the catalogue knows none either.

    It fills a place where nothing is measured here, or nothing could be; beside a value that was measured
    here it counts only where whoever brought it said that it `replaces` that.
    """

    study = models.ForeignKey(Study, models.CASCADE, related_name="imported_values")
    stimulus = models.ForeignKey(Stimulus, models.CASCADE, related_name="imported_values", null=True)
    method = models.ForeignKey(Method, models.CASCADE, related_name="imported_values", null=True)
    metric = models.CharField(max_length=64)
    value = models.FloatField()
    direction = models.CharField(max_length=8, blank=True)
    unit = models.CharField(max_length=64, blank=True)
    implementation = models.CharField(max_length=200, blank=True)
    version = models.CharField(max_length=100, blank=True)
    parameters = models.CharField(max_length=500, blank=True)
    replaces = models.BooleanField(default=False)
    imported_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["stimulus", "metric"], name="import_once_per_stimulus"),
            models.UniqueConstraint(fields=["method", "metric"], name="import_once_per_method"),
            models.CheckConstraint(condition=ONE_OF_BOTH, name="import_of_stimulus_or_method"),
        ]

    def __str__(self) -> str:
        return f"{self.metric} of {self.stimulus or self.method}, imported"

    def counts_before(self, measured: Measured | None) -> bool:
        """Whether it is this value that counts, and not what was measured here of the same place."""
        return measured is None or measured.value is None or self.replaces
