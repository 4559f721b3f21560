"""The researcher's pages: closed to strangers, and right in what they show."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import zipfile
from io import BytesIO
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from entering import changed

from mos_platform.assignments.models import Trial
from mos_platform.assignments.places import return_places
from mos_platform.assignments.services import reserve_sitting
from mos_platform.console import reports
from mos_platform.console.models import ReportRun
from mos_platform.console.progress import study_progress
from mos_platform.console.standing import latest_mos
from mos_platform.exports.services import bundle_folder
from mos_platform.metrics.models import ImportedValue, Measured, MetricValue
from mos_platform.raters.models import Rater
from mos_platform.raters.services import Enrolment, enrol, open_link, simulated_link
from mos_platform.ratings.models import Comparison, Rating
from mos_platform.stimuli.models import Study

pytestmark = pytest.mark.django_db


@pytest.fixture
def researcher(db) -> Client:
    client = Client()
    client.force_login(User.objects.create_user("researcher"))
    return client


@pytest.fixture
def folders(settings, tmp_path) -> Path:
    settings.REPORTS_ROOT = tmp_path / "reports"
    settings.BUNDLES_ROOT = tmp_path / "bundles"
    return tmp_path


def rate(study: Study, *, score: float = 4, simulated: bool = False) -> None:
    """One rater answers everything: each rating `score`, each pair left, each check as told."""
    link = simulated_link(study) if simulated else open_link(study)
    sitting = enrol(link, Enrolment("some", "", "desktop"))
    reserve_sitting(sitting)
    now = timezone.now()
    times = {"presented_at": now, "submitted_at": now}
    for trial in sitting.trials.all():
        if trial.is_pair:
            choice = trial.expected.get("better", {}).get("choice", "left")
            place = {"question": "better", "question_position": 1}
            Comparison.objects.create(trial=trial, choice=choice, **place, **times)
        else:
            for place, question in enumerate(("overall", "sync"), start=1):
                Rating.objects.create(
                    trial=trial,
                    question=question,
                    question_position=place,
                    score=trial.expected.get(question, {}).get("low", score),
                    **times,
                )
    sitting.trials.update(state=Trial.State.ANSWERED, opened_at=now)


@pytest.mark.parametrize("name", ["studies", "study", "bundle", "report"])
def test_strangers_are_sent_to_sign_in(small_study, name):
    arguments = [] if name == "studies" else [small_study.slug]
    answer = Client().get(reverse(f"console:{name}", args=arguments))
    assert answer.status_code == 302
    assert reverse("console:login") in answer["Location"]


def test_strangers_cannot_ask_for_a_report(small_study):
    assert Client().post(reverse("console:update_report", args=[small_study.slug])).status_code == 302
    assert ReportRun.objects.count() == 0


def test_an_empty_platform_says_how_to_begin(researcher):
    assert "import_study" in researcher.get(reverse("console:studies")).content.decode()


def test_progress_counts_raters_per_clip_and_checks(small_study):
    rate(small_study)
    rate(small_study, simulated=True)
    enrol(open_link(small_study), Enrolment("none", "", ""))
    progress = study_progress(small_study)
    assert (progress.raters, progress.raters_simulated, progress.fewest) == (3, 1, 1)
    assert (progress.ratings, progress.comparisons) == (2 * 12 * 2, 2 * 6)
    assert (progress.checks.answered, progress.checks.passed) == (4, 4)
    assert [[cell.raters for cell in row.cells] for row in progress.rows] == [[1] * 4] * 3  # of people
    assert progress.next_step == "29 more raters needed before every method has its 30."


def test_answers_that_do_not_count_fill_no_clip(small_study):
    rate(small_study)
    assert study_progress(small_study).fewest == 1
    return_places(Rater.objects.get())
    progress = study_progress(small_study)
    assert progress.fewest == 0
    assert [[cell.raters for cell in row.cells] for row in progress.rows] == [[0] * 4] * 3


@pytest.mark.parametrize(
    ("targets", "wanted"),
    [
        ({"raters_per_method": 8}, 4),  # of 12 clips half are met in a sitting
        ({"raters_per_method": 8, "ratings_per_stimulus": 7}, 7),
    ],
)
def test_a_clip_has_what_it_needs_by_its_own_target(small_study, targets, wanted):
    alone = [{**small_study.config["parts"][0], "trials_per_sitting": 6}]
    own = changed(small_study, parts=alone, targets=targets)
    assert study_progress(own).target_per_clip == wanted


def test_a_failed_check_is_counted_as_failed(small_study):
    rate(small_study)
    check = Trial.objects.get(kind="trap", stimulus__isnull=False)
    check.ratings.update(score=check.expected["overall"]["low"] % 5 + 1)
    checks = study_progress(small_study).checks
    assert (checks.answered, checks.passed) == (2, 1)


def test_the_study_page_shows_state_link_and_missing_values(researcher, small_study):
    clip = small_study.stimuli.last()
    reason = "not computed: identical pictures: PSNR is infinite"
    measured = Measured.objects.create(clip_sha256="0" * 64, metric="psnr", state="done", reason=reason)
    MetricValue.objects.create(study=small_study, stimulus=clip, metric="psnr", measured=measured)
    rate(small_study, simulated=True)
    page = researcher.get(reverse("console:study", args=[small_study.slug])).content.decode()
    assert reverse("raters:welcome", args=[open_link(small_study).token]) in page
    assert "1 of 1 raters are simulated" in page
    assert "identical pictures" in page
    assert "0<small> of 1, 1 without a value</small>" in page
    assert '<progress value="0" max="1">' in page
    assert simulated_link(small_study).token not in page


def test_small_values_of_metrics_keep_their_digits_on_the_page_of_a_clip(researcher, small_study):
    clip = small_study.stimuli.last()
    measured = Measured.objects.create(clip_sha256="0" * 64, metric="fdd_2d", state="done", value=0.0011532)
    MetricValue.objects.create(study=small_study, stimulus=clip, metric="fdd_2d", measured=measured)
    page = researcher.get(reverse("console:stimulus", args=[small_study.slug, clip.token])).content.decode()
    assert "0.0011532" in page


def test_a_study_is_closed_and_opened_again(researcher, small_study):
    enrolment = {"consent": "on", "expertise": "none"}
    door = reverse("raters:welcome", args=[open_link(small_study).token])
    researcher.post(reverse("console:close_study", args=[small_study.slug]))
    assert (
        "Open it again" in researcher.get(reverse("console:study", args=[small_study.slug])).content.decode()
    )
    assert Client().post(door, enrolment).status_code == 403
    researcher.post(reverse("console:open_study", args=[small_study.slug]))
    assert Client().post(door, enrolment).status_code == 302


@pytest.mark.parametrize(
    ("value", "replaces", "said", "tags"),
    [
        (41.25, False, "Imported as well, 33.5 by matlab: does not count", 0),
        (41.25, True, "Replaces 41.25, measured here.", 1),
        (None, False, "Here: not computed: no reference", 1),
    ],
)
def test_a_clip_page_shows_a_metric_once_with_the_value_that_counts(
    researcher, small_study, value, replaces, said, tags
):
    clip = small_study.stimuli.first()
    reason = "" if value else "not computed: no reference"
    measured = Measured.objects.create(
        clip_sha256="0" * 64, metric="psnr", state="done", value=value, reason=reason
    )
    MetricValue.objects.create(study=small_study, stimulus=clip, metric="psnr", measured=measured)
    ImportedValue.objects.create(
        study=small_study,
        stimulus=clip,
        metric="psnr",
        value=33.5,
        implementation="matlab",
        replaces=replaces,
    )
    page = researcher.get(reverse("console:stimulus", args=[small_study.slug, clip.token])).content.decode()
    assert page.count('<th scope="row">PSNR') == 1
    assert said in page
    assert page.count('class="tag">imported') == tags


def test_a_clip_page_shows_its_ratings(researcher, small_study):
    rate(small_study, score=2)
    clip = small_study.stimuli.first()
    page = researcher.get(reverse("console:stimulus", args=[small_study.slug, clip.token])).content.decode()
    assert clip.method.name in page
    assert page.count("<td>overall</td>") == 1


def test_the_bundle_downloads_whole(researcher, small_study, folders):
    rate(small_study)
    answer = researcher.get(reverse("console:bundle", args=[small_study.slug]))
    archive = zipfile.ZipFile(BytesIO(answer.getvalue()))
    assert archive.testzip() is None
    assert {"study.json", "ratings.csv", "comparisons.csv", "manifest.json"} <= set(archive.namelist())
    assert len(archive.read("ratings.csv").decode().splitlines()) == 1 + 13 * 2


def test_a_second_request_joins_the_report_under_way(researcher, small_study):
    for _ in range(2):
        researcher.post(reverse("console:update_report", args=[small_study.slug]))
    run = ReportRun.objects.get()
    assert run.state == "pending"
    assert reports.unfinished() == [run.pk]


def test_a_report_is_made_from_the_bundle_and_shown(researcher, small_study, folders):
    for number in range(6):
        rate(small_study, score=2 + number % 4, simulated=True)
    assert not reports.is_current(small_study)
    run = reports.request_report(small_study)
    reports.make_report(run.pk)
    run.refresh_from_db()
    assert (run.state, run.message) == ("done", "")
    assert reports.is_current(small_study)
    panels = latest_mos(small_study)
    assert [panel.question.id for panel in panels] == ["overall", "sync"]
    assert [row.method for row in panels[0].rows] == ["real", "alpha", "beta"]
    assert [row.series for row in panels[0].rows] == ["", "series-1", "series-2"]
    stored = Rating.objects.filter(trial__kind="scored", question="overall")
    mean = sum(rating.score for rating in stored) / stored.count()
    assert panels[0].rows[0].mean == pytest.approx(mean)
    page = researcher.get(reverse("console:report", args=[small_study.slug]))
    assert b"simulated" in page.getvalue().lower()
    _spoil_and_restore(small_study, folders)
    rate(small_study)
    assert not reports.is_current(small_study)


def _spoil_and_restore(study, scratch: Path) -> None:
    """A report with a table less, with other options, or of older data is not the study's."""
    folder, bundle = reports.report_folder(study), bundle_folder(study)
    table, content = folder / "tables" / "mos.csv", (folder / "tables" / "mos.csv").read_bytes()
    table.unlink()
    assert not reports.is_current(study)
    table.write_bytes(content)
    assert reports.is_current(study)
    kept = shutil.copytree(folder, scratch / "kept")
    shutil.copytree(bundle, scratch / "older")
    (scratch / "older" / "manifest.json").unlink()
    rows = (bundle / "ratings.csv").read_text().splitlines()
    (scratch / "older" / "ratings.csv").write_text("\n".join([*rows[:-1], ""]))
    for source, options in ((bundle, ["--confidence", "0.9"]), (scratch / "older", [])):
        command = [sys.executable, "-m", "analysis", "report", str(source), "--out", str(folder), *options]
        subprocess.run(command, check=True, capture_output=True)
        assert not reports.is_current(study)
    shutil.rmtree(folder)
    shutil.copytree(kept, folder)
    assert reports.is_current(study)


