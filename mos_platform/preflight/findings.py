"""What a check says: pass, warn or fail, in one sentence."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Level = Literal["pass", "warn", "fail"]
MOST_NAMED = 3


@dataclass(frozen=True)
class Finding:
    """`check` names what was looked at; the sentence says what was found and, where it matters, the mend."""

    level: Level
    check: str
    sentence: str


def passed(check: str, sentence: str) -> Finding:
    return Finding("pass", check, sentence)


def warned(check: str, sentence: str) -> Finding:
    return Finding("warn", check, sentence)


def failed(check: str, sentence: str) -> Finding:
    return Finding("fail", check, sentence)


def worst(findings: Iterable[Finding]) -> Level:
    levels = {finding.level for finding in findings}
    return "fail" if "fail" in levels else "warn" if "warn" in levels else "pass"


def counted(number: int, noun: str) -> str:
    return f"{number:,} {noun if number == 1 else noun + 's'}"


def named(names: list[str]) -> str:
    """The first few, and how many more."""
    shown = ", ".join(names[:MOST_NAMED])
    return shown if len(names) <= MOST_NAMED else f"{shown} and {len(names) - MOST_NAMED} more"
