"""The sounds that measures of speech compare, or the reason why there are none."""

from __future__ import annotations

from mos_platform.metrics.measures.implementation import Gathered
from mos_platform.metrics.measures.reading.sound import Sound
from mos_platform.metrics.measures.result import NoValueError

SHORTEST = 1.0


def audible(sound: Sound) -> Sound:
    """The sound itself. Raises NoValueError where it is silent or shorter than a second."""
    if sound.is_silent:
        raise NoValueError("the sound is silent")
    if sound.duration < SHORTEST:
        raise NoValueError(f"the sound is shorter than {SHORTEST:g} s")
    return sound


def both(gathered: Gathered) -> tuple[Sound, Sound]:
    """The sounds of a clip and of its reference; reasons say which of the two they concern."""
    own, reference = audible(gathered.sound), gathered.reference
    try:
        return own, audible(reference.sound)
    except NoValueError as none:
        raise NoValueError(f"reference: {none}") from None
