"""A face over time, as numbers: what the measures of geometry, pose and motion start from."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating[Any]]


@dataclass(frozen=True)
class FaceTrack:
    """The landmarks of the largest face in each of a clip's T pictures; NaN where no face was found.

    times: (T,) seconds from the clip's start, ascending. points: (T, P, 3) in pixels, x to the right, y down,
    z towards the viewer's far side, in the scale of x. pose: (T, 4, 4), rotation and translation (cm) of the
    canonical face model as the camera sees it. blendshapes: (T, B) in 0-1, named by `blendshape_names`.
    faces: (T,) number of faces found, 2 standing for several. width, height: the picture's, in pixels.
    detector: name and version of what found them. Stored as float32 (about 6 kB a picture).
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

    @property
    def note(self) -> str:
        """What was particular: pictures without a face, pictures with several."""
        number, none, several = len(self.faces), int(np.sum(~self.found)), int(np.sum(self.faces > 1))
        notes = [f"no face in {none} of {number} pictures"] if none else []
        if several:
            notes.append(f"several faces in {several} of {number} pictures, one of them followed")
        return "; ".join(notes)

    def at(self, times: Floats) -> FaceTrack:
        """The track at other times, float64: each takes the picture nearest to it, by `nearest_times`.

        Where there is none the numbers are NaN, and `faces` is 0.
        """
        nearest = nearest_times(self.times, times)
        there = nearest >= 0

        def there_only(values: Floats) -> Floats:
            chosen = values[nearest].astype(np.float64)
            chosen[~there] = np.nan
            return chosen

        return replace(
            self,
            times=times,
            points=there_only(self.points),
            pose=there_only(self.pose),
            blendshapes=there_only(self.blendshapes),
            faces=np.where(there, self.faces[nearest], 0),
        )

    def taken(self, which: NDArray[np.bool_]) -> FaceTrack:
        """The track of those pictures only; `which`: (T,)."""
        return replace(
            self,
            times=self.times[which],
            points=self.points[which],
            pose=self.pose[which],
            blendshapes=self.blendshapes[which],
            faces=self.faces[which],
        )


def nearest_times(own: Floats, wanted: Floats) -> NDArray[np.int64]:
    """For each wanted time the index of the nearest own one; ties go to the earlier.

    −1 where it lies before the first or after the last by more than 3/4 of the median period, as in
    `match_by_time`. Both ascending; an empty `own` gives −1 throughout.
    """
    if not len(own):
        return np.full(len(wanted), -1, dtype=np.int64)
    after = np.searchsorted(own, wanted).clip(0, len(own) - 1)
    before = np.maximum(after - 1, 0)
    nearest = np.where(wanted - own[before] <= own[after] - wanted, before, after)
    nearest = np.where(wanted >= own[after], after, nearest)
    period = float(np.median(np.diff(own))) if len(own) > 1 else 0.0
    reach = max(0.75 * period, 1e-3)
    outside = (wanted < own[0] - reach) | (wanted > own[-1] + reach)
    return np.where(outside, -1, nearest).astype(np.int64)
