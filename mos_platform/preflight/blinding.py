"""What could tell raters which method made a clip."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from statistics import median

from mos_platform.clips.treatment import Treatment
from mos_platform.preflight.clips import Facts
from mos_platform.preflight.findings import Finding, counted, named, passed, warned
from studies.config import Cell, StudyConfig
from studies.config.base import words_of

LEVEL_OUT = "write clips: {loudness_lufs: -23} in study.yaml"
LOUDER_LU = 3.0  # most listeners notice that much
ITEMS_APART_LU = 10.0  # about twice as loud
LONGER_S = 0.2


def blinding_findings(config: StudyConfig, facts: Facts, treatment: Treatment) -> Iterator[Finding]:
    """Names in texts, then differences that stay after preparation."""
    yield _names(config)
    yield from _loudness(config, facts)
    yield _lengths(config, facts)
    if treatment.reasons and not treatment.encodes:
        yield warned("alike", f"{'; '.join(treatment.reasons)}.")
    elif config.made_methods:
        yield passed(
            "alike",
            "the clips of an item, gold or not, share size, rate, codec, coder's settings, file size and the "
            "bytes of each picture once prepared.",
        )
    else:
        yield passed(
            "alike",
            "the methods' clips of an item share size, rate, codec, coder's settings and file size once "
            "prepared; how many bytes their pictures take stays readable inside the file.",
        )


def _names(config: StudyConfig) -> Finding:
    """Method names in what raters read: a short common word may be no hint, so this warns only."""
    texts = [
        *words_of(config.title, "title"),
        *words_of(config.texts, "texts"),
        *words_of(config.items, "items"),
        *words_of(config.parts, "parts"),
    ]
    found = [
        f"{method.name!r} in {key}"
        for method in config.methods
        for key, words in texts
        if not key.endswith("debriefing") and not method.reference and _mentions(words, method.name)
    ]
    if found:
        return warned("names", f"raters read the name of a method: {named(found)}; say it in other words.")
    return passed("names", "no text that raters read before the end names a method.")


def _mentions(text: str, name: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text, re.IGNORECASE) is not None


def _loudness(config: StudyConfig, facts: Facts) -> Iterator[Finding]:
    if config.clips.loudness_lufs is not None:
        yield passed("loudness", f"all clips are brought to {config.clips.loudness_lufs:g} LUFS.")
        return
    lufs = {
        cell: clip.audio.loudness_lufs
        for cell, clip in facts.items()
        if clip.audio is not None and clip.audio.loudness_lufs is not None
    }
    told = [*_louder_methods(lufs), *_louder_items(lufs)]
    yield from told or [passed("loudness", f"the methods of an item differ by {LOUDER_LU:g} LU at most.")]


def _louder_methods(lufs: Mapping[Cell, float]) -> Iterator[Finding]:
    wide = {item: span for item, span in _spans(lufs).items() if span > LOUDER_LU}
    if wide:
        item, span = max(wide.items(), key=lambda one: one[1])
        yield warned(
            "loudness",
            f"loudness differs by up to {span:.1f} LU between methods ({item}; {counted(len(wide), 'item')} "
            f"in all); {LEVEL_OUT}.",
        )


def _louder_items(lufs: Mapping[Cell, float]) -> Iterator[Finding]:
    """Raters who turn the sound up for a quiet item are startled by the next."""
    medians = {item: median(values) for item, values in _of_items(lufs).items()}
    if not medians:
        return
    quietest, loudest = (choose(medians, key=lambda item: medians[item]) for choose in (min, max))
    apart = medians[loudest] - medians[quietest]
    if apart > ITEMS_APART_LU:
        yield warned(
            "loudness",
            f"loudness differs by {apart:.1f} LU between items ({quietest} is the quietest, {loudest} the "
            f"loudest); {LEVEL_OUT}.",
        )


def _lengths(config: StudyConfig, facts: Facts) -> Finding:
    cut = config.clips.seconds or float("inf")
    spans = _spans({cell: min(clip.duration_s, cut) for cell, clip in facts.items()})
    wide = {item: span for item, span in spans.items() if span > LONGER_S}
    if not wide:
        return passed("durations", "the methods' clips of an item are equally long.")
    item, span = max(wide.items(), key=lambda one: one[1])
    return warned(
        "durations",
        f"clips of one item differ by up to {span:.2f} s in length ({item}; {counted(len(wide), 'item')} in "
        "all); cut them alike, or write clips: {seconds: …} in study.yaml.",
    )


def _spans(values: Mapping[Cell, float]) -> dict[str, float]:
    """Largest minus smallest value over the methods of each item."""
    return {item: max(found) - min(found) for item, found in _of_items(values).items()}


def _of_items(values: Mapping[Cell, float]) -> dict[str, list[float]]:
    of_item: dict[str, list[float]] = defaultdict(list)
    for (_method, item), value in values.items():
        of_item[item].append(value)
    return of_item
