"""Opening a clip that anyone may have made: known containers, local files, bounded sizes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import av
from av.container import InputContainer
from av.video.stream import VideoStream

from studies.errors import InputError

MEND = "encode it again, for example `ffmpeg -i IN -c:v libx264 -pix_fmt yuv420p -c:a aac OUT.mp4`"
RECOPY = "copy it again from its source"

# Playlists and image sequences are left out: they make a reader open other files and addresses.
CONTAINERS = (
    "mov,mp4,m4a,3gp,3g2,mj2",
    "matroska,webm",
    "avi",
    "mpegts",
    "mpeg",
    "mpegvideo",
    "flv",
    "ogg",
    "asf",
    "mxf",
    "nut",
    "ivf",
    "yuv4mpegpipe",
    "gif",
    "apng",
    "h264",
    "hevc",
    "m4v",
)
MAX_PIXELS = 7680 * 4320
LARGEST = "7680×4320"
MAX_STREAMS = 1000
MAX_BOXES = 100_000


def open_clip(path: Path) -> InputContainer:
    """The clip, to be decoded by one thread. Raises av.FFmpegError or OSError where it cannot be read."""
    return _opened(path, {"max_pixels": str(MAX_PIXELS), "threads": "1"})


def _opened(path: Path, options: dict[str, str]) -> InputContainer:
    return av.open(
        f"file:{path.absolute()}",
        metadata_errors="replace",
        options=options,
        container_options={
            "format_whitelist": ",".join(CONTAINERS),
            "protocol_whitelist": "file",
            "max_streams": str(MAX_STREAMS),
        },
    )


def stated_size(path: Path) -> tuple[int, int]:
    """Width and height of the pictures by the file's header alone; 0 where it says none."""
    options = {"codec_whitelist": "none", "threads": "1"}
    with _opened(path, options) as container:
        stream = container.streams.best("video")
        return (stream.width, stream.height) if isinstance(stream, VideoStream) else (0, 0)


@contextmanager
def readable(name: str) -> Iterator[None]:
    """Say of the clip called `name` that it cannot be read, where FFmpeg or the system says so."""
    try:
        yield
    except MemoryError:
        raise InputError(f"{name} needs too much memory, or has too many streams; {MEND}.") from None
    except av.ArgumentError:
        raise InputError(f"{name} is not a video in any known format; {MEND}.") from None
    except (av.FFmpegError, OSError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise InputError(f"{name} is not a video that can be read ({reason}); {MEND}.") from None
    except (ArithmeticError, ValueError):
        raise InputError(f"{name} is not a video that can be read (its figures are wrong); {MEND}.") from None


def check_complete(path: Path, name: str) -> None:
    """An MP4 is a chain of boxes that state their length, so the least cut shows. Raises InputError."""
    if not path.is_file():
        raise InputError(f"{name} is not a file; put the clip itself there.")
    size, position = path.stat().st_size, 0
    if not size:
        raise InputError(f"{name} is empty; put the clip itself there.")
    with path.open("rb") as file:
        for _ in range(MAX_BOXES):
            if position + 8 > size:
                return
            file.seek(position)
            header = file.read(16).ljust(16, b"\0")
            length, kind = int.from_bytes(header[:4]), header[4:8]
            if (position == 0 and kind != b"ftyp") or not kind.isalnum():
                return
            length = {0: size - position, 1: int.from_bytes(header[8:])}.get(length, length)
            if position + length > size:
                raise InputError(
                    f"{name} is cut off ({size} bytes, but it says that it is longer); {RECOPY}."
                )
            position += max(length, 8)
