"""Places: how many trials each clip or pair has, moved in one transaction with the trials that hold them.

A scored trial holds a place from its hand-out until it is lost, or returned, or its rater's answers count no
more. Only this module moves places, and only while it holds the part's tally. Rows are locked in this order:
sittings, tallies, so that nobody waits for somebody who waits for them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from mos_platform.assignments.counts import Counts, Held, PartCounts, held_by
from mos_platform.assignments.models import Tally, Trial
from mos_platform.assignments.quota import UNLIMITED
from mos_platform.assignments.rounds import is_by_raters, lacks_raters
from mos_platform.assignments.stock import Stock, key_of, methods_to_meet, stock_of
from mos_platform.raters.models import Link, Rater, Sitting
from mos_platform.stimuli.models import Study
from studies.config import Part

SWEPT_AT_ONCE = 50  # sittings, so that no hand-out waits for long
LIFE_S = timedelta(seconds=1)  # signs of life are written once a second


class Places:
    """The locked counts of some parts of a study, of people or of a rehearsal; `save` writes them."""

    def __init__(
        self, study: Study, stock: Stock, simulated: bool, parts: Iterable[str] | None = None
    ) -> None:
        self.study, self.stock, self.simulated = study, stock, simulated
        wanted = [part for part in stock.config.parts if parts is None or part.id in set(parts)]
        self._tallies = {part.id: _locked(study, part.id, simulated) for part in wanted}
        self.parts = {
            part.id: PartCounts(stock, part, self._counts(part), self._tallies[part.id].rounds)
            for part in wanted
        }

    def _counts(self, part: Part) -> Counts:
        return Counts.read(self._tallies[part.id], self.stock, part)

    def move(self, trials: Iterable[Trial], step: int) -> None:
        for trial in trials:
            self.parts[trial.part].move([held_by(trial, _choice(trial, self))], step)

    def take_left(self, trial: Trial) -> bool:
        """Take the trial's place if one is left; whether there was."""
        counted = self.parts[trial.part]
        held = held_by(trial, _choice(trial, self))
        if not counted.left[counted.of.place[held.key]]:
            return False
        counted.move([held], 1)
        return True

    def save(self) -> None:
        """Where all places are taken, by too few raters of a method, every clip or pair gets one more."""
        for name, counted in self.parts.items():
            tally = self._tallies[name]
            if not counted.places_left() and is_by_raters(self.stock.config):
                counted.rounds += lacks_raters(tally, self.stock, counted.part)
            counted.counts.write(tally)
            tally.rounds = counted.rounds
            tally.save()
        _tell_doors(self)

    def left_for(self, method: int | None = None) -> int:
        """Places that are left; of the clips and pairs of one method."""
        return sum(counted.places_left(method) for counted in self.parts.values())

    def held_of(self, method: int) -> int:
        return sum(counted.held_of(method) for counted in self.parts.values())


def _locked(study: Study, part: str, simulated: bool) -> Tally:
    of = Tally.objects.select_for_update().filter(study=study, part=part, simulated=simulated)
    found = of.first()
    if found is None:
        Tally.objects.get_or_create(study=study, part=part, simulated=simulated)
    return found or of.get()


def _choice(trial: Trial, places: Places) -> str:
    """What a pair was answered with, where pairs are chosen by it."""
    if trial.state != Trial.State.ANSWERED or not places.parts[trial.part].learns:
        return ""
    answer = trial.comparisons.first()
    return answer.choice if answer else ""


def _tell_doors(places: Places) -> None:
    """So that whoever comes is told at the door that all places are taken."""
    if places.stock.config.stop.rule != "quota" or len(places.parts) < len(places.stock.config.parts):
        return
    links = Link.objects.filter(study=places.study).exclude(is_full=(full := not has_places(places)))
    of_bots = Q(kind=Link.Kind.SIMULATED)
    links.filter(of_bots if places.simulated else ~of_bots).update(is_full=full)


def has_places(places: Places) -> bool:
    """Whether anybody new can be handed a trial."""
    if places.stock.config.design.raters == "within":
        return places.left_for() > 0
    return any(places.left_for(method) > 0 for method in methods_to_meet(places.stock))


