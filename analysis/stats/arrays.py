"""Types that all statistics share: arrays, and the population that intervals speak of."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]
Target = Literal["raters+items", "raters"]
