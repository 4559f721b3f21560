"""One clip made ready for raters: an MP4 that any browser plays and that does not say where it comes from."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from fractions import Fraction
from pathlib import Path
from tempfile import SpooledTemporaryFile
from typing import Any, BinaryIO, cast

import av
from av.audio.frame import AudioFrame
from av.container import InputContainer
from av.video.frame import VideoFrame

from mos_platform.clips.encoding import encode_pictures
from mos_platform.clips.mp4 import Track, write_mp4
from mos_platform.clips.opening import open_clip, readable
from mos_platform.clips.repacking import repack
from mos_platform.clips.soundtrack import Level, Sound, encode_sound, heard, level_for, measure, silence
from mos_platform.clips.stamps import Stamps, pictures_of, stamps_of
from mos_platform.clips.stripping import AGAIN, UnfitError
from mos_platform.clips.tracks import picture_stream, sound_stream
from mos_platform.clips.treatment import Encoding
from studies.errors import InputError

# Changes where the same clip and treatment give other bytes than before.
VERSION = 1
IN_MEMORY = 64 * 2**20  # bytes of a clip that are held in memory; more go to a temporary file


@dataclass(frozen=True)
class Prepared:
    """The file that was made: `sha256` and `bytes` of it, seconds, and `done` for the record, as JSON."""

    sha256: str
    bytes: int
    duration_s: float
    has_audio: bool
    done: dict[str, Any]


def libraries() -> dict[str, str]:
    """What prepares the clips, in which version."""
    versions = {name: ".".join(map(str, number)) for name, number in av.library_versions.items()}
    return {"prepare": str(VERSION), "av": av.__version__, "ffmpeg": av.ffmpeg_version_info, **versions}


def recipe(encoding: Encoding | None) -> str:
    """A key of the treatment and the libraries: the same source and recipe give the same bytes."""
    asked = None if encoding is None else encoding.record()
    return hashlib.sha256(json.dumps([asked, libraries()], sort_keys=True).encode()).hexdigest()[:16]


def prepare(source: Path, target: Path, encoding: Encoding | None, name: str) -> Prepared:
    """Repack the clip (`encoding` None) or encode it, into `target`, which appears whole or not at all.

    Raises InputError calling the clip `name`: where it cannot be read, or not be treated so.
    """
    with _unfit(name), SpooledTemporaryFile(IN_MEMORY) as spool:
        payload = cast("BinaryIO", spool)
        with readable(name):
            made = _repacked(source, payload) if encoding is None else _encoded(source, encoding, payload)
        tracks, done = made
        digest, size = _write(target, tracks, payload)
    return Prepared(
        sha256=digest,
        bytes=size,
        duration_s=round(float(max(track.end_s for track in tracks)), 6),
        has_audio=len(tracks) > 1,
        done=done,
    )


@contextmanager
def _unfit(name: str) -> Iterator[None]:
    try:
        yield
    except UnfitError as error:
        raise InputError(f"{name} {error}; {error.mend}.") from None
    except (OverflowError, struct.error):
        raise InputError(f"{name} is longer than 4 GiB or 9 hours; cut it shorter.") from None
    except OSError as error:
        if error.errno == errno.EFBIG:  # the limit of a child process, which says so itself
            raise
        raise InputError(f"{name} cannot be stored ({error.strerror}); make room for it.") from None


def _repacked(source: Path, payload: BinaryIO) -> tuple[list[Track], dict[str, Any]]:
    with open_clip(source) as container:
        return repack(container, payload), {"treatment": "repack"}


def _encoded(source: Path, encoding: Encoding, payload: BinaryIO) -> tuple[list[Track], dict[str, Any]]:
    with open_clip(source) as container:
        stamps = stamps_of(container)
    zero = _zero(source, encoding, stamps)
    with open_clip(source) as container:
        aspect, shown = picture_stream(container).sample_aspect_ratio, pictures_of(container, stamps)
        pictures = encode_pictures(shown, aspect, encoding, zero, payload)
    paced = {"repeated": pictures.repeated, "dropped": pictures.dropped}
    done = {"treatment": "encode", **encoding.record(), **paced}
    if not encoding.sound:
        return [pictures.track], done
    sound, level = _encoded_sound(source, encoding, zero, pictures.track.end_s, payload)
    return [track for track in (pictures.track, sound) if track], {**done, **asdict(level)}


def _encoded_sound(
    source: Path, encoding: Encoding, zero: Fraction, pictures_s: Fraction, payload: BinaryIO
) -> tuple[Track | None, Level]:
    """The clip's sound, or silence as long as its pictures."""
    end = _sound_end(source, zero)
    if encoding.seconds is not None:
        end = pictures_s if end is None else min(end, pictures_s)
    level = Level(None, 0.0, limited=False)
    if encoding.loudness_lufs is not None:
        with open_clip(source) as container:
            level = level_for(*measure(_sound(container, zero, end)), encoding.loudness_lufs)
    with open_clip(source) as container:
        sound = encode_sound(_sound(container, zero, end), level, payload)
    return sound or encode_sound(silence(pictures_s), level, payload), level


def _sound(container: InputContainer, zero: Fraction, end: Fraction | None) -> Iterator[Sound]:
    stream = sound_stream(container)
    return iter(()) if stream is None else heard(container.decode(stream), zero, end)


def _zero(source: Path, encoding: Encoding, stamps: Stamps | None) -> Fraction:
    """Time 0 of the made clip, in seconds of the source: its first picture.

    Where sound begins more than a picture earlier: as many whole pictures before it.
    """
    with open_clip(source) as container:
        first = _begins(pictures_of(container, stamps))
    if first is None:
        raise UnfitError("holds no picture", AGAIN)
    with open_clip(source) as container:
        stream = sound_stream(container)
        begins = None if stream is None else _begins(container.decode(stream))
    if begins is None or not encoding.sound:
        return first
    return first - max(0, int((first - begins) * encoding.fps)) / encoding.fps


def _begins(frames: Iterator[VideoFrame] | Iterator[AudioFrame]) -> Fraction | None:
    frame = next(frames, None)
    return None if frame is None else Fraction(frame.pts or 0) * Fraction(frame.time_base or 1)


def _sound_end(source: Path, zero: Fraction) -> Fraction | None:
    """Where an MP4 says that its sound ends, for the last block is filled up. None where nothing is said."""
    with open_clip(source) as container:
        stream = sound_stream(container)
        if stream is None or "mp4" not in container.format.name:
            return None
        ends = [
            ((packet.pts or 0) + packet.duration) * Fraction(packet.time_base)
            for packet in container.demux(stream)
            if packet.duration
        ]
    return max(ends) - zero if ends else None


def _write(target: Path, tracks: list[Track], payload: BinaryIO) -> tuple[str, int]:
    """Under another name first. Returns the file's sha256 and size."""
    part = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        with part.open("w+b") as file:
            write_mp4(file, tracks, payload)
            size = file.tell()
            file.seek(0)
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)
    return digest, size
