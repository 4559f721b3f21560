"""Hand out a sitting's trials, and their clips under addresses of their own."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from django.db import transaction
from django.utils import timezone

from mos_platform.assignments import design
from mos_platform.assignments.checks import is_sound_check
from mos_platform.assignments.models import Showing, Trial
from mos_platform.assignments.places import Places, come_back, return_abandoned, show_life
from mos_platform.assignments.planning import Hand, Need, by_kind, plan_part, rest, whole
from mos_platform.assignments.stock import Stock, key_of, methods_to_meet, stock_of
from mos_platform.assignments.trials import PlannedTrial
from mos_platform.raters.models import Link, Rater, Sitting
from mos_platform.raters.services import complete_sitting, reopen_sitting, turn_away
from studies.config import Part

Planned = list[tuple[Part, PlannedTrial]]


def reserve_sitting(sitting: Sitting) -> None:
    """Hand out the trials of a sitting, once, and anew what was returned while the rater stayed away.

    Where no place is left for it the sitting is over, `over_quota`; with a code if half was answered.
    """
    if sitting.trials.filter(state__in=Trial.WAITING).exists():
        show_life(sitting)
    elif _may_be_handed(sitting, sitting.rater):
        return_abandoned(sitting.rater.study)
        _hand_out(sitting.pk)
        sitting.refresh_from_db()


def _may_be_handed(sitting: Sitting, rater: Rater) -> bool:
    """Who has an invitation of their own and found no place may try again: places come back."""
    if sitting.completed_at is None:
        return rater.status == Rater.Status.ACTIVE
    invited = rater.link.kind == Link.Kind.INVITATION
    lets_in = rater.study.is_open and rater.study.completed_at is None
    return invited and lets_in and rater.status == Rater.Status.TURNED_AWAY


@transaction.atomic
def _hand_out(pk: int) -> None:
    """Hand-outs of one study queue for its tallies, so that their counts stay even."""
    sitting = Sitting.objects.select_for_update().get(pk=pk)
    rater = Rater.objects.select_related("study", "link").get(pk=sitting.rater_id)  # as it is after waiting
    dealt = list(sitting.trials.order_by("position").values_list("part", "kind", "state", "position"))
    before = [(part, kind, state) for part, kind, state, _ in dealt]
    last = dealt[-1][-1] if dealt else 0
    if any(state in Trial.WAITING for *_, state in before) or not _may_be_handed(sitting, rater):
        return
    sitting.rater, study = rater, rater.study
    places = Places(study, stock_of(study), sitting.rater.simulated)
    come_back(sitting, places)
    late = study.completed_at is not None and before  # who was let in before gets theirs
    planned = [] if late else _plan(sitting, places, before)
    trials = _write(sitting, planned, places.stock, last) if planned else []
    if not trials:
        if sitting.completed_at is None:
            _over_quota(sitting)
        places.save()
        return
    if sitting.completed_at is not None:
        reopen_sitting(sitting)
    places.move([trial for trial in trials if trial.holds_place], 1)
    for part in dict.fromkeys(part.id for part, _ in planned):
        places.parts[part].follow([trial for of, trial in planned if of.id == part])
    places.save()
    if places.stock.config.design.abandoned_after_minutes is not None:
        Sitting.objects.filter(pk=pk).update(seen_at=timezone.now())


def _over_quota(sitting: Sitting) -> None:
    """With a code for whoever had answered half of what they were handed out."""
    if not sitting.trials.exists():
        turn_away(sitting, timezone.now())
        return
    sitting.over_quota = True
    sitting.save(update_fields=["over_quota"])
    handed = sitting.trials.filter(kind=Trial.Kind.SCORED).exclude(state=Trial.State.VOID)
    answered = handed.filter(state=Trial.State.ANSWERED).count()
    complete_sitting(sitting, timezone.now(), earned=0 < handed.count() <= 2 * answered)


def _plan(sitting: Sitting, places: Places, before: Sequence[tuple[str, str, str]]) -> Planned:
    """The trials of each part in turn; of a sitting that has been handed out before what was returned.

    `before`: part, kind and state of the trials that it holds.
    """
    rng = np.random.default_rng([sitting.seed, len(before)] if before else sitting.seed)
    stock = places.stock
    if stock.config.design.raters == "between":
        stock = stock.met_by(_method_to_meet(sitting.rater, places, rng))
    first = not before and stock.config.design.sittings_per_rater == 1
    known = {} if first else _seen(sitting.rater)
    planned: Planned = []
    for part in _parts(stock, [part for part, *_ in before], rng):
        hand = Hand(stock, part, places.parts[part.id], known.get(part.id, ()))
        planned += [(part, trial) for trial in plan_part(hand, _need(part, before), rng)]
    return planned


def _need(part: Part, before: Sequence[tuple[str, str, str]]) -> Need:
    if not before:
        return whole(part)
    returned = [(name, kind) for name, kind, state in before if state == Trial.State.RETURNED]
    gone = (Trial.State.RETURNED, Trial.State.VOID)
    live = [(name, kind) for name, kind, state in before if state not in gone]
    return rest(part, by_kind(returned, part.id), by_kind(live, part.id))


def _parts(stock: Stock, before: Sequence[str], rng: np.random.Generator) -> list[Part]:
    """In the order of the file, or a random one, which a sitting keeps."""
    parts = list(stock.config.parts)
    if stock.config.design.parts != "shuffled":
        return parts
    shuffled = [parts[i] for i in rng.permutation(len(parts))]
    met = list(dict.fromkeys(before))
    return sorted(shuffled, key=lambda part: met.index(part.id) if part.id in met else len(met))


def _seen(rater: Rater) -> dict[str, set[tuple[int, ...]]]:
    """By part, what this rater has judged, or tried to, in this sitting and in others."""
    trials = Trial.objects.filter(sitting__rater=rater, kind=Trial.Kind.SCORED)
    tried = trials.exclude(state=Trial.State.RETURNED).order_by()
    seen: dict[str, set[tuple[int, ...]]] = {}
    for part, *clips in tried.values_list("part", "stimulus", "left", "right"):
        seen.setdefault(part, set()).add(key_of(*clips))
    return seen


def _method_to_meet(rater: Rater, places: Places, rng: np.random.Generator) -> int:
    """Between raters: the method whose clips are taken least; kept for the rater's later sittings."""
    if rater.method_id is None:
        methods = methods_to_meet(places.stock)
        open_to = [method for method in methods if places.left_for(method)] or methods
        held = {method: places.held_of(method) for method in open_to}
        rater.method_id = design.least_used(open_to, held, 1, rng)[0]
        rater.save(update_fields=["method"])
    return rater.method_id


