"""LPIPS: how far apart two pictures are in a network's features, as calibrated to human judgements."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from mos_platform.metrics.measures.fidelity.compared import compared
from mos_platform.metrics.measures.implementation import ClipMeasure, Files, Series
from mos_platform.metrics.measures.networks import loading
from mos_platform.metrics.measures.reading.alignment import pairs
from mos_platform.metrics.measures.reading.frames import Picture, read_frames
from mos_platform.metrics.measures.result import Measurement, NoValueError
from mos_platform.metrics.measures.weights import Weights

ALEXNET = "alexnet-owt-7be5be79.pth"
CALIBRATION = "lpips_alex.pth"
SMALLEST = 64

_SHIFT = (-0.030, -0.088, -0.188)
_SCALE = (0.458, 0.448, 0.450)
_EPSILON = 1e-10


@dataclass(frozen=True)
class Lpips:
    """`backbone`: AlexNet; `calibration`: a weight for each channel of its five layers."""

    backbone: Any
    calibration: Any

    def distance(self, picture: Picture, reference: Picture) -> float:
        """Of two RGB pictures of one shape, (height, width, 3) uint8, both sides at least 64 pixels.

        Features of each layer are brought to unit length at every place; their squared differences are
        weighted by channel, averaged over places, and summed over layers. Source: Zhang, Isola, Efros,
        Shechtman & Wang (2018), equation 1; version 0.1 of the authors' package.
        """
        from mos_platform.metrics.measures.networks import alexnet

        if min(picture.shape[:2]) < SMALLEST:
            raise NoValueError(f"pictures are smaller than {SMALLEST} × {SMALLEST} pixels")
        torch = loading.torch()
        with torch.inference_mode(), loading.exact():
            both = _normalised(torch.stack([loading.picture(each) for each in (picture, reference)]))
            layers = map(_unit, alexnet.features(self.backbone, both))
            apart = zip(layers, self.calibration.values(), strict=True)
            return float(sum(_weighted(layer, weight) for layer, weight in apart))


def _normalised(pictures: Any) -> Any:
    """RGB in 0–255 to the scale on which the backbone was trained."""
    shift, scale = (pictures.new_tensor(values).view(1, 3, 1, 1) for values in (_SHIFT, _SCALE))
    return (pictures / 127.5 - 1 - shift) / scale


def _unit(features: Any) -> Any:
    return features / (features.square().sum(dim=1, keepdim=True).sqrt() + _EPSILON)


def _weighted(features: Any, weight: Any) -> Any:
    """Of the first of two pictures against the second: (2, channels, h, w)."""
    return weight((features[:1] - features[1:]).square()).mean()


def network() -> Any:
    """The calibration, with the names and shapes of the published state dict."""
    from torch import nn

    from mos_platform.metrics.measures.networks.alexnet import CHANNELS

    def layer(channels: int) -> Any:
        convolution = nn.Conv2d(channels, 1, 1, bias=False)
        return nn.ModuleDict({"model": nn.Sequential(nn.Dropout(), convolution)})

    return nn.ModuleDict({f"lin{number}": layer(channels) for number, channels in enumerate(CHANNELS)})


def ready(backbone: Any, calibration: Any) -> Lpips:
    """From the two networks with their weights."""
    return Lpips(backbone, {name: layer["model"] for name, layer in calibration.items()})


def load(weights: Weights) -> Lpips:
    """The published weights. Raises NoValueError where a file or torch is missing, or a file is another."""
    files = weights.file(ALEXNET), weights.file(CALIBRATION)
    loading.torch()
    from mos_platform.metrics.measures.networks import alexnet

    return ready(loading.loaded(files[0], alexnet.network), loading.loaded(files[1], network))


def lpips(files: Files) -> Mapping[str, Measurement]:
    """LPIPS of a clip. Raises NoValueError with the reason where there is none."""
    if files.reference is None:
        raise NoValueError("no reference clip for this item")
    return {"lpips": over(load(files.weights), files.clip, files.reference)}


def over(net: Lpips, clip: Path, reference: Path) -> Measurement:
    """The mean over the pictures of a clip that have a counterpart in the reference."""
    values: list[float] = []
    notes: set[str] = set()
    alone = 0
    with closing(read_frames(clip)) as pictures, closing(read_frames(reference)) as others:
        for pair in pairs(pictures, others):
            if pair.problem:
                raise NoValueError(pair.problem)
            notes.add(pair.note)
            if pair.reference is None:
                alone += 1
            else:
                values.append(net.distance(pair.clip.rgb, pair.reference.rgb))
    found = compared(Series(values, alone))
    return replace(found, note="; ".join(filter(None, [found.note, *sorted(notes)])))


LPIPS = ClipMeasure("lpips", lpips)
