"""What raters answered, with the facts of how each trial was presented."""

from __future__ import annotations

from django.db import models

from mos_platform.assignments.models import Trial


class Answer(models.Model):
    """What all answers have in common. Facts are empty where the browser did not report them."""

    question = models.CharField(max_length=64)
    question_position = models.PositiveIntegerField()
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
    score = models.FloatField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["trial", "question"], name="rating_once_per_question")]

    def __str__(self) -> str:
        return f"{self.trial} {self.question}: {self.score:g}"


class Comparison(Answer):
    """One A/B answer, or one graded answer: `score` is then of the second clip relative to the first.

    Of clips that played together: `drift_ms` is the most by which they fell out of step, `audible` whose
    sound was heard.
    """

    class Choice(models.TextChoices):
        LEFT = "left"
        RIGHT = "right"
        TIE = "tie"

    class Audible(models.TextChoices):
        LEFT = "left"
        RIGHT = "right"
        BOTH = "both"

    trial = models.ForeignKey(Trial, models.CASCADE, related_name="comparisons")
    choice = models.CharField(max_length=8, choices=Choice.choices)
    score = models.IntegerField(null=True)
    drift_ms = models.PositiveIntegerField(null=True)
    audible = models.CharField(max_length=8, choices=Audible.choices, null=True)  # noqa: DJ001 - a fact, as above

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["trial", "question"], name="comparison_once_per_question")
        ]

    def __str__(self) -> str:
        return f"{self.trial} {self.question}: {self.choice}"


class TextAnswer(Answer):
    """An answer in words: what was written, or the id of the option that was chosen."""

    trial = models.ForeignKey(Trial, models.CASCADE, related_name="texts")
    text = models.CharField(max_length=2000)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["trial", "question"], name="text_once_per_question")]

    def __str__(self) -> str:
        return f"{self.trial} {self.question}: {self.text[:40]}"


class Viewing(models.Model):
    """What happened while a trial was shown, as the browser noted it: [{type, at_ms, role, position_s, n}].

    One row per trial: the events are written at once, never change, and are read together. They stay in the
    database (`python -m mos_platform events STUDY` prints them); the bundle has the facts drawn from them.
    """

    trial = models.OneToOneField(Trial, models.CASCADE, related_name="viewing")
    events = models.JSONField(default=list)
    received_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"{self.trial}: {len(self.events)} events"
