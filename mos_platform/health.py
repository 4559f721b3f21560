"""/healthz: whether this process reaches what it needs."""

from __future__ import annotations

from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from kombu.exceptions import OperationalError

from mos_platform.celery import app

TIMEOUT_S = 2.0


@require_safe
@never_cache
def healthz(_request: HttpRequest) -> JsonResponse:
    """200 where everything answers; 503 with "failed" beside what does not."""
    found = {"database": _database(), "broker": _broker()}
    return JsonResponse(found, status=503 if "failed" in found.values() else 200)


def _database() -> str:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return "failed"
    return "ok"


def _broker() -> str:
    if settings.EMBEDDED:
        return "embedded"
    try:
        with app.connection_for_write(connect_timeout=TIMEOUT_S) as broker:
            broker.ensure_connection(max_retries=1, interval_start=0, timeout=TIMEOUT_S)
    except (OperationalError, OSError):
        return "failed"
    return "ok"
