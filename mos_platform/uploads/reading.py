"""Whether a study file from anybody can be read, found out where it can do no harm: in a child with limits.

Small files can ask for much: a hundred thousand wrong keys, aliases, depth. No Django here, for a fast start.
"""

from __future__ import annotations

from pathlib import Path

from mos_platform.clips.isolation import Limits, Task, run_each
from studies.config import CONFIG_FILE, load_study
from studies.errors import InputError, MistakesError

LIMITS = Limits(memory_bytes=2 << 30, cpu_s=60, wall_s=300.0)
MOST_SENTENCES = 100


def check_study_file(folder: Path) -> None:
    """Raises InputError or MistakesError where the study file in `folder` is wrong, or takes too much."""
    (outcome,) = run_each(sentences_about, [Task(CONFIG_FILE, (folder,))], limits=LIMITS, workers=1)
    if isinstance(outcome, InputError):
        raise InputError(
            f"{CONFIG_FILE} takes more than {LIMITS.cpu_s} s or {LIMITS.memory_bytes >> 30} GiB to be read; "
            "make it smaller."
        )
    if outcome:
        raise MistakesError(outcome)


def sentences_about(folder: Path) -> list[str]:
    """All that is wrong with the study file, but no more than anybody reads."""
    try:
        load_study(folder)
    except InputError as error:
        left = len(error.sentences) - MOST_SENTENCES
        more = [f"{CONFIG_FILE}: {left} more mistakes."] if left > 0 else []
        return [*error.sentences[:MOST_SENTENCES], *more]
    return []
