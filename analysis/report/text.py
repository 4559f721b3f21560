"""Sentences as a report holds them: Markdown with names defused and numbers unbroken."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|$~&])")


@dataclass(frozen=True)
class Text:
    """Sentences in Markdown under optional headings; the notebook shows them as lists."""

    blocks: tuple[tuple[str, tuple[str, ...]], ...]

    @property
    def sentences(self) -> tuple[str, ...]:
        return tuple(sentence for _, sentences in self.blocks for sentence in sentences)

    def _repr_markdown_(self) -> str:
        return "\n\n".join(_block(title, sentences) for title, sentences in self.blocks)


def escaped(text: str) -> str:
    """A name or message with Markdown's special characters defused."""
    return _SPECIAL.sub(r"\\\1", text)


def _block(title: str, sentences: Sequence[str]) -> str:
    head = f"### {title}\n\n" if title else ""
    return head + "\n".join(f"- {_unbroken(sentence)}" for sentence in sentences)


def _unbroken(sentence: str) -> str:
    """Intervals and p values stay on one line."""
    sentence = re.sub(r"(?<!\\)\[([^\[\]\\]*), ([^\[\]\\]*)\]", "[\\1,\u00a0\\2]", sentence)
    return re.sub(r"\b([pnk]) ([=<]) (?=\d)", "\\1\u00a0\\2\u00a0", sentence)