def _write(sitting: Sitting, planned: Planned, stock: Stock, last: int) -> list[Trial]:
    """After the position `last`."""
    trials = [
        _trial(sitting, position, part, trial, stock)
        for position, (part, trial) in enumerate(planned, start=last + 1)
    ]
    Trial.objects.bulk_create(trials)
    parts = [part for part, _trial in planned]
    Showing.objects.bulk_create(
        showing
        for trial, part in zip(trials, parts, strict=True)
        for showing in _showings(trial, picture="picture" in part.shown)
    )
    return trials


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
        together=part.plays == "together" and planned.left is not None,
        adaptive=planned.adaptive,
        holds_place=planned.kind == "scored",
    )


def _showings(trial: Trial, *, picture: bool) -> list[Showing]:
    ids = {
        Showing.Role.REFERENCE: trial.reference_id,
        Showing.Role.CLIP: trial.stimulus_id,
        Showing.Role.LEFT: trial.left_id,
        Showing.Role.RIGHT: trial.right_id,
    }
    roles = [role for role, stimulus in ids.items() if stimulus is not None]
    roles += [Showing.Role.PICTURE] * picture + [Showing.Role.SOUND] * is_sound_check(trial.expected)
    return [Showing(trial=trial, role=role) for role in roles]


def showing(token: str) -> Showing:
    """What lies at a rater's media address, read at once. Raises Showing.DoesNotExist."""
    related = ("sitting", "stimulus__item", "reference", "left__item", "right")
    return Showing.objects.select_related(*(f"trial__{name}" for name in related)).get(token=token)


def mark_delivered(shown: Showing) -> None:
    """Record when a clip was first sent; sending it again changes nothing."""
    if shown.delivered_at is None:
        Showing.objects.filter(pk=shown.pk, delivered_at=None).update(delivered_at=timezone.now())
        show_life(shown.trial.sitting)
