"""Hand out a sitting's trials, and move a trial through its states."""

from __future__ import annotations

from datetime import datetime

import numpy as np
from django.db import transaction
from django.db.models import Count, QuerySet

from mos_platform.assignments import design
from mos_platform.assignments.models import Trial
from mos_platform.raters.models import Sitting
from mos_platform.stimuli.models import Study
from studies.config import Part


def reserve_sitting(sitting: Sitting) -> None:
    """Write the trials of a sitting, once; a sitting that has them costs one read."""
    if not sitting.trials.exists():
        _reserve(sitting)


@transaction.atomic
def _reserve(sitting: Sitting) -> None:
    """Hand-outs of one study queue, so that their counts stay even."""
    study = Study.objects.select_for_update(no_key=True).get(pk=sitting.rater.study_id)
    if sitting.trials.exists():
        return
    rng = np.random.default_rng(sitting.seed)
    clips = [design.Clip(*row) for row in study.stimuli.values_list("pk", "method__order", "item__order")]
    planned = [(part, trial) for part in study.parsed.parts for trial in _plan_part(study, part, clips, rng)]
    Trial.objects.bulk_create(
        _trial(sitting, position, part, trial) for position, (part, trial) in enumerate(planned, start=1)
    )


def _plan_part(
    study: Study, part: Part, clips: list[design.Clip], rng: np.random.Generator
) -> list[design.PlannedTrial]:
    scored = Trial.objects.filter(sitting__rater__study=study, part=part.id, kind=Trial.Kind.SCORED)
    if part.test_method == "PC":
        pairs = design.pairs_within_items(clips)
        return design.pair_trials(
            pairs,
            _pair_counts(scored, pairs),
            n=part.trials_per_sitting,
            traps=part.attention_checks,
            rng=rng,
        )
    used = dict(scored.values_list("stimulus").annotate(n=Count("pk")).values_list("stimulus", "n"))
    scales = [question.grades for question in part.ratings]
    return design.rating_trials(
        clips,
        {clip: used.get(clip.id, 0) for clip in clips},
        n=part.trials_per_sitting,
        traps=part.attention_checks,
        grades=(max(scale.low for scale in scales), min(scale.high for scale in scales)),
        rng=rng,
    )


def _pair_counts(scored: QuerySet[Trial], pairs: list[design.Pair]) -> dict[design.Pair, int]:
    rows = scored.values_list("left", "right").annotate(n=Count("pk")).values_list("left", "right", "n")
    counts: dict[frozenset[int], int] = {}
    for left, right, n in rows:
        key = frozenset((left, right))
        counts[key] = counts.get(key, 0) + n
    return {pair: counts.get(frozenset((pair.one.id, pair.two.id)), 0) for pair in pairs}


def _trial(sitting: Sitting, position: int, part: Part, planned: design.PlannedTrial) -> Trial:
    return Trial(
        sitting=sitting,
        position=position,
        part=part.id,
        kind=Trial.Kind.TRAP if planned.is_trap else Trial.Kind.SCORED,
        stimulus_id=planned.clip.id if planned.clip else None,
        left_id=planned.left.id if planned.left else None,
        right_id=planned.right.id if planned.right else None,
        first=planned.first,
        expected_score=planned.expected_score,
        expected_choice=planned.expected_choice,
    )


def mark_opened(trial: Trial, at: datetime) -> Trial:
    """Record when the trial's presentation began; opening it again changes nothing."""
    Trial.objects.filter(pk=trial.pk, state=Trial.State.PENDING).update(
        state=Trial.State.OPENED, opened_at=at
    )
    trial.refresh_from_db(fields=["state", "opened_at"])
    return trial


def mark_answered(trial: Trial) -> None:
    trial.state = Trial.State.ANSWERED
    trial.save(update_fields=["state"])
