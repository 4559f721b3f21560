"""The JSON interface of the trial loop. The token in the address is the key; there are no cookies."""

from __future__ import annotations

from typing import Any

from django.shortcuts import get_object_or_404
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView, exception_handler

from mos_platform.assignments.models import Trial
from mos_platform.assignments.services import reserve_sitting
from mos_platform.raters.models import Sitting
from mos_platform.ratings import services
from mos_platform.ratings.answers import LONGEST_TEXT
from mos_platform.ratings.presentation import sitting_state
from studies.errors import InputError

MAX_MS = 24 * 3600 * 1000


class OpenBody(serializers.Serializer[None]):
    clock = serializers.DateTimeField(required=False, allow_null=True, default=None)


class FactsBody(serializers.Serializer[None]):
    response_ms = serializers.IntegerField(min_value=0, max_value=MAX_MS, allow_null=True, default=None)
    played_fraction = serializers.FloatField(min_value=0, max_value=1, allow_null=True, default=None)
    stalled_ms = serializers.IntegerField(min_value=0, max_value=MAX_MS, allow_null=True, default=None)
    dropped_frames = serializers.IntegerField(min_value=0, max_value=10**6, allow_null=True, default=None)
    hidden_ms = serializers.IntegerField(min_value=0, max_value=MAX_MS, allow_null=True, default=None)
    displayed_width = serializers.IntegerField(min_value=0, max_value=10**5, allow_null=True, default=None)
    replays = serializers.IntegerField(min_value=0, max_value=10**4, allow_null=True, default=None)


class ClockBody(serializers.Serializer[None]):
    presented_at = serializers.DateTimeField()
    submitted_at = serializers.DateTimeField()


class AnswersBody(serializers.Serializer[None]):
    answers = serializers.DictField(
        child=serializers.CharField(max_length=2 * LONGEST_TEXT, allow_blank=True), allow_empty=True
    )
    facts = FactsBody(required=False)
    clock = ClockBody(required=False, allow_null=True, default=None)

    def submission(self) -> services.Submission:
        data = self.validated_data
        return services.Submission(
            answers=data["answers"],
            facts=services.Facts(**data.get("facts", {})),
            clock=data["clock"] and services.Clock(**data["clock"]),
        )


class SittingView(APIView):
    def get(self, _request: Request, token: str) -> Response:
        sitting = get_object_or_404(Sitting.objects.select_related("rater__study"), token=token)
        reserve_sitting(sitting)
        return Response(sitting_state(sitting))


class TrialOpenView(APIView):
    def post(self, request: Request, token: str) -> Response:
        body = OpenBody(data=request.data)
        body.is_valid(raise_exception=True)
        services.open_trial(token, body.validated_data["clock"])
        return Response({"opened": True})


class TrialAnswersView(APIView):
    def post(self, request: Request, token: str) -> Response:
        body = AnswersBody(data=request.data)
        body.is_valid(raise_exception=True)
        return Response(sitting_state(services.record_answers(token, body.submission())))


def errors(error: Exception, context: dict[str, Any]) -> Response | None:
    """Every refusal as {"error": one sentence}."""
    if isinstance(error, services.TooEarlyError):
        wait = error.retry_after.total_seconds()
        return Response({"error": str(error), "retry_after_s": round(wait, 2)}, status=409)
    if isinstance(error, services.WrongTurnError):
        return Response({"error": str(error)}, status=409)
    if isinstance(error, InputError):
        return Response({"error": str(error)}, status=400)
    if isinstance(error, RecursionError):
        return Response({"error": "The message is nested too deeply; send answers only."}, status=400)
    if isinstance(error, Trial.DoesNotExist):
        return Response({"error": "This trial is not known; please reload the page."}, status=404)
    response = exception_handler(error, context)
    if response is not None:
        response.data = {"error": _first_sentence(response.data)}
    return response


def _first_sentence(data: Any, where: str = "") -> str:
    """The first message in DRF's nested error data, with the key it belongs to."""
    if isinstance(data, dict):
        key, value = next(iter(data.items()))
        inside = "" if key in ("detail", "non_field_errors") else f"{where}{key}."
        return _first_sentence(value, inside or where)
    if isinstance(data, list):
        return _first_sentence(data[0], where)
    return f"{where.rstrip('.')}: {data}" if where else str(data)
