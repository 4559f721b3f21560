"""A crowd of simulated raters takes a study until every clip has its quota; a program of its own.

python crowd.py FOLDER WAVE MOST AT_ONCE: raters come in waves, AT_ONCE at the same time. After each wave an
hour passes, in which whoever left does not come back. Once all places are taken somebody looks how the study
stands, which excludes whom the declared screening excludes, and more come in their place. It ends when every
clip has its quota, or after MOST raters. Prints one JSON line of facts, counted from trials and answers, not
from what the platform counts itself.
"""

from __future__ import annotations

import json
import sys
import time
from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import Any

import django

SEED = 5
PROFILES = {"careful": 0.7, "slow": 0.05, "dropper": 0.2, "straight_liner": 0.05}


def quiet(*_progress: object) -> None:
    """No bar: the output is for a program."""


def main(folder: Path, wave: int, most: int, at_once: int) -> None:
    django.setup()
    from django.test import override_settings

    from mos_platform.intake import take_in
    from mos_platform.locking import migrate
    from mos_platform.server import running_server

    migrate()
    study = take_in(folder, progress=quiet).study
    began, came, ends, marks = time.monotonic(), 0, Counter[str](), []
    # Without a worker here: looks are taken when this says so, not as raters finish.
    with override_settings(EMBEDDED=False), running_server("127.0.0.1:0") as url:
        while came < most and min(counts(study)) < study.parsed.targets.ratings_per_stimulus:
            came += wave
            ends += come(study, came, url, at_once)
            marks.append(places(study))
            an_hour_passes(study)
            if all(one["fewest"] == one["capacity"] for one in places(study)):
                look(study)
    told = {"came": came, "ends": ends, "seconds": round(time.monotonic() - began, 1), "after_waves": marks}
    print(json.dumps(told | facts(study)), flush=True)


def come(study: Any, raters: int, url: str, at_once: int) -> Counter[str]:
    """Bring the study to that many raters; how many of the new ones ended how, by profile."""
    from mos_platform.simulate.services import simulate
    from studies.invention import invented

    model = invented(study.parsed, raters, SEED)
    model = model.model_copy(update={"profiles": PROFILES, "inattentive_share": 0.0})
    summary = simulate(study, model, url, quiet, at_once)
    return Counter({f"{one.profile} {how}": n for one in summary.tallies for how, n in one.ends.items()})


def an_hour_passes(study: Any) -> None:
    """For those whom nobody has seen since."""
    from django.db.models import F

    from mos_platform.assignments.places import return_abandoned
    from mos_platform.raters.models import Sitting

    away = Sitting.objects.filter(rater__study=study, seen_at__isnull=False)
    away.update(seen_at=F("seen_at") - timedelta(hours=1, minutes=1))
    while return_abandoned(study):
        pass


def look(study: Any) -> None:
    from django.core.management import call_command

    call_command("standing", study.name, stdout=sys.stderr)


def places(study: Any) -> list[dict[str, Any]]:
    """What the platform holds, and whether that is what its trials hold."""
    from mos_platform.assignments.places import recounted

    return [
        {"most": one.most, "fewest": one.fewest, "capacity": one.capacity, "wrong": one.wrong}
        for one in recounted(study)
    ]


def inattentive(study: Any) -> set[int]:
    """Raters who missed a check that asks for one grade."""
    from mos_platform.ratings.models import Rating

    traps = Rating.objects.filter(trial__sitting__rater__study=study, trial__kind="trap")
    rows = traps.values_list("trial__sitting__rater", "question", "score", "trial__expected")
    return {rater for rater, question, score, expected in rows if score != expected[question]["low"]}


def valid(study: Any) -> list[tuple[int, ...]]:
    """(rater, stimulus, method, or left, right) of each scored trial that was answered and counts."""
    from mos_platform.assignments.models import Trial

    out = inattentive(study)
    done = Trial.objects.filter(sitting__rater__study=study, kind="scored", state="answered").order_by()
    rows = done.values_list("sitting__rater", "stimulus", "stimulus__method", "left", "right")
    return [row for row in rows if row[0] not in out]


def counts(study: Any) -> list[int]:
    """Of every clip, then of every pair."""
    rows = valid(study)
    clips = Counter(stimulus for _, stimulus, *_ in rows if stimulus)
    pairs = Counter(frozenset(row[3:]) for row in rows if row[3])
    found = [clips[pk] for pk in study.stimuli.values_list("pk", flat=True)]
    if any(part.is_paired for part in study.parsed.parts):
        methods, items = study.methods.count(), study.items.count()
        missing = items * methods * (methods - 1) // 2 - len(pairs)
        found += [*pairs.values(), *[0] * missing]
    return found


def facts(study: Any) -> dict[str, Any]:
    from mos_platform.assignments.models import Trial
    from mos_platform.ratings.models import Comparison, Rating

    rows = valid(study)
    answered = Trial.objects.filter(sitting__rater__study=study, state="answered")
    given = [
        *Rating.objects.filter(trial__sitting__rater__study=study).values_list("trial", "question"),
        *Comparison.objects.filter(trial__sitting__rater__study=study).values_list("trial", "question"),
    ]
    return {
        "counts": counts(study),
        "raters_per_method": sorted(
            Counter(m for _, m in {(row[0], row[2]) for row in rows if row[2]}).values()
        ),
        "seen_twice": len(rows) - len(set(rows)),
        "answers": len(given),
        "answered_twice": len(given) - len(set(given)),
        "answered": answered.count(),
        "excluded": len(inattentive(study)),
        "places": places(study),
    }


if __name__ == "__main__":
    main(Path(sys.argv[1]), *(int(word) for word in sys.argv[2:5]))
