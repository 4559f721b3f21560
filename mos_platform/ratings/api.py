"""The JSON interface of the trial loop. The token in the address is the key; there are no cookies.

    GET  /api/sittings/TOKEN/             the sitting's state (mos_platform.ratings.presentation)
    POST /api/trials/TOKEN/open/          {again?}: the trial's clips are about to play; `again`: said by the
                                          same page once more, so that nothing was seen meanwhile
    POST /api/trials/TOKEN/answers/       {answers: {question: text}, facts?, events}
    POST /api/trials/TOKEN/unplayable/    {reason: "missing" | "decode" | "timeout"}

Answers and `unplayable` give the next state; sent again they change nothing and give it again. `events` are
what the browser noted, [{type, at_ms, role?, position_s?, n?}] (mos_platform.ratings.events), `at_ms` on its
own clock from the trial's opening, ascending, at most 500. Simulated raters send none, but may send `clock`.

A refusal is {error: sentence, code: word, retry_after_s?}, and nothing was stored. Codes: "too_early" (send
it again after `retry_after_s`), "not_played" (show the trial again), "not_next", "unknown" (get the state),
"invalid" (malformed, larger than 256 kB, or contradicting what happened), "closed" (the rater has left, or
the sitting is over).
"""

from __future__ import annotations

from typing import Any, TypeVar

from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils.decorators import method_decorator
from django.utils.translation.trans_real import parse_accept_lang_header
from django.views.decorators.cache import never_cache
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView, exception_handler

from mos_platform.assignments.models import Trial
from mos_platform.assignments.services import reserve_sitting
from mos_platform.raters.models import Sitting
from mos_platform.raters.services import LeftError
from mos_platform.ratings import attention, pauses, services
from mos_platform.ratings.answers import LONGEST_TEXT
from mos_platform.ratings.bodies import ShortDictField, ShortListField
from mos_platform.ratings.events import EVENT_TYPES, Event
from mos_platform.ratings.presentation import sitting_state
from mos_platform.ratings.refusals import Code, RefusedError, check_open, sentence
from studies.errors import InputError

MAX_MS = 24 * 3600 * 1000
MOST_EVENTS = 500
MOST_ANSWERS = 500  # far more than a trial asks questions
UNPLAYABLE = [Trial.Trouble.MISSING, Trial.Trouble.DECODE, Trial.Trouble.TIMEOUT]
ROLES = ("clip", "reference", "left", "right")

Body = TypeVar("Body", bound="serializers.Serializer[None]")


class OpenBody(serializers.Serializer[None]):
    clock = serializers.DateTimeField(required=False, allow_null=True, default=None)
    again = serializers.BooleanField(default=False)


class FactsBody(serializers.Serializer[None]):
    response_ms = serializers.IntegerField(min_value=0, max_value=MAX_MS, allow_null=True, default=None)
    played_fraction = serializers.FloatField(min_value=0, max_value=1, allow_null=True, default=None)
    stalled_ms = serializers.IntegerField(min_value=0, max_value=MAX_MS, allow_null=True, default=None)
    dropped_frames = serializers.IntegerField(min_value=0, max_value=10**6, allow_null=True, default=None)
    hidden_ms = serializers.IntegerField(min_value=0, max_value=MAX_MS, allow_null=True, default=None)
    displayed_width = serializers.IntegerField(min_value=0, max_value=10**5, allow_null=True, default=None)
    replays = serializers.IntegerField(min_value=0, max_value=10**4, allow_null=True, default=None)


class EventBody(serializers.Serializer[None]):
    type = serializers.ChoiceField(choices=EVENT_TYPES)
    at_ms = serializers.IntegerField(min_value=0, max_value=MAX_MS)
    role = serializers.ChoiceField(choices=ROLES, allow_blank=True, allow_null=True, default="")
    position_s = serializers.FloatField(min_value=0, max_value=MAX_MS / 1000, allow_null=True, default=None)
    n = serializers.IntegerField(min_value=-(10**6), max_value=10**6, allow_null=True, default=None)


class ClockBody(serializers.Serializer[None]):
    presented_at = serializers.DateTimeField()
    submitted_at = serializers.DateTimeField()


