"""Small distinct clips for any study file: a drawn face whose mouth follows the sound, worse by method."""

from __future__ import annotations

import io
import shutil
from fractions import Fraction
from functools import cache
from pathlib import Path

import av
import numpy as np
from scipy.ndimage import gaussian_filter, uniform_filter1d

from studies.config import StudyConfig, load_study

FPS, RATE, SIZE = 25, 16000, 128
SECONDS = 0.8
Y, X = np.mgrid[0:SIZE, 0:SIZE] / SIZE


def write_study(file: Path, folder: Path) -> Path:
    """A study folder: the file as study.yaml, its clips and pictures beside it. Returns the folder."""
    folder.mkdir(parents=True)
    shutil.copy(file, folder / "study.yaml")
    write_clips(load_study(file), folder)
    return folder


def write_clips(config: StudyConfig, folder: Path) -> None:
    methods = {method.name: place for place, method in enumerate(config.methods)}
    items = {item.name: place for place, item in enumerate(config.items)}
    for method, item in config.cells():
        target = folder / config.clip_path(method, item)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(_clip(methods[method], items[item]))
    for item in config.items:
        if item.picture is not None:
            picture = folder / item.picture
            picture.parent.mkdir(parents=True, exist_ok=True)
            picture.write_bytes(_png(_face(items[item.name], 0.0, 0.0)))


@cache
def _clip(method: int, item: int) -> bytes:
    """An MP4; `method` 0 is the cleanest, later ones are blurred and out of sync."""
    opening = _speech_envelope(item)
    frames = round(SECONDS * FPS)
    heard = np.interp(np.arange(int(SECONDS * RATE)) / RATE * FPS, np.arange(frames), opening)
    seen = np.roll(opening, 2 * method)
    pictures = [_seen(_face(item, seen[n], n / frames), 0.5 * method) for n in range(frames)]
    return _encoded(pictures, _voice(item, heard))


def _speech_envelope(item: int) -> np.ndarray:
    """How far the mouth is open in each picture, 0 to 1."""
    noise = np.random.default_rng(item).random(round(SECONDS * FPS))
    smooth = uniform_filter1d(noise, 4)
    return (smooth - smooth.min()) / np.ptp(smooth)


def _voice(item: int, loudness: np.ndarray) -> np.ndarray:
    time = np.arange(loudness.size) / RATE
    pitch = 110 + 15 * item
    buzz = sum(np.sin(2 * np.pi * pitch * k * time) / k for k in range(1, 9))
    return (0.2 * (0.1 + loudness) * buzz).astype(np.float32)


def _face(item: int, mouth: float, turn: float) -> np.ndarray:
    """RGB, 0 to 255. The head moves while it speaks; colours and size differ by item."""
    hue = np.array([0.75 + 0.02 * item, 0.55, 0.45 - 0.02 * item])
    middle = 0.5 + 0.03 * np.sin(2 * np.pi * turn)
    wide = 0.26 + 0.008 * item
    picture = np.stack([0.3 + 0.4 * X, 0.4 + 0.2 * Y, 0.6 - 0.3 * X], axis=-1)
    picture[_ellipse(middle, 0.48, wide, 0.36)] = hue
    for side in (-0.11, 0.11):
        picture[_ellipse(middle + side, 0.4, 0.04, 0.025)] = (0.95, 0.95, 0.95)
        picture[_ellipse(middle + side, 0.4, 0.015, 0.02)] = (0.1, 0.1, 0.15)
    picture[_ellipse(middle, 0.65, 0.09, 0.012 + 0.06 * mouth)] = (0.35, 0.05, 0.1)
    return 255 * picture


def _ellipse(x: float, y: float, width: float, height: float) -> np.ndarray:
    inside: np.ndarray = ((X - x) / width) ** 2 + ((Y - y) / height) ** 2 < 1
    return inside


def _seen(picture: np.ndarray, blur: float) -> np.ndarray:
    return np.clip(gaussian_filter(picture, (blur, blur, 0)), 0, 255).astype(np.uint8)


def _encoded(pictures: list[np.ndarray], sound: np.ndarray) -> bytes:
    target = io.BytesIO()
    with av.open(target, "w", format="mp4") as container:
        video = container.add_stream("libx264", rate=FPS, options={"preset": "ultrafast", "crf": "20"})
        video.width, video.height, video.pix_fmt = SIZE, SIZE, "yuv420p"
        audio = container.add_stream("aac", rate=RATE, layout="mono")
        for n, picture in enumerate(pictures):
            frame = av.VideoFrame.from_ndarray(picture, "rgb24")
            frame.pts, frame.time_base = n, Fraction(1, FPS)
            container.mux(video.encode(frame))
        container.mux(video.encode())
        samples = av.AudioFrame.from_ndarray(sound[np.newaxis], "fltp", "mono")
        samples.rate, samples.pts = RATE, 0
        container.mux(audio.encode(samples))
        container.mux(audio.encode())
    return target.getvalue()


def _png(picture: np.ndarray) -> bytes:
    encoder = av.CodecContext.create("png", "w")
    encoder.width, encoder.height, encoder.pix_fmt = SIZE, SIZE, "rgb24"
    encoder.time_base = Fraction(1, FPS)
    frame = av.VideoFrame.from_ndarray(picture.astype(np.uint8), "rgb24")
    return b"".join(bytes(packet) for packet in [*encoder.encode(frame), *encoder.encode(None)])
