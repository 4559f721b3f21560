"""What raters judge: a study, its methods and items, and one stimulus per method × item."""

from __future__ import annotations

import secrets
from functools import cached_property

from django.db import models

from studies.config import StudyConfig


def opaque() -> str:
    """An identifier that tells nothing about what it names."""
    return secrets.token_hex(8)


class Study(models.Model):
    slug = models.CharField(max_length=64, unique=True)
    title = models.CharField(max_length=300)
    config = models.JSONField()
    config_sha256 = models.CharField(max_length=64)
    is_open = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-created_at"]
        verbose_name_plural = "studies"

    def __str__(self) -> str:
        return self.slug

    @cached_property
    def parsed(self) -> StudyConfig:
        return StudyConfig.model_validate(self.config)


class Method(models.Model):
    study = models.ForeignKey(Study, models.CASCADE, related_name="methods")
    name = models.CharField(max_length=64)
    is_reference = models.BooleanField(default=False)
    order = models.PositiveIntegerField()

    class Meta:
        ordering = ["order"]
        constraints = [models.UniqueConstraint(fields=["study", "name"], name="method_once_per_study")]

    def __str__(self) -> str:
        return self.name


class Item(models.Model):
    study = models.ForeignKey(Study, models.CASCADE, related_name="items")
    name = models.CharField(max_length=64)
    split = models.CharField(max_length=64, blank=True)
    attributes = models.JSONField(default=dict)
    order = models.PositiveIntegerField()

    class Meta:
        ordering = ["order"]
        constraints = [models.UniqueConstraint(fields=["study", "name"], name="item_once_per_study")]

    def __str__(self) -> str:
        return self.name


class Stimulus(models.Model):
    """One clip. `token` names it in URLs and in the bundle; `file` is named by the token."""

    study = models.ForeignKey(Study, models.CASCADE, related_name="stimuli")
    method = models.ForeignKey(Method, models.CASCADE, related_name="stimuli")
    item = models.ForeignKey(Item, models.CASCADE, related_name="stimuli")
    token = models.CharField(max_length=32, unique=True, default=opaque)
    file = models.FileField(max_length=200)
    sha256 = models.CharField(max_length=64)
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
