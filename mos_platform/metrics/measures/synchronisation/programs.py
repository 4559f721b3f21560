"""What the published procedures do with the program ffmpeg, done with ffmpeg: its encoders leave their mark.

Pictures pass through a pipe, so that neither memory nor disk fills with them.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Generator
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from mos_platform.metrics.measures.reading.frames import Picture
from mos_platform.metrics.measures.result import NoValueError

RATE = 25
_READ = 1 << 16
_END = b"\xff\xd9"
_NOTHING = "does not contain any stream"
# What `-async 1` stood for before ffmpeg 7 dropped it: only the start is filled with silence or cut.
_IN_TIME = ("-af", "aresample=async=1:min_hard_comp=0.1:first_pts=0")


def cv2() -> Any:
    """OpenCV, or NoValueError naming what to install."""
    try:
        import cv2 as module
    except ModuleNotFoundError:
        raise NoValueError("package missing (OpenCV; pip install 'mos-platform[metrics]')") from None
    except (ImportError, OSError) as error:
        library = str(error).split(":")[0]
        raise NoValueError(f"system library missing ({library}; Debian: apt-get install libgl1)") from None
    return module


def at_25_per_second(clip: Path, target: Path) -> None:
    """MPEG-4 of quality 2 at 25 pictures a second and, where there is sound, MP3, in an AVI file."""
    _run("-i", _source(clip), "-qscale:v", "2", *_IN_TIME, "-r", str(RATE), str(target))


def jpegs(clip: Path, quality: int | None = None) -> Generator[Picture]:
    """Every picture as JPEG makes it: BGR uint8, (height, width, 3). quality None: ffmpeg's own choice."""
    decoder = cv2()
    chosen = ("-qscale:v", str(quality)) if quality else ()
    arguments = ("-i", _source(clip), *chosen, "-threads", "1", "-f", "image2pipe", "-c:v", "mjpeg", "-")
    with closing(_split(arguments)) as pieces:
        for piece in pieces:
            picture = decoder.imdecode(np.frombuffer(piece, np.uint8), decoder.IMREAD_COLOR)
            yield np.asarray(picture, dtype=np.uint8)


def sound(clip: Path) -> NDArray[np.int16]:
    """Mono at 16 kHz. Raises NoValueError where there is no sound."""
    output = ("-ac", "1", "-vn", "-ar", "16000", "-f", "s16le", "-c:a", "pcm_s16le", "-")
    samples = _run("-i", _source(clip), *_IN_TIME, *output)
    return np.frombuffer(samples, dtype="<i2").astype(np.int16)


def _source(clip: Path) -> str:
    return f"file:{clip.resolve()}"


def _program(arguments: tuple[str, ...]) -> list[str]:
    program = shutil.which("ffmpeg")
    if program is None:
        raise NoValueError("program missing (ffmpeg; Debian: apt-get install ffmpeg)")
    return [program, "-nostdin", "-loglevel", "error", "-y", "-protocol_whitelist", "file,pipe", *arguments]


def _run(*arguments: str) -> bytes:
    done = subprocess.run(_program(arguments), capture_output=True, check=False)  # noqa: S603 - our arguments
    _check(done.returncode, done.stderr)
    return done.stdout


def _check(code: int, complaint: bytes) -> None:
    """Only `sound` leaves pictures out, so that nothing to write means that there is no sound."""
    text = complaint.decode(errors="replace").strip()
    if code and _NOTHING in text:
        raise NoValueError("the clip has no sound")
    if code:
        # Before the last colon stands the file's path, which is of no use to a reader.
        last = text.splitlines()[-1].rpartition(": ")[2] if text else f"exit status {code}"
        raise NoValueError(f"ffmpeg cannot read the clip ({last})")


def _split(arguments: tuple[str, ...]) -> Generator[bytes]:
    """Each JPEG that ffmpeg writes. Its end marker cannot occur within: coded data is stuffed."""
    with TemporaryFile() as complaints, _started(arguments, complaints) as running:
        try:
            yield from _pieces(running)
        finally:
            running.kill()
        complaints.seek(0)
        _check(max(running.wait(), 0), complaints.read())


def _started(arguments: tuple[str, ...], complaints: IO[bytes]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(  # noqa: S603 - our arguments
        _program(arguments), stdout=subprocess.PIPE, stderr=complaints
    )


def _pieces(running: subprocess.Popen[bytes]) -> Generator[bytes]:
    waiting = bytearray()
    while running.stdout is not None and (more := running.stdout.read(_READ)):
        searched = max(len(waiting) - 1, 0)
        waiting += more
        while (end := waiting.find(_END, searched)) >= 0:
            yield bytes(waiting[: end + 2])
            del waiting[: end + 2]
            searched = 0
    running.wait()
