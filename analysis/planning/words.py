"""Numbers and lists as a plan's sentences and tables put them."""

from __future__ import annotations

from collections.abc import Sequence

NOTHING = "–"


def grade(value: float | None, scale: tuple[float, float]) -> str:
    """Two decimals on scales of up to ten grades, one on longer ones; nothing is wider than the scale."""
    if value is None:
        return NOTHING
    if value > scale[1] - scale[0]:
        return f"> {scale[1] - scale[0]:g}"
    return f"{value:.{2 if scale[1] - scale[0] <= 10 else 1}f}"


def wanted(value: float) -> str:
    """A goal as the user wrote it."""
    return f"{value:g}"


def whole(value: int | None) -> str:
    return NOTHING if value is None else f"{value:,}"


def money(value: float | None) -> str:
    return NOTHING if value is None else f"{value:,.2f}"


def percent(share: float) -> str:
    return f"{100 * share:.3g} %"


def joined(parts: Sequence[str], last: str = "and") -> str:
    """`a, b and c`."""
    return f" {last} ".join([", ".join(parts[:-1]), parts[-1]] if len(parts) > 1 else parts)


def counted(number: int, noun: str) -> str:
    return f"{whole(number)} {noun if number == 1 else noun + 's'}"
