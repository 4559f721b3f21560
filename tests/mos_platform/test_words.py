"""Raters' words: complete and alike in all languages, and exactly those that pages and scripts say."""

from __future__ import annotations

import re
from collections.abc import Iterator
from string import Formatter

import pytest
import yaml
from django.apps import apps
from django.template import Context, Template

from mos_platform.words import FOLDER, LANGUAGES, interface_language, say, words

SOURCE = FOLDER.parent
PAGES = sorted(path.stem for path in (FOLDER / "en").glob("*.yaml"))
OTHERS = [language for language in LANGUAGES if language != "en"]
NAME = re.compile(rf"""["'`](?:{"|".join(PAGES)})\.(?:[a-z0-9_.]+|(?=\$?{{))""")
SEPARATOR = re.compile(r"[,،、] ?")
ARABIC_DIGITS = re.compile("[٠-٩۰-۹]")


def places(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def texts(language: str) -> Iterator[tuple[str, str]]:
    for page in PAGES:
        yield from ((f"{page}.{key}", text) for key, text in words(page, language).items())


def raw(page: str, language: str) -> dict[object, object]:
    return yaml.safe_load((FOLDER / language / f"{page}.yaml").read_text(encoding="utf-8"))


def test_there_are_the_six_languages_and_no_other():
    folders = {path.name for path in FOLDER.iterdir() if path.is_dir() and path.name != "__pycache__"}
    assert folders == set(LANGUAGES)
    assert {path.stem for path in FOLDER.glob("*/*.yaml")} == set(PAGES)


@pytest.mark.parametrize("language", OTHERS)
@pytest.mark.parametrize("page", PAGES)
def test_a_page_has_the_keys_and_places_of_english_in_their_order(page: str, language: str):
    english, said = words(page, "en"), words(page, language)
    assert list(said) == list(english)
    assert {key: places(text) for key, text in said.items()} == {
        key: places(text) for key, text in english.items()
    }


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_is_written_and_uses_latin_digits(language: str):
    for page in PAGES:
        assert all(isinstance(text, str) for text in raw(page, language).values()), page
    for name, text in texts(language):
        assert text.strip() == text or SEPARATOR.fullmatch(text), name
        assert text, name
        assert not ARABIC_DIGITS.search(text), name
        assert "  " not in text, name


@pytest.mark.parametrize("language", OTHERS)
def test_sentences_are_translated(language: str):
    """A text of several words that reads as in English was forgotten."""
    english = dict(texts("en"))
    same = [name for name, text in texts(language) if text == english[name] and len(text.split()) > 2]
    assert same == []


def said_in_sources() -> set[str]:
    """All names in quotes that begin with a page of words; some go on after a value, and are stems."""
    kinds = ("*.py", "*.html", "*.js")
    files = [path for kind in kinds for path in SOURCE.rglob(kind)]
    return {name[1:] for path in files for name in NAME.findall(path.read_text(encoding="utf-8"))}


def test_everything_said_is_written_and_everything_written_is_said():
    known, said = {name for name, _ in texts("en")}, said_in_sources()
    stems = {name for name in said if name not in known and any(one.startswith(name) for one in known)}
    assert sorted(said - known - stems - files_of_pages() - names_of_models()) == []
    unsaid = [name for name in known - said if not name.startswith(tuple(stems))]
    assert sorted(unsaid) == []


def files_of_pages() -> set[str]:
    """A name such as "setup.css" in a template is a file, not words."""
    return {path.name for path in (SOURCE / "static").rglob("*.*")}


def names_of_models() -> set[str]:
    """A migration names the models of a stage that is called as its page: "setup.round"."""
    return {model._meta.label_lower for model in apps.get_models()}


def test_places_are_filled_and_missing_words_are_an_error():
    assert say("checks.rating_again", "en", {"label": "Good"}) == "And please choose “Good” here as well."
    with pytest.raises(KeyError):
        say("checks.rating_again", "en")
    with pytest.raises(KeyError):
        say("checks.unknown", "en")
    with pytest.raises(FileNotFoundError):
        words("unknown", "en")


@pytest.mark.parametrize(
    ("study", "interface"),
    [("en", "en"), ("de-AT", "de"), ("zh-Hans", "zh"), ("pt_BR", "en"), ("AR", "ar"), ("", "en")],
)
def test_the_interface_speaks_the_studys_language_where_it_can(study: str, interface: str):
    assert interface_language(study) == interface


def rendered(template: str, **context: object) -> str:
    return Template("{% load words %}" + template).render(Context(context))


def test_a_template_says_words_escaped_and_in_the_pages_language():
    said = rendered('{% say "checks.rating_again" places %}', interface="de", places={"label": "<b>&"})
    assert said == "Wählen Sie bitte auch hier „&lt;b&gt;&amp;“."
    assert rendered('{% say "checks.tie" %}') == "No difference"


def test_scripts_get_the_words_of_their_pages_as_inert_json():
    said = rendered('{% words_for_scripts "checks" %}', interface="ar")
    assert said.startswith('<script id="words" type="application/json">{')
    body = said.removeprefix('<script id="words" type="application/json">').removesuffix("</script>")
    assert yaml.safe_load(body) == {f"checks.{key}": text for key, text in words("checks", "ar").items()}
    assert "<" not in body
