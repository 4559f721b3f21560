"""What a rater's browser is told about a sitting: the current trial, what to preload, and how much is left.

Nothing here names a method, an item, an expected answer or the kind of a trial.
"""

from __future__ import annotations

from typing import TypedDict

from django.urls import reverse

from mos_platform.assignments.models import Trial
from mos_platform.raters.models import Sitting
from mos_platform.stimuli.duration import answer_seconds
from mos_platform.stimuli.models import Stimulus
from studies.config import Part, Question, StudyConfig

SIDES = ("left", "right")
PAIR_LABELS = {"left": "Clip A", "tie": "No difference", "right": "Clip B"}
RATING_CHECK = "To show that you are reading the questions, please choose “{label}” here."
RATING_CHECK_AGAIN = "And please choose “{label}” here as well."
PAIR_CHECK = "To show that you are reading the questions, please choose “{label}” for this pair."


class ClipView(TypedDict):
    side: str
    url: str
    width: int
    height: int
    duration_s: float


class GradeView(TypedDict):
    value: str
    label: str


class QuestionView(TypedDict):
    id: str
    text: str
    grades: list[GradeView]


class TrialView(TypedDict):
    token: str
    position: int
    type: str
    clips: list[ClipView]
    first: str
    questions: list[QuestionView]


class SittingState(TypedDict):
    done: int
    total: int
    seconds_left: int
    trial: TrialView | None
    upcoming: list[str]
    completion_code: str | None
    debriefing: str | None


def sitting_state(sitting: Sitting) -> SittingState:
    study = sitting.rater.study.parsed
    remaining = list(
        sitting.trials.exclude(state=Trial.State.ANSWERED).select_related("stimulus", "left", "right")
    )
    total = sitting.trials.count()
    finished = sitting.completed_at is not None
    return SittingState(
        done=total - len(remaining),
        total=total,
        seconds_left=round(sum(_trial_seconds(study.part(trial.part), trial) for trial in remaining)),
        trial=trial_view(study, remaining[0]) if remaining else None,
        upcoming=[clip_url(clip) for trial in remaining[1:2] for clip in trial.clips],
        completion_code=sitting.completion_code if finished else None,
        debriefing=study.texts.debriefing if finished else None,
    )


def trial_view(study: StudyConfig, trial: Trial) -> TrialView:
    part = study.part(trial.part)
    sides = SIDES if trial.is_pair else ("",)
    return TrialView(
        token=trial.token,
        position=trial.position,
        type="pair" if trial.is_pair else "rating",
        clips=[_clip_view(side, clip) for side, clip in zip(sides, trial.clips, strict=True)],
        first=trial.first,
        questions=[_question_view(part, question, trial) for question in part.questions],
    )


def clip_url(clip: Stimulus) -> str:
    return reverse("stimuli:clip", args=[clip.token])


def allowed_answers(part: Part, question: Question) -> dict[str, str]:
    """Values a rater may give, best or left first, with their words."""
    if part.test_method == "PC":
        return {value: label for value, label in PAIR_LABELS.items() if part.tie or value != "tie"}
    scale = question.grades
    return {str(grade): scale.labels.get(grade, "") for grade in reversed(scale.grades)}


def _trial_seconds(part: Part, trial: Trial) -> float:
    return trial.clip_seconds + answer_seconds(part)


def _clip_view(side: str, clip: Stimulus) -> ClipView:
    return ClipView(
        side=side, url=clip_url(clip), width=clip.width, height=clip.height, duration_s=clip.duration_s
    )


def _question_view(part: Part, question: Question, trial: Trial) -> QuestionView:
    answers = allowed_answers(part, question)
    text = str(question.text)
    if trial.expected_score is not None:
        check = RATING_CHECK if question is part.questions[0] else RATING_CHECK_AGAIN
        text = check.format(label=answers[str(trial.expected_score)])
    elif trial.expected_choice:
        text = PAIR_CHECK.format(label=answers[trial.expected_choice])
    return QuestionView(
        id=question.id,
        text=text,
        grades=[GradeView(value=value, label=label) for value, label in answers.items()],
    )
