"""When a name that a study gives is taken for a published method's.

Many methods are called by everyday words (SPACE, Mimic, Teller), and so are many systems of one's own: a
wrong citation is worse than none. A name in one run of case is therefore found as it is printed and no other
way; one with capitals inside, or a digit, is a coinage and found whatever its case.
"""

from __future__ import annotations

import re
from functools import cache

_FILLER = r"[\s\-‐‑_.]"
_PIECES = re.compile(r"[^\W_]+|\++")


def same_method(listed: str, name: str) -> bool:
    """Whether `name` stands for the method that is listed so. Spaces, hyphens and the like may replace each
    other where the listed name has one; elsewhere they may stand only in a coinage with its case as printed.
    """
    name = name.strip()
    if name == listed or _pattern(listed, _is_coinage(listed)).fullmatch(name):
        return True
    plain = re.sub(_FILLER, "", listed)
    return _is_coinage(listed) and _pattern(plain, False).fullmatch(re.sub(_FILLER, "", name)) is not None


def _is_coinage(listed: str) -> bool:
    letters = re.sub(r"[^A-Za-z]", "", listed)
    return any(sign.isdigit() for sign in listed) or letters not in (letters.upper(), letters.capitalize())


@cache
def _pattern(listed: str, any_case: bool) -> re.Pattern[str]:
    """A study file's names hold no plus sign: there it stands in letters."""
    pieces = [_plus(piece) if piece[0] == "+" else re.escape(piece) for piece in _PIECES.findall(listed)]
    return re.compile(f"{_FILLER}?".join(pieces), re.IGNORECASE if any_case else 0)


def _plus(signs: str) -> str:
    n = len(signs)
    return f"(?:{re.escape(signs)}|{'p' * n}|{'plus' * n})"
