"""Looks at where a study stands: asked for as raters finish, taken once, and followed by what was declared.

The verdict is the analysis': it reads an exported bundle, as the report does. Here it only has consequences:
the places of excluded raters go to others, and a study whose stop rule is met lets nobody new in.
"""

from __future__ import annotations

import tempfile
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone

from mos_platform.assignments.places import lock_sittings, return_places, take_back_places
from mos_platform.exports.services import export_bundle, fingerprint
from mos_platform.lease import LEASE, renewed
from mos_platform.raters.models import Link, Rater
from mos_platform.ratings.models import Comparison, Rating, TextAnswer
from mos_platform.standing.models import Standing
from mos_platform.standing.program import LONGEST_S, standing_of
from mos_platform.stimuli.models import Study
from studies.errors import InputError

State = Standing.State
THROUGH = (Rater.Status.FINISHED, Rater.Status.ENDED)
COUNTING = (Rater.Status.ACTIVE, Rater.Status.FINISHED)  # whoever withdrew or was ended keeps no place
EVERY = 5  # raters
SHARE = 0.1  # of those before, where that is more: looks get rarer as little can change
QUIET = timedelta(minutes=10)  # after which a single rater is worth a look


def ask_where_due() -> None:
    """Ask for a look at every study whose verdict can have consequences, once enough raters came."""
    rated = Rater.objects.filter(status__in=THROUGH)
    for study in Study.objects.filter(pk__in=rated.values("study")):
        if has_consequences(study) and is_due(study):
            ask(study)


def has_consequences(study: Study) -> bool:
    """Whether the study declares who is excluded, or when it stops."""
    config = study.parsed
    return bool(config.screening.apply) or config.stop.rule == "precision"


def is_due(study: Study) -> bool:
    """As raters finish; after a while also for one, for whoever left, and where the last look failed."""
    through = _through(study)
    last = study.standings.first()
    if last is None:
        return through >= EVERY or _is_through(study, timezone.now() - QUIET)
    if last.state in Standing.OPEN or last.finished_at is None:
        return False
    if last.state == State.DONE and through - last.raters >= max(EVERY, SHARE * last.raters):
        return True
    if timezone.now() - last.finished_at < QUIET:
        return False
    return last.state == State.FAILED or (through, answers(study)) != (last.raters, last.answers)


def _is_through(study: Study, before: datetime) -> bool:
    """Whether anybody finished that long ago."""
    through = study.raters.filter(status__in=THROUGH)
    return through.filter(sittings__completed_at__lt=before).exists()


def answers(study: Study) -> int:
    """How many answers are stored, of whomever."""
    stored = (Rating, Comparison, TextAnswer)
    return sum(model.objects.filter(trial__sitting__rater__study=study).count() for model in stored)


def _through(study: Study) -> int:
    return study.raters.filter(status__in=THROUGH).count()


def ask(study: Study) -> Standing:
    """Ask for a look; while one is under way, that one is returned."""
    try:
        with transaction.atomic():
            return Standing.objects.create(study=study, raters=_through(study), answers=answers(study))
    except IntegrityError:
        return study.standings.latest("requested_at")


def unfinished() -> list[int]:
    """Looks to take: pending, or claimed by a worker that died."""
    lost = Q(state=State.RUNNING, claimed_at__lt=timezone.now() - LEASE)
    return list(Standing.objects.filter(Q(state=State.PENDING) | lost).values_list("pk", flat=True))


def take_look(standing_id: int) -> None:
    """Take one look; claimed once, however often it is called. The same data are not analysed twice."""
    claimed = Standing.objects.filter(pk=standing_id, pk__in=unfinished()).update(
        state=State.RUNNING, claimed_at=timezone.now()
    )
    if not claimed:
        return
    standing = Standing.objects.select_related("study").get(pk=standing_id)
    try:
        with renewed(lambda: _renew(standing_id), longest_s=LONGEST_S):
            standing.fingerprint, standing.found = _looked(standing.study)
    except (InputError, OSError) as error:
        standing.message = str(error)[:1000]
    _finish(standing)


def _renew(standing_id: int) -> None:
    Standing.objects.filter(pk=standing_id, state=State.RUNNING).update(claimed_at=timezone.now())


def _looked(study: Study) -> tuple[str, dict[str, Any]]:
    """The fingerprint of the data as they are now, and what the analysis says of them. Raises InputError."""
    root = Path(settings.BUNDLES_ROOT)
    root.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{study.folder}-standing-", dir=root) as scratch:
        bundle = export_bundle(study, Path(scratch) / study.folder)
        found = fingerprint(bundle)
        before = latest(study)
        if before is not None and before.fingerprint == found:
            return found, before.found
        return found, standing_of(bundle)


def latest(study: Study) -> Standing | None:
    """The last look that saw anything."""
    return study.standings.filter(state=State.DONE).first()


@transaction.atomic
def _finish(standing: Standing) -> None:
    """Write the outcome and let it have its consequences, both or neither."""
    before = latest(standing.study)
    standing.state = State.FAILED if standing.message else State.DONE
    standing.finished_at = timezone.now()
    standing.save()
    if standing.state == State.DONE:
        _move_places(standing, before)
        _stop(standing)


def _move_places(standing: Standing, before: Standing | None) -> None:
    """Of everybody who is excluded now, and of those who are so no longer."""
    raters = standing.study.raters.order_by("pk")
    counted_again = (before.excluded if before else set()) - standing.excluded
    lock_sittings(raters.filter(public_id__in=standing.excluded | counted_again))
    for rater in raters.filter(public_id__in=standing.excluded):
        return_places(rater)
    for rater in raters.filter(public_id__in=counted_again, status__in=COUNTING):
        take_back_places(rater)


def _stop(standing: Standing) -> None:
    """Let nobody new in once the declared rule is met; a rehearsal that meets it ends itself alone."""
    study = standing.study
    if _is_met(standing, "real"):
        Study.objects.filter(pk=study.pk, completed_at=None).update(completed_at=timezone.now())
    if _is_met(standing, "simulated"):
        study.links.filter(kind=Link.Kind.SIMULATED).update(is_full=True)


def _is_met(standing: Standing, group: str) -> bool:
    stop = (standing.found.get(group) or {}).get("stop")
    return bool(stop and stop["reached"])
