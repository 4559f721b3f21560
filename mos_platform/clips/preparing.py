"""One clip made ready for raters: an MP4 that any browser plays and that does not say where it comes from."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import struct
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from fractions import Fraction
from functools import partial
from pathlib import Path
from tempfile import SpooledTemporaryFile
from typing import Any, BinaryIO, cast

import av
from av.audio.frame import AudioFrame
from av.video.frame import VideoFrame

from mos_platform.clips.damaging.compression import squeezed
from mos_platform.clips.damaging.damage import Damage
from mos_platform.clips.damaging.voice import SOUNDLESS, moved, replaced, whole
from mos_platform.clips.encoding import Altered, encode_pictures, picture_at
from mos_platform.clips.mp4 import Track, write_mp4
from mos_platform.clips.opening import open_clip, readable
from mos_platform.clips.repacking import repack
from mos_platform.clips.soundtrack import (
    Level,
    Sound,
    encode_sound,
    heard,
    level_for,
    loudness_of,
    measure,
    silence,
)
from mos_platform.clips.stamps import Stamps, pictures_of, stamps_of
from mos_platform.clips.stripping import AGAIN, UnfitError
from mos_platform.clips.tracks import picture_stream, sound_stream
from mos_platform.clips.treatment import Encoding
from studies.errors import InputError

# Changes where the same clip and treatment give other bytes than before.
VERSION = 2
ATTEMPTS = 3
NEAR_LU = 0.05
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


def recipe(encoding: Encoding | None, damage: str = "") -> str:
    """A key of the treatment and the libraries: the same source and recipe give the same bytes.

    `damage` says what is done beside it, and with the bytes of which other clip.
    """
    asked = None if encoding is None else encoding.record()
    key = [asked, libraries(), *([damage] if damage else [])]
    return hashlib.sha256(json.dumps(key, sort_keys=True).encode()).hexdigest()[:16]


def prepare(
    source: Path, target: Path, encoding: Encoding | None, name: str, damage: Damage | None = None
) -> Prepared:
    """Repack the clip (`encoding` None) or encode it, into `target`, which appears whole or not at all.

    A clip that is encoded may get a `damage`. Raises InputError calling the clip `name`: where it cannot be
    read, or not be treated so.
    """
    with _unfit(name), SpooledTemporaryFile(IN_MEMORY) as spool:
        payload = cast("BinaryIO", spool)
        with readable(name):
            if encoding is None:
                made = _repacked(source, payload)
            else:
                made = _encoded(source, encoding, damage, payload)
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


def _encoded(
    source: Path, encoding: Encoding, damage: Damage | None, payload: BinaryIO
) -> tuple[list[Track], dict[str, Any]]:
    with open_clip(source) as container:
        stamps = stamps_of(container)
    zero = _zero(source, encoding, stamps)
    altered = _altered(source, encoding, zero, stamps, damage)
    with open_clip(source) as container:
        aspect, shown = picture_stream(container).sample_aspect_ratio, pictures_of(container, stamps)
        pictures = encode_pictures(shown, aspect, encoding, zero, payload, altered)
    paced = {"repeated": pictures.repeated, "dropped": pictures.dropped}
    done = {
        "treatment": "encode",
        **encoding.record(),
        **paced,
        **({"damage": damage.name} if damage else {}),
    }
    if not encoding.sound:
        if damage is not None and damage.of_sound:
            raise UnfitError(*SOUNDLESS)
        return [pictures.track], done
    sound, level = _encoded_sound(source, encoding, damage, zero, pictures.track.end_s, payload)
    return [track for track in (pictures.track, sound) if track], {**done, **asdict(level)}


def _altered(
    source: Path, encoding: Encoding, zero: Fraction, stamps: Stamps | None, damage: Damage | None
) -> Altered:
    """What the damage does to the pictures."""
    if damage is not None and damage.compressed:
        return squeezed
    if damage is None or damage.frozen is None:
        return iter
    # What this needs is loaded by those children only that freeze a mouth: the others start faster.
    from mos_platform.clips.damaging.mouth import frozen, held_picture

    marks, place = damage.frozen, held_picture(damage.frozen)
    with open_clip(source) as container:
        aspect, shown = picture_stream(container).sample_aspect_ratio, pictures_of(container, stamps)
        held = picture_at(place, shown, aspect, encoding, zero)
    return lambda pictures: frozen(pictures, held, place, marks)


def _encoded_sound(
    source: Path,
    encoding: Encoding,
    damage: Damage | None,
    zero: Fraction,
    pictures_s: Fraction,
    payload: BinaryIO,
) -> tuple[Track | None, Level]:
    """The clip's sound, or silence as long as its pictures."""
    end = _sound_end(source, zero)
    if encoding.seconds is not None:
        end = pictures_s if end is None else min(end, pictures_s)
    target_lufs, play = encoding.loudness_lufs, partial(_sound, source, zero, end)
    if damage is not None and damage.of_sound:
        own = whole(play())
        spoilt = _spoilt(own, encoding, damage)
        target_lufs = measure([own])[0] if target_lufs is None else target_lufs
        sound, level = _levelled(lambda: iter([spoilt]), target_lufs, payload)
    else:
        sound, level = _levelled(play, target_lufs, payload)
    return sound or encode_sound(silence(pictures_s), level, payload), level


def _spoilt(own: Sound, encoding: Encoding, damage: Damage) -> Sound:
    if damage.swapped is None:
        return moved(own, damage.shift_s)
    with open_clip(damage.swapped) as container:
        zero = _zero(damage.swapped, encoding, stamps_of(container))
    return replaced(own, whole(_sound(damage.swapped, zero, _sound_end(damage.swapped, zero))))


def _levelled(
    play: Callable[[], Iterator[Sound]], target_lufs: float | None, payload: BinaryIO
) -> tuple[Track | None, Level]:
    """The sound at the loudness asked for; what AAC takes from it is made up for, in a few attempts."""
    loudness, peak = measure(play()) if target_lufs is not None else (None, 0.0)
    aim = target_lufs
    for attempt in range(1, ATTEMPTS + 1):
        level = level_for(loudness, peak, aim)
        track = encode_sound(play(), level, payload)
        if track is None or loudness is None or aim is None or target_lufs is None or attempt == ATTEMPTS:
            break
        reached = loudness_of(track, payload)
        if reached is None or abs(reached - target_lufs) <= NEAR_LU:
            break
        aim += target_lufs - reached
    return track, level


def _sound(source: Path, zero: Fraction, end: Fraction | None) -> Iterator[Sound]:
    with open_clip(source) as container:
        stream = sound_stream(container)
        if stream is not None:
            yield from heard(container.decode(stream), zero, end)


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
        with part.open("wb") as file:
            written = _Written(file)
            write_mp4(written, tracks, payload)
        part.replace(target)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    return written.sha256.hexdigest(), written.size


class _Written:
    """Counts and hashes what goes into a file, so that it need not be read again."""

    def __init__(self, file: BinaryIO) -> None:
        self.sha256, self.size = hashlib.sha256(), 0
        self._file = file

    def write(self, content: bytes) -> None:
        self.sha256.update(content)
        self.size += len(content)
        self._file.write(content)
