"""Run joonson/syncnet_python on given input and write what it finds: a program of its own, for comparison.

`$MOS_BENCH_PEERS/syncnet_python` is its folder, a checkout of 6efbb1c, and `$MOS_BENCH_PEERS/venv` an
environment with torch, opencv-contrib-python, scipy, python_speech_features and scenedetect==0.5.1. What the
reference expects of older libraries and of a GPU is put right from outside; its files stay as they are.

    python syncnet_reference.py features REFERENCE OUT INPUT.npz   features and distances of pictures, MFCC
    python syncnet_reference.py score    REFERENCE OUT CLIP        its evaluate() of a face crop
    python syncnet_reference.py detect   REFERENCE OUT INPUT.npz   its face detector on a picture
    python syncnet_reference.py pipeline REFERENCE OUT CLIP BOXES  its run_pipeline.py, faces given
"""

from __future__ import annotations

import contextlib
import glob
import json
import os
import resource
import sys
import tempfile
import time
import types
import warnings
import zlib
from pathlib import Path
from typing import Any

import numpy as np

vars(np)["int"] = int
torch: Any = None


def random_state(shapes: dict[str, tuple[int, ...]]) -> dict[str, np.ndarray]:
    """Weights at random, the same for the same names and shapes, as spread out as fresh ones of torch."""
    return {name: _drawn(name, shape) for name, shape in shapes.items()}


def _drawn(name: str, shape: tuple[int, ...]) -> np.ndarray:
    rng = np.random.default_rng(zlib.crc32(name.encode()))
    if name.endswith("num_batches_tracked"):
        return np.zeros(shape, np.int64)
    if name.endswith("running_var"):
        return rng.uniform(0.5, 1.5, shape).astype(np.float32)
    if len(shape) < 2:
        return (rng.normal(0, 0.1, shape) + (1 if name.endswith("weight") else 0)).astype(np.float32)
    return rng.normal(0, np.sqrt(1 / 3 / np.prod(shape[1:])), shape).astype(np.float32)


def filled(module: Any) -> Any:
    """The module with random weights, for evaluation."""
    shapes = {name: tuple(values.shape) for name, values in module.state_dict().items()}
    state = {name: torch.from_numpy(np.array(values)) for name, values in random_state(shapes).items()}
    module.load_state_dict(state)
    return module.eval()


def _prepared(reference: Path) -> None:
    global torch
    import torch as imported

    torch = imported
    torch.set_num_threads(int(os.environ.get("OMP_NUM_THREADS", "1")))
    torch.nn.Module.cuda = lambda self, *_: self
    torch.Tensor.cuda = lambda self, *_: self
    sys.path.insert(0, str(reference))
    torch.set_grad_enabled(False)
    warnings.simplefilter("ignore")


def features(source: str) -> dict[str, np.ndarray]:
    from SyncNetInstance import calc_pdist
    from SyncNetModel import S

    given = np.load(source)
    net = filled(S())
    pictures = torch.from_numpy(given["pictures"].astype(np.float32).transpose(3, 0, 1, 2)[None])
    mfcc = torch.from_numpy(given["mfcc"].T[None, None].astype(np.float32))
    count = len(given["pictures"]) - 4
    lips = torch.cat([net.forward_lip(pictures[:, :, i : i + 5]) for i in range(count)])
    sound = torch.cat([net.forward_aud(mfcc[:, :, :, 4 * i : 4 * i + 20]) for i in range(count)])
    means = torch.stack(calc_pdist(lips, sound, vshift=15), 1).mean(1)
    return {"lips": lips.numpy(), "sound": sound.numpy(), "means": means.numpy()}


def score(source: str) -> dict[str, np.ndarray]:
    import SyncNetInstance

    instance = SyncNetInstance.SyncNetInstance()
    filled(instance.__S__)
    with tempfile.TemporaryDirectory() as folder:
        options = types.SimpleNamespace(tmp_dir=folder, reference="demo", batch_size=20, vshift=15)
        started = time.perf_counter(), _used()
        offset, confidence, distances = instance.evaluate(options, source)
        spent = time.perf_counter() - started[0], _used() - started[1]
    means = distances.mean(axis=0)
    return {"offset": offset, "confidence": confidence, "means": means, "seconds": np.array(spent)}


