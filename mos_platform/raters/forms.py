"""What a rater tells us before the first trial."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from django import forms
from django.forms.boundfield import BoundField

from mos_platform.raters.admission import DEVICES
from mos_platform.raters.bots import HONEYPOT, read_ticket
from mos_platform.raters.questionnaire import field_name, fields
from mos_platform.words import say
from studies.config import StudyConfig

LONGEST_SIZE = 5  # digits


class Asked(NamedTuple):
    """One question of the questionnaire; the words of an `own` one are the study's."""

    field: BoundField
    own: bool
    optional: bool


class EnrolForm(forms.Form):
    """`study` is in the rater's language, `interface` that of the page's own words."""

    consent = forms.BooleanField()
    # What the page's script found out; a browser that says nothing is known by nothing.
    device = forms.CharField(required=False)
    screen_width = forms.CharField(required=False)
    screen_height = forms.CharField(required=False)
    language = forms.CharField(required=False)
    ticket = forms.CharField(required=False)
    another = forms.BooleanField(required=False)  # than whoever began a sitting in this browser
    # Only a simulated rater may say when it came; see raters.services.declared_clock.
    clock = forms.DateTimeField(required=False)

    def __init__(
        self,
        data: Mapping[str, str] | None,
        study: StudyConfig,
        interface: str,
        *,
        simulated: bool,
        has_ended: bool = False,
    ) -> None:
        """`has_ended`: a sitting in this browser; nobody may begin one again."""
        super().__init__(data)
        self.fields["another"].required = has_ended
        self.fields["another"].error_messages["required"] = say("welcome.another_missing", interface)
        self._study = study
        self.fields["consent"].error_messages["required"] = say("welcome.agree_missing", interface)
        self.fields[HONEYPOT] = forms.CharField(required=False)
        asked = fields(study, interface, simulated=simulated)
        self.fields.update(asked)
        self.order_fields(["another", *asked, "consent"])  # as on the page

    def asked(self) -> Iterator[Asked]:
        for one in self._study.questionnaire:
            field = self[field_name(one)]
            yield Asked(field, own=not one.is_known, optional=not field.field.required)

    def answers(self) -> dict[str, str]:
        """What was answered, by question; questions left unanswered are left out."""
        given = {one.id: self.cleaned_data[field_name(one)] for one in self._study.questionnaire}
        return {name: str(answer) for name, answer in given.items() if answer}

    def is_filled_by_a_program(self) -> bool:
        return bool(self.data.get(HONEYPOT))

    def clean_ticket(self) -> str:
        return read_ticket(self.cleaned_data["ticket"]).id

    def clean_device(self) -> str:
        device = str(self.cleaned_data["device"])
        return device if device in DEVICES else ""

    def clean_screen_width(self) -> int | None:
        return _pixels(self.cleaned_data["screen_width"])

    def clean_screen_height(self) -> int | None:
        return _pixels(self.cleaned_data["screen_height"])


def _pixels(given: str) -> int | None:
    known = given.isascii() and given.isdigit() and len(given) <= LONGEST_SIZE
    return int(given) if known else None
