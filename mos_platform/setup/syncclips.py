"""Short clips of a drawn face that counts, with the sound where it belongs, too early or too late. No Django.

The mouth opens as the speech gets louder, so that the picture is right by construction; what is shifted is
the sound alone.
"""

from __future__ import annotations

import io
from fractions import Fraction
from functools import cache

import av
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from mos_platform.setup.sounds import RATE, digit_samples

FPS = 25
SIDE = 320  # pixels
COUNTED = (1, 2, 3)
SHIFTS_MS = (0, 400, -400, -200)  # above 0: the sound is late
EDGE_S = 0.4  # of silence around, as much as the sound is shifted
SMOOTH = 3  # drawn so many times larger
FADE_S = 0.03  # over which loudness is taken
OPEN_AT = 0.75  # of the loudest: the mouth is wide open

ROOM, SKIN, INK, MOUTH = (128, 128, 128), (226, 186, 160), (60, 45, 40), (110, 40, 45)
Samples = NDArray[np.int16]


@cache
def sync_clip(shift_ms: int, language: str) -> bytes:
    """An MP4 of H.264 and AAC, `SIDE` pixels square; the same one for the same arguments."""
    edge = np.zeros(round(EDGE_S * RATE), dtype=np.int16)
    speech = np.concatenate([edge, digit_samples(COUNTED, language), edge])
    target = io.BytesIO()
    with av.open(target, "w", format="mp4") as container:
        video = container.add_stream("libx264", rate=FPS, options={"crf": "21", "profile": "main"})
        video.width = video.height = SIDE
        video.pix_fmt = "yuv420p"
        sound = container.add_stream("aac", rate=RATE, layout="mono", options={"b": "64k"})
        for number, opening in enumerate(mouth_openings(speech)):
            frame = av.VideoFrame.from_ndarray(_face(round(float(opening), 2)), format="rgb24")
            frame.pts, frame.time_base = number, Fraction(1, FPS)
            container.mux(video.encode(frame))
        shifted = np.roll(speech, round(shift_ms * RATE / 1000)) / np.float32(2**15)
        voice = av.AudioFrame.from_ndarray(shifted.astype(np.float32)[None], format="flt", layout="mono")
        voice.sample_rate, voice.pts, voice.time_base = RATE, 0, Fraction(1, RATE)
        container.mux([*video.encode(), *sound.encode(voice), *sound.encode()])
    return target.getvalue()


def mouth_openings(speech: Samples) -> NDArray[np.float64]:
    """(frames,) from 0, closed, to 1: how loud the speech is while each picture is shown."""
    width = round(FADE_S * RATE)
    loudness = np.sqrt(np.convolve(speech.astype(float) ** 2, np.ones(width) / width, mode="same"))
    frames = len(speech) * FPS // RATE
    middles = ((np.arange(frames) + 0.5) * RATE / FPS).astype(int)
    openings: NDArray[np.float64] = np.clip(loudness[middles] / (OPEN_AT * loudness.max()), 0, 1)
    return openings


@cache
def _face(opening: float) -> NDArray[np.uint8]:
    """(SIDE, SIDE, 3)."""
    picture = Image.new("RGB", (SIDE * SMOOTH, SIDE * SMOOTH), ROOM)
    draw = ImageDraw.Draw(picture)
    _oval(draw, (160, 165), (105, 135), SKIN)
    for x in (118, 202):
        _oval(draw, (x, 130), (17, 10), (245, 245, 245))
        _oval(draw, (x, 130), (8, 9), INK)
        _oval(draw, (x, 104), (24, 4), INK)
    _oval(draw, (160, 178), (12, 8), (205, 160, 135))
    _oval(draw, (160, 236), (44 - 10 * opening, 4 + 27 * opening), MOUTH)
    if opening > 0.3:
        _oval(draw, (160, 236 - 18 * opening), (26, 6), (240, 240, 240))
    return np.asarray(picture.resize((SIDE, SIDE), Image.Resampling.LANCZOS))


def _oval(
    draw: ImageDraw.ImageDraw,
    centre: tuple[float, float],
    radii: tuple[float, float],
    fill: tuple[int, int, int],
) -> None:
    (x, y), (across, down) = centre, radii
    corners = (x - across, y - down, x + across, y + down)
    draw.ellipse([SMOOTH * one for one in corners], fill=fill)
