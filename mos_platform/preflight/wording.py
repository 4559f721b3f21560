"""Words of the study: languages of the labels, and names that the catalogue knows."""

from __future__ import annotations

from collections.abc import Iterator

from mos_platform.preflight.findings import Finding, named, passed, warned
from studies.catalogue import method as known_method
from studies.config import StudyConfig
from studies.config.base import words_of
from studies.splits import KNOWN_SPLITS

SYNTHETIC = (
    "synthetic",
    "synthesi",
    "generated",
    "artificial",
    "computer-made",
    "rendered",
    "deepfake",
    "ai-made",
)


PLACEHOLDER = "REPLACE"


def wording_findings(config: StudyConfig) -> Iterator[Finding]:
    yield from _placeholders(config)
    yield from _labels(config)
    yield from _consent(config)
    yield _methods(config)
    yield from _splits(config)


def _placeholders(config: StudyConfig) -> Iterator[Finding]:
    """The ready-made protocols mark so what is the researcher's to write."""
    left = [key for key, words in words_of(config) if PLACEHOLDER in words]
    left += [f"reporting.{key}" for key, fact in config.reporting if fact and PLACEHOLDER in fact]
    names = [config.study, *(one.name for one in config.methods), *(one.name for one in config.items)]
    left += [name for name in names if PLACEHOLDER in name]
    if left:
        yield warned("wording", f"{PLACEHOLDER} still stands in {named(left)}; write your own.")


def _labels(config: StudyConfig) -> Iterator[Finding]:
    """The recommendations' words are built in in English."""
    foreign = [language for language in config.languages if language.split("-")[0] != "en"]
    bare = [q.id for part in config.parts for q in part.ratings if not q.labels]
    if foreign and bare:
        yield warned(
            "labels",
            f"question {bare[0]!r} is asked in {foreign[0]!r} with English words on its scale; give them "
            "under 'labels'.",
        )


def _consent(config: StudyConfig) -> Iterator[Finding]:
    """Only English can be searched for the words that say so."""
    if config.language.split("-")[0] != "en":
        return
    if not any(word in config.texts.consent.body.casefold() for word in SYNTHETIC):
        yield warned(
            "consent",
            "the consent does not say that the clips are synthetic media; raters should know that "
            "before they agree.",
        )


def _methods(config: StudyConfig) -> Finding:
    judged = [method.name for method in config.scored_methods if not method.reference]
    known = [name for name in judged if known_method(name) is not None]
    others = [name for name in judged if name not in known]
    if not others:
        return passed("catalogue", "every method is in the catalogue and will be cited in the report.")
    told = f"{len(known)} of {len(judged)} methods are in the catalogue of published ones"
    return passed("catalogue", f"{told}; not {named(others)}, which the report names without a citation.")


def _splits(config: StudyConfig) -> Iterator[Finding]:
    used = sorted({item.split for item in config.scored_items if item.split})
    own = [split for split in used if split not in KNOWN_SPLITS]
    if own:
        usual = ", ".join(KNOWN_SPLITS)
        yield passed("splits", f"{named(own)}: own names, besides the usual {usual}.")
