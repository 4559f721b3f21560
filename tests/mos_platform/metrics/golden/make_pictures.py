"""Writes pictures.json: values of other packages on pictures by formula.

    cd tests/mos_platform/metrics/golden
    MOS_BENCH_PEERS=FOLDER PYTHONPATH=../../../..:../../../support python make_pictures.py

with a Python that has torch; `peers` says what has to be in FOLDER.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import peers
from textured import scene, worse

from mos_platform.metrics.measures.reading.frames import luma

SIZES = ((256, 320), (193, 270), (200, 161))
BLURS = (0.0, 1.0, 2.5)
NOISES = (4.0, 25.0)


def alone() -> list[dict[str, Any]]:
    sharp, brisque, niqe = peers.cpbd(), peers.brisque(), peers.niqe_in_double()
    return [
        {
            "seed": seed,
            "size": size,
            "blur": blur,
            "cpbd": sharp(luma(picture)),
            "brisque": brisque(picture),
            "niqe": niqe(picture),
        }
        for seed, size in enumerate(SIZES)
        for blur in BLURS
        for picture in [scene(seed, *size, blur)]
    ]


def compared() -> list[dict[str, Any]]:
    similar = peers.ms_ssim()
    return [
        {
            "seed": seed,
            "size": size,
            "noise": noise,
            "ms_ssim": similar(luma(worse(picture, seed, noise)), luma(picture)),
        }
        for seed, size in enumerate(SIZES)
        for noise in NOISES
        for picture in [scene(seed, *size)]
    ]


if __name__ == "__main__":
    made = {
        "by": "cpbd 1.0.7, brisque 0.2.0; in double precision niqe of basicsr 1.4.2, ms_ssim of piq 0.8.0",
        "alone": alone(),
        "compared": compared(),
    }
    Path(__file__).with_name("pictures.json").write_text(json.dumps(made, indent=1) + "\n", encoding="utf-8")
