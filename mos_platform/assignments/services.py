"""Hand out a sitting's trials, and their clips under addresses of their own."""

from __future__ import annotations

import numpy as np
from django.db import transaction
from django.db.models import Count, QuerySet
from django.utils import timezone

from mos_platform.assignments import design
from mos_platform.assignments.checks import gold_of, instructed
from mos_platform.assignments.models import Showing, Trial
from mos_platform.assignments.stock import Stock, methods_to_meet, read_stock
from mos_platform.assignments.trials import Clip, Expected, Pair, PlannedTrial
from mos_platform.raters.models import Rater, Sitting
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
    stock = read_stock(study)
    if study.parsed.design.raters == "between":
        stock = stock.met_by(_method_to_meet(sitting.rater, stock, rng))
    planned = [(part, trial) for part in _parts(study, rng) for trial in _plan_part(study, part, stock, rng)]
    trials = [
        _trial(sitting, position, part, trial, stock)
        for position, (part, trial) in enumerate(planned, start=1)
    ]
    Trial.objects.bulk_create(trials)
    parts = [part for part, _trial in planned]
    Showing.objects.bulk_create(
        showing
        for trial, part in zip(trials, parts, strict=True)
        for showing in _showings(trial, picture="picture" in part.shown)
    )


def _parts(study: Study, rng: np.random.Generator) -> list[Part]:
    parts = list(study.parsed.parts)
    if study.parsed.design.parts == "shuffled":
        return [parts[i] for i in rng.permutation(len(parts))]
    return parts


def _method_to_meet(rater: Rater, stock: Stock, rng: np.random.Generator) -> int:
    """Between raters: the one method that fewest raters have met; kept for the rater's later sittings."""
    if rater.method_id is None:
        met = Rater.objects.filter(study=rater.study_id, simulated=rater.simulated, method__isnull=False)
        counts = dict(met.values_list("method").annotate(n=Count("pk")).values_list("method", "n"))
        rater.method_id = design.least_used(methods_to_meet(stock), counts, 1, rng)[0]
        rater.save(update_fields=["method"])
    return rater.method_id


def _plan_part(study: Study, part: Part, stock: Stock, rng: np.random.Generator) -> list[PlannedTrial]:
    counted = Trial.objects.filter(sitting__rater__study=study, part=part.id, kind=Trial.Kind.SCORED)
    scored = counted.exclude(state__in=Trial.GONE)
    traps = [instructed(part, rng) for _ in range(part.attention_checks)]
    traps = [expected for expected in traps if expected]
    grouped_by = study.parsed.design.grouped_by
    if part.is_paired:
        pairs = stock.pairs(part.pairs)
        used = _pair_counts(scored, pairs)
        return design.pair_trials(
            pairs, used, n=part.trials_per_sitting, traps=traps, grouped_by=grouped_by, rng=rng
        )
    clips = stock.judged(part)
    counts = dict(scored.values_list("stimulus").annotate(n=Count("pk")).values_list("stimulus", "n"))
    return design.rating_trials(
        clips,
        {clip: counts.get(clip.id, 0) for clip in clips},
        n=part.trials_per_sitting,
        extras=design.Extras(
            traps=traps,
            gold=_gold(study, part, stock, rng),
            practice=stock.judged(part, practice=True),
            training=part.training,
            dummies=part.dummies,
            repeats=part.repeats,
        ),
        grouped_by=grouped_by,
        rng=rng,
    )


def _gold(study: Study, part: Part, stock: Stock, rng: np.random.Generator) -> list[tuple[Clip, Expected]]:
    """As many gold trials as the part wants; each clip once before any comes again."""
    found = gold_of(part, study.parsed.gold) if part.gold else []
    order: list[int] = []
    while found and len(order) < part.gold:
        order += [int(i) for i in rng.permutation(len(found))]
    return [(stock.named[found[i][0]], found[i][1]) for i in order[: part.gold]]


def _pair_counts(scored: QuerySet[Trial], pairs: list[Pair]) -> dict[Pair, int]:
    rows = scored.values_list("left", "right").annotate(n=Count("pk")).values_list("left", "right", "n")
    counts: dict[frozenset[int], int] = {}
    for left, right, n in rows:
        key = frozenset((left, right))
        counts[key] = counts.get(key, 0) + n
    return {pair: counts.get(frozenset((pair.one.id, pair.two.id)), 0) for pair in pairs}


def _trial(sitting: Sitting, position: int, part: Part, planned: PlannedTrial, stock: Stock) -> Trial:
    reference = None
    if part.test_method == "DCR" and planned.clip:
        reference = stock.references[planned.clip.item].id
    return Trial(
        sitting=sitting,
        position=position,
        part=part.id,
        kind=planned.kind,
        stimulus_id=planned.clip.id if planned.clip else None,
        reference_id=reference,
        left_id=planned.left.id if planned.left else None,
        right_id=planned.right.id if planned.right else None,
        first=planned.first,
        expected={question: dict(answer) for question, answer in planned.expected.items()},
        together=part.plays == "together",
    )


def _showings(trial: Trial, *, picture: bool) -> list[Showing]:
    ids = {
        Showing.Role.REFERENCE: trial.reference_id,
        Showing.Role.CLIP: trial.stimulus_id,
        Showing.Role.LEFT: trial.left_id,
        Showing.Role.RIGHT: trial.right_id,
    }
    roles = [role for role, stimulus in ids.items() if stimulus is not None]
    return [Showing(trial=trial, role=role) for role in [*roles, *[Showing.Role.PICTURE] * picture]]


def showing(token: str) -> Showing:
    """What lies at a rater's media address, read at once. Raises Showing.DoesNotExist."""
    related = ("stimulus__item", "reference", "left__item", "right")
    return Showing.objects.select_related(*(f"trial__{name}" for name in related)).get(token=token)


def mark_delivered(shown: Showing) -> None:
    """Record when a clip was first sent; sending it again changes nothing."""
    if shown.delivered_at is None:
        Showing.objects.filter(pk=shown.pk, delivered_at=None).update(delivered_at=timezone.now())
