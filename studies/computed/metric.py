"""One row of the metric catalogue."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Direction = Literal["higher", "lower"]
Level = Literal["clip", "method"]


@dataclass(frozen=True)
class Metric:
    """One objective metric.

    direction: which way is better, None where neither is, or where papers differ. unit: "" where
    implementations differ in it. needs: reference, audio, face, mesh, text, weights. aliases: other names
    for the same. files: the weights that a user supplies for it, as the registry of weights names them.
    computed: whether it is measured here, and then with these parameters; the others come in as values
    measured elsewhere. `definition` is what all implementations share.
    """

    name: str
    title: str
    definition: str
    source: str
    direction: Direction | None
    unit: str
    level: Level = "clip"
    needs: frozenset[str] = frozenset()
    aliases: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    computed: bool = True
    parameters: tuple[tuple[str, str], ...] = ()

    @property
    def shared_unit(self) -> str:
        """Where all implementations agree; pixels are those of a picture whose size has to be stated."""
        return "" if self.unit.startswith("px") else self.unit
