"""Pictures brought to one size and colour matrix: upright, scaled, with bars where the shape differs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction

import av
from av.filter import Graph
from av.video.frame import VideoFrame

from mos_platform.clips.stripping import UnfitError
from mos_platform.clips.tracks import HDR_TRANSFERS, matrix_of

FULL_RANGE = 2
TURNS: dict[int, tuple[str, ...]] = {
    90: ("transpose=cclock",),
    180: ("hflip", "vflip"),
    270: ("transpose=clock",),
}

Drawn = tuple[Fraction, Fraction, VideoFrame]  # when, how long (0: not said), in seconds
Shape = tuple[int, int, str, int, int, int, bool]


class Drawing:
    """Draws pictures at the size `width` × `height`; `aspect` is that of one stored pixel."""

    def __init__(self, width: int, height: int, matrix: str, aspect: Fraction | None) -> None:
        self._width, self._height, self._matrix = width, height, matrix
        self._aspect = Fraction(aspect or 1)
        self._graph: Graph | None = None
        self._shape: Shape | None = None

    def all(self, pictures: Iterable[VideoFrame]) -> Iterator[Drawn]:
        """Each picture, drawn. Raises UnfitError for high dynamic range, which is not brought down here."""
        for picture in pictures:
            if picture.color_trc in HDR_TRANSFERS:
                raise UnfitError(
                    f"has high dynamic range ({HDR_TRANSFERS[picture.color_trc]})", "convert it to BT.709"
                )
            shape = _shape(picture)
            if shape != self._shape:
                yield from self._drawn(None)
                self._open(picture, shape)
            yield from self._drawn(picture)
        yield from self._drawn(None)

    def _open(self, picture: VideoFrame, shape: Shape) -> None:
        self._shape = shape
        graph = Graph()
        graph.threads = 1
        full = "pc" if _is_full(picture) else "tv"
        chain = [
            graph.add(
                "buffer",
                f"video_size={picture.width}x{picture.height}:pix_fmt={picture.format.name}:"
                f"time_base={picture.time_base}:colorspace={picture.colorspace}:range={full}",
            )
        ]
        for step in self._steps(picture):
            name, _, arguments = step.partition("=")
            chain.append(graph.add(name, arguments or None))
        chain.append(graph.add("buffersink"))
        graph.link_nodes(*chain).configure()
        self._graph = graph

    def _drawn(self, picture: VideoFrame | None) -> Iterator[Drawn]:
        if self._graph is None:
            return
        self._graph.push(picture)
        while True:
            try:
                done = self._graph.vpull()
            except (av.BlockingIOError, av.EOFError):
                return
            base = Fraction(done.time_base or 1)
            yield (done.pts or 0) * base, (done.duration or 0) * base, done

    def _steps(self, picture: VideoFrame) -> list[str]:
        turn = picture.rotation % 360
        width, height = round(picture.width * self._aspect), picture.height
        if turn % 180:
            width, height = height, width
        steps = ["bwdif=mode=send_frame"] if picture.interlaced_frame else []
        steps += TURNS.get(turn, ())
        if width - self._width in (0, 1) and height - self._height in (0, 1) and self._aspect == 1:
            steps.append(f"crop={self._width}:{self._height}:0:0:exact=1")
            width, height = self._width, self._height
        fitted = self._fitted(width, height)
        size = f"{fitted[0]}:{fitted[1]}:flags=lanczos+accurate_rnd+full_chroma_int"
        matrices = f"in_color_matrix={matrix_of(picture)}:out_color_matrix={self._matrix}"
        steps.append(f"scale={size}:{matrices}:out_range=tv")
        steps.append("format=yuv420p")
        if fitted != (self._width, self._height):
            steps.append(f"pad={self._width}:{self._height}:-1:-1:black")
        return [*steps, "setsar=1"]

    def _fitted(self, width: int, height: int) -> tuple[int, int]:
        """The largest even size of that shape inside the frame."""
        factor = min(Fraction(self._width, width), Fraction(self._height, height))
        return tuple(  # type: ignore[return-value]
            max(2, min(2 * round(side * factor / 2), limit))
            for side, limit in ((width, self._width), (height, self._height))
        )


def _shape(picture: VideoFrame) -> Shape:
    return (
        picture.width,
        picture.height,
        picture.format.name,
        picture.colorspace,
        picture.color_range,
        picture.rotation,
        picture.interlaced_frame,
    )


def _is_full(picture: VideoFrame) -> bool:
    return bool(picture.color_range == FULL_RANGE or picture.format.name.startswith("yuvj"))
