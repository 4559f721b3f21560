"""Pictures by formula that a metric takes for photographs: shapes and texture everywhere, nothing flat."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter

Picture = NDArray[np.uint8]


def scene(seed: int, height: int, width: int, blur: float = 0.0) -> Picture:
    """RGB, (height, width, 3), through a lens that is out of focus by `blur` pixels, and noise."""
    rng = np.random.default_rng(seed)
    layers = [gaussian_filter(rng.normal(size=(height, width, 3)), (s, s, 0)) for s in (24, 8, 3, 1)]
    picture = sum(layer / layer.std() * share for layer, share in zip(layers, (40, 25, 12, 8), strict=True))
    softened = gaussian_filter(128 + picture, (blur, blur, 0))
    return np.clip(np.rint(softened + rng.normal(0, 6, softened.shape)), 0, 255).astype(np.uint8)


def worse(picture: Picture, seed: int, noise: float) -> Picture:
    rng = np.random.default_rng(seed)
    return np.clip(np.rint(picture + rng.normal(0, noise, picture.shape)), 0, 255).astype(np.uint8)
