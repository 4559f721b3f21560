"""A rater's browser in the checks before the first clip, as a client of their interface."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.http import HttpResponseBase
from django.test import Client
from django.urls import reverse

from mos_platform.raters.admission import Enrolment
from mos_platform.raters.models import Sitting
from mos_platform.raters.services import enrol, open_link
from mos_platform.setup.models import SetupCheck, SetupRound
from mos_platform.stimuli.models import Study


@dataclass
class SetupClient:
    """What one sitting's page asks of the server; `responses` are all that it got."""

    sitting: Sitting
    client: Client = field(default_factory=Client)
    responses: list[HttpResponseBase] = field(default_factory=list)

    def get(self, address: str) -> Any:
        self.responses.append(self.client.get(address))
        return self.responses[-1]

    def post(self, address: str, body: dict[str, Any]) -> Any:
        self.responses.append(self.client.post(address, body, content_type="application/json"))
        return self.responses[-1]

    def address(self, name: str, *arguments: object) -> str:
        return reverse(f"setup:{name}", args=[self.sitting.token, *arguments])

    def report(self, check: str, facts: dict[str, Any]) -> Any:
        return self.post(self.address("report", check), facts)

    def past(self, check: str) -> Any:
        return self.post(self.address("past", check), {})

    def round(self, check: str) -> dict[str, Any]:
        return dict(self.post(self.address("round", check), {}).json())

    def answer(self, check: str, given: str) -> dict[str, Any]:
        return dict(self.post(self.round(check)["answer_url"], {"answer": given}).json())

    def secret(self, check: str) -> dict[str, Any]:
        """Of the open round: what only the database knows."""
        self.round(check)
        return dict(self.rounds(check).filter(answered_at=None)[0].secret)

    def rounds(self, check: str) -> Any:
        return SetupRound.objects.filter(check_of=self.stored(check))

    def stored(self, check: str) -> SetupCheck:
        return SetupCheck.objects.get(sitting=self.sitting, name=check)

    def digits(self) -> str:
        return "".join(str(digit) for digit in self.secret("sound")["digits"])

    def wrong_digits(self) -> str:
        """Three digits, none at the place where it is said."""
        return "".join(str((int(digit) + 1) % 10) for digit in self.digits())


def entered(study: Study, language: str = "") -> SetupClient:
    who = Enrolment("some", "", "desktop", language=language, screen_width=1920, screen_height=1080)
    return SetupClient(enrol(open_link(study), who))
