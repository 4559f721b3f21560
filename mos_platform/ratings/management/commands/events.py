from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import F

from mos_platform.ratings.models import Viewing
from mos_platform.stimuli.lookup import find_study
from mos_platform.stimuli.models import Study


class Command(BaseCommand):
    help = "Print what browsers noted while trials were shown, as JSON lines: one per trial, void ones too."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("study", metavar="STUDY", help="its id; ID@1 for an older version")

    def handle(self, *_args: Any, **options: Any) -> None:
        for row in viewings(find_study(options["study"])):
            self.stdout.write(json.dumps(row, cls=DjangoJSONEncoder, ensure_ascii=False))


def viewings(study: Study) -> Iterator[dict[str, Any]]:
    """Raters, sittings and positions as in the bundle's tables, in their order."""
    rows = Viewing.objects.filter(trial__sitting__rater__study=study)
    told = rows.order_by("trial__sitting__pk", "trial__position").values(
        "events",
        "received_at",
        rater=F("trial__sitting__rater__public_id"),
        sitting=F("trial__sitting__public_id"),
        position=F("trial__position"),
        part=F("trial__part"),
        state=F("trial__state"),
        opened_at=F("trial__opened_at"),
    )
    for row in told.iterator(1000):
        yield {**row}
