"""Word and character errors: whether a recogniser hears in a clip what it hears in the reference."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mos_platform.metrics.measures.implementation import ClipMeasure, Files
from mos_platform.metrics.measures.reading.sound import RATE, read_sound
from mos_platform.metrics.measures.result import Measurement, NoValueError
from mos_platform.metrics.measures.speech.heard import audible


def recognised(samples: NDArray[np.int16]) -> str:
    """The English words in int16 samples at 16 kHz, lower case, by pocketsphinx's en-us model; "" if none.

    A new decoder for each sound: one that has heard another answers otherwise.
    """
    decoder = _pocketsphinx().Decoder(samprate=RATE, loglevel="FATAL")
    decoder.start_utt()
    decoder.process_raw(samples.tobytes(), full_utt=True)
    decoder.end_utt()
    found = decoder.hyp()
    return str(found.hypstr).strip() if found else ""


def _pocketsphinx() -> Any:
    try:
        import pocketsphinx
    except ModuleNotFoundError:
        raise NoValueError(_missing("pocketsphinx")) from None
    return pocketsphinx


def _jiwer() -> Any:
    try:
        import jiwer
    except ModuleNotFoundError:
        raise NoValueError(_missing("jiwer")) from None
    return jiwer


def _missing(package: str) -> str:
    return f"package missing ({package}; pip install 'mos-platform[metrics]')"


def errors(expected: str, heard: str) -> tuple[float, float]:
    """Word and character error rate of what was heard against a transcript of one word or more.

    Substitutions, deletions and insertions of the cheapest alignment over the transcript's length; spaces
    are characters. Either can exceed 1.
    """
    jiwer = _jiwer()
    return float(jiwer.wer(expected, heard)), float(jiwer.cer(expected, heard))


@dataclass(frozen=True)
class Transcript:
    """What is recognised in a sound of so many samples."""

    text: str
    samples: int


def transcript(clip: Path) -> Transcript:
    """Of a clip; the same file is listened to once. Raises NoValueError where it cannot be heard."""
    facts = clip.stat()
    return _transcript(clip, facts.st_size, facts.st_mtime_ns)


@lru_cache(maxsize=64)
def _transcript(clip: Path, size: int, mtime_ns: int) -> Transcript:
    """Size and time of change belong to the key, so that a changed file is listened to again."""
    del size, mtime_ns
    samples = audible(read_sound(clip)).samples
    return Transcript(recognised(samples), len(samples))


def against_reference(files: Files) -> Mapping[str, Measurement]:
    """Of a clip against what is recognised in its reference.

    What the clip has beyond the reference's end is not listened to: encoders pad, and a trailing scrap
    changes how the words before it are understood.
    """
    if files.reference is None:
        raise NoValueError("no reference clip for this item")
    _jiwer()
    own = audible(read_sound(files.clip)).samples
    reference = _of_reference(files.reference)
    words, characters = errors(reference.text, recognised(own[: reference.samples]))
    note = f"transcript of {len(reference.text.split())} words, recognised in the reference"
    return {"wer_asr": Measurement(words, note=note), "cer_asr": Measurement(characters, note=note)}


def _of_reference(clip: Path) -> Transcript:
    try:
        found = transcript(clip)
    except NoValueError as none:
        raise NoValueError(f"reference: {none}") from None
    if not found.text:
        raise NoValueError("reference: no English word is recognised")
    return found


ERRORS = ClipMeasure("asr", against_reference)
