"""A face over time, as numbers: what the measures of geometry, pose and motion start from."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class FaceTrack:
    """The landmarks of the largest face in each of a clip's T pictures; NaN where no face was found.

    times: (T,) seconds from the clip's start, ascending. points: (T, P, 3) in pixels, x to the right, y down,
    z towards the viewer's far side, in the scale of x. pose: (T, 4, 4), rotation and translation (cm) of the
    canonical face model as the camera sees it. blendshapes: (T, B) in 0-1, named by `blendshape_names`.
    faces: (T,) number of faces found, 2 standing for several. width, height: the picture's, in pixels.
    detector: name and version of what found them.
    """

    times: Floats
    points: Floats
    pose: Floats
    blendshapes: Floats
    blendshape_names: tuple[str, ...]
    faces: NDArray[np.int64]
    width: int
    height: int
    detector: str

    @property
    def found(self) -> NDArray[np.bool_]:
        """(T,): whether a face was found."""
        return self.faces > 0

    def at(self, times: Floats) -> FaceTrack:
        """The track at other times: each takes the picture nearest to it; none farther than 3/4 of a period.

        Where there is none the numbers are NaN, and `faces` is 0.
        """
        nearest = nearest_times(self.times, times)
        there = nearest >= 0

        def taken(values: Floats) -> Floats:
            chosen = values[nearest].astype(np.float64)
            chosen[~there] = np.nan
            return chosen

        return FaceTrack(
            times,
            taken(self.points),
            taken(self.pose),
            taken(self.blendshapes),
            self.blendshape_names,
            np.where(there, self.faces[nearest], 0),
            self.width,
            self.height,
            self.detector,
        )


def nearest_times(own: Floats, wanted: Floats) -> NDArray[np.int64]:
    """For each wanted time the index of the nearest own one, −1 where it is beyond 3/4 of a median period.

    Both ascending; ties go to the earlier. An empty `own` gives −1 throughout.
    """
    if not len(own):
        return np.full(len(wanted), -1, dtype=np.int64)
    period = float(np.median(np.diff(own))) if len(own) > 1 else 0.0
    after = (
        np.searchsorted(own, wanted).clip(1, max(len(own) - 1, 1))
        if len(own) > 1
        else np.zeros(len(wanted), int)
    )
    before = np.maximum(after - 1, 0)
    nearest = np.where(wanted - own[before] <= own[after] - wanted, before, after)
    far = np.abs(own[nearest] - wanted) > max(0.75 * period, 1e-3)
    inside = (wanted >= own[0]) & (wanted <= own[-1])
    return np.where(far & ~inside, -1, nearest).astype(np.int64)
