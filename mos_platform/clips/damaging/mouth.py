"""A mouth that stands still while the head moves on: one picture's lower face laid over all others."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
import scipy
from av.video.frame import VideoFrame
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from mos_platform.clips.damaging.marks import FaceMarks, Floats
from mos_platform.clips.stripping import UnfitError

CLOSED = 0.2  # the share of pictures, those with the lips nearest together, of which one is held
FEATHER = 0.06  # of the region's width, where the held picture passes into the one below
SMOOTH = 1.0  # pictures, standard deviation: landmarks tremble, heads do not
LEAST_SHARE = 0.5
ELSEWHERE = "take a clip for gold whose face is seen"

Map = tuple[complex, complex]  # z → factor · z + shift, points being x + iy


def held_picture(marks: FaceMarks) -> int:
    """Which picture's mouth is held: lips nearly closed, the head near its usual place.

    Raises UnfitError where fewer than half of the pictures show a face.
    """
    found = np.flatnonzero(marks.found)
    if len(found) < max(1, LEAST_SHARE * len(marks.opening)):
        raise UnfitError(f"shows a face in only {len(found)} of {len(marks.opening)} pictures", ELSEWHERE)
    opening = marks.opening[found]
    closed = found[opening <= np.quantile(opening, CLOSED)]
    usual = np.median(marks.still[found], axis=0)
    away = np.linalg.norm(marks.still[closed] - usual, axis=2).mean(axis=1)
    return int(closed[np.argmin(away)])


def frozen(
    pictures: Iterable[VideoFrame], held: VideoFrame, place: int, marks: FaceMarks
) -> Iterator[VideoFrame]:
    """The pictures (4:2:0), the lower face of the picture `held`, number `place`, over all of them."""
    maps, patch = _maps(marks, place), _Patch(held, marks.region[place])
    last = len(maps) - 1
    for number, picture in enumerate(pictures):
        yield patch.over(picture, maps[min(number, last)])


def _maps(marks: FaceMarks, place: int) -> list[Map]:
    """For each picture, the similarity from its points to those of the held one."""
    points = marks.still[..., 0] + 1j * marks.still[..., 1]
    found = np.flatnonzero(marks.found)
    goal = points[place] - points[place].mean()
    own = points[found] - points[found].mean(axis=1, keepdims=True)
    factors = (own.conj() * goal).sum(axis=1) / (np.abs(own) ** 2).sum(axis=1)
    shifts = points[place].mean() - factors * points[found].mean(axis=1)
    steady = [_steady(values, found, len(points)) for values in (factors, shifts)]
    return list(zip(*(one.tolist() for one in steady), strict=True))


def _steady(values: NDArray[np.complexfloating[Any, Any]], found: NDArray[np.intp], length: int) -> Any:
    """For all pictures: straight lines over gaps, and no trembling."""
    parts = [np.interp(np.arange(length), found, part) for part in (values.real, values.imag)]
    real, imaginary = (scipy.ndimage.gaussian_filter1d(part, SMOOTH, mode="nearest") for part in parts)
    return real + 1j * imaginary


class _Patch:
    """The held picture's planes, and how much of each of its pixels is laid over."""

    def __init__(self, held: VideoFrame, region: Floats) -> None:
        self._planes = _planes(held)
        self._region = region[:, 0] + 1j * region[:, 1]
        self._shares = [_share(plane.shape, region, scale) for plane, scale in _scaled(self._planes)]

    def over(self, picture: VideoFrame, back: Map) -> VideoFrame:
        planes = _planes(picture)
        for place, (plane, scale) in enumerate(_scaled(planes)):
            self._lay(plane, self._planes[place], self._shares[place], scale, back)
        made = VideoFrame.from_ndarray(_joined(planes), format="yuv420p")
        made.pts, made.time_base = picture.pts, picture.time_base
        made.colorspace, made.color_range = picture.colorspace, picture.color_range
        return made

    def _lay(
        self, plane: NDArray[np.uint8], held: NDArray[np.uint8], share: Floats, scale: int, back: Map
    ) -> None:
        """Onto one plane, whose pixels are `scale` wide."""
        factor, shift = back
        top, bottom, left, right = _around((self._region - shift) / factor / scale, plane.shape)
        if top >= bottom or left >= right:
            return
        rows, columns = np.mgrid[top:bottom, left:right]
        # Centres of pixels: the coarser planes lie between the lines of the finer.
        at = factor * ((columns + 0.5) + 1j * (rows + 0.5)) + shift / scale - (0.5 + 0.5j)
        where = np.stack([at.imag, at.real])
        weight = scipy.ndimage.map_coordinates(share, where, order=1, mode="constant")
        laid = scipy.ndimage.map_coordinates(held.astype(np.float32), where, order=1, mode="nearest")
        below = plane[top:bottom, left:right]
        plane[top:bottom, left:right] = np.rint(weight * laid + (1 - weight) * below)


def _planes(picture: VideoFrame) -> list[NDArray[np.uint8]]:
    """Y (h, w), U and V (h/2, w/2), of their own."""
    whole = np.array(picture.to_ndarray(format="yuv420p"), dtype=np.uint8)
    width, height = picture.width, picture.height
    quarter = (height // 2) * (width // 2)
    colours = whole[height:].reshape(-1)
    u, v = (colours[begin : begin + quarter].reshape(height // 2, width // 2) for begin in (0, quarter))
    return [whole[:height], u, v]


def _scaled(planes: list[NDArray[np.uint8]]) -> list[tuple[NDArray[np.uint8], int]]:
    """Each with the width of its pixels."""
    return list(zip(planes, (1, 2, 2), strict=True))


def _joined(planes: list[NDArray[np.uint8]]) -> NDArray[np.uint8]:
    width = planes[0].shape[1]
    return np.ascontiguousarray(np.concatenate([plane.reshape(-1) for plane in planes]).reshape(-1, width))


def _share(shape: tuple[int, ...], region: Floats, scale: int) -> Floats:
    """(h, w) in 0-1: the region, with a soft rim."""
    canvas = Image.new("L", (shape[1], shape[0]))
    outline = [(float(x) / scale - 0.5, float(y) / scale - 0.5) for x, y in region]
    ImageDraw.Draw(canvas).polygon(outline, fill=255)
    soft = FEATHER * float(np.ptp(region[:, 0])) / scale
    return np.asarray(scipy.ndimage.gaussian_filter(np.asarray(canvas, dtype=np.float32) / 255, soft))


def _around(outline: Any, shape: tuple[int, ...]) -> tuple[int, int, int, int]:
    """Top, bottom, left, right of the outline, with room for its soft rim, within the plane."""
    room = 3 * FEATHER * float(np.ptp(outline.real)) + 2
    top, bottom = np.clip([outline.imag.min() - room, outline.imag.max() + room], 0, shape[0]).astype(int)
    left, right = np.clip([outline.real.min() - room, outline.real.max() + room], 0, shape[1]).astype(int)
    return int(top), int(bottom), int(left), int(right)
