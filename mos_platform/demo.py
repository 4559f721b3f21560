"""The demo: the whole path on the demo study, each step leaving alone what an earlier run has done."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.contrib.auth.models import User
from django.urls import reverse

import studies
from mos_platform.console import reports
from mos_platform.environment import kept_secret
from mos_platform.intake import take_in
from mos_platform.locking import migrate
from mos_platform.metrics.progress import progress as metric_progress
from mos_platform.progress import phases_bar, progress_bar
from mos_platform.raters.services import open_link
from mos_platform.simulate.services import simulate
from mos_platform.stimuli.models import Study
from studies.config import load_study
from studies.errors import InputError
from studies.simulation import load_simulation

FOLDER = Path(studies.__file__).parent / "demo"
USER = "researcher"
WAIT_S = 600.0

Say = Callable[[str], None]


@dataclass(frozen=True)
class Login:
    name: str
    password: str


@dataclass(frozen=True)
class Links:
    """The three addresses that the demo prints."""

    rate: str
    console: str
    report: str


def prepare() -> Study:
    """Migrate and import; both do nothing when they have been done."""
    migrate()
    config = load_study(FOLDER)
    if Study.objects.filter(slug=config.study).exclude(config_sha256=config.sha256()).exists():
        raise InputError(
            f"{settings.VAR} holds the demo of another version; move it away or set MOS_VAR to a new folder."
        )
    with phases_bar() as advance:
        return take_in(FOLDER, progress=advance).study


def run(study: Study, base_url: str, say: Say) -> None:
    """With the server up: metrics, simulated raters, bundle, report."""
    wait_for_metrics(study)
    with progress_bar("Simulated raters at work") as advance:
        sat = simulate(study, load_simulation(FOLDER), base_url, advance).sat
    say(f"{sat} simulated raters took part now; {study.raters.filter(simulated=True).count()} in all.")
    _report(study, say)


def wait_for_metrics(study: Study) -> None:
    """Until every metric value of the study is done. Raises InputError where none comes for too long."""
    until, before = time.monotonic() + WAIT_S, -1
    with progress_bar("Objective metrics") as advance:
        while True:
            state = metric_progress(study)
            advance(state.done, state.total)
            if state.done > before:
                until, before = time.monotonic() + WAIT_S, state.done
            if state.done == state.total:
                return
            if time.monotonic() > until:
                raise InputError(
                    f"no metric value was computed for {WAIT_S:.0f} s; run the same command again to go on."
                )
            time.sleep(0.2)


def _report(study: Study, say: Say) -> None:
    if reports.is_current(study):
        say("The report is up to date.")
        return
    with progress_bar("Exporting the bundle, analysing, writing the report") as advance:
        request = reports.request_report(study)
        reports.make_report(request.pk)
        while request.is_open:
            time.sleep(0.2)
            request.refresh_from_db()
        advance(1, 1)
    if request.state == request.State.FAILED:
        raise InputError(f"the report could not be made: {request.message}")


def login() -> Login:
    """The demo's researcher; the password is made once and kept under var/."""
    password = kept_secret(Path(settings.VAR) / "demo_password", lambda: secrets.token_urlsafe(9))
    user, _created = User.objects.get_or_create(username=USER)
    if not user.check_password(password):
        user.set_password(password)
        user.save()
    return Login(USER, password)


def links(study: Study, base_url: str) -> Links:
    return Links(
        rate=base_url + reverse("raters:welcome", args=[open_link(study).token]),
        console=base_url + reverse("console:study", args=[study.name]),
        report=base_url + reverse("console:report", args=[study.name]),
    )
