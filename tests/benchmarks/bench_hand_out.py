"""What a hand-out costs the server: 5,000 stimuli, 100,000 ratings stored, then ten times as many.

    python tests/benchmarks/bench_hand_out.py

Seconds of CPU of this process, which on the embedded SQLite does the database's work too, and of the clock.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

os.environ["MOS_VAR"] = tempfile.mkdtemp(prefix="mos-bench-")
os.environ["DJANGO_SETTINGS_MODULE"] = "mos_platform.settings"
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))

import django
import numpy as np

METHODS, ITEMS, TRIALS = 50, 100, 40
RATINGS = 100_000
HAND_OUTS = 25
STEP = 1000  # between the ids of two copies
LIMIT_MS = 20.0
FRESH = {"token", "public_id", "ticket"}  # unique columns


def study() -> Any:
    from imported import rows_of

    return rows_of(
        {
            "study": "large",
            "title": "Large",
            "setup": {"checks": []},
            "texts": {
                "welcome": "Welcome.",
                "consent": {"version": "1", "body": "I agree to take part in this study."},
                "instructions": "Watch and rate.",
                "debriefing": "The clips were synthetic.",
            },
            "methods": [f"m{i}" for i in range(METHODS)],
            "items": [f"i{i}" for i in range(ITEMS)],
            "parts": [
                {
                    "id": "rating",
                    "test_method": "ACR",
                    "questions": [{"id": "overall", "text": "How good?"}],
                    "trials_per_sitting": TRIALS,
                }
            ],
            "metrics": [],
        }
    )


def entered(of: Any) -> Any:
    from mos_platform.raters.admission import Enrolment
    from mos_platform.raters.services import enrol, open_link

    return enrol(open_link(of), Enrolment("some", "", "desktop"))


def finished(of: Any) -> Any:
    """One rater whose rows are then copied."""
    from django.utils import timezone

    from mos_platform.assignments import states
    from mos_platform.assignments.services import reserve_sitting
    from mos_platform.raters.services import complete_sitting
    from mos_platform.ratings.models import Rating

    sitting, now = entered(of), timezone.now()
    reserve_sitting(sitting)
    for trial in sitting.trials.all():
        times = {"presented_at": now, "submitted_at": now}
        Rating.objects.create(trial=trial, question="overall", question_position=1, score=3, **times)
        states.mark_answered(trial)
    complete_sitting(sitting, now, earned=True)
    return sitting


def copied(sitting: Any, first: int, last: int) -> None:
    """The sitting's rows, as those of raters number `first` to `last`."""
    from mos_platform.assignments.models import Showing, Trial
    from mos_platform.raters.models import Rater, Sitting
    from mos_platform.ratings.models import Rating

    own = {"sitting_id": sitting.pk}
    for model, where in (
        (Rater, {"id": sitting.rater_id}),
        (Sitting, {"id": sitting.pk}),
        (Trial, own),
        (Showing, {"trial__sitting_id": sitting.pk}),
        (Rating, {"trial__sitting_id": sitting.pk}),
    ):
        _copy(model, model.objects.filter(**where), first, last)


def _copy(model: Any, rows: Any, first: int, last: int) -> None:
    from django.db import connection

    columns = [field.column for field in model._meta.concrete_fields]
    moved = {"id", "rater_id", "sitting_id", "trial_id"}
    told = [
        f"{name} + {STEP} * n" if name in moved else "lower(hex(randomblob(8)))" if name in FRESH else name
        for name in columns
    ]
    keys = ", ".join(str(pk) for pk in rows.values_list("pk", flat=True))
    table = model._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            f"WITH RECURSIVE numbers(n) AS (SELECT {first} "
            f"UNION ALL SELECT n + 1 FROM numbers WHERE n < {last}) "
            f"INSERT INTO {table} ({', '.join(columns_quoted(columns))}) "
            f"SELECT {', '.join(quoted(told, columns))} FROM {table}, numbers WHERE id IN ({keys})"
        )


def columns_quoted(columns: list[str]) -> list[str]:
    return [f'"{name}"' for name in columns]


def quoted(told: list[str], columns: list[str]) -> list[str]:
    return [f'"{one}"' if one == name else one for one, name in zip(told, columns, strict=True)]


def timed(of: Any) -> tuple[np.ndarray, np.ndarray]:
    """Milliseconds of CPU and of the clock, by hand-out."""
    from mos_platform.assignments.services import reserve_sitting

    cpu, clock = [], []
    for _ in range(HAND_OUTS):
        sitting = entered(of)
        before = time.process_time(), time.perf_counter()
        reserve_sitting(sitting)
        cpu.append(1000 * (time.process_time() - before[0]))
        clock.append(1000 * (time.perf_counter() - before[1]))
        assert sitting.trials.filter(kind="scored").count() == TRIALS
    return np.array(cpu[1:]), np.array(clock[1:])  # the first one reads the study's clips


def main() -> int:
    django.setup()
    from django.core.management import call_command

    from mos_platform.ratings.models import Rating

    call_command("migrate", verbosity=0)
    of = study()
    template = finished(of)
    per_rater = Rating.objects.count()
    medians, raters = [], 1
    for wanted in (RATINGS, 10 * RATINGS):
        more = -(-wanted // per_rater)
        copied(template, raters, more)
        raters = more + HAND_OUTS  # hand-outs take the ids after the last copy's
        cpu, clock = timed(of)
        medians.append(float(np.median(cpu)))
        print(
            f"{METHODS * ITEMS} stimuli, {Rating.objects.count()} ratings: CPU {np.median(cpu):.1f} ms "
            f"(least {cpu.min():.1f}, most {cpu.max():.1f}), clock {np.median(clock):.1f} ms; "
            f"{TRIALS} trials, {HAND_OUTS - 1} hand-outs"
        )
    return int(medians[0] > LIMIT_MS or medians[1] > 1.25 * medians[0])


if __name__ == "__main__":
    sys.exit(main())
