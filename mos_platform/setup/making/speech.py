"""Make mos_platform/setup/speech/LANGUAGE.flac: the digits 0 to 9, each in a slot of the same length.

Needs the program espeak-ng; the same version of it gives the same sound again.
"""

from __future__ import annotations

import io
import subprocess
import wave
from collections.abc import Mapping

import av
import numpy as np
from numpy.typing import NDArray

from mos_platform.setup.sounds import FOLDER, LANGUAGES, RATE, SLOT

Samples = NDArray[np.float64]

VOICES: Mapping[str, str] = {
    "en": "en-us",
    "de": "de",
    "es": "es-419",
    "fr": "fr-fr",
    "zh": "cmn-latn-pinyin",
    "ar": "ar",
}
# As they are said, not as they are spelt.
DIGITS: Mapping[str, str] = {
    "en": "zero one two three four five six seven eight nine",
    "de": "null eins zwei drei vier fünf sechs sieben acht neun",
    "es": "cero uno dos tres cuatro cinco seis siete ocho nueve",
    "fr": "zéro un deux trois quatre cinq six sept huit neuf",
    "zh": "ling2 yi1 er4 san1 si4 wu3 liu4 qi1 ba1 jiu3",
    "ar": "صِفْر واحِد اِثنان ثَلاثَه أَربَعَه خَمسَه سِتَه سَبعَه ثَمانِيَه تِسعَه",
}
WORDS_PER_MINUTE = 135
SILENT = 0.01  # of the loudest sample
LOUDNESS = 0.12  # root mean square of a spoken digit; full scale is 1
LOUDEST = 0.89


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    for language in LANGUAGES:
        slots = [_slot(_spoken(word, VOICES[language])) for word in DIGITS[language].split()]
        _write(language, np.concatenate(slots))


def _spoken(word: str, voice: str) -> Samples:
    command = ["espeak-ng", "-v", voice, "-s", str(WORDS_PER_MINUTE), "--stdout", word]
    spoken = subprocess.run(command, check=True, capture_output=True).stdout  # noqa: S603 -- fixed words
    with wave.open(io.BytesIO(spoken)) as file:
        if file.getframerate() != RATE:
            raise SystemExit(f"espeak-ng speaks at {file.getframerate()} Hz; {RATE} is needed.")
        samples = np.frombuffer(file.readframes(file.getnframes()), dtype="<i2") / 2**15
    loud = np.flatnonzero(np.abs(samples) > SILENT * np.abs(samples).max())
    trimmed: Samples = samples[loud[0] : loud[-1] + 1]
    return trimmed


def _slot(spoken: Samples) -> Samples:
    """The digit in the middle of its slot, as loud as every other."""
    if len(spoken) > SLOT:
        raise SystemExit(f"a digit takes {len(spoken) / RATE:.2f} s; make the slots longer.")
    gain = min(LOUDNESS / np.sqrt(np.mean(spoken**2)), LOUDEST / np.abs(spoken).max())
    before = (SLOT - len(spoken)) // 2
    return np.pad(spoken * gain, (before, SLOT - len(spoken) - before))


def _write(language: str, samples: Samples) -> None:
    with av.open(str(FOLDER / f"{language}.flac"), "w") as container:
        stream = container.add_stream("flac", rate=RATE, layout="mono")
        whole = np.round(samples * 2**15).astype(np.int16)
        frame = av.AudioFrame.from_ndarray(whole[None], format="s16", layout="mono")
        frame.sample_rate = RATE
        for packet in (*stream.encode(frame), *stream.encode()):
            container.mux(packet)


if __name__ == "__main__":
    main()
