"""Small clips made by FFmpeg's program: in many codings, with a flash and a beep at one moment."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path

import av
import numpy as np

FLASH_S = 0.4
AVC = ("-c:v", "libx264", "-pix_fmt", "yuv420p")
AAC = ("-c:a", "aac")


def ffmpeg(*arguments: str | Path) -> None:
    subprocess.run(["ffmpeg", "-v", "error", "-y", *map(str, arguments)], check=True)


def bars(
    target: Path, *options: str | Path, size: str = "128x96", rate: str = "25", seconds: float = 1
) -> Path:
    """Moving bars and a tone; `options` go to ffmpeg before the target."""
    picture = f"testsrc2=size={size}:rate={rate}:duration={seconds}"
    tone = f"sine=frequency=440:duration={seconds}"
    codecs = (*AVC, *AAC) if target.suffix in (".mp4", ".mov", ".mkv") else ()
    ffmpeg("-f", "lavfi", "-i", picture, "-f", "lavfi", "-i", tone, *codecs, *options, target)
    return target


def flash(target: Path, *options: str | Path, rate: str = "25", channels: int = 1) -> Path:
    """One second of black with a white picture, and of silence with a beep, both at FLASH_S."""
    seen = f"between(t,{FLASH_S - 0.001},{FLASH_S + 0.03})"
    picture = f"color=black:s=128x96:r={rate}:d=1,drawbox=c=white:t=fill:enable='{seen}'"
    beep = f"if(between(t,{FLASH_S},{FLASH_S + 0.1}),0.5*sin(2*PI*1000*t),0)"
    sound = f"aevalsrc=exprs='{'|'.join([beep] * channels)}':s=44100:d=1"
    codecs = (*AVC, *AAC) if target.suffix in (".mp4", ".mov", ".mkv") else ()
    ffmpeg("-f", "lavfi", "-i", picture, "-f", "lavfi", "-i", sound, *codecs, *options, target)
    return target


@dataclass(frozen=True)
class Moments:
    """In seconds of the clip's own time; `begins_s` of its first picture."""

    begins_s: float
    flash_s: float
    beep_s: float

    @property
    def apart_s(self) -> float:
        """How much the beep comes after the flash."""
        return self.beep_s - self.flash_s


def moments(clip: Path) -> Moments:
    """When the flash and the beep come, by decoding."""
    with av.open(str(clip)) as container:
        pictures = [(one.time, one.to_ndarray(format="gray").mean()) for one in container.decode(video=0)]
    with av.open(str(clip)) as container:
        pieces = [(one.time, one.sample_rate, _loud(one)) for one in container.decode(audio=0)]
    flashes = [time for time, light in pictures if light > 128]
    beeps = [time + np.argmax(loud) / rate for time, rate, loud in pieces if loud.any()]
    return Moments(pictures[0][0], flashes[0], float(beeps[0]))


def _loud(piece: av.AudioFrame) -> np.ndarray:
    samples = piece.to_ndarray()
    if samples.dtype == np.int16:
        samples = samples / 2**15
    if not piece.format.is_planar:
        samples = samples.reshape(-1, len(piece.layout.channels)).T
    return np.abs(samples).max(axis=0) > 0.1
