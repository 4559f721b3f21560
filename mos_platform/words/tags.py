"""Template tags that say the interface's words in the language `interface` of the context, else English."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import template
from django.utils.html import conditional_escape, json_script
from django.utils.safestring import SafeString

from mos_platform import words

register = template.Library()


@register.simple_tag(takes_context=True)
def say(context: Mapping[str, Any], name: str, places: Mapping[str, object] | None = None) -> SafeString:
    """{% say "page.key" %}, or {% say "page.key" places %} with {place: value}; everything is escaped."""
    return conditional_escape(words.say(name, language_of(context), places))


@register.simple_tag(takes_context=True)
def words_for_scripts(context: Mapping[str, Any], *pages: str) -> SafeString:
    """All words of these pages as JSON for static/js/words.js: {page.key: text}."""
    language = language_of(context)
    found = {f"{page}.{key}": text for page in pages for key, text in words.words(page, language).items()}
    return json_script(found, "words")


def language_of(context: Mapping[str, Any]) -> str:
    return str(context.get("interface", "en"))