class AnswersBody(serializers.Serializer[None]):
    answers = ShortDictField(
        most=MOST_ANSWERS, child=serializers.CharField(max_length=2 * LONGEST_TEXT, allow_blank=True)
    )
    facts = FactsBody(required=False)
    events = ShortListField(
        child=EventBody(), max_length=MOST_EVENTS, required=False, allow_null=True, default=None
    )
    clock = ClockBody(required=False, allow_null=True, default=None)

    def submission(self) -> services.Submission:
        data = self.validated_data
        return services.Submission(
            answers=data["answers"],
            facts=services.Facts(**data.get("facts", {})),
            clock=data["clock"] and services.Clock(**data["clock"]),
            events=None if data["events"] is None else tuple(map(_event, data["events"])),
        )


def _event(given: dict[str, Any]) -> Event:
    return Event(**{**given, "role": given["role"] or ""})


class UnplayableBody(serializers.Serializer[None]):
    reason = serializers.ChoiceField(choices=UNPLAYABLE)


@method_decorator(never_cache, name="dispatch")
class SittingView(APIView):
    def get(self, _request: Request, token: str) -> Response:
        sitting = get_object_or_404(Sitting.objects.select_related("rater__study"), token=token)
        reserve_sitting(sitting)
        state = sitting_state(sitting)
        check_open(sitting)  # last: whoever has left by now is told so
        return Response(state)


class RestedView(APIView):
    def post(self, _request: Request, token: str) -> Response:
        return Response(sitting_state(pauses.rest(token)))


class WarnedView(APIView):
    def post(self, _request: Request, token: str) -> Response:
        return Response(sitting_state(attention.warn(token)))


class TrialOpenView(APIView):
    def post(self, request: Request, token: str) -> Response:
        body = _read(OpenBody, request, token)
        services.open_trial(token, **body.validated_data)
        return Response({"opened": True})


class TrialAnswersView(APIView):
    def post(self, request: Request, token: str) -> Response:
        body = _read(AnswersBody, request, token)
        return _told(services.record_answers(token, body.submission()))


class TrialUnplayableView(APIView):
    def post(self, request: Request, token: str) -> Response:
        body = _read(UnplayableBody, request, token)
        return _told(services.give_up(token, Trial.Trouble(body.validated_data["reason"])))


def _read(form: type[Body], request: Request, token: str) -> Body:
    """What was sent of a trial that there is: of another, nothing is looked at."""
    if not Trial.objects.filter(token=token).exists():
        raise Trial.DoesNotExist
    body = form(data=request.data)
    body.is_valid(raise_exception=True)
    return body


def _told(outcome: services.Outcome) -> Response:
    state = sitting_state(outcome.sitting)
    if outcome.notice is not None:
        state["notice"] = outcome.notice
    return Response(state)


def errors(error: Exception, context: dict[str, Any]) -> Response | None:
    """Every refusal as {"error": one sentence, "code": one word}.

    What is malformed is told in English, to programmers: no page of ours sends it.
    """
    if isinstance(error, RefusedError):
        return _refused(error)
    if isinstance(error, LeftError):
        return _problem(sentence("closed", error.language), "closed", 409)
    if isinstance(error, Trial.DoesNotExist | Sitting.DoesNotExist | Http404):
        return _problem(sentence("unknown", _browser_language(context["request"])), "unknown", 404)
    if isinstance(error, InputError):
        return _problem(str(error), "invalid", 400)
    if isinstance(error, RecursionError):
        return _problem("The message is nested too deeply; send answers only.", "invalid", 400)
    response = exception_handler(error, context)
    if response is not None:
        response.data = {"error": _first_sentence(response.data), "code": "invalid"}
    return response


def _refused(error: RefusedError) -> Response:
    wait = error.retry_after
    told = {} if wait is None else {"retry_after_s": round(wait.total_seconds(), 2)}
    return Response({"error": str(error), "code": error.code, **told}, status=409)


def _problem(told: str, code: Code, status: int) -> Response:
    return Response({"error": told, "code": code}, status=status)


def _browser_language(request: Request) -> str:
    """Whose trial is not known is spoken to in the language of the browser."""
    accepted = parse_accept_lang_header(request.headers.get("Accept-Language", ""))
    return accepted[0][0] if accepted else ""


def _first_sentence(data: Any, where: str = "") -> str:
    """The first message in DRF's nested error data, with the key it belongs to."""
    if isinstance(data, dict):
        key, value = next(iter(data.items()))
        inside = "" if key in ("detail", "non_field_errors") else f"{where}{key}."
        return _first_sentence(value, inside or where)
    if isinstance(data, list):
        return _first_sentence(data[0], where)
    return f"{where.rstrip('.')}: {data}" if where else str(data)
