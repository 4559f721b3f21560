"""SyncNet in plain torch: features of lips and sound from `syncnet_v2.model`, 1024 numbers a window.

Architecture: Chung & Zisserman (2016) as published with joonson/syncnet_python. Imported only where torch is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn
from torch.nn.utils.fusion import fuse_conv_bn_eval

from mos_platform.metrics.measures.networks import loading
from mos_platform.metrics.measures.reading.frames import Picture
from mos_platform.metrics.measures.result import NoValueError
from mos_platform.metrics.measures.synchronisation.scoring import windows
from mos_platform.metrics.measures.synchronisation.shifts import Features

FRAMES = 5
_MFCC_WINDOW = 20
_CHUNK = 4


def network() -> Any:
    """The architecture, with the names and shapes of the published state dict."""
    return nn.ModuleDict(
        {
            "netcnnaud": _of_sound(),
            "netfcaud": _head(),
            "netfclip": _head(),
            "netcnnlip": _of_lips(),
        }
    )


def _of_sound() -> Any:
    plain = {"kernel_size": 3, "padding": 1}
    return nn.Sequential(
        *_layer(nn.Conv2d(1, 64, **plain), nn.MaxPool2d(1)),
        *_layer(nn.Conv2d(64, 192, **plain), nn.MaxPool2d(3, stride=(1, 2))),
        *_layer(nn.Conv2d(192, 384, **plain)),
        *_layer(nn.Conv2d(384, 256, **plain)),
        *_layer(nn.Conv2d(256, 256, **plain), nn.MaxPool2d(3, stride=2)),
        *_layer(nn.Conv2d(256, 512, (5, 4))),
    )


def _of_lips() -> Any:
    plain = {"kernel_size": (1, 3, 3), "padding": (0, 1, 1)}
    halved = {"kernel_size": (1, 3, 3), "stride": (1, 2, 2)}
    return nn.Sequential(
        *_layer(nn.Conv3d(3, 96, (FRAMES, 7, 7), stride=(1, 2, 2)), nn.MaxPool3d(**halved)),
        *_layer(
            nn.Conv3d(96, 256, (1, 5, 5), stride=(1, 2, 2), padding=(0, 1, 1)),
            nn.MaxPool3d(**halved, padding=(0, 1, 1)),
        ),
        *_layer(nn.Conv3d(256, 256, **plain)),
        *_layer(nn.Conv3d(256, 256, **plain)),
        *_layer(nn.Conv3d(256, 256, **plain), nn.MaxPool3d(**halved)),
        *_layer(nn.Conv3d(256, 512, (1, 6, 6))),
    )


def _layer(convolution: Any, *pooling: Any) -> tuple[Any, ...]:
    norm = nn.BatchNorm2d if isinstance(convolution, nn.Conv2d) else nn.BatchNorm3d
    return (convolution, norm(convolution.out_channels), nn.ReLU(inplace=True), *pooling)


def _head() -> Any:
    return nn.Sequential(nn.Linear(512, 512), nn.BatchNorm1d(512), nn.ReLU(), nn.Linear(512, 1024))


@dataclass(frozen=True)
class SyncNet:
    """Two streams, ready to use: batch norms are folded into the convolutions before them."""

    lip_layers: Any
    lip_head: Any
    sound_layers: Any
    sound_head: Any

    def lips(self, faces: Iterable[Picture]) -> Features:
        """T pictures, 224 × 224 × 3 uint8 BGR at 25 per second → (T − 4, 1024): a row for every 5 of them.

        They may come as a stream: a few are held at a time.
        """
        return _rows(self._lips(stack) for stack in windows(faces, FRAMES, _CHUNK))

    def sound(self, coefficients: NDArray[np.float64], count: int) -> Features:
        """(M, 13) at 100 per second → (count, 1024): row i from coefficients 4·i … 4·i + 19."""
        single = coefficients.astype(np.float32)
        stretches = np.lib.stride_tricks.sliding_window_view(single, _MFCC_WINDOW, axis=0)[::4][:count]
        return _rows(self._sound(stretches[first : first + _CHUNK]) for first in range(0, count, _CHUNK))

    def _lips(self, stack: NDArray[np.uint8]) -> Any:
        """The kernel over time of the first layer is as long as a window: five pictures are 15 channels."""
        count = len(stack) - FRAMES + 1
        pictures = torch.from_numpy(stack).float()
        channels = torch.cat([pictures[shift : shift + count] for shift in range(FRAMES)], dim=3)
        # Channels lie innermost in memory: twice as fast on a processor.
        return self.lip_head(self.lip_layers(channels.permute(0, 3, 1, 2)).flatten(1))

    def _sound(self, stretches: NDArray[np.float32]) -> Any:
        return self.sound_head(self.sound_layers(torch.tensor(stretches)[:, None]).flatten(1))


def _rows(parts: Iterator[Any]) -> Features:
    with torch.inference_mode():
        rows = [part.numpy() for part in parts]
    return np.concatenate(rows) if rows else np.empty((0, 1024), np.float32)


def load(path: Path) -> SyncNet:
    """The published weights. Raises NoValueError where the file does not hold exactly them."""
    state = loading.state_dict(path)
    try:
        return ready(state)
    except Exception as error:  # tensors of other names, shapes or kinds
        raise NoValueError(loading.unusable(path, error)) from None


def ready(state: dict[str, Any]) -> SyncNet:
    """From a state dict with exactly the names and shapes of `network`; RuntimeError otherwise."""
    whole = network()
    whole.load_state_dict(state, strict=True)
    whole.eval()
    return SyncNet(
        nn.Sequential(*_fused([_flat(layer) for layer in whole["netcnnlip"]])).to(
            memory_format=torch.channels_last
        ),
        whole["netfclip"],
        nn.Sequential(*_fused(list(whole["netcnnaud"]))),
        whole["netfcaud"],
    )


def _fused(layers: list[Any]) -> list[Any]:
    """Without batch norms, and pooled before rectified: the same numbers from fewer passes over memory."""
    kept: list[Any] = []
    for layer in layers:
        if isinstance(layer, nn.BatchNorm2d):
            kept[-1] = fuse_conv_bn_eval(kept[-1], layer)
        elif isinstance(layer, nn.MaxPool2d) and isinstance(kept[-1], nn.ReLU):
            kept.insert(-1, layer)
        else:
            kept.append(layer)
    return kept


def _flat(layer: Any) -> Any:
    """A layer over time and picture as one over pictures, whose channels hold the times one after another."""
    if isinstance(layer, nn.Conv3d):
        return _flat_convolution(layer)
    if isinstance(layer, nn.BatchNorm3d):
        norm = nn.BatchNorm2d(layer.num_features).eval()
        norm.load_state_dict(layer.state_dict())
        return norm
    if isinstance(layer, nn.MaxPool3d):
        padding = layer.padding[1:] if isinstance(layer.padding, tuple) else layer.padding
        return nn.MaxPool2d(layer.kernel_size[1:], layer.stride[1:], padding)
    return layer


def _flat_convolution(layer: Any) -> Any:
    times = layer.kernel_size[0]
    flat = nn.Conv2d(
        layer.in_channels * times,
        layer.out_channels,
        layer.kernel_size[1:],
        stride=layer.stride[1:],
        padding=layer.padding[1:] if isinstance(layer.padding, tuple) else layer.padding,
    ).eval()
    with torch.no_grad():
        flat.weight.copy_(layer.weight.transpose(1, 2).flatten(1, 2))
        flat.bias.copy_(layer.bias)
    return flat
