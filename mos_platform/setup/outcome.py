"""What comes out of a check. No Django here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any


@dataclass(frozen=True)
class Outcome:
    """Whether a check passed, the `value` that is stored, and what the rater is told.

    `told` names words of the interface, which `places` fill.
    """

    passed: bool
    value: Mapping[str, Any]
    told: str
    places: Mapping[str, object] = field(default_factory=lambda: MappingProxyType({}))
