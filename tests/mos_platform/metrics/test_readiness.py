"""What a study's metrics lack on this machine is said before anybody waits for them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from django.core.management import call_command

from mos_platform.metrics.measures.weights import Weights
from mos_platform.metrics.readiness import face_findings, metric_findings
from studies.config import parse_study


def test_metrics_that_lack_the_same_are_told_together(weights: Weights, tmp_path: Path) -> None:
    bare = Weights(tmp_path)
    (fine,) = metric_findings(["psnr", "brisque"], weights)
    assert (fine.level, fine.sentence) == ("pass", "2 metrics can be computed here.")
    first, second = metric_findings(["psnr", "brisque", "lmd", "ear"], bare)
    assert first.level == second.level == "warn"
    assert first.sentence.startswith("brisque will have no value here without weights brisque_svm.txt; ")
    assert second.sentence.startswith("lmd, ear will have no value here without weights face_landmarker_v2")
    assert metric_findings([], bare) == []


def test_a_mouth_is_frozen_only_where_faces_are_found(
    clip_study: Path, weights: Weights, tmp_path: Path
) -> None:
    file = yaml.safe_load((clip_study / "study.yaml").read_text())
    assert face_findings(parse_study(file, "study.yaml"), Weights(tmp_path)) == []
    frozen = {"name": "frozen", "role": "gold", "made": {"of": "soft", "frozen_mouth": True}}
    gold = [
        {"method": "frozen", "item": item, "expected": {"overall": {"high": 2}}} for item in ("one", "two")
    ]
    study = parse_study({**file, "methods": [*file["methods"], frozen], "gold": gold}, "study.yaml")
    assert face_findings(study, weights) == []
    (told,) = face_findings(study, Weights(tmp_path))
    assert told.level == "fail"
    assert told.sentence.startswith("frozen × one, frozen × two cannot get a frozen mouth: ")
    assert "face_landmarker_v2_with_blendshapes.task" in told.sentence
    assert told.sentence.endswith("; mend that, or take another damage.")


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
