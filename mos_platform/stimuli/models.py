"""What raters judge: a study, its methods and items, and one stimulus per method × item."""

from __future__ import annotations

import json
import secrets
from functools import cached_property, lru_cache

from django.db import models
from django.db.models import Q

from studies.config import StudyConfig

KEPT_CONFIGS = 64


def opaque() -> str:
    """An identifier that tells nothing about what it names."""
    return secrets.token_hex(8)


class Study(models.Model):
    """One version of a study. Its config never changes; a changed study file makes the next version.

    `processing` says how the clips were prepared: treatment, reasons, library versions. `completed_at` is
    when the declared stop rule was met: nobody new is let in after it.
    """

    slug = models.CharField(max_length=64)
    version = models.PositiveIntegerField(default=1)
    is_newest = models.BooleanField(default=True)
    title = models.CharField(max_length=300)
    config = models.JSONField()
    config_sha256 = models.CharField(max_length=64)
    processing = models.JSONField(default=dict)
    is_open = models.BooleanField(default=True)
    completed_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-created_at"]
        verbose_name_plural = "studies"
        constraints = [
            models.UniqueConstraint(fields=["slug", "version"], name="study_version_once"),
            models.UniqueConstraint(fields=["slug"], condition=Q(is_newest=True), name="one_newest_version"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """How it is named in addresses and commands: `demo` is the newest version, `demo@1` the first."""
        return self.slug if self.is_newest else f"{self.slug}@{self.version}"

    @property
    def folder(self) -> str:
        """Of its bundle and report. Unlike the name it stays the same when a newer version comes."""
        return self.slug if self.version == 1 else f"{self.slug}@{self.version}"

    @cached_property
    def parsed(self) -> StudyConfig:
        return _parsed(json.dumps(self.config))


@lru_cache(KEPT_CONFIGS)
def _parsed(config: str) -> StudyConfig:
    """Each config once: of a study with 1,000 items it takes 15 ms, and every request needs it."""
    return StudyConfig.model_validate(json.loads(config))


class Role(models.TextChoices):
    SCORED = "scored"
    GOLD = "gold"
    TRAINING = "training"


class Method(models.Model):
    """A system under evaluation; `gold` ones have clips of the items with known answers only."""

    study = models.ForeignKey(Study, models.CASCADE, related_name="methods")
    name = models.CharField(max_length=64)
    role = models.CharField(max_length=16, choices=Role.choices, default=Role.SCORED)
    is_reference = models.BooleanField(default=False)
    order = models.PositiveIntegerField()

    class Meta:
        ordering = ["order"]
        constraints = [models.UniqueConstraint(fields=["study", "name"], name="method_once_per_study")]

    def __str__(self) -> str:
        return self.name


class Item(models.Model):
    """A source content. Its context stands in the study's config; `picture` is blinded as clips are."""

    study = models.ForeignKey(Study, models.CASCADE, related_name="items")
    name = models.CharField(max_length=64)
    role = models.CharField(max_length=16, choices=Role.choices, default=Role.SCORED)
    picture = models.FileField(max_length=200, blank=True)
    picture_sha256 = models.CharField(max_length=64, blank=True)
    split = models.CharField(max_length=64, blank=True)
    attributes = models.JSONField(default=dict)
    order = models.PositiveIntegerField()

    class Meta:
        ordering = ["order"]
        constraints = [models.UniqueConstraint(fields=["study", "name"], name="item_once_per_study")]

    def __str__(self) -> str:
        return self.name


class Stimulus(models.Model):
    """One clip. `token` names it in the bundle; `file` is named by the token.

    `sha256` is of the source file, `facts` is what was found in it, `treatment` what was done with it;
    `served_sha256`, `bytes`, duration in seconds, rate and size in pixels are of the file that raters see.
    """

    study = models.ForeignKey(Study, models.CASCADE, related_name="stimuli")
    method = models.ForeignKey(Method, models.CASCADE, related_name="stimuli")
    item = models.ForeignKey(Item, models.CASCADE, related_name="stimuli")
    token = models.CharField(max_length=32, unique=True, default=opaque)
    file = models.FileField(max_length=200)
    sha256 = models.CharField(max_length=64)
    served_sha256 = models.CharField(max_length=64, blank=True)
    facts = models.JSONField(default=dict)
    treatment = models.JSONField(default=dict)
    bytes = models.PositiveBigIntegerField()
    duration_s = models.FloatField()
    fps = models.FloatField()
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    has_audio = models.BooleanField()

    class Meta:
        verbose_name_plural = "stimuli"
        ordering = ["method__order", "item__order"]
        constraints = [models.UniqueConstraint(fields=["method", "item"], name="stimulus_once_per_cell")]

    def __str__(self) -> str:
        return f"{self.method} × {self.item}"
