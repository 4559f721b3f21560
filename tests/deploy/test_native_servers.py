"""Real servers: what they let in, and what they say when they cannot start."""

from __future__ import annotations

import os
from pathlib import Path

import psycopg
import pytest
import redis
from native_servers import Cluster, DeployError, cluster, find_program, refuse_unreachable

pytestmark = pytest.mark.services


def test_the_platform_has_its_database_but_is_no_superuser(postgres_url: str) -> None:
    with psycopg.connect(postgres_url) as connection:
        connection.execute("CREATE TABLE mine (id int)")
        role = connection.execute(
            "SELECT rolname, rolsuper, rolcreaterole FROM pg_roles WHERE rolname = current_user"
        ).fetchone()
    assert role == ("mos", False, False)


def test_a_changed_password_counts_from_the_next_start_on(
    postgres_cluster: Cluster, postgres_url: str
) -> None:
    name = postgres_url.rpartition("/")[2]
    changed = "it's \\ % new"
    postgres_cluster.admit(changed, name)
    try:
        with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
            psycopg.connect(postgres_url)
        with psycopg.connect(postgres_cluster.url(changed, name)) as connection:
            assert connection.execute("SELECT 1").fetchone() == (1,)
    finally:
        postgres_cluster.admit("not-a-secret", name)


def test_a_cluster_is_made_once(postgres_cluster: Cluster) -> None:
    made = (postgres_cluster.data / "PG_VERSION").stat().st_mtime_ns
    again = cluster(postgres_cluster.data)
    assert again.data == postgres_cluster.data
    assert (postgres_cluster.data / "PG_VERSION").stat().st_mtime_ns == made


def test_redis_asks_for_the_password(redis_server_url: str) -> None:
    assert redis.from_url(redis_server_url).ping()
    without = redis_server_url.replace("not-a-secret", "")
    with pytest.raises(redis.exceptions.RedisError):
        redis.from_url(without).ping()


def test_a_closed_folder_above_is_named(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    (closed / "data").mkdir(parents=True)
    closed.chmod(0o700)
    with pytest.raises(DeployError, match=r"is closed to the account .* set MOS_VAR"):
        refuse_unreachable(closed / "data")


def test_a_path_too_long_for_a_socket_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DeployError, match="too long a path"):
        cluster(tmp_path / ("x" * 100))


def test_a_missing_program_comes_with_the_package_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(os.environ, "PATH", "/nowhere")
    with pytest.raises(DeployError, match="apt-get install no-such-package"):
        find_program("no-such-program", "no-such-package")
