"""Inception-v3 in plain torch, as FID takes it: weights of 2015-12-05, ported by pytorch-fid.

Szegedy, Vanhoucke, Ioffe, Shlens & Wojna (2016). It differs from the usual one where TensorFlow's graph did:
averages leave out the padding, and the last block pools by maximum. Imported only where torch is.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
from torch import nn
from torch.nn import functional

FEATURES = 2048
CLASSES = 1008
SIDE = 299

Steps = tuple["str | Fork", ...]


@dataclass(frozen=True)
class Fork:
    """Branches from the same input, whose answers lie one after another."""

    branches: tuple[Steps, ...]


@dataclass(frozen=True)
class Block:
    """convolutions: by name, (channels in, out, kernel, stride, padding). `paths` name them or a pooling."""

    convolutions: dict[str, tuple[Any, ...]]
    paths: Fork


def _mixed_a(channels: int, pooled: int) -> Block:
    return Block(
        {
            "branch1x1": (channels, 64, 1),
            "branch5x5_1": (channels, 48, 1),
            "branch5x5_2": (48, 64, 5, 1, 2),
            "branch3x3dbl_1": (channels, 64, 1),
            "branch3x3dbl_2": (64, 96, 3, 1, 1),
            "branch3x3dbl_3": (96, 96, 3, 1, 1),
            "branch_pool": (channels, pooled, 1),
        },
        Fork(
            (
                ("branch1x1",),
                ("branch5x5_1", "branch5x5_2"),
                ("branch3x3dbl_1", "branch3x3dbl_2", "branch3x3dbl_3"),
                ("average", "branch_pool"),
            )
        ),
    )


def _mixed_b(channels: int) -> Block:
    return Block(
        {
            "branch3x3": (channels, 384, 3, 2),
            "branch3x3dbl_1": (channels, 64, 1),
            "branch3x3dbl_2": (64, 96, 3, 1, 1),
            "branch3x3dbl_3": (96, 96, 3, 2),
        },
        Fork((("branch3x3",), ("branch3x3dbl_1", "branch3x3dbl_2", "branch3x3dbl_3"), ("halved",))),
    )


def _mixed_c(channels: int, inner: int) -> Block:
    across, down = ((1, 7), 1, (0, 3)), ((7, 1), 1, (3, 0))
    return Block(
        {
            "branch1x1": (channels, 192, 1),
            "branch7x7_1": (channels, inner, 1),
            "branch7x7_2": (inner, inner, *across),
            "branch7x7_3": (inner, 192, *down),
            "branch7x7dbl_1": (channels, inner, 1),
            "branch7x7dbl_2": (inner, inner, *down),
            "branch7x7dbl_3": (inner, inner, *across),
            "branch7x7dbl_4": (inner, inner, *down),
            "branch7x7dbl_5": (inner, 192, *across),
            "branch_pool": (channels, 192, 1),
        },
        Fork(
            (
                ("branch1x1",),
                tuple(f"branch7x7_{number}" for number in range(1, 4)),
                tuple(f"branch7x7dbl_{number}" for number in range(1, 6)),
                ("average", "branch_pool"),
            )
        ),
    )


def _mixed_d(channels: int) -> Block:
    return Block(
        {
            "branch3x3_1": (channels, 192, 1),
            "branch3x3_2": (192, 320, 3, 2),
            "branch7x7x3_1": (channels, 192, 1),
            "branch7x7x3_2": (192, 192, (1, 7), 1, (0, 3)),
            "branch7x7x3_3": (192, 192, (7, 1), 1, (3, 0)),
            "branch7x7x3_4": (192, 192, 3, 2),
        },
        Fork(
            (
                ("branch3x3_1", "branch3x3_2"),
                tuple(f"branch7x7x3_{number}" for number in range(1, 5)),
                ("halved",),
            )
        ),
    )


def _mixed_e(channels: int, pooling: str) -> Block:
    across, down = ((1, 3), 1, (0, 1)), ((3, 1), 1, (1, 0))
    return Block(
        {
            "branch1x1": (channels, 320, 1),
            "branch3x3_1": (channels, 384, 1),
            "branch3x3_2a": (384, 384, *across),
            "branch3x3_2b": (384, 384, *down),
            "branch3x3dbl_1": (channels, 448, 1),
            "branch3x3dbl_2": (448, 384, 3, 1, 1),
            "branch3x3dbl_3a": (384, 384, *across),
            "branch3x3dbl_3b": (384, 384, *down),
            "branch_pool": (channels, 192, 1),
        },
        Fork(
            (
                ("branch1x1",),
                ("branch3x3_1", Fork((("branch3x3_2a",), ("branch3x3_2b",)))),
                ("branch3x3dbl_1", "branch3x3dbl_2", Fork((("branch3x3dbl_3a",), ("branch3x3dbl_3b",)))),
                (pooling, "branch_pool"),
            )
        ),
    )


_STEM = {
    "Conv2d_1a_3x3": (3, 32, 3, 2),
    "Conv2d_2a_3x3": (32, 32, 3),
    "Conv2d_2b_3x3": (32, 64, 3, 1, 1),
    "Conv2d_3b_1x1": (64, 80, 1),
    "Conv2d_4a_3x3": (80, 192, 3),
}
_POOLED_AFTER = ("Conv2d_2b_3x3", "Conv2d_4a_3x3")
_BLOCKS = {
    "Mixed_5b": _mixed_a(192, 32),
    "Mixed_5c": _mixed_a(256, 64),
    "Mixed_5d": _mixed_a(288, 64),
    "Mixed_6a": _mixed_b(288),
    "Mixed_6b": _mixed_c(768, 128),
    "Mixed_6c": _mixed_c(768, 160),
    "Mixed_6d": _mixed_c(768, 160),
    "Mixed_6e": _mixed_c(768, 192),
    "Mixed_7a": _mixed_d(768),
    "Mixed_7b": _mixed_e(1280, "average"),
    "Mixed_7c": _mixed_e(2048, "strongest"),
}


def network() -> Any:
    """The architecture, with the names and shapes of the published state dict."""
    stem = {name: _convolution(*sizes) for name, sizes in _STEM.items()}
    blocks = {
        name: nn.ModuleDict({part: _convolution(*sizes) for part, sizes in block.convolutions.items()})
        for name, block in _BLOCKS.items()
    }
    return nn.ModuleDict({**stem, **blocks, "fc": nn.Linear(FEATURES, CLASSES)})


def _convolution(*sizes: Any) -> Any:
    return nn.ModuleDict({"conv": nn.Conv2d(*sizes, bias=False), "bn": nn.BatchNorm2d(sizes[1], eps=0.001)})


def features(net: Any, pictures: Any) -> Any:
    """(B, 3, H, W) RGB in 0–255 → (B, 2048), after the last pooling.

    Pictures are brought to 299 × 299 whatever their shape (bilinear, pixels by their centres, no smoothing
    before shrinking), and to −1 to 1.
    """
    small = functional.interpolate(pictures / 255, size=(SIDE, SIDE), mode="bilinear", align_corners=False)
    x = 2 * small - 1
    for name in _STEM:
        x = _convolved(net[name], x)
        if name in _POOLED_AFTER:
            x = functional.max_pool2d(x, 3, stride=2)
    for name, block in _BLOCKS.items():
        x = _forked(net[name], block.paths, x)
    return x.mean(dim=(2, 3))


def logits(net: Any, found: Any) -> Any:
    """(B, 2048) features → (B, 1008), without the bias, which the inception score leaves out."""
    return functional.linear(found, net["fc"].weight)


def _convolved(layer: Any, x: Any) -> Any:
    return functional.relu(layer["bn"](layer["conv"](x)))


def _forked(parts: Any, fork: Fork, x: Any) -> Any:
    return torch.cat([_along(parts, branch, x) for branch in fork.branches], dim=1)


def _along(parts: Any, steps: Steps, x: Any) -> Any:
    for step in steps:
        if isinstance(step, Fork):
            x = _forked(parts, step, x)
        elif step in _POOLINGS:
            x = _POOLINGS[step](x)
        else:
            x = _convolved(parts[step], x)
    return x


def _average(x: Any) -> Any:
    return functional.avg_pool2d(x, 3, stride=1, padding=1, count_include_pad=False)


def _strongest(x: Any) -> Any:
    return functional.max_pool2d(x, 3, stride=1, padding=1)


def _halved(x: Any) -> Any:
    return functional.max_pool2d(x, 3, stride=2)


_POOLINGS = {"average": _average, "strongest": _strongest, "halved": _halved}