def _places_of(study: Study, simulated: bool, trials: Iterable[Trial]) -> Places:
    """Of all parts where a quota is to be told at the doors, else of those that the trials are of."""
    stock = stock_of(study)
    some = None if stock.config.stop.rule == "quota" else {trial.part for trial in trials}
    return Places(study, stock, simulated, some)


def _set(study: Study, simulated: bool, trials: list[Trial], *, holds: bool) -> int:
    """Let these trials hold their places, or give them back; those that do already are left out."""
    if not trials:
        return 0
    places = _places_of(study, simulated, trials)
    places.move(trials, 1 if holds else -1)
    Trial.objects.filter(pk__in=[trial.pk for trial in trials]).update(holds_place=holds)
    for trial in trials:
        trial.holds_place = holds
    places.save()
    return len(trials)


def give_back(trial: Trial) -> None:
    """Of a trial that is lost; the caller holds its sitting."""
    if trial.holds_place:
        rater = trial.sitting.rater
        _set(rater.study, rater.simulated, [trial], holds=False)


def hand_on(trial: Trial, again: Trial) -> None:
    """What is shown again keeps its place; the caller holds the sitting."""
    again.holds_place = trial.holds_place
    trial.holds_place = False
    Trial.objects.bulk_update([trial, again], ["holds_place"])


def note_answer(trial: Trial) -> None:
    """The answers of a part of chosen pairs say which pairs come next; the caller holds the sitting."""
    rater = trial.sitting.rater
    stock = stock_of(rater.study)
    if not trial.holds_place or stock.config.part(trial.part).choice != "active":
        return
    places = Places(rater.study, stock, rater.simulated, [trial.part])
    places.parts[trial.part].count_answer(held_by(trial, _choice(trial, places)))
    places.save()


@transaction.atomic
def return_places(rater: Rater) -> int:
    """Others are shown what this rater judged or was to judge; how many places that are.

    Nothing else of the rater changes. Called again it returns nothing more.
    """
    lock_sittings([rater])
    holding = _of(rater).filter(holds_place=True)
    return _set(rater.study, rater.simulated, list(holding), holds=False)


@transaction.atomic
def take_back_places(rater: Rater) -> int:
    """The rater's answers count again. Others may have got the places: counts can then exceed a quota."""
    lock_sittings([rater])
    without = _of(rater).filter(holds_place=False, kind=Trial.Kind.SCORED).exclude(state__in=Trial.GONE)
    design = rater.study.parsed.design
    if not design.dropouts_count and design.abandoned_after_minutes is not None:
        without = without.filter(Q(sitting__completed_at__isnull=False) | Q(sitting__seen_at__isnull=False))
    return _set(rater.study, rater.simulated, list(without), holds=True)


def lock_sittings(raters: Iterable[Rater]) -> None:
    """All sittings of these raters at once: who moves several raters' places locks them before any tally."""
    list(Sitting.objects.select_for_update().filter(rater__in=raters).order_by("pk"))


def _of(rater: Rater) -> QuerySet[Trial]:
    return Trial.objects.filter(sitting__rater=rater).select_related("sitting__rater__study")


def show_life(sitting: Sitting) -> None:
    """The rater is there. A sitting of which nothing waits has no time to run out."""
    now = timezone.now()
    if sitting.seen_at is not None and sitting.seen_at < now - LIFE_S:
        Sitting.objects.filter(pk=sitting.pk, seen_at__isnull=False).update(seen_at=now)


def return_abandoned(study: Study) -> int:
    """Return what waits in sittings without a sign of life for the declared time; how many sittings.

    Whoever is just answering is passed over.
    """
    minutes = study.parsed.design.abandoned_after_minutes
    if minutes is None:
        return 0
    before = timezone.now() - timedelta(minutes=minutes)
    gone = Sitting.objects.filter(seen_at__lt=before, completed_at=None)
    # Asked for by study, a database may go through all of its raters; few sittings are under way at a time.
    found = list(gone.order_by("seen_at").values_list("pk", "rater__study"))
    ours = [pk for pk, of in found if of == study.pk]
    return sum(_abandoned(study, pk, gone) for pk in ours[:SWEPT_AT_ONCE])


