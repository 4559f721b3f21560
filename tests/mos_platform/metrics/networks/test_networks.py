"""Networks against their authors' packages: golden.npz holds what those answered to the same weights."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose
from random_networks import picture, state_of, torch_or_skip

from mos_platform.metrics.measures.distribution.pictures import FEATURES, of_pictures
from mos_platform.metrics.measures.fidelity import lpips
from mos_platform.metrics.measures.networks import loading
from mos_platform.metrics.measures.result import NoValueError
from mos_platform.metrics.measures.weights import Weights

GOLDEN = np.load(Path(__file__).parent / "golden.npz")


@pytest.fixture(scope="module")
def backbone() -> Any:
    torch_or_skip()
    from mos_platform.metrics.measures.networks import alexnet

    return loading.filled(alexnet.network, state_of(alexnet.network()))


@pytest.fixture(scope="module")
def inception() -> Any:
    torch_or_skip()
    from mos_platform.metrics.measures.networks import inception

    return loading.filled(inception.network, state_of(inception.network()))


def test_lpips_as_in_the_package_of_its_authors(backbone: Any, weights: Weights) -> None:
    net = lpips.ready(backbone, loading.loaded(weights.file(lpips.CALIBRATION), lpips.network))
    pairs = [(0, 1, 64, 80), (2, 3, 127, 65), (4, 4, 64, 64)]
    values = [net.distance(picture(a, *size), picture(b, *size)) for a, b, *size in pairs]
    assert_allclose(values, GOLDEN["lpips"], rtol=1e-5)
    assert values[2] == 0
    assert min(values[:2]) > 0.05


def test_pictures_too_small_for_lpips(backbone: Any, weights: Weights) -> None:
    net = lpips.ready(backbone, loading.loaded(weights.file(lpips.CALIBRATION), lpips.network))
    with pytest.raises(NoValueError, match="smaller than 64 × 64 pixels"):
        net.distance(picture(0, 63, 100), picture(1, 63, 100))


def test_inception_as_in_pytorch_fid(inception: Any) -> None:
    rows = [of_pictures(inception, [picture(*each)])[0] for each in ((0, 40, 56), (1, 310, 300))]
    found = np.stack(rows)
    assert_allclose(found[:, :FEATURES], GOLDEN["features"], rtol=1e-4, atol=1e-4)
    assert_allclose(found[:, FEATURES:], GOLDEN["logits"], rtol=1e-4, atol=1e-3)


def test_pictures_do_not_depend_on_their_neighbours_in_a_batch(inception: Any) -> None:
    pictures = [picture(seed, 40, 56) for seed in range(3)]
    together = of_pictures(inception, pictures)
    assert_allclose(together[2], of_pictures(inception, pictures[2:])[0], rtol=1e-4, atol=1e-4)


def save(state: Any, path: Path) -> Path:
    import torch

    torch.save(state, path)
    return path


def test_weights_under_other_names_or_of_other_shapes_are_refused(tmp_path: Path) -> None:
    torch = torch_or_skip()
    good = {name: values.clone() for name, values in state_of(lpips.network()).items()}
    loading.loaded(save(good, tmp_path / "good.pth"), lpips.network)
    lacking = {name: good[name] for name in list(good)[1:]}
    more = {**good, "lin9.model.1.weight": torch.zeros(1)}
    other = {**good, "lin0.model.1.weight": torch.zeros(1, 65, 1, 1)}
    for state in (lacking, more, other, [1, 2], "text"):
        with pytest.raises(NoValueError, match=r"weights not usable \(bad.pth: "):
            loading.loaded(save(state, tmp_path / "bad.pth"), lpips.network)


class Intruder:
    def __reduce__(self) -> tuple[Any, tuple[str]]:
        return print, ("a program was run",)


def test_a_program_inside_a_pickle_is_not_run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    torch_or_skip()
    with pytest.raises(NoValueError, match="weights not usable"):
        loading.loaded(save({"lin0.model.1.weight": Intruder()}, tmp_path / "evil.pth"), lpips.network)
    assert "a program was run" not in capsys.readouterr().out


@pytest.mark.parametrize("content", [b"", b"no network", b"PK\x03\x04" + bytes(50)])
def test_a_damaged_file_is_a_reason(content: bytes, tmp_path: Path) -> None:
    torch_or_skip()
    (tmp_path / "torn.pth").write_bytes(content)
    with pytest.raises(NoValueError, match=r"weights not usable \(torn.pth: it is no torch state dict\)"):
        loading.loaded(tmp_path / "torn.pth", lpips.network)
