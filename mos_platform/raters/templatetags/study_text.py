"""Filters and tags for the texts of a study file."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

register = template.Library()

RIGHT_TO_LEFT = {"ar", "dv", "fa", "he", "ku", "ps", "sd", "ug", "ur", "yi"}


@register.filter
def paragraphs(text: str) -> SafeString:
    """Paragraphs are separated by an empty line; a single line break is only the author's wrapping."""
    blocks = [" ".join(block.split()) for block in re.split(r"\n\s*\n", text)]
    return format_html_join("\n", "<p>{}</p>", ((block,) for block in blocks if block))


@register.filter
def direction(language: str) -> str:
    """`rtl` or `ltr`, for the `dir` attribute of a page in that language."""
    return "rtl" if language.split("-")[0] in RIGHT_TO_LEFT else "ltr"


@register.simple_tag(takes_context=True)
def study_language(context: Mapping[str, Any]) -> str:
    """The attributes of an element with words of the study: "" where they are in the page's language."""
    spoken = str(context["study"].language)
    if spoken == context.get("interface"):
        return ""
    return format_html('lang="{}" dir="{}"', spoken, direction(spoken))
