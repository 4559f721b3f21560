"""Input for the comparison with the reference code: drawn anew each time, the same each time."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def pictures(count: int = 9, side: int = 224) -> NDArray[np.uint8]:
    """(count, side, side, 3): coloured blocks that drift and flicker."""
    rng = np.random.default_rng(5)
    coarse = rng.integers(0, 256, (count, 8, 8, 3)) * 0.5 + rng.integers(0, 128, (8, 8, 3))
    blocks = -(-side // 8)
    return np.kron(coarse, np.ones((1, blocks, blocks, 1)))[:, :side, :side].astype(np.uint8)


def samples(seconds: float = 1.0) -> NDArray[np.int16]:
    """A gliding tone in noise at 16 kHz that comes and goes."""
    rng = np.random.default_rng(6)
    time = np.arange(int(seconds * 16000)) / 16000
    tone = np.sin(2 * np.pi * (300 + 200 * time) * time) * (1 + np.sin(2 * np.pi * 3 * time))
    return np.asarray(4000 * tone + rng.normal(0, 300, len(time)), dtype=np.int16)


def sightings(count: int = 260) -> list[list[list[float]]]:
    """Boxes by picture: one face that wanders, one that is too small, one that comes late, and misses."""
    rng = np.random.default_rng(7)
    seen = []
    for number in range(count):
        x, y = 100 + number * 0.4, 90 + 10 * np.sin(number / 20)
        boxes = [np.array([x, y, x + 150, y + 170]) + rng.normal(0, 1.5, 4)]
        boxes.append(np.array([400.0, 50.0, 450.0, 110.0]) + rng.normal(0, 0.5, 4))
        if number > 120:
            boxes.insert(0, np.array([300.0, 200.0, 430.0, 330.0]) + rng.normal(0, 1.5, 4))
        if number % 13 == 4:
            boxes = boxes[-1:]
        seen.append([[float(side) for side in box] for box in boxes])
    return seen
