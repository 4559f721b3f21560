"""Columns that identify people are not carried, and no rater is named by one."""

from __future__ import annotations

import re
from collections.abc import Sequence

IDENTIFYING = frozenset(
    {
        "name",
        "surname",
        "firstname",
        "lastname",
        "fullname",
        "email",
        "mail",
        "phone",
        "telephone",
        "address",
        "ip",
    }
)


def identifying(column: str) -> bool:
    words = re.split(
        r"[^a-z]+", re.sub(r"(?<=[a-z])(?=[A-Z])", "_", column).lower().replace("e-mail", "email")
    )
    return bool(IDENTIFYING & {*words, "".join(words)})


def numbered(names: Sequence[str]) -> list[str]:
    """r1, r2, … in the order of first appearance."""
    unique = list(dict.fromkeys(names))
    digits = len(str(len(unique)))
    number = {name: f"r{i + 1:0{digits}}" for i, name in enumerate(unique)}
    return [number[name] for name in names]
