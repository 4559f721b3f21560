"""S3FD, the face detector before SyncNet, in plain torch from `sfd_face.pth`. Imported only where torch is.

Architecture: Zhang et al. (2017), "S3FD: Single Shot Scale-invariant Face Detector", as published with
joonson/syncnet_python.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from mos_platform.metrics.measures.networks import loading
from mos_platform.metrics.measures.reading.frames import Picture
from mos_platform.metrics.measures.result import NoValueError
from mos_platform.metrics.measures.synchronisation.boxes import Boxes, decoded, suppressed

CONFIDENCE: Final = 0.9
_OVERLAP_INNER = 0.3
_OVERLAP = 0.1
_MEAN_RGB = (123.0, 117.0, 104.0)
_STAGES = ((64, 64), (128, 128), (256, 256, 256), (512, 512, 512), (512, 512, 512))
_NORMED = {16: "L2Norm3_3", 23: "L2Norm4_3", 30: "L2Norm5_3"}
_HEADS = (256, 512, 512, 1024, 512, 256)


def network() -> Any:
    """The architecture, with the names and shapes of the published state dict."""
    return nn.ModuleDict(
        {
            "vgg": nn.ModuleList(_trunk()),
            "L2Norm3_3": _scale(256),
            "L2Norm4_3": _scale(512),
            "L2Norm5_3": _scale(512),
            "extras": nn.ModuleList(
                [nn.Conv2d(1024, 256, 1), _conv(256, 512, 2), nn.Conv2d(512, 128, 1), _conv(128, 256, 2)]
            ),
            "loc": nn.ModuleList([_conv(channels, 4) for channels in _HEADS]),
            "conf": nn.ModuleList(
                [_conv(channels, 4 if place == 0 else 2) for place, channels in enumerate(_HEADS)]
            ),
        }
    )


def _conv(inward: int, outward: int, stride: int = 1) -> Any:
    return nn.Conv2d(inward, outward, 3, stride, padding=1)


def _scale(channels: int) -> Any:
    return nn.ParameterDict({"weight": nn.Parameter(torch.ones(channels))})


def _trunk() -> list[Any]:
    layers: list[Any] = []
    channels = 3
    for stage, widths in enumerate(_STAGES):
        for width in widths:
            layers += [_conv(channels, width), nn.ReLU(inplace=True)]
            channels = width
        layers.append(nn.MaxPool2d(2, ceil_mode=stage == 2))
    wide = nn.Conv2d(512, 1024, 3, padding=6, dilation=6)
    return [*layers, wide, nn.ReLU(inplace=True), nn.Conv2d(1024, 1024, 1), nn.ReLU(inplace=True)]


@dataclass(frozen=True)
class Detector:
    """`network` with weights."""

    net: Any

    def faces(self, rgb: Picture, width: int, height: int, confidence: float = CONFIDENCE) -> Boxes:
        """(n, 5): left, top, right, bottom in pixels of a width × height picture, and score; best first.

        rgb: that picture made smaller, uint8 (h, w, 3).
        """
        pixels = torch.from_numpy(rgb.astype(np.float32) - np.array(_MEAN_RGB, np.float32))
        with torch.inference_mode():
            boxes, scores = self._boxes(pixels.permute(2, 0, 1)[None])
        likely = scores > confidence
        found = np.column_stack([boxes[likely], scores[likely]])
        found = found[suppressed(found, _OVERLAP_INNER)]
        found[:, :4] *= np.array([width, height, width, height], np.float32)
        found = found.astype(np.float64)
        return found[suppressed(found, _OVERLAP)]

    def _boxes(self, x: Any) -> tuple[Any, Any]:
        """All candidates: (N, 4) in shares of the picture, (N,)."""
        height, width = x.shape[2:]
        boxes, scores = [], []
        for level, source in enumerate(self._sources(x)):
            place = self.net["loc"][level](source)[0].permute(1, 2, 0).numpy()
            score = functional.softmax(_two(self.net["conf"][level](source), level), dim=1)[0, 1]
            boxes.append(decoded(place, level, width, height).reshape(-1, 4))
            scores.append(score.numpy().ravel())
        return np.concatenate(boxes), np.concatenate(scores)

    def _sources(self, x: Any) -> Iterator[Any]:
        for place, layer in enumerate(self.net["vgg"]):
            if place in _NORMED:
                yield _normed(x, self.net[_NORMED[place]]["weight"])
            x = layer(x)
        yield x
        for place, layer in enumerate(self.net["extras"]):
            x = functional.relu(layer(x))
            if place % 2:
                yield x


def _normed(x: Any, weight: Any) -> Any:
    length = x.pow(2).sum(dim=1, keepdim=True).sqrt() + 1e-10
    return x / length * weight[None, :, None, None]


def _two(scores: Any, level: int) -> Any:
    """Background and face. The finest level has three backgrounds, of which the strongest counts."""
    return scores if level else torch.cat([scores[:, :3].amax(dim=1, keepdim=True), scores[:, 3:]], dim=1)


def load(path: Path) -> Detector:
    """The published weights. Raises NoValueError where the file does not hold exactly them."""
    state = loading.state_dict(path)
    try:
        return ready(state)
    except Exception as error:  # tensors of other names, shapes or kinds
        raise NoValueError(loading.unusable(path, error)) from None


def ready(state: dict[str, Any]) -> Detector:
    """From a state dict with exactly the names and shapes of `network`; RuntimeError otherwise."""
    net = network()
    net.load_state_dict(state, strict=True)
    return Detector(net.eval())
