"""The commands `metrics` and `import_metrics` as somebody reads them."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.core.management import call_command

from mos_platform.metrics.models import Measured
from mos_platform.metrics.planning import plan
from mos_platform.stimuli.models import Study

pytestmark = pytest.mark.django_db
State = Measured.State
MISSING = "not computed: weights missing (x.pth)"


@pytest.fixture
def study(small_study: Study) -> Study:
    """Methods alpha and beta against "real", each of whose clips has its own content."""
    for number, clip in enumerate(small_study.stimuli.all()):
        clip.served_sha256 = f"{number:064x}"
        clip.save()
    plan(small_study)
    return small_study


def said(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    call_command(*words)
    return " ".join(capsys.readouterr().out.split())


def test_it_counts_what_is_done_and_why_values_are_missing(
    study: Study, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "psnr 0/8" in said(capsys, "metrics", "small")
    assert "0 of 8 values are there, 8 still to be computed." in said(capsys, "metrics", "small")
    first, second, *others = Measured.objects.all()
    Measured.objects.filter(pk__in=(first.pk, second.pk)).update(state=State.DONE, reason=MISSING)
    assert "0 of 8 values are there, 2 without a value, 6 still to be computed." in said(
        capsys, "metrics", "small"
    )
    Measured.objects.filter(pk__in=[row.pk for row in others]).update(state=State.DONE, value=1.0)
    told = said(capsys, "metrics", "small", "--watch")
    assert "psnr 6/8 2" in told
    assert "2 without a value: weights missing (x.pth): psnr (2)" in told
    assert told.endswith("6 of 8 values are there, 2 without a value.")
    Measured.objects.update(value=1.0, reason="")
    assert said(capsys, "metrics", "small").endswith("All 8 values are there.")


def test_whoever_watches_without_a_terminal_reads_a_line_for_every_change(
    study: Study, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def computed_meanwhile(_seconds: float) -> None:
        done.append(None)
        pending = Measured.objects.filter(state=State.PENDING)
        how_many = (0, 3, 0, 5)[len(done) - 1]
        keys = [row.pk for row in pending[:how_many]]
        Measured.objects.filter(pk__in=keys).update(state=State.DONE, value=1.0)

    done: list[None] = []
    monkeypatch.setattr("time.sleep", computed_meanwhile)
    call_command("metrics", "small", "--watch")
    lines = capsys.readouterr().out.splitlines()
    assert lines[:2] == [
        "0 of 8 values are there, 8 still to be computed.",
        "3 of 8 values are there, 5 still to be computed.",
    ]
    assert lines[2].split() == ["metric", "values", "no", "value", "imported"]
    assert lines[-1] == "All 8 values are there."


def test_again_says_what_it_repeats(study: Study, capsys: pytest.CaptureFixture[str]) -> None:
    Measured.objects.update(state=State.DONE, value=1.0)
    assert "nothing is computed again" in said(capsys, "metrics", "small", "--again")
    row = Measured.objects.all()[0]
    Measured.objects.filter(pk=row.pk).update(value=None, reason=MISSING)
    assert "Computed again, as they have no value: psnr (1)." in said(capsys, "metrics", "small", "--again")
    Measured.objects.update(version="0", state=State.DONE, value=1.0)
    assert "8 values come from an older version" in said(capsys, "metrics", "small", "--again")
    assert Measured.objects.filter(state=State.PENDING).count() == 8


def test_a_study_without_metrics_says_so(small_study: Study, capsys: pytest.CaptureFixture[str]) -> None:
    small_study.config = {**small_study.config, "metrics": []}
    small_study.save()
    assert "asks for no metrics" in said(capsys, "metrics", "small")


def test_import_metrics_says_what_came_in(
    study: Study, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    file = tmp_path / "values.csv"
    file.write_text("metric,value,method,item\nLSE-D,7.5,alpha,item0\nlse_d,8.5,beta,item0\n")
    assert said(capsys, "import_metrics", "small", str(file)) == "2 values imported (study 'small'; lse_d)."
    assert "0 values imported, 2 here already, unchanged" in said(
        capsys, "import_metrics", "small", str(file)
    )
    file.write_text("metric,value,method,item\nLSE-D,7,alpha,item0\n")
    assert "0 values imported, 1 replaced" in said(capsys, "import_metrics", "small", str(file), "--replace")
    assert "lse_d – 2" in said(capsys, "metrics", "small")
