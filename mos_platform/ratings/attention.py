"""Missed checks while a rater takes part: told as facts, and followed by what the study declared.

Who misses what counts for nothing here but for the rule `screening.attention.on_missed_check`; exclusion is
the analysis' affair.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from math import inf
from typing import Any

from django.db.models import Count, F, QuerySet

from mos_platform.assignments.models import Trial
from mos_platform.assignments.places import return_places
from mos_platform.raters.models import Rater, Sitting
from mos_platform.raters.services import end_sitting
from mos_platform.ratings.models import Comparison, Rating
from mos_platform.ratings.refusals import check_open
from mos_platform.stimuli.models import Study
from studies.config import StudyConfig

CHECKS = (Trial.Kind.TRAP, Trial.Kind.GOLD)


def with_answers(trials: QuerySet[Trial]) -> Iterable[Trial]:
    """The trials with what was answered on them."""
    return trials.prefetch_related("ratings", "comparisons")


def as_instructed(trial: Trial) -> bool:
    """Whether every answer of an attention check or gold trial is one of those expected."""
    answers: list[Rating | Comparison] = [*trial.ratings.all(), *trial.comparisons.all()]
    return all(_is_expected(answer, trial.expected.get(answer.question, {})) for answer in answers)


def _is_expected(answer: Rating | Comparison, expected: Mapping[str, Any]) -> bool:
    if "choice" in expected:
        return isinstance(answer, Comparison) and answer.choice == expected["choice"]
    low, high = expected.get("low", -inf), expected.get("high", inf)
    return answer.score is not None and bool(low <= answer.score <= high)


def is_missed(trial: Trial) -> bool:
    """Whether it is a check that was answered otherwise, or given up though the server has its clip."""
    if trial.kind not in CHECKS:
        return False
    if trial.state == Trial.State.LOST:
        return trial.trouble != Trial.Trouble.ABSENT
    return trial.state == Trial.State.ANSWERED and not as_instructed(trial)


def given_up(study: Study) -> dict[int, int]:
    """By rater, how many checks were given up though the server has their clips; others are left out."""
    lost = Trial.objects.filter(sitting__rater__study=study, kind__in=CHECKS, state=Trial.State.LOST).exclude(
        trouble=Trial.Trouble.ABSENT
    )
    counted = lost.order_by().values_list("sitting__rater").annotate(n=Count("pk"))
    return dict(counted.values_list("sitting__rater", "n"))


def end_where_declared(trial: Trial, now: datetime) -> None:
    """End the sitting where the study declares so and its rater has now missed more than is allowed.

    Others get its places; the answers stay.
    """
    rater = trial.sitting.rater
    declared = rater.study.parsed.screening.attention
    if declared.on_missed_check != "end" or not is_missed(trial):
        return
    if len(_missed(Trial.objects.filter(sitting__rater=rater))) > declared.allowed_misses:
        end_sitting(trial.sitting, now)
        return_places(rater)


def warning_due(study: StudyConfig, sitting: Sitting) -> bool:
    """Whether the rater has missed a check without having read of it.

    It waits for the answer to one more trial, so that it does not tell which one was a check.
    """
    if study.screening.attention.on_missed_check != "warn":
        return False
    last = sitting.trials.filter(state=Trial.State.ANSWERED).order_by("position").last()
    missed = [] if last is None else _missed(sitting.trials.filter(position__lt=last.position))
    return len(missed) > sitting.warnings


def warn(token: str) -> Sitting:
    """Record that the rater has read the warning; where none is due nothing changes.

    Raises Sitting.DoesNotExist or RefusedError.
    """
    sitting = Sitting.objects.select_related("rater__study").get(token=token)
    check_open(sitting)
    if warning_due(sitting.rater.study.parsed, sitting):
        Sitting.objects.filter(pk=sitting.pk).update(warnings=F("warnings") + 1)
        sitting.refresh_from_db(fields=["warnings"])
    return sitting


def has_ended(sitting: Sitting) -> bool:
    """Whether a declared check has ended it."""
    return sitting.rater.status == Rater.Status.ENDED


def _missed(trials: QuerySet[Trial]) -> list[Trial]:
    return [trial for trial in with_answers(trials.filter(kind__in=CHECKS)) if is_missed(trial)]
