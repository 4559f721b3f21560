"""SyncNet's scoring of its authors' example beside their code, in one run: figures and time, random weights.

torch is not among the locked packages: `pip install torch==2.13.0`. The reference code is run from the folder
that MOS_BENCH_PEERS names: `$MOS_BENCH_PEERS/syncnet_python` is a checkout of joonson/syncnet_python at
6efbb1c, and `$MOS_BENCH_PEERS/venv` has torch, opencv-contrib-python, scipy and python_speech_features.

Both score the whole clip: pictures through ffmpeg and JPEG, sound to MFCC, features, distances. Loading the
network is left out of both.
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

REPO = Path(__file__).resolve().parents[2]
SUPPORT = REPO / "tests" / "support"
CLIP = REPO.parent / "shared" / "clips" / "real" / "syncnet_example.avi"


def used() -> float:
    """Processor seconds of this process and of those it waited for."""
    spent = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in spent)


def ours(threads: int) -> tuple[Any, float, float]:
    import torch
    from syncnet_random import random_syncnet

    from mos_platform.metrics.measures.synchronisation.variants import of_crop

    torch.set_num_threads(threads)
    net = random_syncnet()
    began, busy = time.perf_counter(), used()
    return of_crop(CLIP, net), time.perf_counter() - began, used() - busy


def theirs(threads: int) -> dict[str, Any] | None:
    peers = Path(os.environ.get("MOS_BENCH_PEERS", ""))
    python, reference = peers / "venv" / "bin" / "python", peers / "syncnet_python"
    if not python.exists() or not reference.is_dir():
        return None
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder, "out.npz")
        script = SUPPORT / "syncnet_reference.py"
        command = [python, "-W", "ignore", script, "score", reference, target, CLIP]
        environment = os.environ | {"OMP_NUM_THREADS": str(threads)}
        subprocess.run(list(map(str, command)), env=environment, capture_output=True, check=True)
        return dict(np.load(target))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--threads", type=int, default=1)
    threads = parser.parse_args().threads
    if not CLIP.is_file():
        print(f"skipped: the example clip is absent ({CLIP})")
        return
    try:
        import torch
    except ModuleNotFoundError:
        print("skipped: torch is not installed (pip install torch==2.13.0)")
        return
    found, seconds, busy = ours(threads)
    print(f"{CLIP.name}, {found.windows} windows, {threads} thread(s), torch {torch.__version__}")
    figures = f"distance {found.distance:.6f}, confidence {found.confidence:.6f}"
    print(f"  ours       {seconds:7.1f} s, {busy:7.1f} s of processor")
    print(f"             offset {found.offset}, {figures}")
    peer = theirs(threads)
    if peer is None:
        print("  reference  skipped: set MOS_BENCH_PEERS to a folder that has it (see the script's top)")
        return
    wall, processor = peer["seconds"]
    print(f"  reference  {wall:7.1f} s, {processor:7.1f} s of processor")
    figures = f"distance {peer['means'].min():.6f}, confidence {float(peer['confidence']):.6f}"
    print(f"             offset {int(peer['offset'])}, {figures}")
    print(f"  {wall / seconds:.1f} × faster, by processor time {processor / busy:.1f} ×")


if __name__ == "__main__":
    sys.path[:0] = [str(REPO), str(SUPPORT)]
    main()
