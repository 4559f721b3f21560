"""What a rater tells us before the first trial."""

from __future__ import annotations

from django import forms

EXPERTISE = (
    ("", "Please choose"),
    ("none", "No experience with judging video"),
    ("some", "I have taken part in such studies, or work with video"),
    ("expert", "I evaluate video, speech or animation professionally"),
)
AGE_GROUPS = (
    ("", "I prefer not to say"),
    ("18-24", "18–24"),
    ("25-34", "25–34"),
    ("35-44", "35–44"),
    ("45-54", "45–54"),
    ("55-64", "55–64"),
    ("65+", "65 or over"),
)
DEVICES = ("desktop", "phone", "tablet")
LONGEST_SIZE = 5  # digits


class EnrolForm(forms.Form):
    consent = forms.BooleanField(
        error_messages={"required": "Please tick that you agree; without it we cannot begin."}
    )
    expertise = forms.ChoiceField(
        choices=EXPERTISE,
        error_messages={"required": "Please say how much experience you have with judging video."},
    )
    age_group = forms.ChoiceField(choices=AGE_GROUPS, required=False)
    # What the page's script found out; a browser that says nothing is known by nothing.
    device = forms.CharField(required=False)
    screen_width = forms.CharField(required=False)
    screen_height = forms.CharField(required=False)
    language = forms.CharField(required=False)
    # Only a simulated rater may say when it came; see raters.services.declared_clock.
    clock = forms.DateTimeField(required=False)

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
