"""What a rater's browser is told about a sitting: the current trial, what to preload, and how much is left.

Nothing here names a method, an item, an expected answer or the kind of a trial, but that it is practice; no
address or id occurs in two trials. Besides the trial the state says

    done, total, seconds_left   how far the sitting is; trials that were voided or lost count nowhere
    upcoming                    addresses to fetch ahead
    pause                       whether a break is due: POST /api/sittings/TOKEN/rested/ ends it
    warning                     whether to ask for more care: POST /api/sittings/TOKEN/warned/ once read
    ended                       the page that says why there is nothing more to do: a declared check has ended
                                the sitting, or no trial was left for it; else null
    practice_over               whether this is the first trial that counts after practice

The view of a trial, as JSON:

    token      the trial's key: POST /api/trials/TOKEN/open/, then .../answers/
    position   its place in the sitting, from 1
    type       "rating" (one clip), "dcr" (reference, then clip), "ccr" (two clips, graded), "pair" (A/B)
    clips      what plays, in the order of the page: [{role, url, width, height, duration_s}]
               role: "clip" | "reference", "clip" | "left", "right" (ccr and pair)
    first      the role that plays first: "clip", "reference", "left" or "right"; of clips that play together
               the one that is heard first
    plays      "in_turn", or "together": both clips at once, side by side
    replays    how often each clip may be played again; null for as often as one likes
    practice   whether the answers do not count
    context    what raters need to know to judge it, "" where nothing is shown
    picture    the address of a still picture shown beside the clip, "" where there is none
    questions  [{id, type, text, optional, grades, low, high, longest, sound?}]
    preview    what it is, for the bar of `python -m mos_platform preview`; absent everywhere else

A question's `type` says how it is answered; an answer is always sent as a text, {question id: answer}:

    "rating"      one of `grades`, [{value, label}], highest first (label "" where the scale has no word for
                  it); `low` and `high` are the scale's ends. In "ccr" the second clip relative to the first.
    "continuous"  any number from `low` to `high`; `grades` are the words along the scale, highest first
    "preference"  one of `grades`: "left", "tie" (where ties are allowed), "right"; only in "pair"
    "choice"      one of `grades`: value is the option's id, label its words
    "text"        up to `longest` characters
    "digits"      the digits that a voice says in the WAV at `sound`, which only these questions have;
                  anything without digits where none is heard

`grades` is [] and `low`, `high`, `longest` are null where they have no meaning. A question with `optional`
may be left out of the answers. In an attention check `text` names the wanted label, or the value where the
grade has no label, in quotes, within a sentence of words/LANGUAGE/checks.yaml.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import reduce
from operator import add
from typing import Any, NotRequired, TypedDict

from django.conf import settings
from django.db.models import Count, Q, Sum
from django.urls import reverse

from mos_platform.assignments.checks import digits_said, is_sound_check, wanted_grade
from mos_platform.assignments.models import Showing, Trial
from mos_platform.raters.completion import Completion, completion, was_turned_away
from mos_platform.raters.models import Sitting
from mos_platform.raters.services import study_for
from mos_platform.ratings.answers import (
    LONGEST_TEXT,
    MOST_DIGITS,
    answer_type,
    asked,
    may_be_left_out,
    words,
)
from mos_platform.ratings.attention import has_ended, warning_due
from mos_platform.ratings.pauses import break_due
from mos_platform.ratings.refusals import RefusedError
from mos_platform.setup.services import setup_address
from mos_platform.stimuli.models import Stimulus
from mos_platform.words import interface_language, say
from studies.config import Part, Question, StudyConfig
from studies.sitting import answer_seconds

TYPES = {"DCR": "dcr", "CCR": "ccr", "PC": "pair"}


class ClipView(TypedDict):
    role: str
    url: str
    width: int
    height: int
    duration_s: float


class GradeView(TypedDict):
    value: str
    label: str


class QuestionView(TypedDict):
    id: str
    type: str
    text: str
    optional: bool
    grades: list[GradeView]
    low: int | None
    high: int | None
    longest: int | None
    sound: NotRequired[str]


class TrialView(TypedDict):
    token: str
    position: int
    type: str
    clips: list[ClipView]
    first: str
    plays: str
    replays: int | None
    practice: bool
    context: str
    picture: str
    questions: list[QuestionView]
    preview: NotRequired[str]


class SittingState(TypedDict):
    """`notice` is of the trial just sent: "again" or "later" where it comes once more, else absent.

    `setup` is where the rater has to go first; there is no trial until then.
    """

    done: int
    total: int
    seconds_left: int
    setup: str | None
    trial: TrialView | None
    upcoming: list[str]
    pause: bool
    warning: bool
    ended: str | None
    practice_over: bool
    completion_code: str | None
    completion: Completion | None
    debriefing: str | None
    notice: NotRequired[str]


def sitting_state(sitting: Sitting) -> SittingState:
    """Raises RefusedError where the rater leaves at this moment."""
    study = study_for(sitting.rater)
    done, total, seconds_left = _standing(study, sitting)
    setup = setup_address(sitting)
    finished = sitting.completed_at is not None
    ahead = [] if setup or finished else _ahead(sitting)
    addresses = _addresses(ahead)
    if not all(addresses.values()):  # deleted just now, with all that its rater had
        raise RefusedError("closed", sitting)
    return SittingState(
        done=done,
        total=total,
        seconds_left=seconds_left,
        setup=setup,
        trial=trial_view(study, ahead[0], addresses[ahead[0].pk]) if ahead else None,
        upcoming=[url for trial in ahead[1:] for url in _to_fetch(addresses[trial.pk])],
        pause=bool(ahead) and break_due(study, sitting, seconds_left),
        warning=bool(ahead) and warning_due(study, sitting),
        ended=_page_of_end(sitting),
        practice_over=bool(ahead) and _practice_over(ahead[0]),
        completion_code=sitting.completion_code if finished else None,
        completion=completion(sitting),
        debriefing=str(study.texts.debriefing) if finished else None,
    )


def _page_of_end(sitting: Sitting) -> str | None:
    if has_ended(sitting):
        return reverse("ratings:ended", args=[sitting.token])
    return reverse("ratings:sitting", args=[sitting.token]) if was_turned_away(sitting) else None


def _standing(study: StudyConfig, sitting: Sitting) -> tuple[int, int, int]:
    """Trials done, all trials, and the seconds that the others will take."""
    left = Q(state__in=Trial.WAITING)
    clips = [
        Sum(f"{name}__duration_s", filter=left, default=0.0)
        for name in ("stimulus", "reference", "left", "right")
    ]
    rows = (
        sitting.trials.exclude(state__in=Trial.GONE)
        .order_by()
        .values("part")
        .annotate(n=Count("pk"), n_left=Count("pk", filter=left), clip_s=reduce(add, clips))
        .values_list("part", "n", "n_left", "clip_s")
    )
    done, total, seconds = 0, 0, 0.0
    for part, n, n_left, clip_s in rows:
        done, total = done + n - n_left, total + n
        asked_in = study.part(part)
        at_once = 2 if asked_in.plays == "together" else 1
        seconds += clip_s / at_once + n_left * answer_seconds(asked_in)
    return done, total, round(seconds)


def _ahead(sitting: Sitting) -> list[Trial]:
    """The current trial and the next, whose clips are fetched ahead."""
    waiting = sitting.trials.filter(state__in=Trial.WAITING)
    return list(waiting.select_related("stimulus__item", "reference", "left__item", "right")[:2])


def _practice_over(trial: Trial) -> bool:
    """Whether the trial counts and the one before it did not; told until the rater has begun it."""
    if trial.kind == Trial.Kind.TRAINING or trial.opened_at is not None:
        return False
    before = trial.sitting.trials.filter(position__lt=trial.position).last()
    return before is not None and before.kind == Trial.Kind.TRAINING


def _addresses(trials: list[Trial]) -> dict[int, dict[str, str]]:
    """The media addresses of each trial by role."""
    found: dict[int, dict[str, str]] = {trial.pk: {} for trial in trials}
    for shown in Showing.objects.filter(trial__in=trials).order_by("pk"):
        found[shown.trial_id][shown.role] = media_url(shown.token)
    return found


def _to_fetch(addresses: Mapping[str, str]) -> list[str]:
    """Clips and pictures; the digits of a sound check are fetched when they are asked for."""
    return [url for role, url in addresses.items() if role != Showing.Role.SOUND]


def media_url(token: str) -> str:
    return reverse("ratings:media", args=[token])


def trial_view(study: StudyConfig, trial: Trial, addresses: Mapping[str, str]) -> TrialView:
    part = study.part(trial.part)
    clips = trial.clips
    view = TrialView(
        token=trial.token,
        position=trial.position,
        type=_type(part, trial),
        clips=[_clip_view(role, addresses[role], clip) for role, clip in clips.items()],
        first=trial.first or next(iter(clips)),
        plays="together" if trial.together else "in_turn",
        replays=part.replays,
        practice=trial.kind == Trial.Kind.TRAINING,
        context=_context(study, part, trial),
        picture=addresses.get(Showing.Role.PICTURE, ""),
        questions=[_question_view(part, question, trial, study.language) for question in asked(part, trial)],
    )
    if is_sound_check(trial.expected):
        view["questions"][0]["sound"] = addresses[Showing.Role.SOUND]
    if settings.PREVIEW:
        view["preview"] = _told(part, trial, study.language)
    return view


def _type(part: Part, trial: Trial) -> str:
    """A sound check shows one clip, in a part with pairs too."""
    kind = TYPES.get(part.test_method, "rating")
    return "rating" if kind in ("ccr", "pair") and not trial.is_pair else kind


def _told(part: Part, trial: Trial, language: str) -> str:
    """What raters are never told; only in the installation of `preview`, which nobody rates in."""
    shown = [f"{clip.method.name} × {clip.item.name}" for clip in trial.clips.values()]
    asked_for = [question for question in part.questions if question.id in trial.expected]
    if is_sound_check(trial.expected):
        said = " ".join(map(str, digits_said(trial.expected)))
        return f"part {trial.part} · sound check | {' | '.join(shown)} · right: {said}"
    wanted = [f"{one.id} {_wanted(trial.expected[one.id], words(part, one, language))}" for one in asked_for]
    expected = [f"right: {', '.join(wanted)}"] if wanted else []
    return " · ".join([f"part {trial.part}", trial.get_kind_display().lower(), " | ".join(shown), *expected])


def _wanted(ends: Mapping[str, Any], choices: Mapping[str, str]) -> str:
    """In the words on the buttons: the keys of some scales are other numbers than their grades."""
    if "choice" in ends:
        return f"“{choices[ends['choice']]}”"
    low, high = (
        None if end is None else _with_word(end, choices) for end in (ends.get("low"), ends.get("high"))
    )
    if low == high:
        return str(low)
    if low is None or high is None:
        return f"at least {low}" if high is None else f"at most {high}"
    return f"{low} to {high}"


def _with_word(grade: float, choices: Mapping[str, str]) -> str:
    word = choices.get(f"{grade:g}")
    return f"{grade:g} (“{word}”)" if word else f"{grade:g}"


def _context(study: StudyConfig, part: Part, trial: Trial) -> str:
    if "context" not in part.shown:
        return ""
    name = next(clip.item.name for clip in trial.clips.values() if clip is not trial.reference)
    return str(next(item.context for item in study.items if item.name == name) or "")


def _clip_view(role: str, url: str, clip: Stimulus) -> ClipView:
    return ClipView(role=role, url=url, width=clip.width, height=clip.height, duration_s=clip.duration_s)


def _question_view(part: Part, question: Question, trial: Trial, language: str) -> QuestionView:
    kind = answer_type(part, question)
    choices = words(part, question, language)
    scale = question.grades if kind in ("rating", "continuous") else None
    return QuestionView(
        id=question.id,
        type=kind,
        text=_check_text(part, question, trial, language) or str(question.text),
        optional=may_be_left_out(question, trial),
        grades=[GradeView(value=value, label=label) for value, label in choices.items()],
        low=scale.low if scale else None,
        high=scale.high if scale else None,
        longest={"text": LONGEST_TEXT, "digits": MOST_DIGITS}.get(kind),
    )


def _check_text(part: Part, question: Question, trial: Trial, language: str) -> str:
    """What an attention check says in place of the question."""
    if trial.kind != Trial.Kind.TRAP:
        return ""
    if is_sound_check(trial.expected):
        return say("checks.digits", interface_language(language))
    expected, choices = trial.expected[question.id], words(part, question, language)
    if "choice" in expected:
        check, value = "checks.pair", expected["choice"]
    else:
        check, value = _grade_check(part, question), str(wanted_grade(question.grades, expected))
    return say(check, interface_language(language), {"label": choices[value] or value})


def _grade_check(part: Part, question: Question) -> str:
    if question.grades.continuous:
        return "checks.slider"
    return "checks.rating" if question is part.ratings[0] else "checks.rating_again"
