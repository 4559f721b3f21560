"""Render the demo study's clips: `python -m studies.demo.make_clips --out studies/demo/clips`.

Six sentences, each as a reference and four versions whose defects are known because they are made here.
Needs ffmpeg and the espeak-ng library. The same versions of both give the same files again.
"""

from __future__ import annotations

import argparse
import math
import subprocess
import sys
import tempfile
import wave
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter

from studies.demo.face import SIZE, Picture, Portrait, load_portrait, render
from studies.demo.mouth import Motion, speech_motion, stuck_opening
from studies.demo.speech import Speech, Voice
from studies.errors import InputError

FPS = 25
LEAD_IN_S = 0.28
TAIL_S = 0.45
LATE_S = 0.24
SPEECH_RMS = 0.09
WORDS_PER_MINUTE = 165
SEED = 20261121


@dataclass(frozen=True)
class Sentence:
    item: str
    voice: str
    text: str


SENTENCES = (
    Sentence("boat", "gmw/en-US+f3", "Mama bought a big blue boat last Monday morning."),
    Sentence("market", "gmw/en-US+f3", "We may buy some fresh bread at the farmers' market."),
    Sentence("weather", "gmw/en-US+f3", "Tomorrow morning will be warm, but maybe foggy."),
    Sentence("waltz", "gmw/en+f4", "Papa plays a famous waltz for my baby brother."),
    Sentence("harbour", "gmw/en+f4", "The ferry moves away from the harbour before five."),
    Sentence("museum", "gmw/en+f4", "My family will visit the marble museum in Vienna."),
)


@dataclass(frozen=True)
class Recipe:
    """One method: what is done to the reference's pictures and sound, and x264's quality for the result."""

    method: str
    crf: int
    blur: float = 0.0
    delay: float = 0.0
    stuck: bool = False


RECIPES = (
    Recipe("reference", crf=19),
    Recipe("near_clean", crf=24, blur=0.6),
    Recipe("late_audio", crf=20, delay=LATE_S),
    Recipe("frozen_mouth", crf=20, stuck=True),
    Recipe("blurred", crf=38, blur=2.6),
)


def make_clips(out: Path, progress: Callable[[str], None]) -> None:
    """Write `out`/METHOD/ITEM.mp4 for all methods and sentences; tells `progress` each file's name."""
    portrait = load_portrait()
    for index, sentence in enumerate(SENTENCES):
        speech = Voice(sentence.voice, WORDS_PER_MINUTE).say(sentence.text)
        rng = np.random.default_rng([SEED, index])
        for file in _make_sentence(out, sentence, speech, portrait, rng):
            progress(str(file))


def _make_sentence(
    out: Path, sentence: Sentence, speech: Speech, portrait: Portrait, rng: np.random.Generator
) -> Iterator[Path]:
    frames = math.ceil((LEAD_IN_S + speech.duration + TAIL_S) * FPS)
    motion = speech_motion(speech, LEAD_IN_S, frames, FPS, rng)
    stuck = replace(motion, opening=stuck_opening(frames, FPS, rng), rounding=np.zeros(frames))
    talking_pictures, stuck_pictures = _pictures(portrait, motion), _pictures(portrait, stuck)
    for recipe in RECIPES:
        pictures = _blur(stuck_pictures if recipe.stuck else talking_pictures, recipe.blur)
        sound = _sound(speech, LEAD_IN_S + recipe.delay, frames / FPS)
        file = out / recipe.method / f"{sentence.item}.mp4"
        file.parent.mkdir(parents=True, exist_ok=True)
        _encode(file, pictures, sound, speech.rate, recipe.crf)
        yield file


def _pictures(portrait: Portrait, motion: Motion) -> Picture:
    return np.stack([render(portrait, motion, index) for index in range(len(motion))])


def _blur(pictures: Picture, sigma: float) -> Picture:
    return gaussian_filter(pictures, (0, sigma, sigma, 0)) if sigma else pictures


def _sound(speech: Speech, start: float, duration: float) -> NDArray[np.int16]:
    """The speech at one loudness for all clips, preceded by silence and followed by silence to `duration`."""
    sound = np.zeros(round(duration * speech.rate))
    loud = speech.samples * SPEECH_RMS / np.sqrt(np.mean(np.square(speech.samples)))
    begin = round(start * speech.rate)
    sound[begin : begin + len(loud)] = loud
    return np.asarray(np.rint(np.clip(sound, -1, 1) * 32767), dtype=np.int16)


def _encode(file: Path, pictures: Picture, sound: NDArray[np.int16], rate: int, crf: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        sound_file = Path(folder) / "speech.wav"
        _write_wave(sound_file, sound, rate)
        command = _command(file, sound_file, crf)
        try:
            done = subprocess.run(command, input=pictures.tobytes(), capture_output=True, check=False)  # noqa: S603
        except FileNotFoundError:
            raise InputError("ffmpeg was not found; install it (Debian: apt install ffmpeg).") from None
    if done.returncode != 0:
        raise InputError(f"ffmpeg could not write {file}: {done.stderr.decode(errors='replace').strip()}")


def _command(file: Path, sound_file: Path, crf: int) -> list[str]:
    source = ["-f", "rawvideo", "-pix_fmt", "rgb24", "-s", f"{SIZE}x{SIZE}", "-r", str(FPS), "-i", "-"]
    return [
        *("ffmpeg", "-v", "error", "-y", "-threads", "1"),
        *source,
        *("-i", str(sound_file)),
        *("-c:v", "libx264", "-preset", "veryslow", "-crf", str(crf), "-pix_fmt", "yuv420p", "-threads", "1"),
        *("-c:a", "aac", "-b:a", "56k", "-ar", "48000", "-ac", "1"),
        *("-map_metadata", "-1", "-fflags", "+bitexact", "-flags:v", "+bitexact", "-flags:a", "+bitexact"),
        *("-movflags", "+faststart", str(file)),
    ]


def _write_wave(file: Path, sound: NDArray[np.int16], rate: int) -> None:
    with wave.open(str(file), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(rate)
        out.writeframes(sound.tobytes())


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m studies.demo.make_clips", description=__doc__)
    parser.add_argument("--out", type=Path, required=True, help="folder for METHOD/ITEM.mp4")
    try:
        make_clips(parser.parse_args(arguments).out, lambda line: print(line, file=sys.stderr))  # noqa: T201
    except InputError as error:
        print(error, file=sys.stderr)  # noqa: T201
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
