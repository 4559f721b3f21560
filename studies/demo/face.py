"""A portrait that moves: the picture warped at mouth, jaw, eyes and head.

Coordinates are pixels of scikit-image's `astronaut` picture (Eileen Collins, NASA, public domain); the
landmarks below were read off it by hand. Every picture is made by asking, for each of its pixels, which
place of the portrait it shows.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter, map_coordinates, spline_filter
from skimage import data

from studies.demo.mouth import Motion

Field = NDArray[np.float64]
Picture = NDArray[np.uint8]

SIZE = 384
LEFT, TOP, EXTENT = 120.0, 4.0, 208.0

MOUTH_X, MOUTH_HALF_WIDTH = 224.0, 20.5
LIP_GAP = 6.1
_UPPER_LIP = (
    (203.5, 139.6), (207, 141), (210, 141.7), (215, 142.8), (220, 143.7),
    (225, 143.7), (230, 143), (235, 142.3), (240, 141), (244.5, 140.8),
)  # fmt: skip
_LOWER_LIP = (
    (203.5, 139.6), (207, 143), (210, 146), (215, 149), (220, 149.7),
    (225, 149.8), (230, 149), (235, 146.8), (240, 143.5), (244.5, 140.8),
)  # fmt: skip
_EYELIDS = (
    (
        ((192, 100.7), (196, 98.7), (200, 97.8), (203, 97.8), (207, 98.8), (211, 101), (214.5, 103.9)),
        ((192, 100.7), (196, 102.5), (200, 103.8), (204, 104.3), (208, 104), (211, 103.8), (214.5, 103.9)),
    ),
    (
        ((235.5, 105.2), (239, 102.5), (243, 100.5), (247, 99.8), (251, 100.3), (255, 102), (259, 104.2)),
        ((235.5, 105.2), (240, 106), (244, 106.3), (248, 106.3), (252, 105.5), (256, 104.8), (259, 104.2)),
    ),
)
_EYELID_HEIGHT, _LASHES = 5.5, 1.6
_NOSE_Y, _CHIN_Y, _NECK_Y = 132.0, 178.0, 206.0
_CAVITY = np.array([52.0, 16.0, 18.0])
_TONGUE = np.array([150.0, 70.0, 72.0])

Points = tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class Portrait:
    """Spline coefficients of the portrait, (channel, row, column), for fast interpolation."""

    coefficients: Field


def load_portrait() -> Portrait:
    """The portrait, sharpened a little because it will be enlarged."""
    astronaut: Callable[[], Picture] = data.astronaut
    picture = astronaut().astype(np.float64)
    sharp = picture + 0.6 * (picture - gaussian_filter(picture, (1, 1, 0)))
    channels = np.moveaxis(np.clip(sharp, 0, 255), 2, 0)
    return Portrait(np.stack([spline_filter(channel) for channel in channels]))


def render(portrait: Portrait, motion: Motion, index: int) -> Picture:
    """Picture number `index` of the movement: uint8, (384, 384, 3)."""
    x, y = _head(*_canvas(), motion, index)
    x = _round_lips(x, y, motion.rounding[index])
    y = _blink(x, y, motion.blink[index])
    source_y, cavity = _speak(x, y, motion.opening[index])
    colours = [
        map_coordinates(channel, [source_y, x], order=3, mode="nearest", prefilter=False)
        for channel in portrait.coefficients
    ]
    picture = np.stack(colours, axis=2)
    picture += cavity[0][..., None] * (cavity[1] - picture)
    return np.asarray(np.clip(np.rint(picture), 0, 255), dtype=np.uint8)


def _canvas() -> tuple[Field, Field]:
    centres = (np.arange(SIZE) + 0.5) * EXTENT / SIZE - 0.5
    y, x = np.meshgrid(TOP + centres, LEFT + centres, indexing="ij")
    return x, y


def _head(x: Field, y: Field, motion: Motion, index: int) -> tuple[Field, Field]:
    """Shift, tilt about the neck, and a turn that moves the middle of the face more than its rim."""
    distance = np.hypot((x - 226) / 1.05, (y - 98) / 1.12)
    weight = 1 - _step(distance, 62, 112)
    angle = np.radians(motion.tilt[index]) * weight
    across, down = x - 224, y - 200
    depth = np.exp(-(((x - 226) / 26) ** 2 + ((y - 125) / 34) ** 2))
    turned_x = 224 + across * np.cos(angle) - down * np.sin(angle)
    turned_y = 200 + across * np.sin(angle) + down * np.cos(angle)
    shift_x = motion.shift_x[index] * weight + motion.turn[index] * depth
    return turned_x - shift_x, turned_y - motion.shift_y[index] * weight


def _round_lips(x: Field, y: Field, rounding: float) -> Field:
    """Draw the corners of the mouth together (rounding 1: to 72 % of the width; 0: to 92 %)."""
    near = np.exp(-(((x - MOUTH_X) / 27) ** 4) - ((y - 146) / 17) ** 2)
    narrowing = 0.08 + 0.20 * rounding
    return MOUTH_X + (x - MOUTH_X) * (1 + near * narrowing / (1 - narrowing))


def _blink(x: Field, y: Field, closed: float) -> Field:
    """Draw the upper lids down over the eyes: the skin stretches, the lashes travel with the rim."""
    for upper, lower in _EYELIDS:
        rim, floor = _along(x, upper), _along(x, lower)
        edge = rim + closed * (floor - rim)
        crease = rim - _EYELID_HEIGHT
        skin = _EYELID_HEIGHT - _LASHES
        stretched = crease + (y - crease) * skin / (edge - _LASHES - crease)
        lid = np.where(y < edge - _LASHES, stretched, y + rim - edge)
        y = np.where((y > crease) & (y < edge) & (floor > rim), lid, y)
    return y


def _speak(x: Field, y: Field, opening: float) -> tuple[Field, tuple[Field, Field]]:
    """Open or close the lips to `opening` pixels at the middle of the mouth.

    Returns the rows to show, and the inside of the mouth as (opacity 0–1, colour).
    """
    upper, lower = _along(x, _UPPER_LIP), _along(x, _LOWER_LIP)
    gap = lower - upper
    lens = np.clip(1 - ((x - MOUTH_X) / MOUTH_HALF_WIDTH) ** 2, 0, 1)
    closing = np.clip(1 - opening / LIP_GAP, 0, 1)
    widening = max(opening - LIP_GAP, 0.0)
    drop = 0.35 * closing * gap
    fall = widening * lens - 0.65 * closing * gap
    jaw = widening - 0.65 * closing * LIP_GAP
    below = _jaw(x, y, lower, fall, jaw)
    above = drop * _step(y, _NOSE_Y, 140)
    rows = np.where(y >= lower + fall, y - below, np.where(y <= upper + drop, y - above, y))
    return rows, _inside(y, lower, fall)


def _jaw(x: Field, y: Field, lower: Field, fall: Field, jaw: float) -> Field:
    """How far the face below the lower lip has moved: as the lip near it, as the jaw at the chin, 0 below."""
    broad = 1 - _step(np.abs(x - MOUTH_X), 14, 46)
    towards_chin = _step(y, lower + fall, lower + fall + 16)
    moved = fall * (1 - towards_chin) + 0.85 * jaw * broad * towards_chin
    return np.asarray(moved * (1 - _step(y, _CHIN_Y, _NECK_Y)))


def _inside(y: Field, lower: Field, fall: Field) -> tuple[Field, Field]:
    soft = 0.6
    opacity = np.clip((y - lower) / soft + 0.5, 0, 1) * np.clip((lower + fall - y) / soft + 0.5, 0, 1)
    opacity = opacity * (fall > 0.05)
    depth = np.clip((y - lower) / 8, 0, 1)[..., None]
    return opacity, _CAVITY + (_TONGUE - _CAVITY) * 0.55 * depth**2


def _along(x: Field, points: Points) -> Field:
    """A landmark line's row at each column, level beyond its ends."""
    columns, rows = zip(*points, strict=True)
    return np.asarray(np.interp(x, columns, rows))


def _step(value: Field, low: float | Field, high: float | Field) -> Field:
    """0 up to `low`, 1 from `high`, smooth between."""
    t = np.clip((value - low) / (high - low), 0, 1)
    return np.asarray(t * t * (3 - 2 * t))
