"""Packages that compute the same metrics, from the folder `packages` in the one that MOS_BENCH_PEERS names.

    pip install --no-deps --target "$MOS_BENCH_PEERS/packages" \\
        cpbd==1.0.7 brisque==0.2.0 libsvm-official==3.37.0 requests piq==0.8.0
    pip install --no-deps --no-build-isolation --target "$MOS_BENCH_PEERS/packages" basicsr==1.4.2

None of them runs as it comes on numpy 2; each function mends what stands in the way and no arithmetic.
`AbsentError` is raised, with the reason, where one cannot be had. piq and basicsr need torch besides.
"""

from __future__ import annotations

import importlib
import os
import sys
import types
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import scipy
import scipy.ndimage
from numpy.typing import NDArray

Picture = NDArray[np.uint8]
FOLDER = "MOS_BENCH_PEERS"


class AbsentError(Exception):
    """A package is not there."""


def folder() -> Path:
    path = Path(os.environ.get(FOLDER, "")) / "packages"
    if not os.environ.get(FOLDER) or not path.is_dir():
        raise AbsentError(f"{FOLDER} names no folder with a folder `packages` of other packages")
    if str(path) not in sys.path:
        sys.path.append(str(path))
    return path


def _module(name: str) -> Any:
    root = folder()
    try:
        return importlib.import_module(name)
    except ImportError as error:
        raise AbsentError(f"{name} cannot be imported from {root}: {error}") from error


def _bare_package(name: str) -> Any:
    """A package whose __init__, which imports torchvision, is left out."""
    if name not in sys.modules:
        package = types.ModuleType(name)
        package.__path__ = [str(folder() / name.replace(".", "/"))]
        sys.modules[name] = package
    return sys.modules[name]


def cpbd() -> Callable[[Picture], float]:
    """Of a grey picture."""
    if not hasattr(scipy.ndimage, "imread"):
        scipy.ndimage.imread = None  # imported by cpbd for its command line only
    edges = types.ModuleType("skimage.filters.edges")
    edges.HSOBEL_WEIGHTS = np.array([[1, 2, 1], [0, 0, 0], [-1, -2, -1]]) / 4.0
    sys.modules.setdefault("skimage.filters.edges", edges)
    compute = _module("cpbd.compute").compute
    return lambda grey: float(compute(grey))


def brisque() -> Callable[[Picture], float]:
    """Of an RGB picture."""
    scipy.ndarray = np.ndarray
    sys.modules.setdefault("scipy.ndimage.filters", scipy.ndimage)
    package = _module("brisque.brisque")

    class Mended(package.BRISQUE):  # type: ignore[misc, name-defined]
        """numpy 2 makes no array of numbers and arrays of one number."""

        def asymmetric_generalized_gaussian_fit(self, x: Any) -> Any:
            return tuple(float(np.squeeze(v)) for v in super().asymmetric_generalized_gaussian_fit(x))

    judge = Mended(url=False)
    return lambda rgb: float(judge.score(rgb))


def niqe() -> Callable[[Picture], float]:
    """Of an RGB picture; its arithmetic is in single precision."""
    calculate = _basicsr_niqe().calculate_niqe
    return lambda rgb: float(calculate(np.ascontiguousarray(rgb[..., ::-1]), 0))


def niqe_in_double() -> Callable[[Picture], float]:
    """The same package's arithmetic in double precision, by the types that it asks torch for.

    Luma in whole numbers: of a pixel at a half, single precision may round to either side.
    """
    package, torch = _basicsr_niqe(), _module("torch")
    torch.set_default_dtype(torch.float64)
    torch.Tensor.float = torch.Tensor.double
    torch.FloatTensor = torch.DoubleTensor
    model = np.load(Path(package.__file__).with_name("niqe_pris_params.npz"))
    parts = [model[name] for name in ("mu_pris_param", "cov_pris_param", "gaussian_window")]

    def value(rgb: Picture) -> float:
        luma = (rgb.astype(np.int64) @ np.array([65481, 128553, 24966]) + 127_500) // 255_000 + 16
        return float(package.niqe(luma.astype(np.float64), *parts))

    return value


def _basicsr_niqe() -> Any:
    for name in ("basicsr", "basicsr.metrics", "basicsr.utils"):
        _bare_package(name)
    utils = sys.modules["basicsr.utils"]
    utils.bgr2ycbcr = _module("basicsr.utils.color_util").bgr2ycbcr
    return _module("basicsr.metrics.niqe")


def ms_ssim() -> Callable[[Picture, Picture], float]:
    """Of two grey pictures, in double precision."""
    _bare_package("piq")
    torch = _module("torch")
    compute = _module("piq.ms_ssim").multi_scale_ssim

    def tensor(grey: Picture) -> Any:
        return torch.from_numpy(grey.astype(np.float64))[None, None]

    return lambda grey, other: float(compute(tensor(grey), tensor(other), data_range=255.0))
