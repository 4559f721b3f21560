"""What the checks found, as columns of the bundle's raters."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from mos_platform.setup.models import SetupCheck
from mos_platform.stimuli.models import Study

Facts = dict[str, Any]


def setup_facts(study: Study) -> dict[int, Facts]:
    """The columns by rater; of several sittings the latest counts. Checks never tried give no column."""
    found: dict[int, Facts] = {}
    checks = SetupCheck.objects.filter(sitting__rater__study=study, passed__isnull=False)
    for check in checks.select_related("sitting").order_by("sitting", "pk"):
        columns = COLUMNS.get(check.name)
        if columns:
            found.setdefault(check.sitting.rater_id, {}).update(columns(check))
    return found


def _screen(check: SetupCheck) -> Facts:
    return {"refresh_hz": check.value.get("refresh_hz")}


def _speed(check: SetupCheck) -> Facts:
    return {"mbits": check.value.get("mbits")}


def _sound(check: SetupCheck) -> Facts:
    return {"sound_tries": check.tries}


def _headphones(check: SetupCheck) -> Facts:
    return {"headphones_passed": check.passed}


def _colour(check: SetupCheck) -> Facts:
    return {"colour_passed": check.passed}


def _distance(check: SetupCheck) -> Facts:
    return {"distance_confirmed": check.passed}


def _sync(check: SetupCheck) -> Facts:
    return {"sync_correct": check.value.get("right")}


COLUMNS: Mapping[str, Callable[[SetupCheck], Facts]] = {
    "screen": _screen,
    "speed": _speed,
    "sound": _sound,
    "headphones": _headphones,
    "colour": _colour,
    "distance": _distance,
    "sync": _sync,
}
