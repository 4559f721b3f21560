"""How the study will meet its raters: in frames and on screens that cannot show it, and how it begins."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from mos_platform.preflight.clips import Facts
from mos_platform.preflight.findings import Finding, counted, named, passed, warned
from studies.config import StudyConfig

USUAL_DUMMIES = 5  # ITU-R BT.500: about five at the beginning steady the judgement
UNEQUAL_S = 0.1


def beginning_findings(config: StudyConfig) -> Iterator[Finding]:
    """What comes before the first trial that counts."""
    first = config.parts[0]
    if not first.dummies:
        return
    fewer = first.dummies < USUAL_DUMMIES
    few = f"; {USUAL_DUMMIES} are usual, but never more than scored trials" if fewer else ""
    trials = counted(first.dummies, "trial")
    yield passed("beginning", f"part {first.id!r} begins with {trials} that are not scored (dummies){few}.")


def frame_findings(config: StudyConfig, base_url: str) -> Iterator[Finding]:
    """Browsers show nothing from http:// in the https:// page of Mechanical Turk."""
    if config.recruitment.by == "mturk" and not base_url.startswith("https://"):
        yield warned(
            "address",
            f"Mechanical Turk shows the study within its own https page, and browsers show no {base_url} "
            "there; set MOS_BASE_URL to the https:// address of the platform.",
        )


def together_findings(config: StudyConfig, facts: Facts) -> Iterator[Finding]:
    """Two clips at once need room beside each other, and the same length."""
    parts = [part.id for part in config.parts if part.plays == "together"]
    if not parts:
        return
    if "phone" in config.devices.allow:
        yield warned(
            "together",
            f"part {named(parts)} plays two clips together, and phones, which are allowed, show them small, "
            "one above the other; write 'devices: {allow: [desktop, tablet]}', or 'plays: in_turn'.",
        )
    unequal = _unequal(config, facts)
    if unequal:
        yield warned(
            "together",
            f"part {named(parts)} plays two clips together, but the clips of {named(unequal)} are not "
            "equally long: one stands still while the other ends; cut them alike ('clips: {seconds: …}').",
        )


def _unequal(config: StudyConfig, facts: Facts) -> list[str]:
    """The items whose clips will differ in length."""
    cut = config.clips.seconds or float("inf")
    lengths = defaultdict[str, list[float]](list)
    scored = {method.name for method in config.scored_methods}
    for (method, item), clip in facts.items():
        if method in scored:
            lengths[item].append(min(clip.duration_s, cut))
    return [item for item, seconds in lengths.items() if max(seconds) - min(seconds) > UNEQUAL_S]