@transaction.atomic
def _abandoned(study: Study, pk: int, gone: QuerySet[Sitting]) -> int:
    locked = gone.select_for_update(of=("self",), skip_locked=True).filter(pk=pk)
    sitting = locked.select_related("rater").first()
    if sitting is None:
        return 0
    trials = sitting.trials.filter(state__in=Trial.WAITING)
    waiting = list(trials.filter(holds_place=True))
    lost = [] if study.parsed.design.dropouts_count else _answered(sitting)
    _set(study, sitting.rater.simulated, [*waiting, *lost], holds=False)
    trials.update(state=Trial.State.RETURNED)
    Sitting.objects.filter(pk=pk).update(seen_at=None)
    return 1


def _answered(sitting: Sitting, *, holding: bool = True) -> list[Trial]:
    answered = sitting.trials.filter(state=Trial.State.ANSWERED, kind=Trial.Kind.SCORED)
    return list(answered.filter(holds_place=holding))


def come_back(sitting: Sitting, places: Places) -> None:
    """Whose answers did not count while they stayed away: they do again where a place is still left.

    The caller holds the sitting, and saves the places.
    """
    if places.stock.config.design.dropouts_count or sitting.seen_at is not None:
        return
    kept = [trial for trial in _answered(sitting, holding=False) if places.take_left(trial)]
    Trial.objects.filter(pk__in=[trial.pk for trial in kept]).update(holds_place=True)


@dataclass(frozen=True)
class PartPlaces:
    """What the database holds of one part: by unit, trials that hold a place, and those answered of them.

    `wrong` says whether the tally differs from the trials.
    """

    part: str
    simulated: bool
    units: int
    fewest: int
    most: int
    held: int
    valid: int
    capacity: int | None
    wrong: bool


def recounted(study: Study, *, mend: bool = False) -> Iterator[PartPlaces]:
    """Every part's places, counted from its trials; `mend` writes them where the tally differs."""
    for simulated in (False, True):
        if mend or Tally.objects.filter(study=study, simulated=simulated).exists():
            with transaction.atomic():
                yield from _recounted(Places(study, stock_of(study), simulated), mend)


def _recounted(places: Places, mend: bool) -> list[PartPlaces]:
    found = []
    for name, counted in places.parts.items():
        trials = list(_holding(places, name))
        fresh = PartCounts(
            places.stock, counted.part, Counts.none(places.stock, counted.part), counted.rounds
        )
        fresh.move([held for held, _ in trials], 1)
        fresh.counts.followed = counted.counts.followed
        valid = sum(answered for _, answered in trials)
        found.append(_told(places, counted, fresh, valid))
        if mend:
            counted.counts = fresh.counts
    if mend:
        places.save()
    return found


def _holding(places: Places, part: str) -> Iterator[tuple[Held, bool]]:
    """What each trial of a part holds, and whether it is answered."""
    learns = places.parts[part].learns
    trials = Trial.objects.filter(
        sitting__rater__study=places.study,
        sitting__rater__simulated=places.simulated,
        part=part,
        holds_place=True,
    )
    columns = ("stimulus", "left", "right", "first", "adaptive", "state")
    answer = ("comparisons__choice",) if learns else ()
    for one, left, right, first, adaptive, state, *choice in trials.order_by().values_list(*columns, *answer):
        said = (choice[0] if choice else None) or ""
        yield Held(key_of(one, left, right), left, first, adaptive, said), state == Trial.State.ANSWERED


def _told(places: Places, kept: PartCounts, fresh: PartCounts, valid: int) -> PartPlaces:
    taken = fresh.counts.taken
    limit = int(fresh.capacity.min(initial=UNLIMITED))
    return PartPlaces(
        part=kept.part.id,
        simulated=places.simulated,
        units=len(taken),
        fewest=int(taken.min()) if len(taken) else 0,
        most=int(taken.max(initial=0)),
        held=int(taken.sum()),
        valid=valid,
        capacity=None if limit == UNLIMITED else limit,
        wrong=not kept.counts.same_as(fresh.counts),
    )
