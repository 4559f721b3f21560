"""Tokens: the keys of programs that read bundles, or import studies, over HTTP."""

from __future__ import annotations

from django.db import models

from mos_platform.stimuli.models import Study


class Token(models.Model):
    """One key. Of the secret itself only the SHA-256 is kept; without a study it opens all of them."""

    class Permission(models.TextChoices):
        READ = "read"
        IMPORT = "import"

    name = models.CharField(max_length=64, unique=True)
    digest = models.CharField(max_length=64, unique=True)
    study = models.ForeignKey(Study, models.CASCADE, related_name="tokens", null=True)
    permission = models.CharField(max_length=16, choices=Permission.choices, default=Permission.READ)
    created_at = models.DateTimeField(auto_now_add=True)
    last_used_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name
