"""Whether every browser plays a clip as it is: H.264 (8 bits, 4:2:0) and AAC in MP4 they all play."""

from __future__ import annotations

from math import ceil

from mos_platform.clips.facts import AudioFacts, ClipFacts, VideoFacts

MP4, WEBM = "mov,mp4,m4a,3gp,3g2,mj2", "matroska,webm"
WEBM_VIDEO, WEBM_AUDIO = frozenset({"vp8", "vp9", "av1"}), frozenset({"opus", "vorbis"})
PROFILES = frozenset({"Constrained Baseline", "Baseline", "Main", "High"})
PIXEL_FORMATS = frozenset({"yuv420p", "yuvj420p"})
AAC_PROFILES = frozenset({"", "LC", "HE-AAC", "HE-AACv2"})
# The largest picture of H.264's level 5.2, beyond which phones give up.
LARGEST = 4096 * 2304
MOST_BLOCKS_A_SECOND = 2_073_600  # of 16×16 pixels, at the same level: 4096×2304 at 56, 3840×2160 at 64
NAMES = {
    "avi": "AVI",
    "av1": "AV1",
    "vp8": "VP8",
    "vp9": "VP9",
    "hevc": "HEVC",
    "mpeg4": "MPEG-4 Part 2",
    "mpegts": "MPEG-TS",
    "opus": "Opus",
    "vorbis": "Vorbis",
    "mp3": "MP3",
    "ac3": "AC-3",
    "flac": "FLAC",
}


def too_large(width: int, height: int, fps: float) -> str:
    """Why phones do not decode such pictures, as a short phrase; empty where they do."""
    if width * height > LARGEST:
        return f"size {width}×{height}, larger than phones decode"
    if ceil(width / 16) * ceil(height / 16) * fps > MOST_BLOCKS_A_SECOND:
        return f"{fps:.4g} pictures of {width}×{height} a second, more than phones decode"
    return ""


def obstacles(facts: ClipFacts) -> list[str]:
    """Why some browser does not play the clip as it is, as short phrases; empty where all do.

    A clip without sound meets no obstacle for that.
    """
    found = [_container(facts), *_picture(facts.video), *_sound(facts.audio)]
    return [phrase for phrase in found if phrase]


def _container(facts: ClipFacts) -> str:
    if facts.container == MP4:
        return ""
    if facts.container != WEBM:
        return f"{_named(facts.container)} file, not MP4"
    is_webm = facts.video.codec in WEBM_VIDEO and (facts.audio is None or facts.audio.codec in WEBM_AUDIO)
    return "WebM file, which iPhones before iOS 17.4 do not play" if is_webm else "Matroska file, not MP4"


def _picture(video: VideoFacts) -> list[str]:
    size = f"{video.width}×{video.height}"
    return [
        "" if video.codec == "h264" else f"{_named(video.codec)} picture, not H.264",
        f"H.264 profile {video.profile}" if video.codec == "h264" and video.profile not in PROFILES else "",
        "" if video.pixel_format in PIXEL_FORMATS else f"pixel format {video.pixel_format}, not yuv420p",
        f"odd size {size}" if video.width % 2 or video.height % 2 else "",
        too_large(video.width, video.height, video.fps),
        "interlaced picture" if video.interlaced else "",
    ]


def _sound(audio: AudioFacts | None) -> list[str]:
    if audio is None:
        return []
    if audio.codec != "aac":
        return [f"{_named(audio.codec)} sound, not AAC"]
    return [] if audio.profile in AAC_PROFILES else [f"AAC profile {audio.profile}"]


def _named(word: str) -> str:
    return "PCM" if word.startswith("pcm_") else NAMES.get(word, word.split(",")[0])
