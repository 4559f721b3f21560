"""What is known of one clip once it was decoded to its end."""

from __future__ import annotations

from dataclasses import dataclass

from mos_platform.clips.coding import UNTOLD, Coding


@dataclass(frozen=True)
class VideoFacts:
    """The picture. Sizes in pixels as displayed: square pixels, upright; rates in pictures per second.

    `rotation`: degrees clockwise by which a player turns the stored picture (0, 90, 180 or 270). `first_s` is
    the time stamp of the first picture; `black_s` and `frozen_s` are the longest stretches, in seconds,
    without light and without change (0 where the picture keeps moving). `hidden`: whether an edit list leaves
    pictures out; `hdr`: PQ or HLG, empty for the usual range; `matrix`: of its colours, as
    FFmpeg names it and browsers take it.
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
    interlaced: bool = False
    hidden: bool = False
    hdr: str = ""
    matrix: str = "bt709"


@dataclass(frozen=True)
class AudioFacts:
    """The sound. `loudness_lufs` is the integrated loudness (ITU-R BS.1770), None where it is silent, or
    shorter than the 0.4 s that the measure needs. `silent`: never above -60 dB of full scale; `silence_s` is
    the longest such stretch in seconds.
    """

    codec: str
    sample_rate: int
    channels: int
    first_s: float
    duration_s: float
    loudness_lufs: float | None
    silent: bool
    silence_s: float = 0.0
    profile: str = ""


@dataclass(frozen=True)
class ClipFacts:
    """One clip; `container` as FFmpeg names it, such as "mov,mp4,m4a,3gp,3g2,mj2"."""

    container: str
    bytes: int
    duration_s: float
    video: VideoFacts
    audio: AudioFacts | None
    coding: Coding = UNTOLD
