"""A film whose pictures tell their time by how bright they are."""

from __future__ import annotations

from pathlib import Path

from filmed import ffmpeg

STEP_S = 0.04


def brightening(
    file: Path,
    *options: str,
    rate: int = 25,
    seconds: float = 1.0,
    size: str = "64x48",
    codec: str = "libx264",
) -> Path:
    """4 levels brighter every 40 ms, and darker to the right; `options` go to ffmpeg before the target."""
    level = f"16+4*floor(T/{STEP_S}+0.01)+40*(1-X/W)"
    source = f"nullsrc=s={size}:r={rate}:d={seconds},format=gray,geq=lum='{level}'"
    codec = ("-c:v", "libx264", "-qp", "4", "-pix_fmt", "yuv420p")
    ffmpeg("-f", "lavfi", "-i", source, *codec, *options, file)
    return file
