"""Raters at the door of a study, over HTTP: the form that the welcome page asks for."""

from __future__ import annotations

import re
from typing import Any

from django.http import HttpResponse
from django.test import Client

from mos_platform.raters.models import Sitting
from mos_platform.stimuli.models import Study

DESKTOP = {"device": "desktop", "screen_width": "1920", "screen_height": "1080"}
FORM = {"consent": "on", "expertise": "some", **DESKTOP}
TICKET = re.compile(r'name="ticket" value="([^"]+)"')
CODES = {"completed": "DONE-1", "screened_out": "OUT-1", "over_quota": "FULL-1"}
PROLIFIC = {"by": "prolific", "prolific": CODES}


def changed(study: Study, **keys: Any) -> Study:
    """The study as if its file had been written so."""
    study.config = {**study.config, **keys}
    study.save()
    return Study.objects.get(pk=study.pk)


def send(address: str, client: Client | None = None, **fields: str) -> HttpResponse:
    return (client or Client()).post(address, {**FORM, **fields})


def sitting_of(answer: HttpResponse) -> Sitting:
    """The sitting that the answer leads to."""
    assert answer.status_code == 302, answer.content.decode()
    return Sitting.objects.get(token=answer["Location"].strip("/").split("/")[-1])


def ticket_of(page: str) -> str:
    found = TICKET.search(page)
    assert found is not None
    return found[1]
