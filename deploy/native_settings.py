"""The settings of a native installation, from an env file and the environment, checked before any start."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from native_servers import DeployError

SHORTEST_KEY = 32
MEND = "see deploy/env.example"
OPTIONAL = (
    *("MOS_UPLOAD_MAX_MB", "MOS_UPLOAD_MAX_UNPACKED_MB", "MOS_UPLOAD_MAX_FILES"),
    *("MOS_WEIGHTS_DIR", "MOS_MEASURE_MEMORY_MB"),
)


@dataclass(frozen=True)
class Native:
    """What the topology needs to know. An empty URL means: start a server of our own."""

    secret_key: str
    allowed_hosts: str
    base_url: str
    database_url: str
    postgres_password: str
    redis_url: str
    var: Path
    bind: str
    workers: int
    debug: str
    optional: Mapping[str, str]

    @property
    def port(self) -> int:
        return int(self.bind.rpartition(":")[2])

    @property
    def health_url(self) -> str:
        host = self.bind.rpartition(":")[0]
        return f"http://{'127.0.0.1' if host in ('', '0.0.0.0') else host}:{self.port}/healthz"  # noqa: S104

    @property
    def health_host(self) -> str:
        """A Host header that Django lets in."""
        first = self.allowed_hosts.split(",")[0].strip().lstrip(".")
        return "localhost" if first == "*" else first


def read_env_file(file: Path) -> dict[str, str]:
    """`NAME=VALUE` lines; empty lines and lines that start with # are skipped. Raises DeployError."""
    if not file.exists():
        return {}
    if file.stat().st_mode & 0o077:
        raise DeployError(f"{file} holds secrets and can be read by others; run: chmod 600 {file}")
    values: dict[str, str] = {}
    for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), start=1):
        name, equals, value = line.partition("=")
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        if not equals or not name.strip().isidentifier():
            raise DeployError(f"{file}, line {number}: write NAME=VALUE, not {line.strip()!r}.")
        values[name.strip()] = value.strip().strip("\"'")
    return values


def native_settings(values: Mapping[str, str], where: Path) -> Native:
    """Settings from the env file's values, overridden by the environment. Raises DeployError."""

    def given(name: str, default: str = "") -> str:
        return os.environ.get(name) or values.get(name) or default

    settings = Native(
        secret_key=given("MOS_SECRET_KEY"),
        allowed_hosts=given("MOS_ALLOWED_HOSTS"),
        base_url=given("MOS_BASE_URL"),
        database_url=given("MOS_DATABASE_URL"),
        postgres_password=given("MOS_POSTGRES_PASSWORD"),
        redis_url=given("MOS_REDIS_URL"),
        var=Path(given("MOS_VAR", "var/native")).resolve(),
        bind=given("MOS_BIND", "127.0.0.1:8000"),
        workers=_workers(given("MOS_WORKERS", str(os.cpu_count() or 1))),
        debug=given("MOS_DEBUG", "0"),
        optional={name: given(name) for name in OPTIONAL if given(name)},
    )
    _refuse_unsafe(settings, where)
    return settings


def _workers(text: str) -> int:
    if not text.isdecimal() or int(text) == 0:
        raise DeployError(f"MOS_WORKERS is {text!r}; write how many processes compute metrics, such as 2.")
    return int(text)


def _refuse_unsafe(settings: Native, where: Path) -> None:
    needed = {
        "MOS_SECRET_KEY": settings.secret_key,
        "MOS_ALLOWED_HOSTS": settings.allowed_hosts,
        "MOS_BASE_URL": settings.base_url,
        "MOS_POSTGRES_PASSWORD": settings.postgres_password or settings.database_url,
    }
    for name, value in needed.items():
        if not value:
            raise DeployError(f"{name} is not set; write it into {where} ({MEND}).")
    if len(settings.secret_key) < SHORTEST_KEY:
        raise DeployError(
            f"MOS_SECRET_KEY is shorter than {SHORTEST_KEY} characters; make a new one ({MEND})."
        )
    if not settings.base_url.startswith(("http://", "https://")):
        raise DeployError(f"MOS_BASE_URL is {settings.base_url!r}; write https://HOST or http://HOST.")
    if not settings.bind.rpartition(":")[2].isdecimal():
        raise DeployError(f"MOS_BIND is {settings.bind!r}; write HOST:PORT, such as 127.0.0.1:8000.")
