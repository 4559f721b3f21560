"""Settings read from the environment, parsed once; a value that makes no sense is refused in one sentence."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured


def text(name: str, default: str = "") -> str:
    """A variable that is empty counts as not set."""
    return os.environ.get(name, "").strip() or default


def flag(name: str, *, default: bool) -> bool:
    value = text(name).lower()
    if value in ("", "0", "1", "true", "false", "yes", "no"):
        return default if value == "" else value in ("1", "true", "yes")
    raise ImproperlyConfigured(f"{name} is {value!r}; write 1 or 0.")


def number(name: str, default: int) -> int:
    value = text(name, str(default))
    if not (value.isascii() and value.isdigit() and 0 < int(value) < 10**9):
        raise ImproperlyConfigured(f"{name} is {value!r}; write a whole number above 0.")
    return int(value)


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
        "PORT": _port(parts),
        # Reconnecting for every rating costs six times the query itself.
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": True,
    }


def _port(parts: SplitResult) -> str:
    try:
        return str(parts.port or "")
    except ValueError:
        raise ImproperlyConfigured("MOS_DATABASE_URL has a port that is no number; correct it.") from None


def writable_folder(path: Path) -> Path:
    """The folder, made where it is missing."""
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ImproperlyConfigured(
            f"{path} cannot be written to ({error.strerror}); set MOS_VAR to a folder that can."
        ) from None
    return path


def kept_secret(file: Path, make: Callable[[], str]) -> str:
    """The secret in `file`; made at the first call, whole or not at all, whoever comes first."""
    try:
        known = file.read_text().strip() if file.exists() else ""
        if not known:
            fresh = file.with_name(f".{file.name}-{os.getpid()}")
            fresh.touch(mode=0o600)
            fresh.write_text(make())
            _install(fresh, file)
        return file.read_text().strip()
    except OSError as error:
        raise ImproperlyConfigured(
            f"{file} cannot be kept ({error.strerror}); set MOS_VAR to a folder that can be written to."
        ) from None


def _install(fresh: Path, file: Path) -> None:
    """A link refuses where another process was first; an empty file, left by a crash, is replaced."""
    try:
        os.link(fresh, file)
    except FileExistsError:
        if not file.read_text().strip():
            fresh.replace(file)
            return
    fresh.unlink()


def sqlite(path: Path) -> dict[str, Any]:
    """SQLite that many threads can write to: WAL, writers queue, and a power cut loses no answer."""
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": path,
        # As above: the last to close a file in WAL mode writes all of it back, and waits for the disk.
        "CONN_MAX_AGE": None,
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "timeout": 30,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;",
        },
    }
