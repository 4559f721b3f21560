"""Make golden.npz: what lpips 0.1.4 and pytorch-fid answer to pictures of random_networks.

    MOS_BENCH_PEERS=FOLDER python tests/mos_platform/metrics/networks/make_golden.py

The python has torch and pytest. FOLDER holds `lpips` (the package as in its wheel), `torchvision` (as in the
wheel of 0.29, of which only Python files are used) and `pytorch_fid` (of mseitzer/pytorch-fid, b9c1811).
Weights are random but for LPIPS's own: the figures say that the arithmetic is the same, nothing more.
"""

from __future__ import annotations

import importlib
import os
import sys
import types
from pathlib import Path
from typing import Any

import numpy as np
import torch

HERE = Path(__file__).resolve().parent
SUPPORT = HERE.parents[2] / "support"
sys.path.insert(0, str(SUPPORT))

import random_networks  # noqa: E402 - lies in that folder


def torchvision_without_its_library(folder: Path) -> None:
    """Make `torchvision.models.…` importable where its compiled part does not load."""
    for name in ("torchvision", "torchvision.models"):
        module = types.ModuleType(name)
        module.__path__ = [str(folder.joinpath(*name.split(".")))]
        sys.modules[name] = module
    whole, models = sys.modules["torchvision"], sys.modules["torchvision.models"]
    whole.__version__, whole.models, whole.transforms = "0.29", models, types.ModuleType("transforms")
    sys.modules["torchvision.transforms"] = whole.transforms
    presets = types.ModuleType("torchvision.transforms._presets")
    presets.ImageClassification = object
    sys.modules["torchvision.transforms._presets"] = presets
    utils = types.ModuleType("torchvision.utils")
    utils._log_api_usage_once = lambda _: None
    sys.modules["torchvision.utils"] = utils
    for name in ("alexnet", "inception"):
        part = importlib.import_module(f"torchvision.models.{name}")
        setattr(models, name, part)
    models.inception_v3 = models.inception.inception_v3


def tensor(picture: np.ndarray) -> Any:
    return torch.from_numpy(picture).permute(2, 0, 1)[None].float()


def lpips_values() -> np.ndarray:
    sys.modules["lpips.trainer"] = types.ModuleType("lpips.trainer")  # wants more packages
    import lpips

    backbone = sys.modules["torchvision.models"].alexnet.AlexNet()
    backbone.load_state_dict(random_networks.state_of(backbone))
    lpips.pretrained_networks.tv.alexnet = lambda pretrained: backbone
    net = lpips.LPIPS(net="alex", verbose=False)
    pairs = [(0, 1, 64, 80), (2, 3, 127, 65), (4, 4, 64, 64)]
    return np.array(
        [
            net(*(tensor(random_networks.picture(seed, *size)) / 127.5 - 1 for seed in seeds)).item()
            for *seeds, height, width in pairs
            for size in [(height, width)]
        ]
    )


def inception_answers() -> tuple[np.ndarray, np.ndarray]:
    from pytorch_fid import inception

    nets: list[Any] = []

    def random_state(_url: str, progress: bool) -> dict[str, Any]:
        whole = sys.modules["torchvision.models"].inception.Inception3(
            num_classes=1008, aux_logits=False, init_weights=False
        )
        for name in ("5b", "5c", "5d"):
            pooled = 32 if name == "5b" else 64
            channels = {"5b": 192, "5c": 256, "5d": 288}[name]
            setattr(whole, f"Mixed_{name}", inception.FIDInceptionA(channels, pooled))
        nets.append(random_networks.state_of(whole))
        return nets[-1]

    inception.load_state_dict_from_url = random_state
    net = inception.InceptionV3().eval()
    pictures = [random_networks.picture(*each) for each in ((0, 40, 56), (1, 310, 300))]
    rows = torch.stack([net(tensor(each) / 255)[0].flatten() for each in pictures])
    return rows.numpy(), (rows @ nets[0]["fc.weight"].T).numpy()


def main() -> None:
    peers = Path(os.environ["MOS_BENCH_PEERS"])
    sys.path.insert(0, str(peers))
    torch.set_grad_enabled(False)
    torchvision_without_its_library(peers)
    distances = lpips_values()
    features, logits = inception_answers()
    np.savez_compressed(HERE / "golden.npz", lpips=distances, features=features, logits=logits)
    print(distances, features.shape, features.std(), np.abs(features[0] - features[1]).mean())


if __name__ == "__main__":
    main()
