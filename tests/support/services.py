"""Fixtures for real PostgreSQL and Redis: started when first asked for, one of each per test process."""

from __future__ import annotations

import itertools
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from native_servers import (
    Cluster,
    DeployError,
    cluster,
    find_program,
    free_port,
    redis,
    redis_answers,
    redis_url,
    start,
    wait_until,
)

PASSWORD = "not-a-secret"


def need(*programs: tuple[str, str]) -> None:
    """Skip, with the reason, where a server's program is not installed (`make test` installs it)."""
    try:
        for program, package in programs:
            find_program(program, package)
    except DeployError as error:
        pytest.skip(str(error))


@contextmanager
def reachable_folder() -> Iterator[Path]:
    """A folder that PostgreSQL's account can reach; root's temporary folders of pytest are closed to it."""
    folder = Path(tempfile.mkdtemp(prefix="mos-"))
    folder.chmod(0o755)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def open_folder() -> Iterator[Path]:
    with reachable_folder() as folder:
        yield folder


@pytest.fixture(scope="session")
def postgres_cluster() -> Iterator[Cluster]:
    need(("postgres", "postgresql"), ("initdb", "postgresql"), ("psql", "postgresql"))
    with reachable_folder() as folder:
        made = cluster(folder / "postgres")
        with (folder / "postgres.log").open("wb") as log:
            child = start(made.program(), log.fileno())
        try:
            wait_until(made.answers, child, "PostgreSQL")
            yield made
        finally:
            child.send_signal(made.program().stop_signal)
            child.wait(30)


@pytest.fixture(scope="session")
def database_names() -> Iterator[str]:
    return (f"test_{number}" for number in itertools.count(1))


@pytest.fixture
def postgres_url(postgres_cluster: Cluster, database_names: Iterator[str]) -> str:
    """URL of an empty database on a real PostgreSQL, of this test alone."""
    name = next(database_names)
    postgres_cluster.admit(PASSWORD, name)
    return postgres_cluster.url(PASSWORD, name)


@pytest.fixture(scope="session")
def redis_server_url() -> Iterator[str]:
    """URL of a real Redis with a password, shared by the tests of one process."""
    need(("redis-server", "redis-server"))
    port = free_port()
    program = redis(port, PASSWORD)
    with tempfile.TemporaryFile() as log:
        child = start(program, log.fileno())
    try:
        wait_until(lambda: redis_answers(port), child, "Redis")
        yield redis_url(port, PASSWORD)
    finally:
        child.terminate()
        child.wait(30)
