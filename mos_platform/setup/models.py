"""What was checked before a sitting's first clip, and what came of it."""

from __future__ import annotations

from django.db import models

from mos_platform.raters.models import Sitting, link_token


class SetupCheck(models.Model):
    """One check of one sitting.

    `tries` were finished, the last of them at `tried_at`; `passed` is None where there was none. `settled`:
    passed, or gone past. `value` is what was found, by the check's own keys.
    """

    sitting = models.ForeignKey(Sitting, models.CASCADE, related_name="setup_checks")
    name = models.CharField(max_length=16)
    passed = models.BooleanField(null=True)
    settled = models.BooleanField(default=False)
    tries = models.PositiveIntegerField(default=0)
    value = models.JSONField(default=dict)
    tried_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["sitting", "name"], name="setup_check_once")]

    def __str__(self) -> str:
        return f"{self.sitting} {self.name}"


class SetupRound(models.Model):
    """One thing to hear or see and to answer. `secret` is what it is; `token` stands in its address."""

    check_of = models.ForeignKey(SetupCheck, models.CASCADE, related_name="rounds")
    number = models.PositiveIntegerField()
    try_number = models.PositiveIntegerField()
    token = models.CharField(max_length=32, unique=True, default=link_token)
    secret = models.JSONField()
    given = models.CharField(max_length=64, blank=True)
    answered_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["check_of", "number"], name="setup_round_once")]

    def __str__(self) -> str:
        return f"{self.check_of} round {self.number}"
