"""The scales' own words in the interface's other languages: what raters read where a study gives no labels.

Files and reports keep the English words of `studies.scales`; a grade is the same number in every language.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from studies.scales import SCALES, Scale


@dataclass(frozen=True)
class Wording:
    """One language's words, best or least visible first: `quality` and `impairment` 5, `comparison` 7.

    `source` says whose words they are.
    """

    quality: tuple[str, ...]
    impairment: tuple[str, ...]
    comparison: tuple[str, ...]
    source: str

    def of(self, scale: str) -> tuple[str, ...]:
        return {"dcr5": self.impairment, "ccr7": self.comparison}.get(scale, self.quality)


KINDS = ("acr5", "dcr5", "ccr7")  # a scale of each of the three kinds of words

EDITION = (
    "as the {} edition of ITU-R BT.500 and ITU-T P.800 is commonly quoted; not checked against the documents"
)

WORDINGS: dict[str, Wording] = {
    "de": Wording(
        ("Ausgezeichnet", "Gut", "Ordentlich", "Dürftig", "Schlecht"),
        ("Nicht wahrnehmbar", "Wahrnehmbar, aber nicht störend", "Leicht störend", "Störend", "Sehr störend"),
        (
            "Viel besser",
            "Besser",
            "Etwas besser",
            "Gleich",
            "Etwas schlechter",
            "Schlechter",
            "Viel schlechter",
        ),
        "no official German edition; the words common in German studies",
    ),
    "es": Wording(
        ("Excelente", "Buena", "Aceptable", "Mediocre", "Mala"),
        ("Imperceptible", "Perceptible, pero no molesta", "Ligeramente molesta", "Molesta", "Muy molesta"),
        ("Mucho mejor", "Mejor", "Ligeramente mejor", "Igual", "Ligeramente peor", "Peor", "Mucho peor"),
        EDITION.format("Spanish"),
    ),
    "fr": Wording(
        ("Excellent", "Bon", "Assez bon", "Médiocre", "Mauvais"),
        ("Imperceptible", "Perceptible, mais non gênante", "Légèrement gênante", "Gênante", "Très gênante"),
        (
            "Bien meilleur",
            "Meilleur",
            "Légèrement meilleur",
            "Identique",
            "Légèrement moins bon",
            "Moins bon",
            "Bien moins bon",
        ),
        EDITION.format("French") + "; of the comparison ours",
    ),
    "zh": Wording(
        ("优", "良", "中", "差", "劣"),
        ("不可察觉", "可察觉但不讨厌", "稍有讨厌", "讨厌", "非常讨厌"),
        ("好得多", "好", "稍好", "相同", "稍差", "差", "差得多"),
        EDITION.format("Chinese") + "; the five of quality also stand in GB 7401-87",
    ),
    "ar": Wording(
        ("ممتاز", "جيد", "مقبول", "ضعيف", "سيئ"),
        ("غير محسوس", "محسوس لكنه غير مزعج", "مزعج قليلاً", "مزعج", "مزعج جداً"),
        ("أفضل بكثير", "أفضل", "أفضل قليلاً", "مماثل", "أسوأ قليلاً", "أسوأ", "أسوأ بكثير"),
        "ours",
    ),
}


def is_worded(language: str) -> bool:
    """Whether the scales have words of their own in this language, such as en, de or zh-Hans."""
    return _spoken(language) in ("en", *WORDINGS)


def labels_in(scale: Scale, language: str) -> Mapping[int, str]:
    """{grade: word} of one of the SCALES in a language; English where it has none, own scales as they are."""
    wording = WORDINGS.get(_spoken(language))
    if wording is None or scale.name not in SCALES:
        return scale.labels
    grades = sorted(SCALES[scale.name].labels, reverse=True)
    return dict(zip(grades, wording.of(scale.name), strict=True))


def against_grades(labels: Mapping[int, str]) -> tuple[int, int] | None:
    """The lowest and highest grade whose labels the scales know, in whatever language, where the lower has
    the better of the two words; None where they run with the grades, or fewer than two are known.
    """
    for scale in KINDS:
        ranks = _ranks(scale)
        known = {grade: ranks[word] for grade, text in labels.items() if (word := _folded(text)) in ranks}
        if len(known) > 1:
            low, high = min(known), max(known)
            return (low, high) if known[low] < known[high] else None
    return None


def _ranks(scale: str) -> dict[str, int]:
    """{word: place, 0 for the best} of one scale's words in all languages."""
    english = [word for _grade, word in sorted(SCALES[scale].labels.items(), reverse=True)]
    lists = [english, *(wording.of(scale) for wording in WORDINGS.values())]
    return {_folded(word): place for words in lists for place, word in enumerate(words)}


def _folded(word: str) -> str:
    return " ".join(word.casefold().split())


def _spoken(language: str) -> str:
    return language.replace("_", "-").split("-")[0].lower()
