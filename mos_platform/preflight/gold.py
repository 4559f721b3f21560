"""Gold clips that are made at import: which, from what, and whether they can be."""

from __future__ import annotations

from collections.abc import Iterator

from mos_platform.clips.damaging.voice import SHARE
from mos_platform.preflight.clips import Facts
from mos_platform.preflight.findings import Finding, failed, named, passed
from studies.config import Cell, Made, StudyConfig


def gold_findings(config: StudyConfig, facts: Facts) -> Iterator[Finding]:
    """What cannot be made, one by one; then what will be. Whether a face is found is seen at import."""
    made = {cell: one for cell in config.cells() if (one := config.made(cell[0])) is not None}
    longest_s = config.clips.seconds or float("inf")
    for cell, one in made.items():
        problem = _soundless(cell, one, facts) or _short(cell, one, facts, longest_s)
        if problem:
            yield failed("gold", f"{cell[0]} × {cell[1]} cannot be made: {problem}.")
    told = [f"{method} × {item} from {one.of} ({one.told})" for (method, item), one in made.items()]
    if told:
        yield passed("gold", f"gold clips are made at import: {named(told)}.")


def _soundless(cell: Cell, made: Made, facts: Facts) -> str:
    """ "" where all that takes part has sound, or is not there to be listened to."""
    if not (made.shift_ms or made.swapped_sound):
        return ""
    for item in filter(None, (cell[1], made.swapped_sound)):
        clip = facts.get((made.of, item))
        if clip is not None and (clip.audio is None or clip.audio.silent):
            return f"{made.of} × {item} has no sound; take another method or item"
    return ""


def _short(cell: Cell, made: Made, facts: Facts, longest_s: float) -> str:
    clip, shift_s = facts.get((made.of, cell[1])), abs(made.shift_ms) / 1000
    sound_s = min(clip.audio.duration_s, longest_s) if clip and clip.audio else float("inf")
    if sound_s >= SHARE * shift_s:
        return ""
    return (
        f"{made.of} × {cell[1]} has {sound_s:.2f} s of sound, too little to be moved by {shift_s:g} s; make "
        "the shift smaller, or take another item"
    )
