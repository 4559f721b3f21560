"""Tiny ONNX files, written byte by byte: the package that writes them is no part of the project."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

_FLOAT = 1
_INTS = 7


def write_pooled_linear(path: Path, side: int, pool: int, weights: NDArray[np.float32]) -> None:
    """A network of a picture (1, 3, side, side): means over squares of `pool`, then a linear map.

    weights: (outputs, 3 · (side / pool)²). The answer is (1, outputs).
    """
    squares = [_ints("kernel_shape", (pool, pool)), _ints("strides", (pool, pool))]
    nodes = (
        _node("AveragePool", ["data"], ["pooled"], squares),
        _node("Flatten", ["pooled"], ["flat"], []),
        _node("MatMul", ["flat", "weights"], ["embedding"], []),
    )
    graph = b"".join(_field(1, node) for node in nodes) + _field(2, b"tiny")
    graph += _field(5, _tensor("weights", np.ascontiguousarray(weights.T)))
    graph += _field(11, _value("data", (1, 3, side, side)))
    graph += _field(12, _value("embedding", (1, len(weights))))
    path.write_bytes(_number(1, 7) + _field(7, graph) + _field(8, _number(2, 11)))


def _varint(value: int) -> bytes:
    encoded = bytearray()
    while value > 0x7F:
        encoded.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*encoded, value])


def _number(field: int, value: int) -> bytes:
    return _varint(field << 3) + _varint(value)


def _field(field: int, content: bytes) -> bytes:
    return _varint(field << 3 | 2) + _varint(len(content)) + content


def _ints(name: str, values: tuple[int, ...]) -> bytes:
    return _field(1, name.encode()) + b"".join(_number(8, value) for value in values) + _number(20, _INTS)


def _node(kind: str, inputs: list[str], outputs: list[str], attributes: list[bytes]) -> bytes:
    named = b"".join(_field(1, name.encode()) for name in inputs)
    named += b"".join(_field(2, name.encode()) for name in outputs)
    given = b"".join(_field(5, attribute) for attribute in attributes)
    return named + _field(3, outputs[0].encode()) + _field(4, kind.encode()) + given


def _tensor(name: str, values: NDArray[np.float32]) -> bytes:
    shape = b"".join(_number(1, size) for size in values.shape)
    return shape + _number(2, _FLOAT) + _field(8, name.encode()) + _field(9, values.tobytes())


def _value(name: str, shape: tuple[int, ...]) -> bytes:
    sizes = b"".join(_field(1, _number(1, size)) for size in shape)
    return _field(1, name.encode()) + _field(2, _field(1, _number(1, _FLOAT) + _field(2, sizes)))
