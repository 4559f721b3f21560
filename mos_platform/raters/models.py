"""Who rates: recruitment links, invitations, raters and their sittings."""

from __future__ import annotations

import secrets

from django.db import models

from mos_platform.stimuli.models import Method, Study, opaque


def link_token() -> str:
    return secrets.token_urlsafe(12)


class Link(models.Model):
    """The address that raters open. Only a simulated link lets a sitting declare its own clock.

    `is_full`: those who come by it find no place, as far as was known when the last place was taken or
    returned.
    """

    class Kind(models.TextChoices):
        OPEN = "open"
        INVITATION = "invitation"
        PROLIFIC = "prolific"
        MTURK = "mturk"
        SIMULATED = "simulated"

    study = models.ForeignKey(Study, models.CASCADE, related_name="links")
    token = models.CharField(max_length=32, unique=True, default=link_token)
    kind = models.CharField(max_length=16, choices=Kind.choices, default=Kind.OPEN)
    is_full = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["study", "kind"], name="link_once_per_kind")]

    def __str__(self) -> str:
        return f"{self.study} ({self.kind})"


class Rater(models.Model):
    """`method` is the one that a rater meets in a study between raters; screens are in CSS pixels.

    `further` holds what the questionnaire asks besides expertise and age: {question: answer}. `ticket` is the
    page that was sent off to take part: sent twice, it is one rater.
    """

    class Status(models.TextChoices):
        ACTIVE = "active"
        FINISHED = "finished"
        WITHDRAWN = "withdrawn"
        ENDED = "ended"  # by a check that the study declared
        TURNED_AWAY = "turned_away"  # no place was left, and nothing was shown

    study = models.ForeignKey(Study, models.CASCADE, related_name="raters")
    link = models.ForeignKey(Link, models.PROTECT, related_name="raters")
    public_id = models.CharField(max_length=32, unique=True, default=opaque)
    simulated = models.BooleanField(default=False)
    status = models.CharField(max_length=16, choices=Status.choices, default=Status.ACTIVE)
    language = models.CharField(max_length=35)
    method = models.ForeignKey(Method, models.PROTECT, null=True, related_name="raters")
    expertise = models.CharField(max_length=32, blank=True)
    age_group = models.CharField(max_length=16, blank=True)
    further = models.JSONField(default=dict)
    device = models.CharField(max_length=16, blank=True)
    screen_width = models.PositiveIntegerField(null=True)
    screen_height = models.PositiveIntegerField(null=True)
    consent_version = models.CharField(max_length=64)
    consented_at = models.DateTimeField()
    ticket = models.CharField(max_length=32, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["link", "ticket"], condition=~models.Q(ticket=""), name="ticket_once_per_link"
            )
        ]

    def __str__(self) -> str:
        return self.public_id


class Invitation(models.Model):
    """An address for one person. Of a name only a keyed hash is kept: the same name gets the same address."""

    study = models.ForeignKey(Study, models.CASCADE, related_name="invitations")
    token = models.CharField(max_length=32, unique=True, default=link_token)
    name_hash = models.CharField(max_length=64, blank=True)
    rater = models.OneToOneField(Rater, models.SET_NULL, null=True, related_name="invitation")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["study", "name_hash"],
                condition=~models.Q(name_hash=""),
                name="invitation_once_per_name",
            )
        ]

    def __str__(self) -> str:
        return f"invitation to {self.study}"


class PanelVisit(models.Model):
    """Who a rater is to the panel: personal data, never exported, veiled when the rater withdraws.

    Prolific's PROLIFIC_PID, STUDY_ID and SESSION_ID; Mechanical Turk's workerId, hitId and assignmentId.
    """

    link = models.ForeignKey(Link, models.CASCADE, related_name="visits")
    rater = models.OneToOneField(Rater, models.CASCADE, related_name="panel_visit")
    person = models.CharField(max_length=64)
    task = models.CharField(max_length=64, blank=True)
    session = models.CharField(max_length=64, blank=True)
    submit_to = models.CharField(max_length=64, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["link", "person"], name="panel_person_once_per_link")]

    def __str__(self) -> str:
        return f"panel visit of {self.rater_id}"


class Sitting(models.Model):
    """One visit of a rater: one randomised list of trials. `token`, in its address, is the rater's key.

    `rested_at` is when the rater came back from the last break; `warnings` is how many times the rater read
    that a check was missed. `seen_at` is the last sign of life, by the server's own clock, while trials wait
    for the rater: None before they are handed out, after the last one, once they were given back, and where
    a study waits for ever.
    `over_quota`: no trial was left for this sitting, or for the rest of it.
    """

    rater = models.ForeignKey(Rater, models.CASCADE, related_name="sittings")
    token = models.CharField(max_length=32, unique=True, default=link_token)
    public_id = models.CharField(max_length=32, unique=True, default=opaque)
    seed = models.PositiveBigIntegerField()
    started_at = models.DateTimeField()
    rested_at = models.DateTimeField(null=True)
    warnings = models.PositiveSmallIntegerField(default=0)
    seen_at = models.DateTimeField(null=True)
    over_quota = models.BooleanField(default=False)
    completed_at = models.DateTimeField(null=True)
    completion_code = models.CharField(max_length=16, blank=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["seen_at"], name="sitting_awaited", condition=models.Q(seen_at__isnull=False)
            )
        ]

    def __str__(self) -> str:
        return self.public_id
