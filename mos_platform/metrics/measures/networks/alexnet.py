"""AlexNet in plain torch, as torchvision publishes its weights. Imported only where torch is.

Krizhevsky (2014), "One weird trick for parallelizing convolutional neural networks".
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from torch import nn

CHANNELS = (64, 192, 384, 256, 256)
_CLASSES = 1000


def network() -> Any:
    """The architecture, with the names and shapes of the published state dict."""
    return nn.ModuleDict(
        {
            "features": nn.Sequential(
                *_layer(nn.Conv2d(3, 64, 11, stride=4, padding=2), nn.MaxPool2d(3, stride=2)),
                *_layer(nn.Conv2d(64, 192, 5, padding=2), nn.MaxPool2d(3, stride=2)),
                *_layer(nn.Conv2d(192, 384, 3, padding=1)),
                *_layer(nn.Conv2d(384, 256, 3, padding=1)),
                *_layer(nn.Conv2d(256, 256, 3, padding=1), nn.MaxPool2d(3, stride=2)),
            ),
            "classifier": nn.Sequential(
                nn.Dropout(),
                nn.Linear(256 * 6 * 6, 4096),
                nn.ReLU(),
                nn.Dropout(),
                nn.Linear(4096, 4096),
                nn.ReLU(),
                nn.Linear(4096, _CLASSES),
            ),
        }
    )


def _layer(convolution: Any, *pooling: Any) -> tuple[Any, ...]:
    return (convolution, nn.ReLU(), *pooling)


def features(net: Any, x: Any) -> Iterator[Any]:
    """(B, 3, H, W) → what each of the five convolutions answers, rectified: (B, channels, h, w)."""
    last = max(place for place, layer in enumerate(net["features"]) if isinstance(layer, nn.ReLU))
    for layer in net["features"][: last + 1]:
        x = layer(x)
        if isinstance(layer, nn.ReLU):
            yield x
