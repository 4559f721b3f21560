"""Many raters at once on one study, through the platform's services; a program that prints what it found.

    python hammering.py THREADS RATERS

Raters answer, stay away, come back, withdraw and are excluded; others sweep what is abandoned. Afterwards
those who are missing come one by one until the study is full.
"""

from __future__ import annotations

import json
import os
import random
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mos_platform.settings")

STUDY = {
    "study": "hammered",
    "title": "Hammered",
    "setup": {"checks": []},
    "texts": {
        "welcome": "Welcome.",
        "consent": {"version": "1", "body": "I agree to take part in this study."},
        "instructions": "Watch and rate.",
        "debriefing": "The clips were synthetic.",
    },
    "methods": ["alpha", "beta", "gamma"],
    "items": [f"i{i}" for i in range(4)],
    "parts": [
        {
            "id": "rating",
            "test_method": "ACR",
            "questions": [{"id": "overall", "text": "How good?"}],
            "trials_per_sitting": 4,
            "attention_checks": 0,
            "dummies": 0,
        },
        {
            "id": "pairs",
            "test_method": "PC",
            "questions": [{"id": "better", "text": "Which?"}],
            "trials_per_sitting": 3,
            "attention_checks": 0,
            "dummies": 0,
        },
    ],
    "stop": {"rule": "quota"},
    "targets": {"ratings_per_stimulus": 4},
    "metrics": [],
}


class Hammer:
    def __init__(self) -> None:
        from imported import rows_of

        from mos_platform.raters.services import simulated_link

        self.study = rows_of(STUDY)
        self.link = simulated_link(self.study)
        self.away: list[Any] = []

    def enter(self) -> Any:
        from django.utils import timezone

        from mos_platform.assignments.services import reserve_sitting
        from mos_platform.raters.admission import Enrolment
        from mos_platform.raters.services import NotAdmittedError, enrol

        try:
            began = timezone.now() - timedelta(days=1)
            sitting = enrol(self.link, Enrolment("some", "", "desktop", clock=began))
        except NotAdmittedError:
            return None
        reserve_sitting(sitting)
        return None if sitting.over_quota else sitting

    def answer(self, sitting: Any, n: int | None = None) -> None:
        from mos_platform.assignments.models import Trial
        from mos_platform.ratings.refusals import RefusedError
        from mos_platform.ratings.services import Clock, Submission, record_answers

        at = sitting.started_at
        for trial in list(sitting.trials.filter(state__in=Trial.WAITING))[:n]:
            at += timedelta(seconds=30)
            clock = Clock(presented_at=at, submitted_at=at + timedelta(seconds=20))
            answers = {"better": "left"} if trial.is_pair else {"overall": "3"}
            try:
                record_answers(trial.token, Submission(answers, clock=clock))
            except RefusedError:
                return

    def stay_away(self, sitting: Any) -> None:
        from django.utils import timezone

        from mos_platform.raters.models import Sitting

        gone = timezone.now() - timedelta(hours=2)
        Sitting.objects.filter(pk=sitting.pk, seen_at__isnull=False).update(seen_at=gone)
        self.away.append(sitting)

    def one(self, seed: int) -> None:
        from django.db import connection

        from mos_platform.assignments import places
        from mos_platform.assignments.services import reserve_sitting
        from mos_platform.ratings.leaving import withdraw

        chance = random.Random(seed)
        try:
            sitting = self.enter()
            if sitting is None:
                return
            what = chance.choice(["all"] * 5 + ["away", "away", "back", "withdraw", "excluded", "twice"])
            self.answer(sitting, None if what in ("all", "excluded", "twice") else chance.randrange(5))
            if what == "away":
                self.stay_away(sitting)
                places.return_abandoned(self.study)
            if what == "back" and self.away:
                back = self.away.pop()
                reserve_sitting(back)
                self.answer(back)
            if what == "withdraw":
                withdraw(sitting.token)
            if what in ("excluded", "twice"):
                places.return_places(sitting.rater)
            if what == "twice":
                places.return_places(sitting.rater)
            if what in ("back", "away"):
                self.stay_away(sitting)
        finally:
            connection.close()

    def fill(self) -> int:
        """Raters one by one until there is no place."""
        from mos_platform.assignments import places

        for more in range(300):
            places.return_abandoned(self.study)
            sitting = self.enter()
            if sitting is None:
                return more
            self.answer(sitting)
        raise RuntimeError("the study never fills")

    def found(self) -> dict[str, Any]:
        from django.db.models import Count

        from mos_platform.assignments import places
        from mos_platform.assignments.models import Trial

        told = [one for one in places.recounted(self.study) if one.simulated]
        live = Trial.objects.exclude(state__in=Trial.GONE).order_by()
        shown = live.values("sitting", "part", "stimulus", "left", "right").annotate(n=Count("pk"))
        return {
            "wrong": sum(one.wrong for one in told),
            "counts": [[one.fewest, one.most, one.held - one.valid] for one in told],
            "twice": shown.filter(n__gt=1).count(),
            "waiting": Trial.objects.filter(state__in=Trial.WAITING, holds_place=True).count(),
        }


def main(threads: int, raters: int) -> None:
    import django

    django.setup()
    hammer = Hammer()
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(hammer.one, range(raters)))
    mid = hammer.found()
    more = hammer.fill()
    print(json.dumps({"mid": mid, "more": more, "end": hammer.found()}))


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
