"""What raters answered, with the facts of how each trial was presented."""

from __future__ import annotations

from django.db import models

from mos_platform.assignments.models import Trial


class Answer(models.Model):
    """Presentation facts common to ratings and comparisons. Empty where the browser did not report them."""

    question = models.CharField(max_length=64)
    presented_at = models.DateTimeField()
    submitted_at = models.DateTimeField()
    response_ms = models.PositiveIntegerField(null=True)
    played_fraction = models.FloatField(null=True)
    stalled_ms = models.PositiveIntegerField(null=True)
    dropped_frames = models.PositiveIntegerField(null=True)
    hidden_ms = models.PositiveIntegerField(null=True)
    displayed_width = models.PositiveIntegerField(null=True)
    replays = models.PositiveIntegerField(null=True)

    class Meta:
        abstract = True


class Rating(Answer):
    """One score of one rater for one stimulus on one question."""

    trial = models.ForeignKey(Trial, models.CASCADE, related_name="ratings")
    question_position = models.PositiveIntegerField()
    score = models.FloatField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["trial", "question"], name="rating_once_per_question")]

    def __str__(self) -> str:
        return f"{self.trial} {self.question}: {self.score:g}"


class Comparison(Answer):
    """One A/B answer."""

    class Choice(models.TextChoices):
        LEFT = "left"
        RIGHT = "right"
        TIE = "tie"

    trial = models.OneToOneField(Trial, models.CASCADE, related_name="comparison")
    choice = models.CharField(max_length=8, choices=Choice.choices)

    def __str__(self) -> str:
        return f"{self.trial} {self.question}: {self.choice}"
