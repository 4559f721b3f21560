"""Numbers and roles of a study file that do less than they seem to."""

from __future__ import annotations

from collections.abc import Iterator

from mos_platform.preflight.findings import Finding, counted, named, warned
from studies.config import Part, StudyConfig
from studies.config.counts import methods_judged, pairs_compared

PHONE_WIDTH = 600


def quota_findings(config: StudyConfig) -> Iterator[Finding]:
    """Trials for which there are not enough clips, and clips that nobody is shown."""
    for part in config.parts:
        for sentence in (_scored(config, part), _practice(config, part), _gold(config, part)):
            if sentence:
                yield warned("quotas", sentence)
    yield from _unused_training(config)
    yield from _unused_gold(config)
    yield from _no_such_phone(config)
    yield from _ended_but_counted(config)
    yield from _limited_twice(config)


def _ended_but_counted(config: StudyConfig) -> Iterator[Finding]:
    """The places of whoever is sent away go to others, as if the answers did not count."""
    screening = config.screening
    if screening.attention.on_missed_check == "end" and "attention" not in screening.apply:
        yield warned(
            "quotas",
            "a missed check ends the sitting, but its answers stay in the analysis, beside those of "
            "others in its place; add attention to screening.apply.",
        )


def _limited_twice(config: StudyConfig) -> Iterator[Finding]:
    """A limit counts everybody who began; a quota wants others in place of those who did not stay."""
    limit = config.recruitment.limit
    if limit is not None and config.stop.rule != "never":
        yield warned(
            "quotas",
            f"{limit:,} may begin (recruitment.limit), also where some leave and their places are free; "
            "remove the limit: 'stop' closes the study.",
        )


def _no_such_phone(config: StudyConfig) -> Iterator[Finding]:
    """Phones are 320 to 480 CSS pixels wide, held upright."""
    devices = config.devices
    if devices.allow == ("phone",) and (devices.min_screen_width or 0) > PHONE_WIDTH:
        yield warned(
            "devices",
            f"only phones are allowed, and hardly any is {devices.min_screen_width} CSS pixels wide "
            "(devices.min_screen_width); lower it, or allow other devices.",
        )


def _judged(config: StudyConfig, part: Part) -> int:
    count = pairs_compared if part.is_paired else methods_judged
    return count(part, len(config.scored_methods), config.design.raters)


def _scored(config: StudyConfig, part: Part) -> str:
    asked, there = part.trials_per_sitting, _judged(config, part) * len(config.scored_items)
    if asked is None or asked <= there:
        return ""
    what = "pair" if part.is_paired else "clip"
    return (
        f"part {part.id!r} asks for {asked} trials per sitting, but a rater can meet only "
        f"{counted(there, what)}; correct trials_per_sitting, or leave it out."
    )


def _practice(config: StudyConfig, part: Part) -> str:
    there = _judged(config, part) * (len(config.items) - len(config.scored_items))
    if part.training <= there:
        return ""
    what = "pair" if part.is_paired else "clip"
    return (
        f"part {part.id!r} asks for {counted(part.training, 'practice trial')}, but a rater can meet only "
        f"{counted(there, what)} of items for training; lower 'training', or add such items."
    )


def _gold(config: StudyConfig, part: Part) -> str:
    asked = {question.id for question in part.ratings}
    there = sum(bool(asked & set(one.expected)) for one in config.gold)
    if part.gold <= there:
        return ""
    return (
        f"part {part.id!r} asks for {counted(part.gold, 'gold trial')}, but {counted(there, 'clip')} under "
        "'gold' can be asked about: raters meet the same one again; lower 'gold' of the part, or add some."
    )


def _unused_training(config: StudyConfig) -> Iterator[Finding]:
    practice = [item.name for item in config.items if item.role == "training"]
    if practice and not any(part.training for part in config.parts):
        yield warned(
            "quotas",
            f"no part has training trials, so nobody is shown the items for training ({named(practice)}); "
            "set 'training' of a part, or remove them.",
        )


def _unused_gold(config: StudyConfig) -> Iterator[Finding]:
    known = {one.method for one in config.gold}
    bare = [method.name for method in config.methods if method.role == "gold" and method.name not in known]
    if bare:
        yield warned(
            "quotas",
            f"no entry under 'gold' names the gold method {named(bare)}, so nobody is shown it; add one, or "
            "remove 'role: gold'.",
        )
    asked = {q.id for part in config.parts if part.gold for q in part.ratings}
    idle = [f"{one.method} × {one.item}" for one in config.gold if not asked & set(one.expected)]
    if idle:
        yield warned(
            "quotas",
            f"no part asks gold trials about {named(idle)}; set 'gold' of a part, or remove them.",
        )
