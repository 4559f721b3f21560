"""What the parts of a study file say about each other: every contradiction, with its key and the mend."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from math import ceil, floor
from typing import Any

from studies.bundle import SOUND_CHECK
from studies.config.base import LANGUAGE_RULE, Words, words_of
from studies.config.counts import Problem, chosen_pairs, gold_twice, too_many_extras
from studies.config.damage import made_encoded, made_files, made_gold, made_of, made_swaps
from studies.config.material import Item, Method, Stimuli
from studies.config.people import Gold, Recruitment
from studies.config.questionnaire import AskedOfRaters
from studies.config.questions import Part
from studies.config.stopping import precision_has_its_numbers, precision_is_of_something
from studies.metrics import CATALOGUE, COMPUTED, known_metric
from studies.names import did_you_mean
from studies.scales import Scale

IMPORT = "`python -m mos_platform import_metrics` (see studies/METRICS.md)"


@dataclass(frozen=True)
class _Check:
    """`find` is asked once all keys of `needs` are there and well formed; it yields problems.

    `partly`: those of them of which some entries are enough for what is found to hold.
    """

    needs: tuple[str, ...]
    find: Callable[..., Iterator[Problem]]
    partly: tuple[str, ...] = ()


def contradictions(pieces: Mapping[str, Any], partly: Collection[str] = ()) -> list[Problem]:
    """All problems among the well-formed top-level `pieces` of a study file, by key.

    Of the lists named in `partly`, some entries are not among the pieces.
    """
    return [
        problem
        for check in CHECKS
        if set(check.needs) <= set(pieces) and {*check.needs} & {*partly} <= {*check.partly}
        for problem in check.find(*(pieces[key] for key in check.needs))
    ]


def _twice(what: str, names: Iterable[tuple[str, str]], mend: str = "rename one") -> Iterator[Problem]:
    """`names` with their keys; the key told is that of the second."""
    seen: set[str] = set()
    for key, name in names:
        if name in seen:
            yield key, f"{what} {name!r} is named twice; {mend}"
        seen.add(name)


def _numbered(key: str, names: Iterable[str]) -> list[tuple[str, str]]:
    return [(f"{key}.{place}", name) for place, name in enumerate(names)]


def _near(name: str, known: Iterable[str]) -> str:
    by_case = {one.casefold(): one for one in known}
    near = get_close_matches(name.casefold(), by_case, n=1)
    return f" (did you mean {by_case[near[0]]!r}?)" if near else ""


def _absent(what: str, name: str, known: Iterable[str]) -> str:
    return f"{what} {name!r} is not under '{what}s'{_near(name, known)}; add it there or correct it"


def _methods(methods: tuple[Method, ...]) -> Iterator[Problem]:
    yield from _twice("method", _numbered("methods", (method.name for method in methods)))
    references = [place for place, method in enumerate(methods) if method.reference]
    for place in references[1:]:
        yield (
            f"methods.{place}",
            "only one method may be the reference; remove 'reference: true' from the others",
        )
    for place, method in enumerate(methods):
        if method.reference and method.role != "scored":
            yield (
                f"methods.{place}",
                f"method {method.name!r} cannot be the reference and gold; remove one of them",
            )


def _scored_methods(methods: tuple[Method, ...]) -> Iterator[Problem]:
    if not any(method.role == "scored" for method in methods):
        yield "methods", "all methods are gold; add the methods under evaluation"


def _items(items: tuple[Item, ...]) -> Iterator[Problem]:
    yield from _twice("item", _numbered("items", (item.name for item in items)))


def _scored_items(items: tuple[Item, ...]) -> Iterator[Problem]:
    if not any(item.role == "scored" for item in items):
        yield "items", "all items are for training; add the items that are to be scored"


def _ids(parts: tuple[Part, ...]) -> Iterator[Problem]:
    yield from _twice("part", _numbered("parts", (part.id for part in parts)))
    questions = (
        asked
        for place, part in enumerate(parts)
        for asked in _numbered(f"parts.{place}.questions", (question.id for question in part.questions))
    )
    asked = list(questions)
    yield from _twice("question", asked)
    for key, name in asked:
        if name == SOUND_CHECK:
            yield key, f"{name!r} is the name of what sound checks ask; rename the question"


def _parts_and_methods(parts: tuple[Part, ...], methods: tuple[Method, ...]) -> Iterator[Problem]:
    referenced = any(method.reference for method in methods)
    scored = {method.name for method in methods if method.role == "scored"}
    for place, part in enumerate(parts):
        where = f"parts.{place}"
        if part.test_method in ("ACR-HR", "DCR") and not referenced:
            yield where, f"{part.test_method} needs a method with reference: true; mark the real video"
        if part.test_method in ("ACR-HR", "DCR") and len(scored) < 2:
            yield where, f"{part.test_method} needs a method besides the reference; add one"
        if part.is_paired and len(scored) < 2:
            yield where, f"{part.test_method} needs at least two methods; add one, or remove the part"
        if part.pairs == "with_reference" and not referenced:
            yield f"{where}.pairs", "no method is the reference; mark the real video with reference: true"
        if isinstance(part.pairs, tuple):
            yield from _pairs(f"{where}.pairs", part.pairs, scored)


def _pairs(where: str, pairs: tuple[tuple[str, str], ...], scored: set[str]) -> Iterator[Problem]:
    for place, (one, other) in enumerate(pairs):
        for name in (one, other):
            if name not in scored:
                near, known = _near(name, scored), ", ".join(sorted(scored))
                yield (
                    f"{where}.{place}",
                    f"{name!r} is no method under evaluation{near}; use one of {known}",
                )
        if one == other:
            yield f"{where}.{place}", f"{one!r} cannot be compared with itself; name two methods"
    if not pairs:
        yield where, "no pair is named; name some, or write all"
    named = Counter(frozenset(pair) for pair in pairs)
    for double in sorted(sorted(pair) for pair, times in named.items() if times > 1 and len(pair) == 2):
        yield where, f"the pair {' and '.join(double)} is named twice; remove one"


def _parts_and_items(parts: tuple[Part, ...], items: tuple[Item, ...]) -> Iterator[Problem]:
    practice = any(item.role == "training" for item in items)
    for place, part in enumerate(parts):
        if part.training and not practice:
            yield (
                f"parts.{place}.training",
                "no item has role: training; add one with clips that are not scored",
            )
        for what in part.shown:
            lacking = [item.name for item in items if getattr(item, what) is None]
            if lacking:
                yield f"parts.{place}.shown", f"item {lacking[0]!r} has no {what!r}; add it to the item"


def _gold_methods(gold: tuple[Gold, ...], methods: tuple[Method, ...]) -> Iterator[Problem]:
    known = {method.name for method in methods}
    for place, one in enumerate(gold):
        if one.method not in known:
            yield f"gold.{place}.method", _absent("method", one.method, known)


def _gold_items(gold: tuple[Gold, ...], items: tuple[Item, ...]) -> Iterator[Problem]:
    known = {item.name for item in items}
    for place, one in enumerate(gold):
        if one.item not in known:
            yield f"gold.{place}.item", _absent("item", one.item, known)


def _gold_answers(gold: tuple[Gold, ...], parts: tuple[Part, ...]) -> Iterator[Problem]:
    scales = {q.id: q.grades for part in parts if not part.is_paired for q in part.ratings}
    for place, one in enumerate(gold):
        where = f"gold.{place}"
        for question, bounds in one.expected.items():
            if question not in scales:
                yield (
                    f"{where}.expected.{question}",
                    f"{question!r} is no question that is rated; use {', '.join(scales) or 'another'}",
                )
            else:
                yield from _bounds(f"{where}.expected.{question}", bounds.low, bounds.high, scales[question])


def _gold_asked(gold: tuple[Gold, ...], parts: tuple[Part, ...]) -> Iterator[Problem]:
    for place, part in enumerate(parts):
        if part.gold and not _askable(gold, part):
            yield (
                f"parts.{place}.gold",
                "no entry under 'gold' expects an answer to this part's questions; add one",
            )


def _askable(gold: tuple[Gold, ...], part: Part) -> bool:
    asked = {question.id for question in part.ratings}
    return not part.is_paired and any(asked & set(one.expected) for one in gold)


def _bounds(where: str, low: float | None, high: float | None, scale: Scale) -> Iterator[Problem]:
    """Limits that are none, lie elsewhere, or which every answer meets, or none."""
    if low is None and high is None:
        yield where, "it has neither 'low' nor 'high'; give one"
        return
    outside = [
        (name, bound)
        for name, bound in (("low", low), ("high", high))
        if bound is not None and not scale.low <= bound <= scale.high
    ]
    for name, bound in outside:
        yield where, f"{name} {bound:g} is not on the scale from {scale.low} to {scale.high}; correct it"
    least, most = scale.low if low is None else low, scale.high if high is None else high
    if least > most:
        yield where, f"low {least:g} lies above high {most:g}; exchange them"
    elif not outside and (least, most) == (scale.low, scale.high):
        yield where, f"every answer from {scale.low} to {scale.high} counts as right; narrow it"
    elif not outside and not scale.continuous and floor(most) < ceil(least):
        yield where, f"no grade lies between {least:g} and {most:g}; widen it"


def _metrics(metrics: tuple[str, ...]) -> Iterator[Problem]:
    yield from _twice("metric", _numbered("metrics", metrics), "remove one")
    for place, name in enumerate(metrics):
        if name not in COMPUTED:
            yield f"metrics.{place}", _not_computed(name)


def _metrics_and_methods(metrics: tuple[str, ...], methods: tuple[Method, ...]) -> Iterator[Problem]:
    referenced = any(method.reference for method in methods)
    for place, name in enumerate(metrics):
        if name in COMPUTED and "reference" in COMPUTED[name].needs and not referenced:
            yield (
                f"metrics.{place}",
                f"metric {name!r} needs a method with reference: true; mark the real video",
            )


def _not_computed(name: str) -> str:
    """Why a metric cannot stand under `metrics`, and what can be done."""
    known = known_metric(name)
    if known is None:
        titles = [*(metric.title for metric in CATALOGUE.values()), *CATALOGUE]
        return f"no metric is called {name!r}{did_you_mean(name, titles)}; choose one of studies/METRICS.md"
    variants = sorted(one for one in COMPUTED if one.startswith(f"{known.name}_"))
    mend = f"write {_or(variants)}, computed here" if variants else "remove it"
    return f"metric {name!r} is not computed here; {mend}, or take its values in with {IMPORT}"


def _or(names: Sequence[str]) -> str:
    return " or ".join(filter(None, (", ".join(names[:-1]), names[-1])))


def _files(stimuli: Stimuli, methods: tuple[Method, ...], items: tuple[Item, ...]) -> Iterator[Problem]:
    known_methods, known_items = {method.name for method in methods}, {item.name for item in items}
    for method, files in stimuli.files.items():
        if method not in known_methods:
            yield "stimuli.files", _absent("method", method, known_methods)
        for item in files:
            if item not in known_items:
                yield "stimuli.files", _absent("item", item, known_items)
    paths = (("stimuli.files", path) for files in stimuli.files.values() for path in files.values())
    yield from _twice("file", paths, "give each clip a file of its own")


def _recruitment(recruitment: Recruitment) -> Iterator[Problem]:
    if recruitment.by == "prolific" and recruitment.prolific is None:
        yield (
            "recruitment.prolific",
            "the panel's codes are missing; add completed, screened_out and over_quota",
        )
    if recruitment.by != "prolific" and recruitment.prolific is not None:
        yield "recruitment.prolific", "the codes are only for 'by: prolific'; remove them or correct 'by'"


def _questionnaire(questionnaire: tuple[AskedOfRaters, ...]) -> Iterator[Problem]:
    ids = _numbered("questionnaire", (one.id for one in questionnaire))
    yield from _twice("question", ids, "remove or rename one")


def _admitting(recruitment: Recruitment, questionnaire: tuple[AskedOfRaters, ...]) -> Iterator[Problem]:
    """Who is chosen by an answer has to be asked for it."""
    needed = {one.id for one in questionnaire if not one.optional}
    for name in ("expertise", "language_skill"):
        if getattr(recruitment, name) and name not in needed:
            yield (
                f"recruitment.{name}",
                f"the questionnaire does not ask everybody for it; add {name} to 'questionnaire' and leave "
                "'optional' out there",
            )


def _quotas(recruitment: Recruitment, targets: Any) -> Iterator[Problem]:
    if recruitment.limit is not None and recruitment.limit < targets.raters_per_method:
        yield (
            "recruitment.limit",
            f"{recruitment.limit} raters cannot reach targets.raters_per_method {targets.raters_per_method}; "
            "raise the limit or lower the target",
        )


def _between(design: Any, parts: tuple[Part, ...]) -> Iterator[Problem]:
    for place, part in enumerate(parts):
        if design.raters == "between" and part.is_paired and part.pairs != "with_reference":
            yield (
                f"parts.{place}.pairs",
                "a rater who meets one method (design.raters: between) cannot compare it with others; "
                "write pairs: with_reference, or raters: within",
            )


def _margin(analysis: Any, parts: tuple[Part, ...]) -> Iterator[Problem]:
    """The largest difference that two methods can have is that of a scale's ends."""
    graded = [one.grades for part in parts if part.test_method != "PC" for one in part.ratings]
    widest = max(graded, key=lambda scale: scale.high - scale.low, default=None)
    if widest and analysis.margin is not None and analysis.margin >= widest.high - widest.low:
        yield (
            "analysis.margin",
            f"{analysis.margin:g} spans the whole scale from {widest.low} to {widest.high}, so that all "
            "methods would count as equivalent; narrow it",
        )


