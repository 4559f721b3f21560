"""What a study's metrics lack on this machine is said before anybody waits for them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from mos_platform.metrics.measures.weights import Weights
from mos_platform.metrics.readiness import metric_findings


def test_metrics_that_lack_the_same_are_told_together(weights: Weights, tmp_path: Path) -> None:
    bare = Weights(tmp_path)
    (fine,) = metric_findings(["psnr", "brisque"], weights)
    assert (fine.level, fine.sentence) == ("pass", "2 metrics can be computed here.")
    first, second = metric_findings(["psnr", "brisque", "lmd", "ear"], bare)
    assert first.level == second.level == "warn"
    assert first.sentence.startswith("brisque will have no value here without weights brisque_svm.txt; ")
    assert second.sentence.startswith("lmd, ear will have no value here without weights face_landmarker_v2")
    assert metric_findings([], bare) == []


def test_check_study_tells_what_is_lacking(
    clip_study: Path, tmp_path: Path, settings: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    settings.WEIGHTS_DIR = tmp_path
    study = tmp_path / "study"
    study.mkdir()
    text = (clip_study / "study.yaml").read_text().replace("[psnr, ssim, cpbd]", "[psnr, niqe]")
    (study / "study.yaml").write_text(text)
    (study / "clips").symlink_to(clip_study / "clips")
    call_command("check_study", str(study))
    shown = " ".join(capsys.readouterr().out.split())
    assert "warn metrics niqe will have no value here without weights niqe_pris_params.npz" in shown
