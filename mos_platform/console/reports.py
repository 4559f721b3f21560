"""Reports: run the `analysis` program on an exported bundle, and read what it wrote."""

from __future__ import annotations

import hashlib
import json
import logging
import os
import subprocess
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone

from mos_platform.console.models import ReportRun
from mos_platform.exports.services import bundle_folder, export_bundle
from mos_platform.lease import LEASE, renewed
from mos_platform.stimuli.models import Study
from studies.bundle import MANIFEST_FILE, STUDY_FILE
from studies.config import Question, canonical_json
from studies.errors import InputError
from studies.scales import SCALES, Scale

LONGEST_S = 900.0
BAD_INPUT = 2
SERVED = frozenset({".html", ".ipynb", ".pdf", ".csv", ".tex", ".svg", ".png", ".json", ".md"})


logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Interval:
    """One method's MOS in the latest report, with its interval's ends as percent of the scale for drawing."""

    method: str
    mean: float
    ci_low: float | None
    ci_high: float | None
    at: float
    low_at: float | None
    high_at: float | None


@dataclass(frozen=True)
class MosPanel:
    """The MOS of all methods on one question, on the grades of its scale."""

    question: Question
    scale: Scale
    rows: list[Interval]

    @property
    def grades(self) -> range:
        return range(self.scale.low, self.scale.high + 1)

    @property
    def ticks(self) -> list[float]:
        return [_percent(grade, self.scale) for grade in self.grades]


def report_folder(study: Study) -> Path:
    return Path(settings.REPORTS_ROOT) / study.slug


def request_report(study: Study) -> ReportRun:
    """Ask for a new report; while one is under way, that one is returned."""
    try:
        with transaction.atomic():
            return ReportRun.objects.create(study=study)
    except IntegrityError:
        return study.report_runs.filter(state__in=ReportRun.OPEN).latest("requested_at")


def unfinished() -> list[int]:
    """Runs to start: pending, or claimed by a worker that died."""
    lost = Q(state=ReportRun.State.RUNNING, claimed_at__lt=timezone.now() - LEASE)
    return list(
        ReportRun.objects.filter(Q(state=ReportRun.State.PENDING) | lost).values_list("pk", flat=True)
    )


def make_report(run_id: int) -> None:
    """Export the study and run `analysis report` on it; claimed once, however often it is called."""
    claimed = ReportRun.objects.filter(pk=run_id, pk__in=unfinished()).update(
        state=ReportRun.State.RUNNING, claimed_at=timezone.now()
    )
    if not claimed:
        return
    run = ReportRun.objects.select_related("study").get(pk=run_id)
    try:
        bundle = export_bundle(run.study, bundle_folder(run.study))
        run.bundle_sha256 = _fingerprint(bundle)
        with renewed(lambda: _renew(run_id), longest_s=LONGEST_S):
            problem = run_analysis(run.study, bundle)
    except InputError as error:
        problem = str(error)
    run.state = ReportRun.State.FAILED if problem else ReportRun.State.DONE
    run.message = problem[:1000]
    run.finished_at = timezone.now()
    run.save()


def _renew(run_id: int) -> None:
    running = ReportRun.objects.filter(pk=run_id, state=ReportRun.State.RUNNING)
    running.update(claimed_at=timezone.now())


def run_analysis(study: Study, bundle: Path) -> str:
    """Run `analysis report` on the study's bundle; why it wrote no report, in one sentence, or ""."""
    command = [sys.executable, "-m", "analysis", "report", str(bundle), "--out", str(report_folder(study))]
    try:
        done = subprocess.run(  # noqa: S603
            command, capture_output=True, text=True, check=False, timeout=LONGEST_S, env=_environment()
        )
    except subprocess.TimeoutExpired:
        return f"The analysis did not end within {LONGEST_S / 60:.0f} minutes and was stopped; try again."
    if done.returncode == BAD_INPUT:
        return done.stderr.strip()
    if done.returncode:
        logger.error("analysis on %s ended with exit code %s:\n%s", study, done.returncode, done.stderr)
        return f"The analysis ended with exit code {done.returncode}; its messages stand in the log."
    return ""


def _environment() -> dict[str, str]:
    """Caches of the plotting library and the notebook lie under var/ too."""
    cache = Path(settings.VAR) / "cache"
    own = {"MPLCONFIGDIR": cache / "matplotlib", "IPYTHONDIR": cache / "ipython"}
    return {**os.environ, **{name: str(folder) for name, folder in own.items()}}


def is_current(study: Study) -> bool:
    """Whether the study's report is of the data as they are now."""
    last = study.report_runs.filter(state=ReportRun.State.DONE).first()
    if last is None or report_file(study, "report.html") is None:
        return False
    return last.bundle_sha256 == _fingerprint(export_bundle(study, bundle_folder(study)))


def _fingerprint(bundle: Path) -> str:
    """Hash of the bundle's tables, config and software; not of when it was exported."""
    digests = json.loads((bundle / MANIFEST_FILE).read_text())["files"]
    facts = json.loads((bundle / STUDY_FILE).read_text())
    del digests[STUDY_FILE], facts["exported_at"]
    return hashlib.sha256(canonical_json([digests, facts]).encode()).hexdigest()


def report_file(study: Study, name: str) -> Path | None:
    """A file of the study's report, or None where there is none by that name."""
    folder = report_folder(study).resolve()
    try:
        path = (folder / name).resolve()
        served = path.is_relative_to(folder) and path.suffix in SERVED
        return path if served and path.is_file() else None
    except (OSError, ValueError):  # a name that no file can have
        return None


def report_written_at(study: Study) -> datetime | None:
    file = report_file(study, "report.html")
    return datetime.fromtimestamp(file.stat().st_mtime, UTC) if file else None


def latest_mos(study: Study) -> list[MosPanel]:
    """MOS per question and method from the latest report's results.json; empty where there is none."""
    file = report_file(study, "results.json")
    if file is None:
        return []
    rows = [row for row in json.loads(file.read_text())["mos"] if row["measure"] == "MOS"]
    shown = "applied" if any(row["screening"] == "applied" for row in rows) else "none"
    questions = [question for part in study.parsed.parts for question in part.questions]
    panels = [_panel(question, [row for row in rows if row["screening"] == shown]) for question in questions]
    return [panel for panel in panels if panel.rows]


def _panel(question: Question, rows: list[dict[str, Any]]) -> MosPanel:
    scale = SCALES[question.scale]
    own = [_interval(row, scale) for row in rows if row["question"] == question.id]
    return MosPanel(question, scale, own)


def _interval(row: dict[str, Any], scale: Scale) -> Interval:
    mean, low, high = row["mean"], row["ci_low"], row["ci_high"]
    return Interval(
        row["method"],
        mean,
        low,
        high,
        _percent(mean, scale),
        None if low is None else _percent(low, scale),
        None if high is None else _percent(high, scale),
    )


def _percent(value: float, scale: Scale) -> float:
    return min(100.0, max(0.0, 100 * (value - scale.low) / (scale.high - scale.low)))