def _translated(key: str) -> Callable[[str, tuple[str, ...], Any], Iterator[Problem]]:
    """The check that everything below a key is written in all of the study's languages."""

    def find(language: str, translations: tuple[str, ...], piece: Any) -> Iterator[Problem]:
        for where, words in words_of(piece, key):
            yield from _in_all(where, words, language, translations)

    return find


def _in_all(key: str, words: Words, language: str, translations: tuple[str, ...]) -> Iterator[Problem]:
    wanted = {language, *translations}
    given = set(words.translations)
    texts = ", ".join(f"{one}: …" for one in dict.fromkeys((language, *translations)))
    for one in sorted(wanted - (given or {language})):
        yield key, f"the text in {one!r} is missing; write {{{texts}}}"
    for one in sorted(given - wanted):
        if re.fullmatch(LANGUAGE_RULE, one):
            yield (
                key,
                f"a text is in {one!r}, which is no language of the study; add it to 'translations'",
            )
        else:
            yield key, f"{one!r} is no language tag; write one such as en, de or pt-BR"


CHECKS = (
    _Check(("methods",), _methods, partly=("methods",)),
    _Check(("methods",), _scored_methods),
    _Check(("items",), _items, partly=("items",)),
    _Check(("items",), _scored_items),
    _Check(("parts",), _ids, partly=("parts",)),
    _Check(("parts", "methods"), _parts_and_methods, partly=("parts",)),
    _Check(("parts", "items"), _parts_and_items, partly=("parts",)),
    _Check(("parts", "methods", "items", "design"), too_many_extras, partly=("parts",)),
    _Check(("parts", "methods", "design", "stop"), chosen_pairs, partly=("parts",)),
    _Check(("gold", "methods"), _gold_methods, partly=("gold",)),
    _Check(("gold", "items"), _gold_items, partly=("gold",)),
    _Check(("gold", "parts"), _gold_answers, partly=("gold",)),
    _Check(("gold", "parts"), _gold_asked, partly=("parts",)),
    _Check(("gold",), gold_twice, partly=("gold",)),
    _Check(("methods",), made_of),
    _Check(("methods", "items"), made_swaps, partly=("methods",)),
    _Check(("gold", "methods"), made_gold, partly=("gold", "methods")),
    _Check(("methods", "clips"), made_encoded, partly=("methods",)),
    _Check(("stimuli", "methods"), made_files, partly=("methods",)),
    _Check(("metrics",), _metrics),
    _Check(("metrics", "methods"), _metrics_and_methods),
    _Check(("stimuli", "methods", "items"), _files),
    _Check(("recruitment",), _recruitment),
    _Check(("recruitment", "targets"), _quotas),
    _Check(("stop", "targets"), precision_has_its_numbers),
    _Check(("stop", "parts", "methods"), precision_is_of_something),
    _Check(("analysis", "parts"), _margin),
    _Check(("questionnaire",), _questionnaire),
    _Check(("recruitment", "questionnaire"), _admitting),
    _Check(("design", "parts"), _between, partly=("parts",)),
    *(
        _Check(("language", "translations", key), _translated(key), partly=(key,))
        for key in ("title", "texts", "items", "parts", "questionnaire")
    ),
)
