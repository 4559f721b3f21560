"""Where a face is in the pictures of a clip, as far as freezing its mouth needs it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating[Any]]


@dataclass(frozen=True)
class FaceMarks:
    """Where the face is in each of a clip's T pictures, in pixels, x to the right, y down; NaN where none is.

    still: (T, P, 2), points that speech does not move. region: (T, Q, 2), the outline of what is held, under
    the nose and down beyond the chin. opening: (T,), of the lips, in any unit. `finder` says what found them.
    """

    still: Floats
    region: Floats
    opening: Floats
    finder: str

    @property
    def found(self) -> NDArray[np.bool_]:
        """(T,): whether there is a face."""
        return np.isfinite(self.opening)
