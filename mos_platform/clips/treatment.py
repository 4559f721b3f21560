"""How the clips of a study are prepared, all alike: repacked as they are, or encoded anew.

Repacking leaves pictures and sound as they are. Encoding anew is chosen where one clip of the study does not
play in every browser, where the study file asks for a change, or where the methods of an item differ in what
would tell them apart. What methods of one item share stays; items may differ from each other. Nothing is cut
off: clips of an item are brought to its largest size and its highest rate, so that no method loses any detail
or picture; smaller clips are enlarged, as a page would do. Loudness and length change only where the study
file asks for it, for both may be what raters judge.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Literal

from mos_platform.clips.browsers import AAC_PROFILES, PIXEL_FORMATS, PROFILES, too_large
from mos_platform.clips.facts import AudioFacts, ClipFacts, VideoFacts
from studies.errors import MistakesError

if TYPE_CHECKING:  # child processes start twice as fast without the models of the study file
    from studies.config import Cell, Clips

RATES = tuple(Fraction(rate) for rate in (12, 15, 24, 25, 30, 48, 50, 60, 120)) + tuple(
    Fraction(rate * 1000, 1001) for rate in (24, 30, 60, 120)
)
DECLARED = "clips.encode is always"
SAME_RATE = 0.0004  # of itself; 29.97 and 30 are 0.001 apart

OfItem = dict[str, dict[str, ClipFacts]]


@dataclass(frozen=True)
class Encoding:
    """What a clip is encoded to: size in pixels, pictures per second, x264's quality, what was asked for.

    `regular`: key pictures and those between come at fixed places, so that no index tells what is shown.
    """

    width: int
    height: int
    fps: Fraction
    crf: int
    sound: bool
    loudness_lufs: float | None = None
    seconds: float | None = None
    matrix: Literal["bt601", "bt709"] = "bt709"
    regular: bool = False

    def record(self) -> dict[str, Any]:
        """For the study's record, as JSON."""
        stated = {**vars(self), "fps": str(self.fps)}
        return stated if self.regular else {key: stated[key] for key in stated if key != "regular"}


@dataclass(frozen=True)
class Treatment:
    """`encodings` by item, empty where clips are repacked; `reasons` are short sentences for a table."""

    encodings: Mapping[str, Encoding]
    reasons: tuple[str, ...]

    @property
    def encodes(self) -> bool:
        """Whether the clips are encoded anew."""
        return bool(self.encodings)

    def encoding(self, item: str) -> Encoding | None:
        """What clips of the item are encoded to, None where they are repacked."""
        return self.encodings.get(item)

    def record(self) -> dict[str, Any]:
        """For the study's record, as JSON."""
        return {
            "treatment": "encode" if self.encodes else "repack",
            "reasons": list(self.reasons),
            "encodings": {item: encoding.record() for item, encoding in self.encodings.items()},
        }


def decide(facts: Mapping[Cell, ClipFacts], clips: Clips, gold: Sequence[str] = ()) -> Treatment:
    """The treatment of all clips of a study, (method, item) → facts.

    `gold`: methods whose clips are made by damaging others; where there are any, all clips are encoded anew.
    Raises MistakesError: where `encode: never` stands against clips that need it, one sentence each.
    """
    _refuse_hdr(facts)
    unfit = [
        f"the clip {method} × {item} {', '.join(reasons)}"
        for (method, item), clip in facts.items()
        if (reasons := list(reasons_to_encode(clip)))
    ]
    items = _of_items(facts)
    betraying = [*_betraying(items), *_coded_unlike(items)]
    if clips.encode == "never":
        _refuse_changes(unfit, clips)
        _refuse_large(facts, {})
        return Treatment({}, tuple(f"{what}; left so, as clips.encode is never" for what in betraying))
    wishes = [*_wishes(clips), *([f"gold clips are made ({', '.join(gold)})"] if gold else [])]
    if not (unfit or betraying or wishes):
        _refuse_large(facts, {})
        return Treatment({}, ())
    encodings = {
        item: _encoding(list(methods.values()), clips, regular=bool(gold)) for item, methods in items.items()
    }
    _refuse_large(facts, encodings)
    policy = list(_policy(items, encodings))
    return Treatment(encodings, (*wishes, *_shortened(unfit), *betraying, *policy))


def reasons_to_encode(clip: ClipFacts) -> Iterator[str]:
    """Why the clip cannot be repacked: short phrases that follow its name."""
    if "mp4" not in clip.container.split(","):
        yield f"is no MP4 ({clip.container.split(',')[0]})"
    yield from _about_picture(clip.video)
    if clip.audio is not None:
        yield from _about_sound(clip.audio, clip.video)


