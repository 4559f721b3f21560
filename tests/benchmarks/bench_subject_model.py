"""P.910's subject model beside sureal on the same ratings, in one run: agreement and time.

sureal is not among the locked packages. It is run from a virtual environment of its own in the folder that
MOS_BENCH_PEERS names; to make one: `python3 -m venv $MOS_BENCH_PEERS/venv`, then
`$MOS_BENCH_PEERS/venv/bin/pip install sureal`. On vcc2018 it runs for minutes; --limit bounds that.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd

REPO = Path(__file__).resolve().parents[2]
RATINGS = REPO.parent / "shared" / "ratings"
SETS = ("nflx_public", "vcc2018")
REPEATS = 5
PEER = """
import contextlib, io, json, sys, time
import numpy as np
from sureal.dataset_reader import RawDatasetReader
from sureal.subjective_model import SubjectMLEModelProjectionSolver


class Dataset:
    dataset_name, yuv_fmt, width, height = "bench", "yuv420p", 1, 1


scores = np.load(sys.argv[1])
Dataset.ref_videos = [{"content_id": 0, "path": ""}]
Dataset.dis_videos = [
    {"asset_id": number, "content_id": 0, "path": str(number), "os": list(row)}
    for number, row in enumerate(scores)
]
reader = RawDatasetReader(Dataset)
reader.opinion_score_3darray
began = time.perf_counter()
with contextlib.redirect_stdout(io.StringIO()):
    found = SubjectMLEModelProjectionSolver(reader).run_modeling()
seconds = time.perf_counter() - began
likelihood = found["loglikelihood"]
keys = ("quality_scores", "observer_bias", "observer_inconsistency", "num_iter")
kept = {key: np.asarray(found[key]).tolist() for key in keys}
print(json.dumps({**kept, "log_likelihood": float(likelihood), "seconds": seconds}))
"""


def ratings_of(name: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    table = pd.read_csv(RATINGS / name / "ratings.csv")
    rater, stimulus = (
        np.unique(table[key].astype(str), return_inverse=True)[1] for key in ("rater", "stimulus")
    )
    return rater, stimulus, table["score"].to_numpy(float)


def peer_python() -> Path | None:
    folder = os.environ.get("MOS_BENCH_PEERS")
    python = Path(folder) / "venv" / "bin" / "python" if folder else None
    return python if python and python.exists() else None


def of_sureal(python: Path, columns: tuple[np.ndarray, np.ndarray, np.ndarray], limit: float) -> dict | None:
    """None where sureal took longer than `limit` seconds."""
    rater, stimulus, score = columns
    matrix = np.full((stimulus.max() + 1, rater.max() + 1), np.nan)
    matrix[stimulus, rater] = score
    with tempfile.TemporaryDirectory() as folder:
        np.save(f"{folder}/scores.npy", matrix)
        command = [str(python), "-W", "ignore", "-c", PEER, f"{folder}/scores.npy"]
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=limit, check=True)
        except subprocess.TimeoutExpired:
            return None
    return dict(json.loads(done.stdout))


def compare(name: str, python: Path | None, limit: float) -> None:
    from analysis.stats.subject_model import subject_model

    columns = ratings_of(name)
    seconds = []
    for _ in range(REPEATS):
        began = time.perf_counter()
        ours = subject_model(*columns)
        seconds.append(time.perf_counter() - began)
    mine = min(seconds)
    print(f"{name}: {len(columns[0]):,} ratings, {ours.quality.size:,} stimuli, {ours.bias.size} raters")
    print(
        f"  ours    {mine:10.4f} s (best of {REPEATS}), settled: {ours.converged}, mean bias "
        f"{ours.bias.mean():.1e}, log-likelihood per rating {ours.log_likelihood:.6f}"
    )
    if python is None:
        print(
            "  sureal  skipped: set MOS_BENCH_PEERS to a folder whose venv has sureal (see the script's top)"
        )
        return
    theirs = of_sureal(python, columns, limit)
    if theirs is None:
        print(f"  sureal  stopped after {limit:.0f} s (--limit); more than {limit / mine:,.0f} × our time")
        return
    print(
        f"  sureal  {theirs['seconds']:10.4f} s, {theirs['num_iter']} iterations, mean bias "
        f"{np.mean(theirs['observer_bias']):.1e}, log-likelihood per rating {theirs['log_likelihood']:.6f}"
    )
    apart = {
        "quality": ours.quality - theirs["quality_scores"],
        "bias": ours.bias - theirs["observer_bias"],
        "inconsistency": ours.inconsistency - theirs["observer_inconsistency"],
    }
    largest = ", ".join(f"{key} {np.abs(gap).max():.1e}" for key, gap in apart.items())
    print(f"  {theirs['seconds'] / mine:.0f} × faster; largest differences: {largest}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--limit", type=float, default=900, help="seconds that sureal may take per set")
    limit = parser.parse_args().limit
    if not RATINGS.is_dir():
        print(f"skipped: the real ratings are absent ({RATINGS})")
        return
    python = peer_python()
    for name in SETS:
        compare(name, python, limit)


if __name__ == "__main__":
    sys.path.insert(0, str(REPO))
    main()
