"""The 68 points of the iBUG convention, taken from MediaPipe's mesh of 478.

Each mesh point is the one that lies nearest to the 68-point detector of dlib on real and generated clips,
kept symmetric: within 0.03 inter-ocular distances at eyes, nose and mouth, 0.1 along the jaw.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating[Any]]
Complex = NDArray[np.complexfloating[Any, Any]]

JAW = (127, 234, 93, 132, 172, 136, 149, 148, 152, 377, 378, 365, 397, 361, 323, 454, 356)
BROWS = (70, 63, 105, 66, 107, 336, 296, 334, 293, 300)
NOSE = (168, 6, 195, 4, 75, 97, 2, 326, 305)
EYES = (33, 160, 158, 133, 153, 144, 362, 385, 387, 263, 373, 380)
MOUTH = (61, 39, 37, 0, 267, 269, 291, 405, 314, 17, 84, 181, 78, 82, 13, 312, 308, 317, 14, 87)

MESH_OF_68 = np.array(JAW + BROWS + NOSE + EYES + MOUTH)

MOUTH_OF_68 = np.arange(48, 68)
FACE_OF_68 = np.arange(48)
UPPER_OF_68 = np.r_[17:27, 36:48]
# What speech and expression hardly move: the nose and the corners of the eyes.
STABLE_OF_68 = np.r_[27:36, 36, 39, 42, 45]
LEFT_EYE_OF_68 = np.arange(36, 42)
RIGHT_EYE_OF_68 = np.arange(42, 48)


def points68(mesh: Floats) -> Floats:
    """(T, 478, 2 or more) → (T, 68, 2), pixels, float64."""
    return np.asarray(mesh[:, MESH_OF_68, :2], dtype=np.float64)


def interocular(points: Floats) -> Floats:
    """Distance of the outer corners of the eyes: (T, 68, 2) → (T,)."""
    return np.asarray(np.linalg.norm(points[:, 36] - points[:, 45], axis=-1))


def facing(points: Floats) -> Floats:
    """Points (T, 68, 2) without head motion in the plane: turned, scaled and shifted onto one shape.

    The stable points of each picture are brought onto their mean shape by the similarity of least squares
    (Umeyama 1991, without reflection). The unit of the result is the clip's mean inter-ocular distance. NaN
    rows stay NaN; raises ValueError where no row is complete.
    """
    complete = ~np.isnan(points).any(axis=(1, 2))
    if not complete.any():
        raise ValueError("no complete row")
    flat = points[complete, :, 0] + 1j * points[complete, :, 1]
    centred = flat - flat[:, STABLE_OF_68].mean(axis=1, keepdims=True)
    own = centred[:, STABLE_OF_68]
    aligned = centred * _turns(own, _mean_shape(own))
    unit = np.abs(aligned[:, 36] - aligned[:, 45]).mean()
    answer = np.full(points.shape, np.nan)
    answer[complete] = np.stack([aligned.real, aligned.imag], axis=-1) / unit
    return answer


def _mean_shape(shapes: Complex) -> Complex:
    """The mean of centred shapes (T, P), each turned and scaled onto the first."""
    return np.asarray((shapes * _turns(shapes, shapes[0])).mean(axis=0))


def _turns(shapes: Complex, onto: Complex) -> Complex:
    """(T, 1): what each centred shape (T, P) has to be multiplied by to come nearest to that one (P,)."""
    turns = (shapes.conj() * onto).sum(axis=1) / (np.abs(shapes) ** 2).sum(axis=1)
    return np.asarray(turns[:, None])
