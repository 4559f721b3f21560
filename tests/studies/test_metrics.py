"""The metric catalogue: what is computed here, and what is only known by name and definition."""

from __future__ import annotations

import pytest

from studies import catalogue
from studies.metrics import CATALOGUE, COMPUTED, known_metric, metric_title, metric_titles, same_metric


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
    assert set(COMPUTED) == {"psnr", "ssim", "cpbd"}


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
