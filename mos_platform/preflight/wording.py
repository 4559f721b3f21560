"""Words of the study: languages of the labels, and names that the catalogue knows."""

from __future__ import annotations

from collections.abc import Iterator

from mos_platform.preflight.findings import Finding, named, passed, warned
from studies.catalogue import method as known_method
from studies.config import StudyConfig
from studies.config.base import words_of
from studies.splits import KNOWN_SPLITS
from studies.wording import against_grades, is_worded

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
    yield from _upside_down(config)
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
    """The scales' own words are built in for some languages only."""
    foreign = [language for language in config.languages if not is_worded(language)]
    graded = [part for part in config.parts if part.test_method != "PC"]
    bare = [q.id for part in graded for q in part.ratings if not q.labels]
    if foreign and bare:
        yield warned(
            "labels",
            f"question {bare[0]!r} is asked in {foreign[0]!r} with English words on its scale; give them "
            "under 'labels'.",
        )


def _upside_down(config: StudyConfig) -> Iterator[Finding]:
    """Labels that praise low grades: every figure takes higher grades for better."""
    questions = [question for part in config.parts for question in part.ratings]
    for question in questions:
        read = [
            {grade: words.in_language(one) for grade, words in question.labels.items()}
            for one in config.languages
        ]
        wrong = next((pair for labels in read if (pair := against_grades(labels))), None)
        if wrong:
            low, high = wrong
            yield warned(
                "labels",
                f"question {question.id!r} has its better word at the lower grade ({low}: "
                f"{question.labels[low]}, {high}: {question.labels[high]}), but higher grades count as "
                "better; exchange its labels.",
            )


def _consent(config: StudyConfig) -> Iterator[Finding]:
    """Only English can be searched for the words that say so; the page says it beside the consent."""
    consent = config.texts.consent
    if consent.synthetic_media == "debriefing":
        yield warned(
            "consent",
            "raters learn only at the end that the clips are synthetic media; an ethics committee has to "
            "allow that, else remove 'synthetic_media: debriefing'.",
        )
    elif config.language.startswith("en") and not any(word in consent.body.casefold() for word in SYNTHETIC):
        yield passed(
            "consent", "the consent does not name synthetic media; the page adds a sentence that does."
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
