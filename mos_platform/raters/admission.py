"""Who may take part, on what, and in which language: the study's declared rules, told politely."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from django.conf.locale import LANG_INFO
from django.utils.translation.trans_real import parse_accept_lang_header

from mos_platform.raters.panels import Outcome
from mos_platform.words import say
from studies.config import Devices, Recruitment, StudyConfig

OWN_NAMES = {"zh": "中文"}
DEVICES = ("desktop", "phone", "tablet")


@dataclass(frozen=True)
class Enrolment:
    """What somebody says of themselves, and what the browser says of the device; sizes in CSS pixels.

    An empty language is the study's own. `further` are answers besides expertise and age, by question.
    `another`: than whoever has begun a sitting in this browser.
    """

    expertise: str
    age_group: str
    device: str
    clock: datetime | None = None
    language: str = ""
    screen_width: int | None = None
    screen_height: int | None = None
    further: Mapping[str, str] = field(default_factory=dict)
    ticket: str = ""
    another: bool = False


@dataclass(frozen=True)
class Refusal:
    """Why somebody cannot take part: words of page `recruitment`.

    `outcome` is what the panel is told; None where one can still mend it, such as on another device.
    """

    key: str
    outcome: Outcome | None = None
    places: Mapping[str, object] = field(default_factory=dict)

    def sentence(self, interface: str) -> str:
        """For the rater, in the language of the interface; devices are named in it too."""
        places = {
            name: devices_told(value, interface) if isinstance(value, Devices) else value
            for name, value in self.places.items()
        }
        return say(f"recruitment.{self.key}", interface, places)


def refusal(study: StudyConfig, visitor: Enrolment, *, simulated: bool = False) -> Refusal | None:
    """Why this visitor cannot take part; None for whoever can."""
    return _not_wanted(study.recruitment, visitor, simulated) or _unsuited(study.devices, visitor)


def _not_wanted(recruitment: Recruitment, visitor: Enrolment, simulated: bool) -> Refusal | None:
    if recruitment.expertise and visitor.expertise not in recruitment.expertise:
        return Refusal("expertise", "screened_out")
    skill = visitor.further.get("language_skill", "")
    asked = recruitment.language_skill and not simulated  # simulated raters may say nothing of it
    if asked and skill not in recruitment.language_skill:
        return Refusal("language_skill", "screened_out")
    return None


def _unsuited(devices: Devices, visitor: Enrolment) -> Refusal | None:
    if not has_rules(devices):
        return None
    if not visitor.device:
        return Refusal("javascript")
    if visitor.device not in devices.allow:
        return Refusal("device", places={"devices": devices})
    return _too_small(devices, visitor)


def _too_small(devices: Devices, visitor: Enrolment) -> Refusal | None:
    needed = (devices.min_screen_width or 0, devices.min_screen_height or 0)
    given = (visitor.screen_width or 0, visitor.screen_height or 0)
    if given[0] >= needed[0] and given[1] >= needed[1]:
        return None
    sizes = dict(zip(("needed_width", "needed_height", "width", "height"), (*needed, *given), strict=True))
    return Refusal(f"screen_{_sides(devices)}", places=sizes)


def _sides(devices: Devices) -> str:
    """Which sides of the screen have a rule."""
    if devices.min_screen_width and devices.min_screen_height:
        return "both"
    return "width" if devices.min_screen_width else "height"


def has_rules(devices: Devices) -> bool:
    return _kinds_matter(devices) or bool(devices.min_screen_width or devices.min_screen_height)


def _kinds_matter(devices: Devices) -> bool:
    return set(devices.allow) != set(DEVICES)


def devices_told(devices: Devices, interface: str) -> str:
    """The devices that will do, such as "computer, tablet"."""
    allowed = [device for device in DEVICES if device in devices.allow]
    return say("recruitment.comma", interface).join(
        say(f"recruitment.device_{device}", interface) for device in allowed
    )


def needs(devices: Devices, interface: str) -> list[str]:
    """Sentences of the welcome page on what is needed; none where anything will do."""
    told = []
    if _kinds_matter(devices):
        told.append(say("welcome.devices", interface, {"devices": devices_told(devices, interface)}))
    if devices.min_screen_width or devices.min_screen_height:
        sizes = {"width": devices.min_screen_width, "height": devices.min_screen_height}
        told.append(say(f"welcome.screen_{_sides(devices)}", interface, sizes))
    return told


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
