"""The study bundle: what was collected, as the analysis reads it."""

from __future__ import annotations

import csv
import hashlib
import json
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from analysis.load import load_source
from mos_platform.assignments.services import reserve_sitting
from mos_platform.exports.services import export_bundle
from mos_platform.exports.source import open_study
from mos_platform.metrics import services
from mos_platform.metrics.computing import compute
from mos_platform.metrics.models import Measured, MetricValue
from mos_platform.metrics.planning import plan
from mos_platform.raters.models import Link, Rater, Sitting
from mos_platform.raters.services import Enrolment, enrol, open_link, simulated_link
from mos_platform.ratings.models import Comparison, Rating
from mos_platform.ratings.services import Clock, Facts, Submission, record_answers
from mos_platform.stimuli.models import Study
from studies.bundle import TABLES
from studies.config import parse_study
from studies.errors import InputError

pytestmark = pytest.mark.django_db
START = datetime(2026, 3, 1, 12, 0, 0, 250_000, tzinfo=UTC)


def sit(study: Study, link: Link) -> Sitting:
    """One whole sitting of a simulated rater on its own clock; every fact is reported but the replays."""
    sitting = enrol(link, Enrolment(expertise="some", age_group="", device="phone", clock=START))
    reserve_sitting(sitting)
    for number, trial in enumerate(sitting.trials.order_by("position")):
        answers = {"better": "left"} if trial.is_pair else {"overall": "4", "sync": "2"}
        clock = Clock(START + timedelta(minutes=number), START + timedelta(minutes=number, seconds=20))
        facts = Facts(900, 0.125, 0, 3, 10, 128)
        record_answers(trial.token, Submission(answers=answers, facts=facts, clock=clock))
    return sitting


def table(folder: Path, name: str) -> list[dict[str, str]]:
    with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_all_tables_with_all_columns(small_study: Study, tmp_path: Path) -> None:
    sit(small_study, simulated_link(small_study))
    folder = export_bundle(small_study, tmp_path / "bundle")
    for described in TABLES:
        with (folder / described.file).open(encoding="utf-8", newline="") as file:
            assert next(csv.reader(file)) == described.header
    assert {name: len(table(folder, name)) for name in ("stimuli", "raters", "ratings", "comparisons")} == {
        "stimuli": 12,
        "raters": 1,
        "ratings": 13 * 2,
        "comparisons": 7,
    }


def test_a_rating_and_its_presentation(small_study: Study, tmp_path: Path) -> None:
    sitting = sit(small_study, simulated_link(small_study))
    rows = table(export_bundle(small_study, tmp_path / "bundle"), "ratings")
    trial = sitting.trials.filter(kind="scored", stimulus__isnull=False).first()
    assert trial is not None
    row = next(r for r in rows if r["position"] == str(trial.position) and r["question"] == "sync")
    presented = START + timedelta(minutes=trial.position - 1)
    assert row == {
        "rater": sitting.rater.public_id,
        "stimulus": trial.stimulus.token,
        "method": trial.stimulus.method.name,
        "item": trial.stimulus.item.name,
        "question": "sync",
        "score": "2.0",
        "kind": "scored",
        "expected_low": "",
        "expected_high": "",
        "sitting": sitting.public_id,
        "position": str(trial.position),
        "question_position": "2",
        "presented_at": presented.isoformat().replace("+00:00", "Z"),
        "submitted_at": (presented + timedelta(seconds=20)).isoformat().replace("+00:00", "Z"),
        "response_ms": "900",
        "played_fraction": "0.125",
        "stalled_ms": "0",
        "dropped_frames": "3",
        "hidden_ms": "10",
        "displayed_width": "128",
        "replays": "",
        "simulated": "true",
    }
    assert Counter(r["kind"] for r in rows) == {"scored": 24, "trap": 2}
    trap = sitting.trials.get(kind="trap", stimulus__isnull=False)
    for row in (r for r in rows if r["kind"] == "trap"):
        assert row["expected_low"] == row["expected_high"] == str(trap.expected[row["question"]]["low"])


def test_comparisons_name_methods(small_study: Study, tmp_path: Path) -> None:
    sitting = sit(small_study, simulated_link(small_study))
    rows = table(export_bundle(small_study, tmp_path / "bundle"), "comparisons")
    by_position = {str(trial.position): trial for trial in sitting.trials.filter(left__isnull=False)}
    assert {row["position"] for row in rows} == set(by_position)
    for row in rows:
        trial = by_position[row["position"]]
        assert (row["left"], row["right"]) == (trial.left.method.name, trial.right.method.name)
        assert row["first"] == row[trial.first]
        assert row["item"] == trial.left.item.name
        assert (row["choice"], row["question"], row["score"]) == ("left", "better", "")
        assert row["expected_choice"] == trial.expected.get("better", {}).get("choice", "")
    assert sum(row["expected_choice"] != "" for row in rows) == 1


def test_raters_and_whether_they_are_simulated(small_study: Study, tmp_path: Path) -> None:
    folder = tmp_path / "bundle"
    enrol(open_link(small_study), Enrolment(expertise="expert", age_group="25-34", device=""))
    export_bundle(small_study, folder)
    assert json.loads((folder / "study.json").read_text())["simulated"] is False
    sit(small_study, simulated_link(small_study))
    export_bundle(small_study, folder)
    assert json.loads((folder / "study.json").read_text())["simulated"] is True
    real, simulated = table(folder, "raters")
    assert (real["recruitment"], real["simulated"], real["status"]) == ("open", "false", "active")
    assert (real["expertise"], real["age_group"], real["device"]) == ("expert", "25-34", "")
    assert (simulated["recruitment"], simulated["simulated"], simulated["status"]) == (
        "simulated",
        "true",
        "finished",
    )
    assert (simulated["sittings"], simulated["consent_version"]) == ("1", "1")
    assert simulated["consented_at"] == "2026-03-01T12:00:00.250000Z"


