"""The JSON interface of the checks. The token in the address is the key; there are no cookies."""

from __future__ import annotations

from dataclasses import asdict

from django.http import Http404
from django.shortcuts import get_object_or_404
from django.urls import reverse
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from mos_platform.raters.models import Sitting
from mos_platform.setup import rounds, services
from mos_platform.setup.measured import (
    Playback,
    Screen,
    judge_playback,
    judge_screen,
    judge_speed,
)
from mos_platform.setup.outcome import Outcome

MOST_PIXELS = 10**5
MOST_HZ, MOST_MBITS = 1000, 10**5


class PlaybackBody(serializers.Serializer[None]):
    trouble = serializers.ChoiceField(choices=["unsupported", "stopped"], allow_blank=True)
    patches = serializers.ListField(
        child=serializers.ListField(
            child=serializers.IntegerField(min_value=0, max_value=255), min_length=3, max_length=3
        ),
        max_length=4,
        allow_null=True,
    )

    def outcome(self, _sitting: Sitting) -> Outcome:
        data = self.validated_data
        patches = None if data["patches"] is None else [tuple(one) for one in data["patches"]]
        return judge_playback(Playback(data["trouble"], patches))


class ScreenBody(serializers.Serializer[None]):
    width = serializers.IntegerField(min_value=1, max_value=MOST_PIXELS)
    height = serializers.IntegerField(min_value=1, max_value=MOST_PIXELS)
    pixel_ratio = serializers.FloatField(min_value=0, max_value=100)
    refresh_hz = serializers.FloatField(min_value=0, max_value=MOST_HZ, allow_null=True)

    def outcome(self, sitting: Sitting) -> Outcome:
        needs = services.screen_needs(sitting.rater.study.parsed)
        return judge_screen(Screen(**self.validated_data), needs)


class SpeedBody(serializers.Serializer[None]):
    mbits = serializers.FloatField(min_value=0, max_value=MOST_MBITS)

    def outcome(self, sitting: Sitting) -> Outcome:
        needed = services.needed_mbits(sitting.rater.study)
        return judge_speed(round(self.validated_data["mbits"], 3), needed)


class DistanceBody(serializers.Serializer[None]):
    def outcome(self, _sitting: Sitting) -> Outcome:
        return Outcome(True, {}, "setup.distance_passed")


BODIES: dict[str, type[PlaybackBody | ScreenBody | SpeedBody | DistanceBody]] = {
    "playback": PlaybackBody,
    "screen": ScreenBody,
    "speed": SpeedBody,
    "distance": DistanceBody,
}


class AnswerBody(serializers.Serializer[None]):
    answer = serializers.CharField(max_length=64, allow_blank=True)


class StateView(APIView):
    def get(self, _request: Request, token: str) -> Response:
        sitting = _sitting(token)
        checks = [asdict(one) for one in services.standings(sitting)]
        return Response({"checks": checks, "open": services.setup_address(sitting) is not None})


class ReportView(APIView):
    """What the browser measured in a check."""

    def post(self, request: Request, token: str, name: str) -> Response:
        sitting = _sitting(token)
        if name not in BODIES:
            raise Http404
        body = BODIES[name](data=request.data)
        body.is_valid(raise_exception=True)
        try:
            return Response(asdict(services.record(sitting, name, body.outcome(sitting))))
        except services.NoSuchCheckError:
            raise Http404 from None


class GoPastView(APIView):
    def post(self, _request: Request, token: str, name: str) -> Response:
        try:
            return Response(asdict(services.go_past(_sitting(token), name)))
        except services.NoSuchCheckError:
            raise Http404 from None


class RoundView(APIView):
    """The open round of a check: POST, because a first one begins a try."""

    def post(self, _request: Request, token: str, name: str) -> Response:
        try:
            handed = rounds.open_round(_sitting(token), name)
        except services.NoSuchCheckError:
            raise Http404 from None
        return Response(
            {
                "body_url": reverse("setup:body", args=[handed.token]),
                "answer_url": reverse("setup:answer", args=[handed.token]),
                "place": handed.place,
                "of": handed.of,
                "wait_s": handed.wait_s,
            }
        )


class AnswerView(APIView):
    def post(self, request: Request, token: str) -> Response:
        body = AnswerBody(data=request.data)
        body.is_valid(raise_exception=True)
        try:
            return Response(asdict(rounds.answer_round(token, body.validated_data["answer"])))
        except services.NoSuchCheckError:
            raise Http404 from None


def _sitting(token: str) -> Sitting:
    return get_object_or_404(Sitting.objects.select_related("rater__study"), token=token)
