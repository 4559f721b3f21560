from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from mos_platform.assignments.places import PartPlaces, recounted, return_abandoned
from mos_platform.stimuli.lookup import find_study


class Command(BaseCommand):
    help = "Show how many places of each part are taken and answered, and whether the trials agree with that."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("study", metavar="STUDY", help="its id; ID@1 for an older version")
        parser.add_argument(
            "--recount", action="store_true", help="count again from the trials where it does not"
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        study = find_study(options["study"])
        return_abandoned(study)
        found = list(recounted(study, mend=options["recount"]))
        for one in found:
            self.stdout.write(told(one, mended=options["recount"]))
        if not found:
            self.stdout.write("No trial has been handed out yet.")


def told(one: PartPlaces, *, mended: bool) -> str:
    who = "rehearsal" if one.simulated else "raters"
    limit = "" if one.capacity is None else f" of {one.capacity}"
    wrong = " WRONG: counted again." if mended else " WRONG: run it again with --recount."
    return (
        f"{one.part} ({who}): {one.fewest} to {one.most}{limit} for each of {one.units}; "
        f"{one.held} taken, {one.valid} of them answered.{wrong if one.wrong else ''}"
    )
