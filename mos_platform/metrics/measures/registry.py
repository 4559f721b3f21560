"""Which implementation computes which metric of the catalogue."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from mos_platform.metrics.measures.cpbd import clip_cpbd
from mos_platform.metrics.measures.fidelity import clip_psnr, clip_ssim
from mos_platform.metrics.measures.result import Measurement
from studies.errors import InputError
from studies.metrics import CATALOGUE

Measure = Callable[[Path, Path | None], Measurement]


@dataclass(frozen=True)
class Implementation:
    """How a metric is computed. `version` rises whenever a value may change; `needs` as in the catalogue."""

    name: str
    version: str
    function: Measure
    needs: frozenset[str]


def _own(metric: str, name: str, version: str, function: Measure) -> Implementation:
    return Implementation(name, version, function, CATALOGUE[metric].needs)


REGISTRY: MappingProxyType[str, Implementation] = MappingProxyType(
    {
        "psnr": _own("psnr", "mos_platform.psnr", "1", clip_psnr),
        "ssim": _own("ssim", "mos_platform.ssim", "1", clip_ssim),
        "cpbd": _own("cpbd", "mos_platform.cpbd", "1", clip_cpbd),
    }
)


def measure(name: str, clip: Path, reference: Path | None = None) -> Measurement:
    """Value of the metric `name` for `clip`, against `reference` where the metric needs one.

    Raises InputError for an unknown metric and for a file that is no video.
    """
    implementation = REGISTRY.get(name)
    if implementation is None:
        raise InputError(
            f"metric {name!r} cannot be computed here; choose from {', '.join(sorted(REGISTRY))}."
        )
    return implementation.function(clip, reference)