def test_where_screening_leaves_nobody_the_excluded_are_not_shown(small_study, folders):
    row = {"question": "overall", "method": "alpha", "measure": "MOS", "screening": "none", "mean": 3.0}
    mos = [{**row, "ci_low": 2.0, "ci_high": 4.0, "procedure": "rater-clustered, items fixed"}]
    results = {"mos": mos, "options": {"confidence": 0.9}}
    file = reports.report_folder(small_study) / "results.json"
    file.parent.mkdir(parents=True)
    file.write_text(json.dumps(results | {"screening": [{"applied": False}]}))
    (panel,) = latest_mos(small_study)
    assert [shown.mean for shown in panel.rows] == [3.0]
    assert (panel.procedures, panel.confidence) == (["rater-clustered, items fixed"], 0.9)
    file.write_text(json.dumps(results | {"screening": [{"applied": True}]}))
    assert latest_mos(small_study) == []


def test_a_report_that_cannot_be_made_says_why(small_study, folders):
    run = reports.request_report(small_study)
    reports.make_report(run.pk)
    run.refresh_from_db()
    assert run.state == "failed"
    assert "ratings" in run.message
    assert "Traceback" not in run.message


@pytest.mark.parametrize(
    "name", ["../../secret.json", "..%2f..%2fsecret.json", "/etc/hostname", "nothing.html", ""]
)
def test_only_the_report_s_own_files_are_served(researcher, small_study, folders, name):
    folder = reports.report_folder(small_study)
    folder.mkdir(parents=True)
    (folder / "report.html").write_text("report")
    (folder / "results.json").write_text(json.dumps({"mos": [], "screening": []}))
    (folders / "secret.json").write_text("{}")
    base = reverse("console:report", args=[small_study.slug])
    answer = researcher.get(base + name)
    assert answer.status_code == (200 if name == "" else 404)
