"""Who may take part, on what, and in which language: the study's declared rules, told politely."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf.locale import LANG_INFO
from django.utils.translation.trans_real import parse_accept_lang_header

from studies.config import Devices, Recruitment, StudyConfig

EXPERTISE = {
    "none": "people who have no experience with judging video",
    "some": "people who have some experience with judging or making video",
    "expert": "people who evaluate video, speech or animation professionally",
}
OWN_NAMES = {"zh": "中文"}
DEVICES = {"desktop": "a computer", "phone": "a phone", "tablet": "a tablet"}


@dataclass(frozen=True)
class Enrolment:
    """What somebody says of themselves, and what the browser says of the device; sizes in CSS pixels.

    An empty language is the study's own.
    """

    expertise: str
    age_group: str
    device: str
    clock: datetime | None = None
    language: str = ""
    screen_width: int | None = None
    screen_height: int | None = None


def refusal(study: StudyConfig, visitor: Enrolment) -> str | None:
    """Why this visitor cannot take part, in one or two sentences; None for whoever can."""
    return _not_wanted(study.recruitment, visitor) or _unsuited(study.devices, visitor)


def _not_wanted(recruitment: Recruitment, visitor: Enrolment) -> str | None:
    if not recruitment.expertise or visitor.expertise in recruitment.expertise:
        return None
    wanted = _listed([EXPERTISE[level] for level in recruitment.expertise])
    return f"This study is meant for {wanted}. Nothing about you was stored."


def _unsuited(devices: Devices, visitor: Enrolment) -> str | None:
    if not has_rules(devices):
        return None
    if not visitor.device:
        return "We could not see which device you use. Please allow JavaScript here and reload the page."
    if visitor.device not in devices.allow:
        return (
            f"This study needs {device_words(devices)}. Please open the same address there. "
            "Nothing about you was stored."
        )
    return _too_small(devices, visitor)


def _too_small(devices: Devices, visitor: Enrolment) -> str | None:
    needed = (devices.min_screen_width or 0, devices.min_screen_height or 0)
    given = (visitor.screen_width or 0, visitor.screen_height or 0)
    if given[0] >= needed[0] and given[1] >= needed[1]:
        return None
    return (
        f"This study needs {screen_words(devices)}; yours has {given[0]} × {given[1]} pixels. "
        "Please open the same address on a larger screen. Nothing about you was stored."
    )


def has_rules(devices: Devices) -> bool:
    everything = set(devices.allow) == set(DEVICES)
    return not everything or bool(devices.min_screen_width or devices.min_screen_height)


def device_words(devices: Devices) -> str:
    """Such as "a computer or a tablet"."""
    return _listed([words for device, words in DEVICES.items() if device in devices.allow])


def screen_words(devices: Devices) -> str:
    """Such as "a screen at least 1024 pixels wide and 600 pixels high"; "" without a rule."""
    sizes = ((devices.min_screen_width, "wide"), (devices.min_screen_height, "high"))
    words = [f"{pixels} pixels {side}" for pixels, side in sizes if pixels]
    return f"a screen at least {' and '.join(words)}" if words else ""


def needs(devices: Devices) -> str:
    """What the welcome page says that is needed; "" where anything will do."""
    kinds = "" if set(devices.allow) == set(DEVICES) else device_words(devices)
    return " with ".join(words for words in (kinds, screen_words(devices)) if words)


def _listed(words: Sequence[str]) -> str:
    return " or ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def language_of(study: StudyConfig, wanted: str, accepted: str) -> str:
    """The language asked for; else the first that the browser prefers; else the study's own."""
    known = {language.lower(): language for language in study.languages}
    preferred = [tag for tag, _weight in parse_accept_lang_header(accepted)]
    for tag in (wanted.lower(), *preferred):
        for candidate in (tag, tag.split("-")[0]):
            if candidate in known:
                return known[candidate]
    return study.language


def language_name(language: str) -> str:
    """A language's own name for itself."""
    for tag in (language.lower(), language.split("-")[0].lower()):
        name = OWN_NAMES.get(tag) or LANG_INFO.get(tag, {}).get("name_local")
        if name:
            return str(name).capitalize()
    return language
