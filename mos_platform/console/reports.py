"""Reports: run the `analysis` program on an exported bundle, and read what it wrote."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime
from pathlib import Path

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone

from mos_platform.console.models import ReportRun
from mos_platform.exports.services import bundle_folder, export_bundle, fingerprint
from mos_platform.lease import LEASE, renewed
from mos_platform.standing import program
from mos_platform.standing.program import LONGEST_S
from mos_platform.stimuli.models import Study
from studies.bundle import MANIFEST_FILE, REPORT_RECORD, STUDY_FILE
from studies.errors import InputError

CARD_FILE = "card.json"
WRITTEN = frozenset({".html", ".ipynb", ".csv", ".tex", ".json"})  # what a report holds at least
SERVED = frozenset({".html", ".ipynb", ".pdf", ".csv", ".tex", ".svg", ".png", ".json", ".md"})


def report_folder(study: Study) -> Path:
    return Path(settings.REPORTS_ROOT) / study.folder


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
        run.bundle_sha256 = fingerprint(bundle)
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
    try:
        program.run_analysis(["report", str(bundle), "--out", str(report_folder(study))])
    except InputError as error:
        return str(error)
    return ""


def is_current(study: Study) -> bool:
    """Whether the study's report is of the data as they are now, made without options, and whole."""
    last = study.report_runs.filter(state=ReportRun.State.DONE).first()
    if last is None or not _is_whole(report_folder(study)):
        return False
    bundle = export_bundle(study, bundle_folder(study))
    return last.bundle_sha256 == fingerprint(bundle) and _is_of(report_folder(study), bundle)


def _is_whole(folder: Path) -> bool:
    """Whether all that `analysis report` wrote is still there as it was, and nobody asked it for options."""
    try:
        record = json.loads((folder / REPORT_RECORD).read_text(encoding="utf-8"))
        written = {folder / name: digest for name, digest in record["files"].items()}
        told = {hashlib.sha256(file.read_bytes()).hexdigest() == digest for file, digest in written.items()}
    except (OSError, ValueError, KeyError):
        return False
    kinds = {file.suffix for file in written}
    return told == {True} and not record["asked"] and kinds >= WRITTEN


def _is_of(folder: Path, bundle: Path) -> bool:
    """Whether the report there was made of the bundle's tables; study.json also says when it was exported."""
    read = json.loads((folder / CARD_FILE).read_text(encoding="utf-8"))["study"]["files"]
    listed = json.loads((bundle / MANIFEST_FILE).read_text(encoding="utf-8"))["files"]
    return all(listed.get(name) == digest for name, digest in read.items() if name != STUDY_FILE)


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
