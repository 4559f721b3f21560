"""What is known of one clip once it was decoded to its end."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class VideoFacts:
    """The picture. Sizes in pixels as displayed: square pixels, upright; rates in pictures per second.

    `first_s` is the time stamp of the first picture; `black_s` and `frozen_s` are the longest stretches, in
    seconds, without light and without change.
    """

    codec: str
    profile: str
    pixel_format: str
    width: int
    height: int
    rotation: int
    fps: float
    variable_rate: bool
    pictures: int
    first_s: float
    black_s: float
    frozen_s: float


@dataclass(frozen=True)
class AudioFacts:
    """The sound. `loudness_lufs` is the integrated loudness (ITU-R BS.1770), None where it is silent."""

    codec: str
    sample_rate: int
    channels: int
    first_s: float
    duration_s: float
    loudness_lufs: float | None
    silent: bool


@dataclass(frozen=True)
class ClipFacts:
    """One clip; `container` as FFmpeg names it, such as "mov,mp4,m4a,3gp,3g2,mj2"."""

    container: str
    bytes: int
    duration_s: float
    video: VideoFacts
    audio: AudioFacts | None
