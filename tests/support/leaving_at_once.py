"""Raters who leave while their pages still load, answer and give up; a program that prints what it found.

python leaving_at_once.py RATERS
"""

from __future__ import annotations

import json
import os
import sys
import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mos_platform.settings")


class Crowd:
    def __init__(self) -> None:
        from hammering import STUDY
        from imported import rows_of

        from mos_platform.raters.services import simulated_link

        self.study = rows_of({**STUDY, "stop": {"rule": "never"}})
        self.link = simulated_link(self.study)
        self.told: Counter[str] = Counter()

    def enter(self) -> Any:
        from django.utils import timezone

        from mos_platform.raters.admission import Enrolment
        from mos_platform.raters.services import enrol

        began = timezone.now() - timedelta(days=1)
        return enrol(self.link, Enrolment("some", "", "desktop", clock=began))

    def send(self, what: str, address: str, body: dict[str, Any] | None = None) -> None:
        from django.db import connection
        from django.test import Client

        client = Client(raise_request_exception=False, headers={"Host": "localhost"})
        try:
            if what == "state":
                answer = client.get(address)
            else:
                answer = client.post(address, body or {}, content_type="application/json")
            self.told[f"{what} {answer.status_code}"] += 1
        finally:
            connection.close()

    def loading(self, sitting: Any) -> list[Callable[[], None]]:
        from django.urls import reverse

        state = reverse("ratings:state", args=[sitting.token])
        leave = reverse("ratings:withdraw", args=[sitting.token])
        return [lambda: self.send("state", state)] * 3 + [lambda: self.send("leave", leave)]

    def answering(self, sitting: Any) -> list[Callable[[], None]]:
        from django.urls import reverse

        from mos_platform.assignments.services import reserve_sitting

        reserve_sitting(sitting)
        trial = sitting.trials.first()
        at = sitting.started_at
        clock = {"presented_at": at.isoformat(), "submitted_at": (at + timedelta(seconds=20)).isoformat()}
        answers = {"answers": {"overall": "3"}, "clock": clock}
        addresses = {
            name: reverse(f"ratings:{name}", args=[trial.token]) for name in ("answers", "unplayable")
        }
        return [
            *[lambda: self.send("answers", addresses["answers"], answers)] * 2,
            lambda: self.send("unplayable", addresses["unplayable"], {"reason": "timeout"}),
            self.exclude,
            *self.loading(sitting),
        ]

    def exclude(self) -> None:
        """Everybody, as a look at the standing does."""
        from django.db import connection

        from mos_platform.standing import services
        from mos_platform.standing.models import Standing

        everybody = self.study.raters.values_list("public_id", flat=True)
        excluded = [{"rater": one, "rule": "attention"} for one in everybody]
        look = Standing(study=self.study, raters=0, found={"simulated": {"excluded": excluded}})
        try:
            services._finish(look)
            self.told["look 200"] += 1
        except Exception as error:
            self.told[f"look {type(error).__name__}"] += 1
        finally:
            connection.close()

    def at_once(self, doing: list[Callable[[], None]]) -> None:
        barrier = threading.Barrier(len(doing))

        def one(do: Callable[[], None]) -> None:
            barrier.wait()
            do()

        with ThreadPoolExecutor(len(doing)) as pool:
            list(pool.map(one, doing))

    def found(self) -> dict[str, Any]:
        from mos_platform.assignments import places
        from mos_platform.assignments.models import Trial

        return {
            "told": self.told,
            "left": Trial.objects.count(),
            "wrong": sum(one.wrong for one in places.recounted(self.study)),
        }


def main(raters: int) -> None:
    import django

    django.setup()
    crowd = Crowd()
    for _ in range(raters):
        crowd.at_once([do for sitting in (crowd.enter(), crowd.enter()) for do in crowd.answering(sitting)])
        crowd.at_once(crowd.loading(crowd.enter()))
    print(json.dumps(crowd.found()))


if __name__ == "__main__":
    main(int(sys.argv[1]))
