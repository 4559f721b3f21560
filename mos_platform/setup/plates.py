"""Plates of dots in which a digit differs from its ground in colour alone. No Django here.

A hint at colour vision on the screen at hand, made by this module and no clinical plate: figure and
ground of a plate lie on a line of confusion, so that an eye without the one kind of cone gets the same from
both, and the lightness of each dot is random. The cones' answers to a screen's light are those of Viénot,
Brettel and Mollon (1999), "Digital video colourmaps for checking the legibility of displays by dichromats".
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

Plate = Literal["control", "protan", "deutan", "tritan"]
PLATES: tuple[Plate, ...] = ("control", "deutan", "protan", "tritan")
Floats = NDArray[np.float64]

PLATE_DIGITS = (2, 4, 7)  # that no dots can make look like each other
SIDE = 480  # pixels
DOTS = 3500  # that are tried, the largest first
RADII = (4, 9)  # pixels
DIGIT_HEIGHT = 380  # pixels
GROUND = (0.216, 0.216, 0.216)  # the room's grey, linear
JITTER = (0.55, 1.0)  # factors of a dot's light
SMOOTH = 3  # drawn so many times larger

LMS_OF_RGB: Floats = np.array(
    [[17.8824, 43.5161, 4.11935], [3.45565, 27.1554, 3.86714], [0.0299566, 0.184309, 1.46709]]
)
# Linear colours between figure and ground, which lie as far apart as screens can show.
BASES: Mapping[Plate, tuple[float, float, float]] = {
    "control": (0.12, 0.12, 0.12),
    "protan": (0.30, 0.36, 0.30),
    "deutan": (0.36, 0.36, 0.30),
    "tritan": (0.36, 0.40, 0.40),
}
CONES: Mapping[Plate, int] = {"protan": 0, "deutan": 1, "tritan": 2}
CONTROL_CONTRAST = 6.0  # the control's digit is lighter by more than the jitter hides


def plate_png(plate: Plate, digit: int, seed: int) -> bytes:
    """A plate as PNG; the same arguments give the same one again."""
    rng = np.random.default_rng(seed)
    inside = digit_mask(digit)
    figure, ground = (linear_to_srgb(colour) for colour in colours(plate))
    picture = Image.new("RGB", (SIDE * SMOOTH, SIDE * SMOOTH), _code(linear_to_srgb(np.array(GROUND))))
    draw = ImageDraw.Draw(picture)
    for x, y, radius in _dots(rng):
        linear = srgb_to_linear(figure if inside[int(y), int(x)] else ground) * rng.uniform(*JITTER)
        box = [SMOOTH * (x - radius), SMOOTH * (y - radius), SMOOTH * (x + radius), SMOOTH * (y + radius)]
        draw.ellipse(box, fill=_code(linear_to_srgb(linear)))
    target = io.BytesIO()
    picture.resize((SIDE, SIDE), Image.Resampling.LANCZOS).save(target, "PNG")
    return target.getvalue()


def colours(plate: Plate) -> tuple[Floats, Floats]:
    """(3,), (3,): the linear colours of figure and ground at full light."""
    base = np.array(BASES[plate])
    if plate == "control":
        return np.minimum(base * CONTROL_CONTRAST, 1), base
    along: Floats = np.linalg.inv(LMS_OF_RGB)[:, CONES[plate]].astype(np.float64)
    reach = min(_reach(base, along), _reach(base, -along))
    return base + reach * along, base - reach * along


def _reach(base: Floats, along: Floats) -> float:
    """How far one can go before a channel leaves 0.02 to 1."""
    limits = np.where(along > 0, (1 - base) / along, (0.02 - base) / along)
    return float(limits.min())


def digit_mask(digit: int) -> NDArray[np.bool_]:
    """(SIDE, SIDE): where the digit is."""
    mask = Image.new("1", (SIDE, SIDE))
    font = ImageFont.load_default(DIGIT_HEIGHT)
    centre = (SIDE / 2, SIDE / 2)
    ImageDraw.Draw(mask).text(centre, str(digit), fill=1, font=font, anchor="mm", stroke_width=9)
    return np.asarray(mask, dtype=bool)


def _dots(rng: np.random.Generator) -> list[tuple[float, float, float]]:
    """Centres and radii of dots that do not touch, within a round plate."""
    kept = np.empty((0, 3))
    low, high = RADII
    for radius in np.linspace(high, low, DOTS):
        angle, far = rng.uniform(0, 2 * np.pi), (SIDE / 2 - radius) * np.sqrt(rng.uniform())
        x, y = SIDE / 2 + far * np.cos(angle), SIDE / 2 + far * np.sin(angle)
        if np.all(np.hypot(kept[:, 0] - x, kept[:, 1] - y) > kept[:, 2] + radius + 1):
            kept = np.vstack([kept, (x, y, radius)])
    return [(float(x), float(y), float(radius)) for x, y, radius in kept]


def linear_to_srgb(linear: Floats) -> Floats:
    """IEC 61966-2-1; both from 0 to 1."""
    curved = 1.055 * np.maximum(linear, 0) ** (1 / 2.4) - 0.055
    return np.clip(np.where(linear <= 0.0031308, 12.92 * linear, curved), 0, 1)


def srgb_to_linear(srgb: Floats) -> Floats:
    curved = ((srgb + 0.055) / 1.055) ** 2.4
    return np.where(srgb <= 0.04045, srgb / 12.92, curved)


def _code(srgb: Floats) -> tuple[int, int, int]:
    red, green, blue = (round(float(one) * 255) for one in srgb)
    return red, green, blue
