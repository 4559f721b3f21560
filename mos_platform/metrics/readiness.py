"""Whether what a study asks for can be computed or made on this machine. No Django here."""

from __future__ import annotations

from collections.abc import Iterable

from mos_platform.metrics.measures.inventory import Lack, lacking
from mos_platform.metrics.measures.reading.landmarker import Landmarker
from mos_platform.metrics.measures.registry import REGISTRY
from mos_platform.metrics.measures.result import NoValueError
from mos_platform.metrics.measures.weights import Weights
from mos_platform.preflight.findings import Finding, counted, failed, named, passed, warned
from studies.config import StudyConfig


def metric_findings(metrics: Iterable[str], weights: Weights) -> list[Finding]:
    """One warning for each thing that is lacking here; none of it keeps a study from being run."""
    asked = list(metrics)
    lacks: dict[Lack, list[str]] = {}
    for name in asked:
        if name in REGISTRY and (lack := lacking(REGISTRY[name], weights)):
            lacks.setdefault(lack, []).append(name)
    if not lacks:
        return [passed("metrics", f"{counted(len(asked), 'metric')} can be computed here.")] if asked else []
    return [warned("metrics", _sentence(lack, names)) for lack, names in lacks.items()]


def face_findings(config: StudyConfig, weights: Weights) -> list[Finding]:
    """A failure where mouths are to be frozen and nothing here finds faces; else nothing."""
    cells = [cell for cell in config.cells() if (made := config.made(cell[0])) and made.frozen_mouth]
    if not cells:
        return []
    try:
        with Landmarker(weights):
            return []
    except NoValueError as error:
        told = named([f"{method} × {item}" for method, item in cells])
        sentence = f"{told} cannot get a frozen mouth: {error}; mend that, or take another damage."
        return [failed("gold", sentence)]


def _sentence(lack: Lack, names: list[str]) -> str:
    told = f"{', '.join(names)} will have no value here without {lack}"
    if not lack.weights:
        return f"{told}; install it where the workers run."
    return f"{told}; `python -m mos_platform weights` says how to get weights."
