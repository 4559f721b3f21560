"""The scales' own words in other languages: each worded grade has one, none read alike."""

from __future__ import annotations

from itertools import combinations

import pytest

from studies.config.base import Words
from studies.scales import SCALES, Scale
from studies.wording import WORDINGS, is_worded, labels_in

LANGUAGES = ("en", *WORDINGS)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", SCALES)
def test_every_worded_grade_has_its_own_word_in_every_language(name: str, language: str):
    labels = labels_in(SCALES[name], language)
    assert set(labels) == set(SCALES[name].labels)
    words = [Words(label) for label in labels.values()]
    assert all(words)
    assert not [pair for pair in combinations(words, 2) if pair[0].reads_like(pair[1])]


def test_the_best_word_stands_at_the_highest_grade():
    assert labels_in(SCALES["acr5"], "de")[5] == "Ausgezeichnet"
    assert labels_in(SCALES["acr11"], "fr") == {
        9: "Excellent",
        7: "Bon",
        5: "Assez bon",
        3: "Médiocre",
        1: "Mauvais",
    }
    assert labels_in(SCALES["dcr5"], "es")[1] == "Muy molesta"
    assert labels_in(SCALES["ccr7"], "zh")[-3] == "差得多"
    assert labels_in(SCALES["continuous"], "ar")[90] == "ممتاز"


def test_a_regional_language_has_the_words_of_its_language_and_an_unknown_one_english():
    assert labels_in(SCALES["acr5"], "es-MX") == labels_in(SCALES["acr5"], "es")
    assert labels_in(SCALES["acr5"], "it") == SCALES["acr5"].labels
    assert [is_worded(one) for one in ("en", "zh-Hans", "de-AT", "it")] == [True, True, True, False]


def test_a_scale_of_ones_own_keeps_its_labels():
    own = Scale("own", 0, 1, {0: "No", 1: "Yes"})
    assert labels_in(own, "de") == own.labels
