"""`python -m mos_platform measure`: one clip, without a study, a server or a database."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.core.management import CommandError, call_command
from PIL import Image

from mos_platform.metrics.measures.reading.drawing import MARKED_COLOUR
from mos_platform.metrics.measures.weights import Weights
from mos_platform.metrics.single import metrics_named
from studies.errors import InputError

Run = Callable[..., str]
KEYS = {"metric", "value", "unit", "direction", "status", "implementation", "version", "note"}


@pytest.fixture
def run(settings: Any, weights: Weights, capsys: pytest.CaptureFixture[str], monkeypatch: Any) -> Run:
    """The command; gives what it prints, as wide as a small terminal."""
    settings.WEIGHTS_DIR = weights.folder
    monkeypatch.setattr("mos_platform.metrics.management.commands.measure.WIDTH", 80)

    def ran(clip: Path, *words: object) -> str:
        call_command("measure", str(clip), *map(str, words))
        return capsys.readouterr().out

    return ran


@pytest.fixture(scope="module")
def pair(clip_study: Path) -> tuple[Path, Path]:
    return clip_study / "clips" / "soft" / "one.mp4", clip_study / "clips" / "real" / "one.mp4"


@pytest.fixture(scope="module")
def speaking(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The first half second of a real clip."""
    target = tmp_path_factory.mktemp("speaking") / "clip.mp4"
    source = shared / "clips" / "float" / "id03" / "Hallo.mp4"
    subprocess.run(["ffmpeg", "-v", "error", "-i", source, "-t", "0.5", str(target)], check=True)
    return target


def test_a_clip_is_measured_by_everything_that_needs_no_more(run: Run, speaking: Path) -> None:
    listed = {one["metric"]: one for one in json.loads(run(speaking, "--json", "--every", 6))}
    assert {"cpbd", "brisque", "niqe", "ear", "lip_opening", "landmark_jitter"} <= set(listed)
    assert all(set(one) == KEYS for one in listed.values())
    for name in ("cpbd", "brisque", "niqe", "ear"):
        assert listed[name]["status"] == "ok", name
        assert isinstance(listed[name]["value"], float)
    assert listed["brisque"]["implementation"] == "mos_platform.brisque"
    assert not {"psnr", "lmd", "lse_d"} & set(listed)


def test_asked_metrics_have_a_value_or_a_reason_in_the_order_asked(run: Run, pair: tuple[Path, Path]) -> None:
    clip, reference = pair
    asked = ("LSE-D", "PSNR", "MVE", "Sync-D", "ssim")
    listed = json.loads(run(clip, "--reference", reference, "--metrics", ",".join(asked), "--json"))
    assert [one["metric"] for one in listed] == ["lse_d", "psnr", "mve", "ssim"]
    lse_d, psnr, mve, ssim = listed
    assert psnr["status"] == ssim["status"] == "ok"
    assert 10 < psnr["value"] < 40
    assert psnr["unit"] == "dB"
    assert lse_d["value"] is None
    assert lse_d["status"].startswith(("not computed: weights missing (", "not computed: package missing ("))
    assert mve["status"].startswith("not computed: measured elsewhere")
    assert mve["implementation"] is None


def test_the_table_fits_a_terminal_and_says_what_else_there_is(run: Run, pair: tuple[Path, Path]) -> None:
    clip, reference = pair
    shown = run(clip)
    assert max(map(len, shown.splitlines())) <= 80
    words = " ".join(shown.split())
    assert "With --reference REF also: mse, l1, psnr" in words
    assert "`python -m mos_platform weights` says how to get weights." in words
    assert "Not computed: " in words
    assert "no face found" in words

    compared = run(clip, "--reference", reference, "--metrics", "psnr,ssim,mse")
    assert [line.split()[0] for line in compared.splitlines()] == ["metric", "psnr", "ssim", "mse"]
    assert run(clip, "--metrics", "psnr") == (
        "Not computed: psnr – it compares with a reference; give --reference REF\n"
    )


