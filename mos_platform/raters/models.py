"""Who rates: recruitment links, raters and their sittings."""

from __future__ import annotations

import secrets

from django.db import models

from mos_platform.stimuli.models import Method, Study, opaque


def link_token() -> str:
    return secrets.token_urlsafe(12)


class Link(models.Model):
    """The address that raters open. Only a simulated link lets a sitting declare its own clock."""

    class Kind(models.TextChoices):
        OPEN = "open"
        SIMULATED = "simulated"

    study = models.ForeignKey(Study, models.CASCADE, related_name="links")
    token = models.CharField(max_length=32, unique=True, default=link_token)
    kind = models.CharField(max_length=16, choices=Kind.choices, default=Kind.OPEN)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["study", "kind"], name="link_once_per_kind")]

    def __str__(self) -> str:
        return f"{self.study} ({self.kind})"


class Rater(models.Model):
    """`method` is the one that a rater meets in a study between raters; screens are in CSS pixels."""

    class Status(models.TextChoices):
        ACTIVE = "active"
        FINISHED = "finished"

    study = models.ForeignKey(Study, models.CASCADE, related_name="raters")
    link = models.ForeignKey(Link, models.PROTECT, related_name="raters")
    public_id = models.CharField(max_length=32, unique=True, default=opaque)
    simulated = models.BooleanField(default=False)
    status = models.CharField(max_length=16, choices=Status.choices, default=Status.ACTIVE)
    language = models.CharField(max_length=35)
    method = models.ForeignKey(Method, models.PROTECT, null=True, related_name="raters")
    expertise = models.CharField(max_length=32, blank=True)
    age_group = models.CharField(max_length=16, blank=True)
    device = models.CharField(max_length=16, blank=True)
    screen_width = models.PositiveIntegerField(null=True)
    screen_height = models.PositiveIntegerField(null=True)
    consent_version = models.CharField(max_length=64)
    consented_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.public_id


class Sitting(models.Model):
    """One visit of a rater: one randomised list of trials. `token`, in its address, is the rater's key."""

    rater = models.ForeignKey(Rater, models.CASCADE, related_name="sittings")
    token = models.CharField(max_length=32, unique=True, default=link_token)
    public_id = models.CharField(max_length=32, unique=True, default=opaque)
    seed = models.PositiveBigIntegerField()
    started_at = models.DateTimeField()
    completed_at = models.DateTimeField(null=True)
    completion_code = models.CharField(max_length=16, blank=True)

    def __str__(self) -> str:
        return self.public_id
