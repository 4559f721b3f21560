"""Gold clips that are made from the study's own clips, and what speaks against making them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any, Final

from pydantic import AfterValidator, Field, model_validator

from studies.config.base import Identifier, Strict

if TYPE_CHECKING:
    from studies.config.counts import Problem
    from studies.config.material import Clips, Item, Method, Stimuli
    from studies.config.people import Gold

FRAME_MS: Final = 40
LEAST_FRAMES: Final = 10
MOST_FRAMES: Final = 250


def _gross(frames: int) -> int:
    """ITU-R BT.1359-1: acceptable are 185 ms late and 90 ms early."""
    if frames < LEAST_FRAMES:
        raise ValueError(
            f"sound moved by {frames} frames ({frames * FRAME_MS} ms) is too little for gold: viewers accept "
            "it up to 185 ms late and 90 ms early (ITU-R BT.1359), and nobody may be excluded over what is "
            f"not far beyond; write {LEAST_FRAMES} or more, or have them scored as a method of their own"
        )
    return frames


Frames = Annotated[int, Field(ge=1, le=MOST_FRAMES), AfterValidator(_gross)]


class Made(Strict):
    """How clips of a gold method are made at import from those of another: `of`, and one damage.

    All clips of the study are then encoded in the same way, and those of an item made alike in the sizes of
    all their pictures and stretches of sound, so that no file tells which one is gold.
    """

    of: Identifier
    """The scored method whose clips are damaged."""
    sound_late_frames: Frames | None = None
    """Sound so many frames of 40 ms late, 10 or more; what falls off the end comes first."""
    sound_early_frames: Frames | None = None
    """Sound so many frames of 40 ms early, 10 or more; what falls off the beginning comes last."""
    swapped_sound: Identifier | None = None
    """The item whose sound is heard instead, as loud as the clip's own; looped or cut where it has to be."""
    frozen_mouth: bool = False
    """The lower face stands still, lips next to closed, and moves with the head only. Needs MediaPipe."""
    compressed: bool = False
    """Coded at next to no bit rate in between."""

    @model_validator(mode="after")
    def _one_damage(self) -> Made:
        if len(self.damages) != 1:
            told = " and ".join(self.damages) or "none"
            names = ", ".join(name for name in type(self).model_fields if name != "of")
            raise ValueError(f"a gold clip has one damage, not {told}; write one of {names}")
        return self

    @property
    def damages(self) -> dict[str, Any]:
        """What is asked for, by key; one entry."""
        asked = {name: getattr(self, name) for name in type(self).model_fields if name != "of"}
        return {name: value for name, value in asked.items() if value}

    @property
    def shift_ms(self) -> int:
        """By how much sound comes late; negative: early."""
        return ((self.sound_late_frames or 0) - (self.sound_early_frames or 0)) * FRAME_MS

    @property
    def told(self) -> str:
        """The damage in a few words."""
        if self.shift_ms:
            return f"sound {abs(self.shift_ms)} ms {'late' if self.shift_ms > 0 else 'early'}"
        if self.swapped_sound:
            return f"sound of item {self.swapped_sound}"
        return "frozen mouth" if self.frozen_mouth else "heavy compression"


def made_of(methods: tuple[Method, ...]) -> Iterator[Problem]:
    """Damages of methods that are none, or are gold themselves."""
    scored = [method.name for method in methods if method.role == "scored"]
    for place, method in enumerate(methods):
        if method.made is not None and method.made.of not in scored:
            yield (
                f"methods.{place}.made.of",
                f"{method.made.of!r} is no scored method; use one of {', '.join(scored)}",
            )


def made_swaps(methods: tuple[Method, ...], items: tuple[Item, ...]) -> Iterator[Problem]:
    """Sounds of items that there are not."""
    known = {item.name for item in items}
    for place, method in enumerate(methods):
        other = method.made.swapped_sound if method.made else None
        if other is not None and other not in known:
            yield f"methods.{place}.made.swapped_sound", f"no item is called {other!r}; name one of 'items'"


def made_gold(gold: tuple[Gold, ...], methods: tuple[Method, ...]) -> Iterator[Problem]:
    """Clips that would get their own sound."""
    swaps = {method.name: method.made.swapped_sound for method in methods if method.made}
    for place, one in enumerate(gold):
        if swaps.get(one.method) == one.item:
            yield (
                f"gold.{place}.item",
                f"{one.method!r} has the sound of {one.item!r}, which is this clip's own; name another item",
            )


def made_encoded(methods: tuple[Method, ...], clips: Clips) -> Iterator[Problem]:
    """Nothing can be made where nothing is encoded."""
    if clips.encode == "never" and any(method.made for method in methods):
        yield (
            "clips.encode",
            "gold clips that are made have to be encoded, and all others like them; write auto, or remove "
            "'made' of the methods",
        )


def made_files(stimuli: Stimuli, methods: tuple[Method, ...]) -> Iterator[Problem]:
    """Files for clips that are made."""
    for method in methods:
        if method.made and method.name in stimuli.files:
            yield (
                "stimuli.files",
                f"the clips of {method.name!r} are made at import; remove its files, or remove 'made'",
            )
