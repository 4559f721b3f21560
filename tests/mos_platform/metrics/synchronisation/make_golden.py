"""Make golden.npz: what the reference code and its packages answer to the input of syncnet_inputs.py.

    MOS_BENCH_PEERS=FOLDER FOLDER/venv/bin/python tests/mos_platform/metrics/synchronisation/make_golden.py

syncnet_reference.py says what has to lie in FOLDER. The weights are random (`random_state`): the figures
say that the arithmetic is the same, and nothing about lips.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import python_speech_features

HERE = Path(__file__).resolve().parent
SUPPORT = HERE.parents[2] / "support"
sys.path.insert(0, str(SUPPORT))

import syncnet_inputs as inputs  # noqa: E402 - lies in that folder


def run(mode: str, *arguments: str, reference: Path) -> dict[str, Any]:
    """The results of syncnet_reference.py in a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder, "out.npz")
        command = [sys.executable, str(SUPPORT / "syncnet_reference.py"), mode, str(reference), str(target)]
        subprocess.run([*command, *arguments], check=True, stdout=sys.stderr)
        return dict(np.load(target))


def tracked(reference: Path) -> dict[str, Any]:
    """The reference's `track_shot`, taken out of its script, which cannot be imported."""
    code = (reference / "run_pipeline.py").read_text()
    parts = code[code.index("def bb_intersection") : code.index("# # VIDEO CROP")]
    scope: dict[str, Any] = {"np": np}
    exec("from scipy.interpolate import interp1d\n" + parts, scope)

    class Options:
        num_failed_det, min_track, min_face_size = 25, 100, 100

    shot = [
        [{"frame": number, "bbox": box, "conf": 1.0} for box in boxes]
        for number, boxes in enumerate(inputs.sightings())
    ]
    found = scope["track_shot"](Options, shot)
    return {
        key: value
        for number, track in enumerate(found)
        for key, value in ((f"track{number}", track["bbox"]), (f"first{number}", track["frame"][0]))
    }


def main() -> None:
    reference = Path(os.environ["MOS_BENCH_PEERS"]) / "syncnet_python"
    mfcc = python_speech_features.mfcc(inputs.samples(), 16000)
    with tempfile.TemporaryDirectory() as folder:
        given = Path(folder, "in.npz")
        np.savez(given, pictures=inputs.pictures(), mfcc=mfcc)
        network = run("features", str(given), reference=reference)
        np.savez(given, rgb=inputs.pictures(1, 448)[0], confidence=0.5)
        faces = run("detect", str(given), reference=reference)["boxes"]
    golden = {f"syncnet_{key}": value for key, value in network.items()} | tracked(reference)
    np.savez_compressed(HERE / "golden.npz", mfcc=mfcc, faces=faces, **golden)
    print({key: value.shape for key, value in golden.items()}, mfcc.shape, faces.shape)


if __name__ == "__main__":
    main()