def test_every_nth_picture_is_a_sample_of_all(run: Run, pair: tuple[Path, Path]) -> None:
    def cpbd(*words: object) -> float:
        return float(json.loads(run(pair[1], "--metrics", "cpbd", "--json", *words))[0]["value"])

    assert cpbd() == cpbd("--every", 1)
    assert cpbd("--every", 5) == pytest.approx(cpbd(), abs=0.1)
    assert cpbd("--every", 5) != cpbd()


def test_landmarks_are_drawn_where_the_face_is(run: Run, speaking: Path, tmp_path: Path) -> None:
    target = tmp_path / "drawn.png"
    run(speaking, "--metrics", "ear", "--landmarks", target)
    with Image.open(target) as image:
        height, width, _ = (rgb := np.asarray(image)).shape
    ys, xs = np.nonzero((rgb == MARKED_COLOUR).all(axis=2))
    assert len(xs) > 68
    assert 0.3 * width < xs.mean() < 0.7 * width
    assert 0.2 * height < ys.mean() < 0.8 * height


def test_a_reason_names_all_that_is_missing(
    run: Run, pair: tuple[Path, Path], tmp_path: Path, settings: Any
) -> None:
    settings.WEIGHTS_DIR = tmp_path
    lse_d, lpips, fid, cpbd = json.loads(run(pair[0], "--metrics", "lse_d,lpips,fid,cpbd", "--json"))
    assert "weights missing (syncnet_v2.model, sfd_face.pth; " in lse_d["status"]
    assert "give --reference REF" in lpips["status"]
    assert "a value of a method" in fid["status"], "no reference helps here"
    assert cpbd["status"] == "ok"


def test_wrong_words_are_one_sentence(run: Run, pair: tuple[Path, Path], tmp_path: Path) -> None:
    clip, _ = pair
    (tmp_path / "notes.txt").write_text("no video")
    with pytest.raises(InputError, match=r"^no metric is called 'pnsr' \(did you mean 'psnr'\?\)"):
        run(clip, "--metrics", "pnsr")
    for no_video in ("notes.txt", "absent.mp4"):
        with pytest.raises(InputError, match=rf"{no_video} cannot be decoded as video"):
            run(tmp_path / no_video)
        with pytest.raises(InputError, match=rf"{no_video} cannot be decoded as video"):
            run(clip, "--reference", tmp_path / no_video)
    with pytest.raises(InputError, match=r"^no landmarks can be drawn: no face was found in "):
        run(clip, "--metrics", "cpbd", "--landmarks", tmp_path / "out.png")
    with pytest.raises(CommandError, match="'0' is no whole number from 1"):
        run(clip, "--every", 0)


def test_names_of_metrics_are_taken_as_people_write_them() -> None:
    assert [one.name for one in metrics_named(["Sync-C", "PSNR", "psnr", "CSIM (ArcFace)"])][:2] == [
        "lse_c",
        "psnr",
    ]


def test_no_database_is_needed_and_a_mistake_ends_with_2(
    repo: Path, pair: tuple[Path, Path], tmp_path: Path
) -> None:
    command = [sys.executable, "-m", "mos_platform", "measure", str(pair[0]), "--metrics"]
    environment = {**os.environ, "MOS_VAR": str(tmp_path / "var")}
    done = subprocess.run([*command, "cpbd", "--json"], env=environment, cwd=repo, capture_output=True)
    assert (done.returncode, done.stderr) == (0, b"")
    assert json.loads(done.stdout)[0]["status"] == "ok"
    assert not (tmp_path / "var" / "mos.sqlite3").exists()
    refused = subprocess.run([*command, "cbpd"], env=environment, cwd=repo, capture_output=True)
    assert refused.returncode == 2
    assert refused.stderr == (
        b"no metric is called 'cbpd' (did you mean 'cpbd'?); studies/METRICS.md lists them all.\n"
    )