def test_study_file_and_manifest(small_study: Study, tmp_path: Path) -> None:
    folder = export_bundle(small_study, tmp_path / "bundle")
    facts = json.loads((folder / "study.json").read_text())
    assert (facts["schema_version"], facts["study"], facts["title"]) == (1, "small", "A small study")
    assert parse_study(facts["config"], "study.json") == small_study.parsed
    assert facts["config_sha256"] == small_study.parsed.sha256()
    assert facts["seed"] == 7
    assert facts["software"]["django"].startswith("5.2")
    manifest = json.loads((folder / "manifest.json").read_text())
    assert manifest["files"] == {
        file.name: hashlib.sha256(file.read_bytes()).hexdigest()
        for file in folder.iterdir()
        if file.name != "manifest.json"
    }


def test_metrics_and_item_attributes_of_real_clips(imported_study: Study, tmp_path: Path) -> None:
    study = imported_study
    Measured.objects.filter(metric="ssim").update(state=Measured.State.RUNNING)
    for job in services.to_send(network=False, again=True):
        compute(job.clip_sha256, job.reference_sha256, job.work)
    folder = export_bundle(study, tmp_path / "bundle")
    clips = {row["stimulus"]: row for row in table(folder, "stimuli")}
    assert len(clips) == 6
    one = next(row for row in clips.values() if (row["method"], row["item"]) == ("real", "one"))
    assert (one["gender"], one["light"], one["split"]) == ("female, older", "dim", "")
    assert (one["is_reference"], one["width"], one["fps"]) == ("true", "96", "25.0")
    rows = table(folder, "metrics")
    assert len(rows) == 14
    for row in rows:
        method = clips[row["stimulus"]]["method"]
        assert row["method"] == method
        if row["metric"] == "ssim":
            assert (row["value"], row["status"]) == ("", "not computed: running")
        elif (row["metric"], method) == ("psnr", "copy"):
            assert row["value"] == ""
            assert "identical" in row["status"]
        else:
            stored = MetricValue.objects.get(stimulus__token=row["stimulus"], metric=row["metric"]).measured
            assert float(row["value"]) == stored.value
            assert (row["status"], row["implementation"]) == ("ok", stored.implementation)
        assert (row["direction"], row["imported"]) == ("higher", "false")


def test_the_analysis_reads_it(small_study: Study, tmp_path: Path) -> None:
    plan(small_study)
    for _ in range(2):
        sit(small_study, simulated_link(small_study))
    data = load_source(str(export_bundle(small_study, tmp_path / "bundle")))
    assert (data.study, data.simulated, data.reference) == ("small", True, "real")
    assert data.methods == ("real", "alpha", "beta")
    assert (
        (data.ratings["kind"] == "scored").sum() == Rating.objects.filter(trial__kind="scored").count() == 48
    )
    assert len(data.comparisons) == Comparison.objects.count() == 14
    assert data.raters is not None
    assert set(data.raters["rater"]) == set(Rater.objects.values_list("public_id", flat=True))


def test_the_same_facts_give_the_same_tables(small_study: Study, tmp_path: Path) -> None:
    sit(small_study, simulated_link(small_study))
    first, second = (export_bundle(small_study, tmp_path / name) for name in ("a", "b"))
    for described in TABLES:
        assert (first / described.file).read_bytes() == (second / described.file).read_bytes()


def test_an_older_bundle_is_replaced_and_nothing_else(small_study: Study, tmp_path: Path) -> None:
    folder = tmp_path / "bundle"
    export_bundle(small_study, folder)
    (folder / "left over.txt").write_text("from another time")
    export_bundle(small_study, folder)
    assert "left over.txt" not in {file.name for file in folder.iterdir()}
    assert [path.name for path in tmp_path.iterdir()] == ["bundle"]
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "thesis.txt").write_text("years of work")
    with pytest.raises(InputError, match="something other than a study bundle"):
        export_bundle(small_study, mine)
    assert (mine / "thesis.txt").exists()


def test_a_failed_export_leaves_the_older_bundle(
    small_study: Study, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "bundle"
    export_bundle(small_study, folder)
    before = {file.name: file.read_bytes() for file in folder.iterdir()}

    def break_off(_file: Path, _content: dict[str, Any]) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("mos_platform.exports.services._write_json", break_off)
    with pytest.raises(InputError, match=r"No space left on device.*name a folder"):
        export_bundle(small_study, folder)
    assert {file.name: file.read_bytes() for file in folder.iterdir()} == before
    assert [path.name for path in tmp_path.iterdir()] == ["bundle"]


def test_a_study_by_its_id(small_study: Study, settings: Any, capsys: pytest.CaptureFixture[str]) -> None:
    folder = open_study("small")
    assert folder == Path(settings.BUNDLES_ROOT) / "small"
    assert (folder / "ratings.csv").is_file()
    with pytest.raises(
        InputError, match=r"^no study 'smal' is on the platform here; name one of these: small\.$"
    ):
        open_study("smal")
    call_command("export", "small")
    assert capsys.readouterr().out == f"Wrote the bundle of study 'small' to {folder}.\n"


def test_an_unknown_study_is_one_sentence(installation: Any) -> None:
    done = installation.run("export", "nosuch")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "no study 'nosuch' is on the platform here; import it first with import_study.\n"
