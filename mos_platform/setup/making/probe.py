"""Make mos_platform/static/setup/probe.mp4: four colours with a quiet tone, which change places half-way.

Whoever sees the second arrangement at the end has seen pictures that move, and in their colours.
"""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

from mos_platform.setup.measured import PROBE_COLOURS

TARGET = Path(__file__).parents[2] / "static" / "setup" / "probe.mp4"
WIDTH, HEIGHT, FPS, SECONDS = 320, 240, 25, 1.6
RATE, TONE_HZ, TONE, FADE_S = 48000, 330, 0.06, 0.1


def main() -> None:
    TARGET.parent.mkdir(exist_ok=True)
    with av.open(str(TARGET), "w", options={"movflags": "+faststart"}) as container:
        video = container.add_stream("libx264", rate=FPS, options={"crf": "20", "profile": "main"})
        video.width, video.height, video.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        sound = container.add_stream("aac", rate=RATE, layout="mono", options={"b": "48k"})
        for number in range(round(SECONDS * FPS)):
            frame = av.VideoFrame.from_ndarray(_picture(number / FPS), format="rgb24")
            frame.pts, frame.time_base = number, Fraction(1, FPS)
            container.mux(video.encode(frame))
        tone = av.AudioFrame.from_ndarray(_tone()[None], format="flt", layout="mono")
        tone.sample_rate, tone.pts, tone.time_base = RATE, 0, Fraction(1, RATE)
        container.mux([*video.encode(), *sound.encode(tone), *sound.encode()])


def _picture(at: float) -> NDArray[np.uint8]:
    """(HEIGHT, WIDTH, 3): the quarters; the last arrangement from half-way on."""
    order = PROBE_COLOURS if at >= SECONDS / 2 else PROBE_COLOURS[::-1]
    quarters = np.array(order, dtype=np.uint8).reshape(2, 2, 3)
    return quarters.repeat(HEIGHT // 2, 0).repeat(WIDTH // 2, 1)


def _tone() -> NDArray[np.float32]:
    times = np.arange(round(SECONDS * RATE)) / RATE
    shape = np.clip(np.minimum(times, SECONDS - times) / FADE_S, 0, 1)
    return (TONE * shape * np.sin(2 * np.pi * TONE_HZ * times)).astype(np.float32)


if __name__ == "__main__":
    main()
