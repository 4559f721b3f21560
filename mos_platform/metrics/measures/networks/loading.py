"""Weights into networks: torch where it is there, and a reason where a file is not what it should be."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, cast

from mos_platform.metrics.measures.reading.frames import Picture
from mos_platform.metrics.measures.result import NoValueError


def torch() -> Any:
    """The package, or NoValueError saying how to install it."""
    try:
        import torch as module
    except ModuleNotFoundError:
        raise NoValueError("package missing (torch; pip install torch==2.13.0)") from None
    except (ImportError, OSError) as error:
        line = str(error).strip().splitlines()[0]
        raise NoValueError(f"package unusable (torch: {line}; pip install torch==2.13.0)") from None
    return module


def loaded(path: Path, build: Callable[[], Any]) -> Any:
    """The network with the weights of a file, ready to use.

    Raises NoValueError where the file does not hold exactly the names and shapes of the network.
    """
    state = state_dict(path)
    try:
        return filled(build, state)
    except Exception as error:  # tensors of other names, shapes or kinds
        raise NoValueError(unusable(path, error)) from None


def state_dict(path: Path) -> dict[str, Any]:
    """The tensors of a file, by name; what else a pickle can do is refused.

    Raises NoValueError where the file holds no such thing.
    """
    module = torch()
    try:
        state = module.load(path, map_location="cpu", weights_only=True)
    except Exception:  # a damaged pickle fails in any way
        state = None
    if not isinstance(state, dict):
        raise NoValueError(f"weights not usable ({path.name}: it is no torch state dict)")
    return state


def unusable(path: Path, error: Exception) -> str:
    line = " ".join(str(error).split())[:160] or type(error).__name__
    return f"weights not usable ({path.name}: {line})"


def filled(build: Callable[[], Any], state: Mapping[str, Any]) -> Any:
    """The network with these weights, where `device` says; RuntimeError where names or shapes are others."""
    module = torch()
    with module.device("meta"):
        network = build()
    network.load_state_dict(state, strict=True, assign=True)
    return network.float().eval().requires_grad_(False).to(device())


def device() -> str:
    """Where networks compute: on the graphics card where torch finds one."""
    return "cuda" if torch().cuda.is_available() else "cpu"


def picture(rgb: Picture) -> Any:
    """(height, width, 3) uint8 → (3, height, width) in 0–255, where networks compute."""
    module = torch()
    return module.from_numpy(rgb.copy()).to(device()).permute(2, 0, 1).float()


def exact() -> AbstractContextManager[None]:
    """Within it, a graphics card computes in full single precision, as a processor does."""
    return cast(AbstractContextManager[None], torch().backends.cudnn.flags(enabled=True, allow_tf32=False))
