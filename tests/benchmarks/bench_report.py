"""How long the statistics take: `analysis report --format json` on a simulated study of a usual size."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd

RATERS, METHODS, ITEMS = 36, 5, 12


def simulated(rng: np.random.Generator) -> pd.DataFrame:
    """Every rater rates every clip; grades follow from rater, method and item effects."""
    rater, method, item = (axis.ravel() for axis in np.indices((RATERS, METHODS, ITEMS)))
    opinion = 3 + rng.normal(0, 0.4, RATERS)[rater] + np.linspace(-1, 1, METHODS)[method]
    opinion = opinion + rng.normal(0, 0.3, ITEMS)[item] + rng.normal(0, 0.7, rater.size)
    return pd.DataFrame(
        {"rater": rater, "method": method, "item": item, "score": opinion.round().clip(1, 5).astype(int)}
    )


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        ratings = Path(folder) / "ratings.csv"
        simulated(np.random.default_rng(1)).to_csv(ratings, index=False)
        command = [
            sys.executable,
            "-m",
            "analysis",
            "report",
            str(ratings),
            "--out",
            folder,
            "--format",
            "json",
        ]
        began = time.perf_counter()
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        took = time.perf_counter() - began
    print(f"analysis report, {RATERS} raters × {METHODS * ITEMS} clips: {took:.1f} s")


if __name__ == "__main__":
    main()
