"""What measuring a picture costs, beside the packages that compute the same metrics, and how values compare.

Processor time and wall time per picture of 512 × 512 pixels, one thread, the fastest of several turns. The
packages are those of tests/support/peers.py, from the folder that MOS_BENCH_PEERS names; one that is not
there is left out, with the reason. basicsr's NIQE wants torch, and computes in single precision.

With `--memory`: peak memory of one pass over 10 and over 60 seconds of 1080p, which takes minutes.
"""

from __future__ import annotations

import argparse
import itertools
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from skimage.metrics import structural_similarity

from mos_platform.metrics.measures.fidelity import l1, ms_ssim, mse, psnr, ssim
from mos_platform.metrics.measures.noreference import brisque, niqe
from mos_platform.metrics.measures.noreference.cpbd import cpbd
from mos_platform.metrics.measures.noreference.svr import read_regression
from mos_platform.metrics.measures.onepass import Order, one_pass
from mos_platform.metrics.measures.reading.frames import Picture, luma, read_frames
from mos_platform.metrics.measures.registry import REGISTRY
from mos_platform.metrics.measures.result import NoValueError
from mos_platform.metrics.measures.weights import Weights

SHARED = Path(__file__).resolve().parents[3] / "shared"
CLIPS = SHARED / "clips" / "float" / "id03"
CACHE = Path(os.environ.get("MOS_TEST_WEIGHTS") or Path.home() / ".cache" / "mos_platform" / "weights")
WEIGHTS = Weights(CACHE)
METRICS = ("mse", "l1", "psnr", "ssim", "ms_ssim", "cpbd", "brisque", "niqe")
PACKAGED = ("ssim", "cpbd", "brisque", "niqe")
PICTURES = 4
TURNS = 3
WANTED = 5
ONE_THREAD = "OPENBLAS_NUM_THREADS"

Pair = tuple[Picture, Picture]
Compare = Callable[[Pair], float | None]


@dataclass(frozen=True)
class Cost:
    """Seconds per picture."""

    cpu: float
    wall: float


def cost(work: Callable[[], object], pictures: int) -> Cost:
    cpu, wall = time.process_time(), time.perf_counter()
    work()
    return Cost((time.process_time() - cpu) / pictures, (time.perf_counter() - wall) / pictures)


def fastest(costs: list[Cost]) -> Cost:
    return Cost(min(one.cpu for one in costs), min(one.wall for one in costs))


def skimage_ssim(pair: Pair) -> float:
    grey, other = (luma(picture).astype(float) for picture in pair)
    return float(
        structural_similarity(
            grey, other, gaussian_weights=True, sigma=1.5, use_sample_covariance=False, data_range=255
        )
    )


def ours() -> dict[str, Compare]:
    regression = read_regression(WEIGHTS.file(brisque.MODEL), 36)
    pristine = niqe.read_pristine(WEIGHTS.file(niqe.MODEL))
    return {
        "mse": lambda pair: mse(*pair),
        "l1": lambda pair: l1(*pair),
        "psnr": lambda pair: psnr(*pair),
        "ssim": lambda pair: ssim(*map(luma, pair)),
        "ms_ssim": lambda pair: ms_ssim(*map(luma, pair)),
        "cpbd": lambda pair: cpbd(luma(pair[0])),
        "brisque": lambda pair: brisque.brisque(pair[0], regression),
        "niqe": lambda pair: niqe.niqe(pair[0], pristine),
    }


def packages() -> dict[str, Compare]:
    """Those that are there; of the others the reason is printed."""
    import peers

    found: dict[str, Compare] = {"ssim": skimage_ssim}
    makers: dict[str, Callable[[], Compare]] = {
        "cpbd": lambda: partial(_of_grey, peers.cpbd()),
        "brisque": lambda: partial(_of_colour, peers.brisque()),
        "niqe": lambda: partial(_of_colour, peers.niqe()),
    }
    for name, make in makers.items():
        try:
            found[name] = make()
        except peers.AbsentError as absent:
            print(f"{name}: no package to compare with ({absent})")
    with suppress(ImportError):
        import torch

        torch.set_num_threads(1)
    return found


def _of_grey(measure: Callable[[Picture], float], pair: Pair) -> float:
    return measure(luma(pair[0]))


def _of_colour(measure: Callable[[Picture], float], pair: Pair) -> float:
    return measure(pair[0])


def first_pictures(clip: Path) -> list[Picture]:
    return [frame.rgb for frame in itertools.islice(read_frames(clip), PICTURES)]


