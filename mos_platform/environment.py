"""Settings read from the environment, parsed once; a value that makes no sense is refused in one sentence."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured


def text(name: str, default: str = "") -> str:
    """A variable that is empty counts as not set."""
    return os.environ.get(name, "").strip() or default


def flag(name: str, *, default: bool) -> bool:
    value = text(name).lower()
    if value in ("", "0", "1", "true", "false", "yes", "no"):
        return default if value == "" else value in ("1", "true", "yes")
    raise ImproperlyConfigured(f"{name} is {value!r}; write 1 or 0.")


def names(name: str, default: str) -> list[str]:
    return [part.strip() for part in text(name, default).split(",") if part.strip()]


def database(url: str) -> dict[str, Any]:
    """`sqlite:///PATH` or `postgres://USER:PASSWORD@HOST:PORT/NAME` as a Django DATABASES entry."""
    parts = urlsplit(url)
    if parts.scheme == "sqlite":
        return sqlite(Path(parts.path))
    if parts.scheme not in ("postgres", "postgresql"):
        raise ImproperlyConfigured(
            f"MOS_DATABASE_URL starts with {parts.scheme!r}; write sqlite:///PATH or postgres://USER:PASSWORD@HOST/NAME."
        )
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or "",
        "PORT": str(parts.port or ""),
        # Reconnecting for every rating costs six times the query itself.
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": True,
    }


def sqlite(path: Path) -> dict[str, Any]:
    """SQLite that many threads can write to: WAL, and writers queue instead of failing."""
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": path,
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "timeout": 30,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
        },
    }
