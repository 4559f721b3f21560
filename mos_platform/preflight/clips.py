"""The clips one by one: whether raters will see and hear them as they are meant."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from mos_platform.clips.browsers import obstacles
from mos_platform.clips.facts import ClipFacts
from mos_platform.clips.treatment import DECLARED, Treatment
from mos_platform.preflight.findings import Finding, counted, failed, named, passed, warned
from studies.config import Cell, StudyConfig, is_file, missing_clips, told_missing

Facts = Mapping[Cell, ClipFacts]
BLACK_S = 0.5
FROZEN_SHARE = 0.9  # of a clip without any change: a still picture rather than a face that rests
FROZEN_S = 1.0
SILENCE_SHARE = 0.9
LATE_S = 0.1
APART_S = 0.3  # coders fill up their last blocks; above it sound and picture are of different length
SHORTEST_S, LONGEST_S = 1.0, 20.0
SMALLEST = 128


@dataclass(frozen=True)
class _Rule:
    """`odd` tells what is odd of one clip, "" where nothing is; `advice` ends the sentence on all of them."""

    check: str
    odd: Callable[[ClipFacts], str]
    advice: str
    fine: str


def _sound(clip: ClipFacts) -> str:
    if clip.audio is None:
        return "no sound track"
    if clip.audio.silent:
        return "a silent sound track"
    long = clip.audio.silence_s > SILENCE_SHARE * clip.duration_s
    return f"{clip.audio.silence_s:.1f} s of silence" if long else ""


def _black(clip: ClipFacts) -> str:
    return f"{clip.video.black_s:.1f} s black" if clip.video.black_s > BLACK_S else ""


def _frozen(clip: ClipFacts) -> str:
    still = clip.video.frozen_s > max(FROZEN_S, FROZEN_SHARE * clip.duration_s)
    return f"{clip.video.frozen_s:.1f} of {clip.duration_s:.1f} s without any change" if still else ""


def _start(clip: ClipFacts) -> str:
    first = clip.video.first_s
    apart = (clip.audio.first_s - first) if clip.audio else 0.0
    if abs(apart) > LATE_S:
        return f"{'sound' if apart > 0 else 'picture'} begins {abs(apart):.2f} s late"
    return f"begins at {first:.2f} s" if first > LATE_S else ""


def _ends(clip: ClipFacts) -> str:
    """A variable rate is the mean of the clip, so that pictures and rate give its length."""
    if clip.audio is None or not clip.video.fps:
        return ""
    seen_s = clip.video.first_s + clip.video.pictures / clip.video.fps
    apart = clip.audio.first_s + clip.audio.duration_s - seen_s
    side = "after" if apart > 0 else "before"
    return f"sound ends {abs(apart):.2f} s {side} the picture" if abs(apart) > APART_S else ""


def _length(clip: ClipFacts) -> str:
    return "" if SHORTEST_S <= clip.duration_s <= LONGEST_S else f"{clip.duration_s:.1f} s"


def _size(clip: ClipFacts) -> str:
    small = min(clip.video.width, clip.video.height) < SMALLEST
    return f"{clip.video.width}×{clip.video.height} pixels" if small else ""


RULES = (
    _Rule("sound", _sound, "raters cannot judge the speech; check the files", "every clip has sound"),
    _Rule("picture", _black, "cut it off, unless it is meant", "no clip is black for long"),
    _Rule("motion", _frozen, "check that these are videos", "every clip moves"),
    _Rule(
        "start",
        _start,
        "picture and sound keep their distance when clips are prepared; check that it is meant",
        "every clip begins at 0, picture and sound together",
    ),
    _Rule(
        "end",
        _ends,
        "check that they belong together; what is too long stays, unless you cut it with clips: {seconds: …}",
        "picture and sound of every clip end together",
    ),
    _Rule(
        "length",
        _length,
        "P.910 advises about 5 to 10 s",
        f"every clip lasts {SHORTEST_S:g} to {LONGEST_S:g} s",
    ),
    _Rule("size", _size, "faces this small are hard to judge", "every clip is large enough"),
)


def clip_findings(facts: Facts, names: Mapping[Cell, str]) -> Iterator[Finding]:
    """One finding per rule; `names` are the clips' paths."""
    for rule in RULES:
        odd = {names[cell]: told for cell, clip in facts.items() if (told := rule.odd(clip))}
        if not odd:
            yield passed(rule.check, f"{rule.fine}.")
            continue
        first = next(iter(odd.items()))
        told = f"{first[0]}: {first[1]}"
        rest = f" ({counted(len(odd) - 1, 'more clip')} likewise)" if len(odd) > 1 else ""
        yield warned(rule.check, f"{told}{rest}; {rule.advice}.")


def browser_finding(facts: Facts, names: Mapping[Cell, str], treatment: Treatment) -> Finding:
    """Whether raters' browsers play what they will get."""
    unfit = {names[cell]: found for cell, clip in facts.items() if (found := obstacles(clip))}
    if not unfit:
        return passed("browsers", "every clip is H.264 and AAC in MP4, which all browsers play.")
    name, found = next(iter(unfit.items()))
    told = f"{counted(len(unfit), 'clip')} would not play in every browser ({name}: {', '.join(found)})"
    if treatment.encodes:
        return warned("browsers", f"{told}; all clips will be encoded anew at import.")
    return failed(
        "browsers", f"{told}; write clips: {{encode: auto}} in study.yaml, or encode them yourself."
    )


def treatment_finding(treatment: Treatment) -> Finding:
    """What the import will do to the files."""
    if not treatment.encodes:
        return passed(
            "preparation", "clips are repacked without metadata; picture and sound stay bit for bit."
        )
    why = "; ".join(treatment.reasons)
    if DECLARED in treatment.reasons:
        return passed("preparation", f"all clips are encoded anew (H.264, AAC), as declared: {why}.")
    return warned("preparation", f"all clips are encoded anew (H.264, AAC): {why}.")


def picture_findings(config: StudyConfig, folder: Path) -> Iterator[Finding]:
    """Items' still pictures that are not there; whether they can be decoded is seen at import."""
    wanted = {item.picture for item in config.items if item.picture is not None}
    missing = sorted(path for path in wanted if not is_file(folder / path))
    if missing:
        yield failed("pictures", f"{named(missing)} missing; add the files, or correct the items' 'picture'.")
    elif wanted:
        yield passed("pictures", f"{counted(len(wanted), 'picture')} beside the clips.")


def missing_finding(config: StudyConfig, folder: Path) -> Finding:
    cells = len(config.given_cells())
    missing = missing_clips(config, folder)
    if not missing:
        return passed("clips", f"{counted(cells, 'clip')}, one for each method × item.")
    return failed(
        "clips",
        f"{counted(len(missing), 'clip')} of {cells} missing: {told_missing(config, folder)}; add the files, "
        "or correct 'stimuli', 'methods' or 'items'.",
    )
