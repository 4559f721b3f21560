"""Pages for researchers, behind sign-in."""

from __future__ import annotations

import mimetypes

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from mos_platform.console import reports
from mos_platform.console.clips import stimulus_facts
from mos_platform.console.progress import study_progress
from mos_platform.console.standing import latest_mos
from mos_platform.console.tasks import wake
from mos_platform.exports.services import zipped_bundle
from mos_platform.raters.services import path_for_raters
from mos_platform.standing.services import ask
from mos_platform.standing.shown import shown
from mos_platform.standing.tasks import wake as wake_looks
from mos_platform.stimuli.lookup import named
from mos_platform.stimuli.models import Stimulus, Study
from mos_platform.stimuli.services import set_open

REPORT_PAGE = "report.html"
# The report is one file with its styles and figures inside, and no scripts.
REPORT_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; font-src data:"


def _study(name: str) -> Study:
    study = named(name)
    if study is None:
        raise Http404("There is no study of that name.")
    return study


@require_safe
@login_required
def studies(request: HttpRequest) -> HttpResponse:
    rows = [(study, study_progress(study)) for study in Study.objects.all()]
    return render(request, "console/studies.html", {"rows": rows})


@require_safe
@login_required
def study_page(request: HttpRequest, name: str) -> HttpResponse:
    study = _study(name)
    context = {
        "study": study,
        "config": study.parsed,
        "progress": study_progress(study),
        "mos": latest_mos(study),
        "standing": shown(study),
        "look": study.standings.first(),
        "report_written_at": reports.report_written_at(study),
        "run": study.report_runs.first(),
        "rate_url": settings.BASE_URL + (path_for_raters(study) or ""),
    }
    return render(request, "console/study.html", context)


@require_safe
@login_required
def stimulus_page(request: HttpRequest, name: str, token: str) -> HttpResponse:
    stimulus = get_object_or_404(
        Stimulus.objects.select_related("study", "method", "item"), study=_study(name), token=token
    )
    return render(request, "console/stimulus.html", {"facts": stimulus_facts(stimulus)})


@require_safe
@login_required
def bundle(_request: HttpRequest, name: str) -> HttpResponseBase:
    """The study bundle as a zip, exported now."""
    made = zipped_bundle(_study(name))
    return FileResponse(made.file, as_attachment=True, filename=made.name)


@require_POST
@login_required
def update_report(_request: HttpRequest, name: str) -> HttpResponse:
    study = _study(name)
    reports.request_report(study)
    wake()
    return redirect("console:study", name=name)


@require_POST
@login_required
def look_now(_request: HttpRequest, name: str) -> HttpResponse:
    """Ask how the study stands."""
    ask(_study(name))
    wake_looks()
    return redirect("console:study", name=name)


@require_POST
@login_required
def open_study(_request: HttpRequest, name: str) -> HttpResponse:
    set_open(_study(name), is_open=True)
    return redirect("console:study", name=name)


@require_POST
@login_required
def close_study(_request: HttpRequest, name: str) -> HttpResponse:
    set_open(_study(name), is_open=False)
    return redirect("console:study", name=name)


@require_safe
@login_required
def report(_request: HttpRequest, name: str, file: str = REPORT_PAGE) -> HttpResponseBase:
    found = reports.report_file(_study(name), file)
    if found is None and file == REPORT_PAGE:
        return redirect("console:study", name=name)
    if found is None:
        raise Http404("There is no such file in the report; update the report on the study's page.")
    kind = mimetypes.guess_type(found.name)[0] or "application/octet-stream"
    answer = FileResponse(found.open("rb"), content_type=kind)
    answer["Content-Security-Policy"] = REPORT_POLICY
    return answer