def each_beside_its_package(pairs: list[Pair]) -> float | None:
    """Processor time per picture of all packages together; None where one is absent."""
    own, other = ours(), packages()
    print(f"{'':10}{'package: CPU':>16}{'wall':>9}{'ours: CPU':>14}{'wall':>9}{'':>11}   values apart")
    total = 0.0
    for name in METRICS:
        values = [[compare[name](pair) for pair in pairs] for compare in (own, other) if name in compare]
        compares = [compare[name] for compare in (own, other) if name in compare]
        turns = [[cost(partial(list, map(c, pairs)), PICTURES) for c in compares] for _ in range(TURNS)]
        mine, *theirs = [fastest(list(costs)) for costs in zip(*turns, strict=True)]
        apart = np.max(np.abs(np.diff(np.array(values, dtype=float), axis=0)), initial=0)
        print(_row(name, mine, theirs, float(apart)))
        total += theirs[0].cpu if theirs else 0
    return total if set(other) == set(PACKAGED) else None


def _row(name: str, mine: Cost, theirs: list[Cost], apart: float) -> str:
    own = f"{1e3 * mine.cpu:11.1f} ms{1e3 * mine.wall:6.1f} ms"
    if not theirs:
        return f"{name:10}{'':25}{own}"
    package = f"{1e3 * theirs[0].cpu:13.1f} ms{1e3 * theirs[0].wall:6.1f} ms"
    return f"{name:10}{package}{own}{theirs[0].cpu / mine.cpu:9.1f} ×   {apart:.0e}"


def together(clip: Path, reference: Path, pictures: int) -> Cost:
    """One pass with decoding, all measures, every picture."""
    order = Order(clip, reference, tuple(REGISTRY[name] for name in METRICS), WEIGHTS)
    return fastest([cost(partial(one_pass, order), pictures) for _ in range(2)])


def cut(clip: Path, target: Path, pictures: int) -> Path:
    lossless = ["-frames:v", str(pictures), "-an", "-c:v", "libx264rgb", "-qp", "0"]
    subprocess.run(["ffmpeg", "-v", "error", "-y", "-i", clip, *lossless, target], check=True)
    return target


def speed() -> bool:
    pairs = list(zip(first_pictures(CLIPS / "EDTalk.mp4"), first_pictures(CLIPS / "Hallo.mp4"), strict=True))
    package = each_beside_its_package(pairs)
    with tempfile.TemporaryDirectory() as folder:
        clips = [cut(CLIPS / f"{name}.mp4", Path(folder) / f"{name}.mkv", 20) for name in ("EDTalk", "Hallo")]
        all_at_once = together(*clips, 20)
    print(f"one pass, all {len(METRICS)} with decoding: {1e3 * all_at_once.cpu:.1f} ms CPU, ", end="")
    print(f"{1e3 * all_at_once.wall:.1f} ms wall a picture ({1 / all_at_once.cpu:.1f} pictures a second)")
    if package is None:
        return True
    print(f"the packages together: {1e3 * package:.1f} ms CPU, {package / all_at_once.cpu:.1f} × as much")
    return package >= WANTED * all_at_once.cpu


def memory() -> None:
    """In a process of its own each, so that the peak is that of one pass."""
    with tempfile.TemporaryDirectory() as folder:
        for seconds in (10, 60):
            clip = Path(folder) / f"{seconds}.mp4"
            source = f"testsrc2=size=1920x1080:rate=25:duration={seconds}"
            coded = ["-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p"]
            subprocess.run(["ffmpeg", "-v", "error", "-f", "lavfi", "-i", source, *coded, clip], check=True)
            subprocess.run([sys.executable, __file__, "--peak", clip], check=True)


def peak(clip: Path) -> None:
    order = Order(clip, clip, tuple(REGISTRY[name] for name in METRICS), WEIGHTS, every=25)
    one_pass(order)
    used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"one pass over {clip.stem} s of 1080p, clip and reference: peak {used:.0f} MiB")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--memory", action="store_true")
    parser.add_argument("--peak", type=Path)
    options = parser.parse_args()
    if options.peak:
        peak(options.peak)
        return 0
    if not CLIPS.exists():
        print(f"no clips: {CLIPS} is absent")
        return 0
    try:
        fast_enough = speed()
    except NoValueError as none:
        print(f"{none} (in {CACHE}, where the tests fetch them)")
        return 0
    if options.memory:
        memory()
    return 0 if fast_enough else 1


if __name__ == "__main__":
    sys.path.append(str(Path(__file__).resolve().parents[1] / "support"))
    if ONE_THREAD not in os.environ:  # numpy has read it already
        os.execve(sys.executable, [sys.executable, *sys.argv], os.environ | {ONE_THREAD: "1"})
    sys.exit(main())
