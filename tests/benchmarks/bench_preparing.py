"""Preparing clips: repacking takes little beside decoding; what encoding anew costs. One core.

`python tests/benchmarks/bench_preparing.py`. Each figure is the least of a few runs of the same second of
moving bars and a tone; times are of the processor, so that what else runs does not count.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import av

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))

import filmed

from mos_platform.clips.preparing import prepare
from mos_platform.clips.treatment import Encoding

RUNS = 7
TARGET_MS = 10.0  # repacking one second of 512 × 512


def least_ms(work: Callable[[], object], runs: int = RUNS) -> float:
    found = []
    for _ in range(runs):
        begin = time.process_time()
        work()
        found.append(time.process_time() - begin)
    return 1000 * min(found)


def decode(clip: Path) -> None:
    with av.open(str(clip), options={"threads": "1"}) as container:
        for packet in container.demux():
            packet.decode()


def measure(folder: Path, side: int) -> float:
    clip = filmed.bars(folder / f"{side}.mp4", size=f"{side}x{side}")
    made = folder / "made.mp4"
    goal = Encoding(side, side, Fraction(25), 16, sound=True)
    decoded, repacked = least_ms(lambda: decode(clip)), least_ms(lambda: prepare(clip, made, None, "clip"))
    encoded = least_ms(lambda: prepare(clip, made, goal, "clip"), runs=3)
    print(
        f"{side:4} px: decoding {decoded:5.1f} ms, repacking {repacked:5.1f} ms, encoding {encoded:6.1f} ms"
    )
    return repacked


def main() -> int:
    print("one second of a clip, one core:")
    with tempfile.TemporaryDirectory() as folder:
        slowest = max(measure(Path(folder), side) for side in (128, 256, 512))
    verdict = "ok" if slowest <= TARGET_MS else "TOO SLOW"
    print(f"repacking takes at most {slowest:.1f} ms (target: {TARGET_MS:.0f} ms): {verdict}")
    return 0 if slowest <= TARGET_MS else 1


if __name__ == "__main__":
    sys.exit(main())
