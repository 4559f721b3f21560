from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from mos_platform.raters.invitations import address, invite, invite_people
from mos_platform.stimuli.lookup import find_study
from studies.errors import InputError


class Command(BaseCommand):
    help = "Make invitations: addresses that each let one person into a study that recruits by invitation."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("study", metavar="STUDY", help="the study's name")
        how = parser.add_mutually_exclusive_group(required=True)
        how.add_argument("--count", type=int, metavar="N", help="print N new addresses")
        how.add_argument(
            "--names",
            type=Path,
            metavar="FILE",
            help="a text file with one name per line: prints NAME, a tab and the address; the same name "
            "gets the same address again. Names are not stored",
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        study = find_study(options["study"])
        if options["names"] is None:
            for invitation in invite(study, options["count"]):
                self.stdout.write(address(invitation))
            return
        for name, invitation in invite_people(study, _names(options["names"])):
            self.stdout.write(f"{name}\t{address(invitation)}")


def _names(file: Path) -> list[str]:
    try:
        return file.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError):
        raise InputError(
            f"{file} cannot be read as text; name a UTF-8 file with one name per line."
        ) from None
