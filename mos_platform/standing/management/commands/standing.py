from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from mos_platform.standing.services import ask, take_look
from mos_platform.standing.shown import lines
from mos_platform.stimuli.lookup import find_study
from studies.errors import InputError


class Command(BaseCommand):
    help = "Look at where a study stands now: who is excluded, how wide the intervals are, whether it stops."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("study", metavar="STUDY", help="its id; ID@1 for an older version")

    def handle(self, *_args: Any, **options: Any) -> None:
        study = find_study(options["study"])
        standing = ask(study)
        take_look(standing.pk)
        standing.refresh_from_db()
        if standing.is_open:
            raise InputError(f"'{study.name}' is being looked at by another process; try again in a minute.")
        if standing.message:
            raise InputError(standing.message)
        study.refresh_from_db()
        self.stdout.write("\n".join(lines(study, standing)))