def _about_picture(video: VideoFacts) -> Iterator[str]:
    if video.codec != "h264":
        yield f"is encoded as {video.codec}"
    elif video.profile not in PROFILES:
        yield f"has the H.264 profile {video.profile}"
    if video.pixel_format not in PIXEL_FORMATS:
        yield f"has the pixel format {video.pixel_format}"
    if video.rotation:
        yield f"is stored turned by {video.rotation} degrees"
    if video.interlaced:
        yield "is interlaced"
    if video.hidden:
        yield "holds pictures that its edit list hides"


def _about_sound(sound: AudioFacts, video: VideoFacts) -> Iterator[str]:
    if sound.codec != "aac":
        yield f"has sound encoded as {sound.codec}"
    elif sound.profile not in AAC_PROFILES:
        yield f"has sound of the kind {sound.profile}"
    late_s = sound.first_s - video.first_s
    if abs(late_s) > 1 / max(video.fps, 1):
        yield f"has {'sound' if late_s > 0 else 'pictures'} only after {abs(late_s):.2f} s"


def _refuse_hdr(facts: Mapping[Cell, ClipFacts]) -> None:
    sentences = [
        f"the clip {method} × {item} has high dynamic range ({clip.video.hdr}), which would look pale where "
        "screens lack it; convert it to BT.709."
        for (method, item), clip in facts.items()
        if clip.video.hdr
    ]
    if sentences:
        raise MistakesError(sentences)


def _refuse_large(facts: Mapping[Cell, ClipFacts], encodings: Mapping[str, Encoding]) -> None:
    """What would be served is what raters' devices can decode, whoever encodes it."""
    sentences = []
    for (method, item), clip in facts.items():
        goal = encodings.get(item)
        large = too_large(*((goal.width, goal.height, float(goal.fps)) if goal else _shape(clip)))
        if large:
            sentences.append(
                f"the clip {method} × {item} would have {large}; make it smaller, or write a smaller width "
                "or rate under 'clips', such as {width: 1920} or {fps: 30}."
            )
    if sentences:
        raise MistakesError(sentences)


def _shape(clip: ClipFacts) -> tuple[int, int, float]:
    return clip.video.width, clip.video.height, clip.video.fps


def _refuse_changes(unfit: list[str], clips: Clips) -> None:
    sentences = [
        f"{what}, but clips.encode is never; write 'encode: auto', or encode it yourself." for what in unfit
    ]
    if clips.changes:
        sentences.insert(0, "key 'clips' asks for changes, but clips.encode is never; remove one of them.")
    if sentences:
        raise MistakesError(sentences)


def _wishes(clips: Clips) -> Iterator[str]:
    if clips.encode == "always":
        yield DECLARED
    for key, unit in (
        ("width", "px"),
        ("height", "px"),
        ("fps", "fps"),
        ("loudness_lufs", "LUFS"),
        ("seconds", "s"),
    ):
        value = getattr(clips, key)
        if value is not None:
            yield f"clips.{key} asks for {value:g} {unit}"


def _shortened(unfit: list[str]) -> list[str]:
    more = len(unfit) - 3
    return unfit if more <= 0 else [*unfit[:3], f"{more} more clips cannot stay as they are"]


def _of_items(facts: Mapping[Cell, ClipFacts]) -> OfItem:
    items: OfItem = {}
    for (method, item), clip in facts.items():
        items.setdefault(item, {})[method] = clip
    return items


def exact_rate(fps: float) -> Fraction:
    """The usual rate that is meant, such as 30000/1001 by 29.97; else the figure itself."""
    near = min(RATES, key=lambda rate: abs(float(rate) - fps))
    return near if abs(float(near) - fps) <= SAME_RATE * fps else Fraction(fps).limit_denominator(1001)


def _said_rate(clip: ClipFacts) -> str:
    return "variable" if clip.video.variable_rate else f"{float(exact_rate(clip.video.fps)):.5g} fps"


TRAITS: tuple[tuple[str, Callable[[ClipFacts], str]], ...] = (
    ("sizes", lambda clip: f"{clip.video.width}×{clip.video.height}"),
    ("rates", _said_rate),
    ("profiles", lambda clip: f"{clip.video.codec} {clip.video.profile}"),
    ("pixel formats", lambda clip: clip.video.pixel_format),
    ("clips with sound", lambda clip: "with" if clip.audio else "without"),
    ("sample rates", lambda clip: f"{clip.audio.sample_rate} Hz" if clip.audio else ""),
    ("sound channels", lambda clip: str(clip.audio.channels) if clip.audio else ""),
)


CODING_TRAITS: tuple[tuple[str, Callable[[ClipFacts], str]], ...] = (
    ("H.264 levels", lambda clip: clip.coding.level),
    ("H.264 parameter sets", lambda clip: clip.coding.sets),
    ("colour tags", lambda clip: clip.coding.colours),
    ("AAC configurations", lambda clip: clip.coding.sound),
)
SPACING: tuple[str, Callable[[ClipFacts], str]] = (
    "spacing of key pictures",
    lambda clip: clip.coding.keys,
)


def _betraying(items: OfItem) -> Iterator[str]:
    """One sentence for each trait in which methods of an item differ."""
    for what, trait in TRAITS:
        yield from _told(what, _differing(items, trait))


