"""Which streams of a clip count: the pictures and the sound that a player would choose."""

from __future__ import annotations

from av.audio.stream import AudioStream
from av.container import InputContainer
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from mos_platform.clips.stripping import AGAIN, UnfitError

# ISO/IEC 23091-2 code points of high dynamic range.
HDR_TRANSFERS = {16: "PQ", 18: "HLG"}
# And of matrices, by their names in FFmpeg's scaler.
MATRICES = {1: "bt709", 4: "fcc", 5: "bt601", 6: "bt601", 7: "smpte240m", 9: "bt2020", 10: "bt2020"}
HD_LINES = 720  # from here on browsers take colours that do not say otherwise for BT.709


def picture_stream(container: InputContainer) -> VideoStream:
    """Raises UnfitError where there is none."""
    stream = container.streams.best("video")
    if not isinstance(stream, VideoStream) or not _is_known(stream):
        raise UnfitError("has no video stream that can be decoded", AGAIN)
    return stream


def sound_stream(container: InputContainer) -> AudioStream | None:
    """None where the clip has no sound that can be decoded."""
    stream = container.streams.best("audio")
    return stream if isinstance(stream, AudioStream) and _is_known(stream) else None


def _is_known(stream: VideoStream | AudioStream) -> bool:
    """A stream of a coding that FFmpeg does not know has no decoder, whatever its type says."""
    context: object = stream.codec_context
    return context is not None


def matrix_of(picture: VideoFrame) -> str:
    """The matrix by which browsers read the picture's colours, whether it names one or not."""
    return MATRICES.get(picture.colorspace, "bt709" if picture.height >= HD_LINES else "bt601")
