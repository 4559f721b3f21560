"""The networks in torch: the reference's figures with the same weights, and its weights and no others."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
import syncnet_inputs as inputs
from syncnet_random import random_s3fd, random_syncnet, state_of, torch_or_skip

from mos_platform.metrics.measures.result import NoValueError
from mos_platform.metrics.measures.synchronisation.mfcc import mfcc
from mos_platform.metrics.measures.weights import Weights

torch = torch_or_skip()
from mos_platform.metrics.measures.synchronisation import s3fd, syncnet  # noqa: E402 - where torch is

TOLERANCE = 1e-5


@pytest.fixture(scope="module")
def golden() -> dict[str, np.ndarray]:
    return dict(np.load(Path(__file__).parent / "golden.npz"))


@pytest.fixture(scope="module")
def net() -> Any:
    return random_syncnet()


def test_features_of_lips_are_the_reference_s(net: Any, golden: dict[str, np.ndarray]) -> None:
    found = net.lips(iter(inputs.pictures()))
    np.testing.assert_allclose(found, golden["syncnet_lips"], rtol=0, atol=TOLERANCE)


def test_features_of_sound_are_the_reference_s(net: Any, golden: dict[str, np.ndarray]) -> None:
    found = net.sound(mfcc(inputs.samples()), 5)
    np.testing.assert_allclose(found, golden["syncnet_sound"], rtol=0, atol=TOLERANCE)


def test_too_few_pictures_have_no_features(net: Any) -> None:
    assert net.lips(inputs.pictures(4)).shape == (0, 1024)


def test_faces_are_found_where_the_reference_finds_them(golden: dict[str, np.ndarray]) -> None:
    cv2 = pytest.importorskip("cv2")
    small = cv2.resize(inputs.pictures(1, 448)[0], (0, 0), fx=0.25, fy=0.25, interpolation=cv2.INTER_LINEAR)
    found = random_s3fd().faces(small, 448, 448, confidence=0.5)
    np.testing.assert_allclose(found[:, :4], golden["faces"][:, :4], rtol=0, atol=1e-3)
    np.testing.assert_allclose(found[:, 4], golden["faces"][:, 4], rtol=0, atol=TOLERANCE)


def test_no_face_is_an_empty_table() -> None:
    assert random_s3fd().faces(inputs.pictures(1, 64)[0], 256, 256, confidence=0.99).shape == (0, 5)


def test_the_state_dict_has_the_published_parts() -> None:
    names = list(syncnet.network().state_dict())
    assert len(names) == 102
    assert {name.split(".")[0] for name in names} == {"netcnnaud", "netcnnlip", "netfcaud", "netfclip"}


@pytest.mark.parametrize("module", [syncnet, s3fd], ids=["syncnet", "s3fd"])
def test_a_saved_state_dict_is_loaded(module: ModuleType, tmp_path: Path) -> None:
    torch.save(state_of(module.network()), tmp_path / "weights")
    assert module.load(tmp_path / "weights") is not None


@pytest.mark.parametrize("module", [syncnet, s3fd], ids=["syncnet", "s3fd"])
@pytest.mark.parametrize("wrong", ["absent", "too many", "shape", "no torch file", "a pickle"])
def test_other_weights_are_refused(module: ModuleType, wrong: str, tmp_path: Path) -> None:
    state = state_of(module.network())
    first = next(iter(state))
    path = tmp_path / "weights"
    changed: dict[str, Any] = {
        "absent": {name: values for name, values in state.items() if name != first},
        "too many": state | {"more": state[first]},
        "shape": state | {first: state[first][:1]},
        "a pickle": Path(),
    }
    if wrong == "no torch file":
        path.write_bytes(b"<html>404</html>")
    else:
        torch.save(changed[wrong], path)
    told = "it is no torch state dict" if wrong in ("no torch file", "a pickle") else ".+"
    with pytest.raises(NoValueError, match=rf"^weights not usable \(weights: {told}\)$"):
        module.load(path)


@pytest.fixture(scope="module")
def published(shared: Path) -> Path:
    folder = shared / "weights"
    if not (folder / "syncnet_v2.model").is_file():
        pytest.skip("weights missing (syncnet_v2.model has to be fetched from its authors)")
    return folder


def test_the_published_figures_of_the_example(shared: Path, published: Path) -> None:
    """What syncnet_python's README says that its demo prints."""
    from mos_platform.metrics.measures.implementation import Files
    from mos_platform.metrics.measures.synchronisation.variants import DEMO

    found = DEMO.of(Files(shared / "clips/real/syncnet_example.avi", None, Weights(published)))
    assert found["av_offset_demo"].value == 3
    assert found["lse_d_demo"].value == pytest.approx(5.353, abs=5e-3)
    assert found["lse_c_demo"].value == pytest.approx(10.021, abs=5e-3)
