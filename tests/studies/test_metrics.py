"""The metric catalogue: what is computed here, and what is only known by name and definition."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from studies import catalogue
from studies.metrics import CATALOGUE, COMPUTED, known_metric, metric_title, metric_titles, same_metric
from studies.metricsdoc import METRICS_FILE, metrics_text


@pytest.mark.parametrize(
    ("name", "title", "direction"),
    [
        ("psnr", "PSNR", "higher"),
        ("PSNR", "PSNR", "higher"),
        ("LSE-C", "LSE-C", "higher"),
        ("Sync-C", "LSE-C", "higher"),
        ("lse_d", "LSE-D", "lower"),
        ("Sync D", "LSE-D", "lower"),
        ("LPIPS", "LPIPS", "lower"),
        ("fid", "FID", "lower"),
        ("E-FID", "E-FID", "lower"),
        ("CSIM (ArcFace)", "CSIM", "higher"),
        ("Beat Align", "Beat Align", "higher"),
        ("M-LMD", "M-LMD", "lower"),
        ("niqe", "NIQE", "lower"),
        ("FDD (motion dynamics deviation)", "FDD (motion)", None),
        ("upper-face dynamics deviation", "FDD", "lower"),
        ("AV offset", "AVOffset", None),
    ],
)
def test_a_metric_is_known_by_its_names(name: str, title: str, direction: str | None) -> None:
    metric = known_metric(name)
    assert metric is not None
    assert (metric.title, metric.direction) == (title, direction)
    assert metric_title(name) == title


def test_an_unknown_name_is_its_own_title() -> None:
    assert known_metric("our score") is None
    assert metric_title("our score") == "our score"
    assert same_metric("our score", "Our-Score")
    assert not same_metric("our score", "LSE-C")
    assert not same_metric("FDD", "FDD (motion)")


def test_metrics_of_one_study_keep_apart_what_the_catalogue_calls_alike() -> None:
    assert metric_titles(["LSE-C", "psnr"]) == {"LSE-C": "LSE-C", "psnr": "PSNR"}
    assert metric_titles(["lse_c", "sync-C"]) == {"lse_c": "LSE-C (lse_c)", "sync-C": "LSE-C (sync-C)"}
    assert metric_titles(["LSE-C", "sync-C"]) == {"LSE-C": "LSE-C", "sync-C": "LSE-C (sync-C)"}


def test_only_some_metrics_are_computed_here() -> None:
    assert {name for name, metric in CATALOGUE.items() if metric.computed} == set(COMPUTED)
    assert {"psnr", "cpbd", "lse_d", "lmd"} <= set(COMPUTED)
    assert not {"mve", "emotion_accuracy", "fps"} & set(COMPUTED)


def test_what_is_computed_states_how() -> None:
    for metric in COMPUTED.values():
        assert metric.parameters, metric.name
        assert len(dict(metric.parameters)) == len(metric.parameters), metric.name


def test_every_metric_is_described_and_found_by_every_name_of_its_own() -> None:
    for metric in CATALOGUE.values():
        assert metric.definition, metric.name
        assert metric.source, metric.name
        assert metric.needs <= {"reference", "audio", "face", "mesh", "text", "weights"}
        for name in (metric.name, metric.title, *metric.aliases):
            assert known_metric(name) == metric, name


def test_every_metric_of_the_literature_tables_is_known() -> None:
    published = {value.metric for value in catalogue.published()}
    proposed = {name for method in catalogue.methods() for name in method.proposed_metrics}
    assert [name for name in sorted(published | proposed) if known_metric(name) is None] == []


def test_metrics_md_is_that_of_the_catalogue() -> None:
    assert METRICS_FILE.read_text(encoding="utf-8") == metrics_text(), "run python -m studies"


def test_metrics_md_has_one_row_for_every_metric() -> None:
    text = metrics_text()
    rows = [line for line in text.splitlines() if line.startswith("| **")]
    named = [re.findall(r"`([^`]+)`", row)[0] for row in rows]
    assert sorted(named) == sorted(CATALOGUE)
    assert "| **FID**, of a method | `fid` | lower |" in text
    assert all(row.count(" | ") == 6 for row in rows)


def names_in(text: str) -> list[str]:
    """Names of the list in ../shared/metrics.md; one that stands for two is taken apart."""
    (listed,) = re.findall(r"## Every name.*?\n\n(.*?)\nDirection and ranges", text, re.DOTALL)
    groups = re.findall(r"[A-Z][A-Za-z ]+: (.*?)\.(?= [A-Z]|$)", " ".join(listed.split()))
    names = [name.strip() for group in groups for name in group.split(",")]
    return [one for name in names for one in APART.get(name, (name,))]


APART = {
    "L1/MAE": ("L1", "MAE"),
    "LSE-D (Sync-D)": ("LSE-D", "Sync-D"),
    "LSE-C (Sync-C)": ("LSE-C", "Sync-C"),
    "F1 and balanced accuracy of a sync classifier": ("Sync F1", "Sync balanced accuracy"),
    "FDD (upper-face dynamics deviation)": ("FDD", "upper-face dynamics deviation"),
    "velocity/acceleration MSE": ("velocity MSE", "acceleration MSE"),
    "MOS": (),  # what raters give
}


def test_every_name_of_the_survey_literature_has_a_row(shared: Path) -> None:
    names = names_in((shared / "metrics.md").read_text(encoding="utf-8"))
    assert len(names) > 75
    assert {"PSNR", "BLEU", "rPCC", "SyncNet3D", "CSIM (ArcFace)", "diversity of head motion"} <= set(names)
    assert [name for name in names if known_metric(name) is None] == []
    assert "MOS, the mean opinion score" in metrics_text()
