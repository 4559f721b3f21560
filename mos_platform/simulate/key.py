"""What addresses and checks of simulated sittings stand for: known to the operator alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from mos_platform.assignments.models import Showing, Trial
from mos_platform.ratings.presentation import media_url
from mos_platform.simulate.shown import Cell, View

# Where a trial holds the clip of each role.
ROLES = {"clip": "stimulus", "reference": "reference", "left": "left", "right": "right"}
DIGITS = "digits"


class Key:
    """Of one sitting, read again whenever it is shown something new."""

    def __init__(self, sitting: str) -> None:
        self._sitting = sitting
        self._cells: dict[str, Cell] = {}

    def cells(self, trial: View) -> Sequence[Cell]:
        """Whose clips a trial shows, in their order."""
        urls = [clip["url"] for clip in trial["clips"]]
        if not self._cells.keys() >= set(urls):
            self._cells = _cells(self._sitting)
        return [self._cells[url] for url in urls]

    def heard(self, trial: View) -> View:
        """The trial with what its sound says: `heard`, of each question that asks for the digits."""
        if all(question["type"] != DIGITS for question in trial["questions"]):
            return trial
        expected = Trial.objects.values_list("expected", flat=True).get(token=trial["token"])
        return {**trial, "questions": [_with_sound(question, expected) for question in trial["questions"]]}


def _with_sound(question: View, expected: Mapping[str, Any]) -> View:
    if question["type"] != DIGITS:
        return question
    return {**question, "heard": str(int(expected[question["id"]]["low"]))}


def _cells(sitting: str) -> dict[str, Cell]:
    found = {}
    for role, field in ROLES.items():
        names = (f"trial__{field}__method__name", f"trial__{field}__item__name")
        shown = Showing.objects.filter(role=role, trial__sitting__token=sitting)
        for token, method, item in shown.values_list("token", *names):
            found[media_url(token)] = Cell(method, item)
    return found