def _coded_unlike(items: OfItem) -> Iterator[str]:
    """As above, for the marks that coders leave; items that differ in more than those are left out."""
    told = {item for _, trait in TRAITS for item in _differing(items, trait)}
    others = {item: methods for item, methods in items.items() if item not in told}
    for what, trait in CODING_TRAITS:
        yield from _told(what, _differing(others, trait))
    # Coders also set key pictures where the picture changes: that says nothing of a method.
    differing = _differing(others, SPACING[1])
    if 2 * len(differing) > len(others):
        yield from _told(SPACING[0], differing)


def _differing(items: OfItem, trait: Callable[[ClipFacts], str]) -> dict[str, list[str]]:
    """By item, the values of its methods where there are several."""
    found = {
        item: sorted({value for clip in methods.values() if (value := trait(clip))})
        for item, methods in items.items()
    }
    return {item: values for item, values in found.items() if len(values) > 1}


def _told(what: str, differing: Mapping[str, list[str]]) -> Iterator[str]:
    if differing:
        item, values = next(iter(differing.items()))
        more = f", and {len(differing) - 1} more items" if len(differing) > 1 else ""
        yield f"methods differ in their {what} (item {item}: {', '.join(values)}{more})"


def _encoding(clips_of_item: list[ClipFacts], clips: Clips, *, regular: bool) -> Encoding:
    width, height = _size(clips_of_item, clips)
    return Encoding(
        width=width,
        height=height,
        fps=exact_rate(clips.fps) if clips.fps else _rate(clips_of_item),
        crf=clips.crf,
        sound=any(clip.audio is not None for clip in clips_of_item),
        loudness_lufs=clips.loudness_lufs,
        seconds=clips.seconds,
        matrix=_matrix(clips_of_item),
        regular=regular,
    )


def _size(clips_of_item: list[ClipFacts], clips: Clips) -> tuple[int, int]:
    """The item's largest (the most frequent of equal ones) in even numbers, or what is asked for."""
    counted = Counter((clip.video.width, clip.video.height) for clip in clips_of_item)
    width, height = max(counted, key=lambda size: (size[0] * size[1], counted[size], size))
    if clips.width and clips.height:
        return clips.width, clips.height
    if clips.width:
        return clips.width, _even(height * clips.width / width)
    if clips.height:
        return _even(width * clips.height / height), clips.height
    return max(2, width - width % 2), max(2, height - height % 2)


def _matrix(clips_of_item: list[ClipFacts]) -> Literal["bt601", "bt709"]:
    """The more frequent colour matrix: turning one into the other costs a little."""
    small = sum(clip.video.matrix == "bt601" for clip in clips_of_item)
    return "bt601" if 2 * small >= len(clips_of_item) else "bt709"


def _even(value: float) -> int:
    return max(2, 2 * round(value / 2))


def _rate(clips_of_item: list[ClipFacts]) -> Fraction:
    """The item's highest constant rate; where a variable one is higher, a usual one above that."""
    constant = [exact_rate(clip.video.fps) for clip in clips_of_item if not clip.video.variable_rate]
    highest = max(exact_rate(clip.video.fps) for clip in clips_of_item)
    if highest in constant:
        return highest
    return next((Fraction(rate) for rate in (30, 60, 120) if rate >= highest), Fraction(240))


def _policy(items: OfItem, encodings: Mapping[str, Encoding]) -> Iterator[str]:
    """How many clips are changed by it beyond being encoded."""
    pairs = [(clip, encodings[item]) for item, methods in items.items() for clip in methods.values()]
    factors = [_factor(clip.video, goal) for clip, goal in pairs]
    paced = sum(clip.video.variable_rate or exact_rate(clip.video.fps) != goal.fps for clip, goal in pairs)
    for count, what in (
        (sum(factor > 1 for factor in factors), "enlarged"),
        (sum(factor < 1 for factor in factors), "made smaller"),
        (sum(_has_bars(clip.video, goal) for clip, goal in pairs), "given black bars, for the shape differs"),
        (paced, "brought to the rate of their item: pictures stay longer, or are left out"),
        (sum(goal.sound and clip.audio is None for clip, goal in pairs), "given a silent sound track"),
    ):
        if count:
            yield f"{count} clip{'s are' if count > 1 else ' is'} {what}"


def _factor(video: VideoFacts, goal: Encoding) -> float:
    """How much the pictures are enlarged; an odd line that is left out does not count."""
    if video.width - goal.width in (0, 1) and video.height - goal.height in (0, 1):
        return 1.0
    return min(goal.width / video.width, goal.height / video.height)


def _has_bars(video: VideoFacts, goal: Encoding) -> bool:
    """Whether a bar is wider than the line that rounding to even numbers may leave."""
    factor = _factor(video, goal)
    return goal.width - factor * video.width > 2 or goal.height - factor * video.height > 2