def _used() -> float:
    """Processor seconds of this process and of the programs it ran."""
    spent = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in spent)


def detect(source: str) -> dict[str, np.ndarray]:
    _no_torchvision()
    from detectors.s3fd import S3FD
    from detectors.s3fd.nets import S3FDNet

    given = np.load(source)
    detector = S3FD.__new__(S3FD)
    detector.device, detector.net = "cpu", filled(S3FDNet(device="cpu"))
    return {"boxes": detector.detect_faces(given["rgb"], float(given["confidence"]), scales=[0.25])}


def _no_torchvision() -> None:
    torchvision = types.ModuleType("torchvision")
    torchvision.transforms = types.ModuleType("torchvision.transforms")
    sys.modules |= {"torchvision": torchvision, "torchvision.transforms": torchvision.transforms}


def pipeline(source: str, boxes: str) -> dict[str, np.ndarray]:
    """Boxes: a JSON list of [left, top, right, bottom] lists, one for each picture at 25 per second."""
    import cv2

    split = cv2.split
    cv2.split = lambda picture: list(split(picture))
    _given_faces(json.loads(Path(boxes).read_text()))
    with tempfile.TemporaryDirectory() as folder:
        sys.argv = ["run_pipeline.py", "--videofile", source, "--reference", "it", "--data_dir", folder]
        code = Path(sys.path[0], "run_pipeline.py").read_text()
        exec(compile(code, "run_pipeline.py", "exec"), {"__name__": "__main__"})
        crops = sorted(glob.glob(f"{folder}/pycrop/it/0*.avi"))
        tracks = np.load(f"{folder}/pywork/it/tracks.pckl", allow_pickle=True)
        scenes = np.load(f"{folder}/pywork/it/scene.pckl", allow_pickle=True)
        found = {f"crop{number}": _decoded(crop) for number, crop in enumerate(crops)}
        found |= {f"sound{number}": _sound(crop) for number, crop in enumerate(crops)}
    for number, track in enumerate(tracks):
        found[f"frames{number}"] = np.asarray(track["track"]["frame"])
        found[f"boxes{number}"] = np.asarray(track["track"]["bbox"])
    return found | {"scenes": np.array([[first.frame_num, end.frame_num] for first, end in scenes])}


def _given_faces(boxes: list[Any]) -> None:
    faces = iter(boxes)

    class S3FD:
        def __init__(self, device: str) -> None:
            pass

        def detect_faces(self, image: np.ndarray, conf_th: float, scales: list[float]) -> np.ndarray:
            rows = [[*box, 1.0] for box in next(faces)]
            return np.array(rows).reshape(-1, 5)

    sys.modules["detectors"] = types.ModuleType("detectors")
    sys.modules["detectors"].S3FD = S3FD


def _decoded(clip: str) -> np.ndarray:
    import cv2

    capture, pictures = cv2.VideoCapture(clip), []
    while (read := capture.read())[0]:
        pictures.append(read[1])
    return np.stack(pictures)


def _sound(clip: str) -> np.ndarray:
    import subprocess

    command = [
        "ffmpeg",
        "-loglevel",
        "error",
        "-i",
        clip,
        "-vn",
        "-ac",
        "1",
        "-ar",
        "16000",
        "-f",
        "s16le",
        "-",
    ]
    return np.frombuffer(subprocess.run(command, capture_output=True, check=True).stdout, "<i2")


if __name__ == "__main__":
    mode, reference, target, *arguments = sys.argv[1:]
    _prepared(Path(reference))
    runs: dict[str, Any] = {"features": features, "score": score, "detect": detect, "pipeline": pipeline}
    with contextlib.redirect_stdout(sys.stderr):
        results = runs[mode](*arguments)
    np.savez_compressed(target, **results)
