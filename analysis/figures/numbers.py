"""Numbers as a reader meets them: one rule for figures, tables and sentences."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from analysis.stats.result import whole_number
from analysis.stats.twoway import REFUSED

__all__ = [
    "MINUS",
    "MISSING",
    "NEAR",
    "amounts",
    "coefficient_text",
    "counted",
    "decimals",
    "headed",
    "interval",
    "listed",
    "number",
    "p_phrase",
    "p_value",
    "percent",
    "percents",
    "plus_minus",
    "procedures",
    "titled",
    "whole_number",
    "with_interval",
]

MISSING = "–"
MINUS = "−"
NEAR = 0.1
PLAIN_FROM, PLAIN_BELOW = 1e-4, 1e6  # sizes of which every digit is written out


def number(value: float | None, digits: int = 2, *, signed: bool = False) -> str:
    """`value` rounded to `digits` decimals with a true minus; an en dash where it is not defined."""
    if value is None:
        return MISSING
    text = f"{abs(value):.{digits}f}"
    if not text.strip("0."):
        return text
    return (MINUS if value < 0 else "+" if signed else "") + text


def decimals(values: Sequence[float | None], digits: int = 4) -> int:
    """How many decimals give the largest of the values `digits` digits: at least 2; 0 for whole numbers."""
    there = [abs(value) for value in values if value is not None]
    if all(value == round(value) for value in there):
        return 0
    return max(2, digits - 1 - math.floor(math.log10(max(there))))


def amounts(values: Sequence[float | None]) -> list[str]:
    """Values of one metric in any unit, with the decimals that they share (see `decimals`).

    Where their largest is below 0.0001, or 1,000,000 and more, all are like `1.23e−7`; zero is `0`.
    """
    largest = max((abs(value) for value in values if value is not None), default=0.0)
    if largest == 0 or PLAIN_FROM <= largest < PLAIN_BELOW:
        digits = decimals(values)
        return [number(value, digits) for value in values]
    return [MISSING if value is None else _scientific(value) for value in values]


def _scientific(value: float) -> str:
    """Three significant digits."""
    if value == 0:
        return "0"
    mantissa, power = f"{value:.2e}".split("e")
    return f"{mantissa}e{int(power)}".replace("-", MINUS)


def interval(low: float | None, high: float | None, digits: int = 2) -> str:
    """`[low, high]`, or an empty string where either end is not defined."""
    if low is None or high is None:
        return ""
    return f"[{number(low, digits)}, {number(high, digits)}]"


def with_interval(
    value: float | None,
    low: float | None,
    high: float | None,
    digits: int = 2,
    *,
    signed: bool = False,
) -> str:
    """`3.91 [3.70, 4.12]`; the value alone where no interval is defined."""
    return f"{number(value, digits, signed=signed)} {interval(low, high, digits)}".rstrip()


def plus_minus(row: Mapping[str, Any], digits: int = 2) -> str:
    """`3.91 ± 0.21` from mean, ci_low and ci_high; the bounds themselves where they are lopsided."""
    mean, low, high = row["mean"], row["ci_low"], row["ci_high"]
    if mean is None or low is None or high is None:
        return number(mean, digits)
    if abs((high - mean) - (mean - low)) > 10**-digits:
        return with_interval(mean, low, high, digits)
    return f"{number(mean, digits)} ± {number((high - low) / 2, digits)}"


def coefficient_text(row: Mapping[str, Any] | None) -> str:
    """`0.91 [0.88, 0.94]` from value, ci_low and ci_high; more digits where all are near 1, but below it."""
    if row is None:
        return MISSING
    ends = [row[key] for key in ("value", "ci_low", "ci_high") if row[key] is not None]
    near = bool(ends) and max(ends) - min(ends) < NEAR
    below = [abs(end) for end in ends if near and abs(end) < 1]
    digits = next((d for d in (2, 3) if all(round(end, d) < 1 for end in below)), 4)
    return with_interval(row["value"], row["ci_low"], row["ci_high"], digits)


def p_value(p: float | None) -> str:
    """Three decimals; `< 0.001` below that."""
    if p is None:
        return MISSING
    return "< 0.001" if p < 0.001 else f"{p:.3f}"


def p_phrase(p: float | None) -> str:
    """`p < 0.001` or `p = 0.012`, for use in a sentence."""
    if p is None:
        return "p not defined"
    return f"p {p_value(p)}" if p < 0.001 else f"p = {p_value(p)}"


def percent(share: float | None) -> str:
    """A share (0–1) in whole per cent."""
    return MISSING if share is None else f"{share * 100:.0f}\u00a0%"


def percents(low: float | None, high: float | None) -> str:
    """An interval of shares in whole per cent."""
    return "" if low is None or high is None else f"[{low * 100:.0f}, {high * 100:.0f}]"


def counted(n: int, one: str, many: str | None = None) -> str:
    """`1 rater`, `36 raters`."""
    return f"{whole_number(n)} {one if n == 1 else many or one + 's'}"


def listed(words: list[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} and {words[-1]}"


def titled(name: str) -> str:
    """An identifier as a heading: first letter raised, underscores as spaces."""
    words = name.replace("_", " ").strip()
    return words[:1].upper() + words[1:]


def headed(title: str, words: str) -> str:
    """`Overall: means in detail`; `Which is better? Means in detail` after a title that is a sentence."""
    if title.endswith(("?", "!", ".")):
        return f"{title} {words[:1].upper()}{words[1:]}"
    return f"{title}: {words}"


def procedures(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """What the rows' numbers were made by, each once; nothing of rows for which no estimate was possible."""
    return [name for name in dict.fromkeys(str(row["procedure"]) for row in rows) if name != REFUSED]
