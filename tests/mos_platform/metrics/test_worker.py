"""Workers as processes of their own: what is pending is worked off, and being killed loses nothing."""

from __future__ import annotations

import signal
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from measuring import WORK_UNTIL_DONE, Broker, celery, ended, shared_studies, stopped, wait_for

from mos_platform.metrics.measures.weights import Weights

STRETCH_S = 1  # of each real clip: whole, they take two hours of a processor, twice
LONG_AGO = "2000-01-01 00:00:00"
VALUES = """
    SELECT method.name, item.name, wanted.metric, measured.value, measured.reason
    FROM metrics_metricvalue AS wanted JOIN metrics_measured AS measured ON measured.id = wanted.measured_id
    JOIN stimuli_stimulus AS stimulus ON stimulus.id = wanted.stimulus_id
    JOIN stimuli_method AS method ON method.id = stimulus.method_id
    JOIN stimuli_item AS item ON item.id = stimulus.item_id
    ORDER BY 1, 2, 3
"""


def states(here: Any) -> Counter[str]:
    return Counter(dict(here.sql("SELECT state, count(*) FROM metrics_measured GROUP BY state")))


def all_done(here: Any) -> bool:
    return set(states(here)) == {"done"}


def imported(here: Any, study: Path) -> None:
    done = here.run("import_study", str(study))
    assert (done.returncode, done.stderr) == (0, "")


def halted_at_work(here: Any, worker: Any) -> bool:
    """The worker stands still with something claimed; where it had just ended that, it goes on."""
    worker.send_signal(signal.SIGSTOP)
    if states(here)["running"] >= 1:
        return True
    worker.send_signal(signal.SIGCONT)
    return False


@pytest.mark.all
def test_two_workers_share_the_work_and_do_nothing_twice(installation: Any, clip_study: Path) -> None:
    imported(installation, clip_study)
    for worker in [installation.start("-c", WORK_UNTIL_DONE) for _ in range(2)]:
        ended(worker)
    # 14 values; those of the copies are the reference's own, measured once.
    assert states(installation) == {"done": 12}
    assert installation.sql("SELECT DISTINCT attempts FROM metrics_measured") == [(1,)]
    without = [(method, metric) for method, _, metric, value, _ in installation.sql(VALUES) if value is None]
    assert without == [("copy", "psnr"), ("copy", "psnr")]


@pytest.fixture
def slow_study(own_study: Path, make_clip: Callable[..., Path]) -> Path:
    """The study with clips that take long enough to be killed at."""
    for number, clip in enumerate(sorted((own_study / "clips").glob("*/*.mp4"))):
        make_clip(clip, "-vf", f"hue=h={30 * number}", size=256, seconds=2)
    return own_study


def corrupt(here: Any, method: str, item: str) -> None:
    """Overwrite the served file of a clip."""
    found = here.sql(
        "SELECT file FROM stimuli_stimulus JOIN stimuli_method AS method ON method.id = method_id "
        "JOIN stimuli_item AS item ON item.id = item_id WHERE method.name = ? AND item.name = ?",
        method,
        item,
    )
    (here.var / "media" / found[0][0]).write_bytes(b"\1" * 10_000)


def test_a_killed_worker_and_a_corrupt_clip_cost_no_other_value(installation: Any, slow_study: Path) -> None:
    imported(installation, slow_study)
    corrupt(installation, "soft", "one")
    worker = installation.start("-c", WORK_UNTIL_DONE)
    wait_for(lambda: states(installation)["done"] >= 2 and halted_at_work(installation, worker))
    worker.send_signal(signal.SIGKILL)
    worker.communicate()
    left = states(installation)
    assert left["running"] >= 1
    assert left.total() == 14
    interrupted = installation.sql("SELECT id FROM metrics_measured WHERE state = 'running'")
    # The claims expire: what would take half a minute is said to be over.
    installation.sql("UPDATE metrics_measured SET claimed_at = ? WHERE state = 'running'", LONG_AGO)
    ended(installation.start("-c", WORK_UNTIL_DONE))
    assert states(installation) == {"done": 14}
    attempts = dict(installation.sql("SELECT id, attempts FROM metrics_measured"))
    assert {pk for pk, count in attempts.items() if count == 2} == {pk for (pk,) in interrupted}
    assert set(attempts.values()) == {1, 2}
    bare = {(method, item) for method, item, _, value, _ in installation.sql(VALUES) if value is None}
    assert bare == {("soft", "one")}


@pytest.mark.services
def test_two_workers_share_the_work_on_postgresql(
    installation: Any, clip_study: Path, postgres_url: str, tmp_path: Path
) -> None:
    installation.env["MOS_DATABASE_URL"] = postgres_url
    for words in (("migrate", "-v", "0"), ("import_study", str(clip_study))):
        done = installation.run(*words)
        assert (done.returncode, done.stderr) == (0, "")
    for worker in [installation.start("-c", WORK_UNTIL_DONE) for _ in range(2)]:
        ended(worker)
    with psycopg.connect(postgres_url) as connection:
        counts = connection.execute(
            "SELECT state, attempts, count(*), count(value) FROM metrics_measured GROUP BY state, attempts"
        ).fetchall()
    assert counts == [("done", 1, 12, 10)]
    assert installation.run("export", "clips", "--out", str(tmp_path / "bundle")).returncode == 0
    assert (tmp_path / "bundle" / "metrics.csv").read_text().count(",ok,") == 12


@pytest.fixture
def broker() -> Iterator[Broker]:
    """A real Redis that a test may stop and start again."""
    made = Broker()
    made.start()
    yield made
    made.stop()


@pytest.fixture
def with_redis(installation: Any, broker: Broker) -> Any:
    installation.env |= {"MOS_REDIS_URL": broker.url, "MOS_SECRET_KEY": "k" * 48}
    installation.env["MOS_ALLOWED_HOSTS"] = "127.0.0.1"
    return installation


@pytest.mark.services
@pytest.mark.parametrize("seconds", [5, pytest.param(30, marks=pytest.mark.all)])
def test_a_broker_that_stops_loses_no_value_and_none_comes_twice(
    with_redis: Any, broker: Broker, slow_study: Path, seconds: float
) -> None:
    """Redis forgets all messages when it stops; the rows know what was not computed."""
    with stopped(
        celery(with_redis, "worker", "--concurrency", "1"), celery(with_redis, "beat", "--pidfile=")
    ):
        imported(with_redis, slow_study)
        corrupt(with_redis, "soft", "two")
        wait_for(lambda: states(with_redis)["done"] >= 1 and states(with_redis)["pending"] >= 4)
        broker.stop()
        broker.stay_down(seconds)
        broker.start()
        wait_for(lambda: all_done(with_redis), 150)
    assert states(with_redis) == {"done": 14}
    assert with_redis.sql("SELECT DISTINCT attempts FROM metrics_measured") == [(1,)]
    bare = {(method, item) for method, item, _, value, _ in with_redis.sql(VALUES) if value is None}
    assert bare == {("soft", "two")}


@pytest.mark.services
def test_a_worker_without_the_queue_of_networks_leaves_their_work(with_redis: Any, clip_study: Path) -> None:
    imported(with_redis, clip_study)
    with_redis.sql("UPDATE metrics_measured SET work = 'clip:none' WHERE metric = 'cpbd'")
    worker = celery(with_redis, "worker", "--concurrency", "1", "-Q", "mos,mos.awaited")
    beat = celery(with_redis, "beat", "--pidfile=")
    with stopped(worker, beat):
        wait_for(lambda: states(with_redis)["done"] == 8, 90)
        assert with_redis.sql(
            "SELECT DISTINCT state, attempts FROM metrics_measured WHERE metric = 'cpbd'"
        ) == [("pending", 0)]


def values_of(here: Any, studies: list[Path], work: Callable[[Any], None]) -> list[tuple[Any, ...]]:
    for study in studies:
        imported(here, study)
    work(here)
    assert all_done(here)
    return here.sql(VALUES)


def embedded(here: Any) -> None:
    ended(here.start("-c", WORK_UNTIL_DONE), 3600)


def by_celery(here: Any) -> None:
    with stopped(celery(here, "worker", "--concurrency", "2"), celery(here, "beat", "--pidfile=")):
        wait_for(lambda: all_done(here), 3600)


def same_values(
    install: Callable[[str], Any], broker: Broker, studies: list[Path], weights: Path
) -> list[tuple[Any, ...]]:
    plain, queued = install("embedded"), install("queued")
    for here in (plain, queued):
        here.env["MOS_WEIGHTS_DIR"] = str(weights)
    queued.env |= {"MOS_REDIS_URL": broker.url, "MOS_SECRET_KEY": "k" * 48, "MOS_ALLOWED_HOSTS": "127.0.0.1"}
    values = values_of(plain, studies, embedded)
    assert values_of(queued, studies, by_celery) == values
    return values


@pytest.mark.all
@pytest.mark.services
def test_embedded_and_with_redis_the_values_are_the_same(
    install: Callable[[str], Any], broker: Broker, clip_study: Path, weights: Weights
) -> None:
    assert len(same_values(install, broker, [clip_study], weights.folder)) == 14


@pytest.mark.all
@pytest.mark.services
def test_all_shared_clips_measure_the_same_embedded_and_with_redis(
    install: Callable[[str], Any], broker: Broker, shared: Path, tmp_path: Path, weights: Weights
) -> None:
    found = same_values(install, broker, shared_studies(shared, tmp_path, STRETCH_S), weights.folder)
    there = {path.name for path in weights.folder.iterdir()}
    for *place, value, reason in found:
        assert (value is None) == reason.startswith("not computed: "), place
        assert "Error" not in reason, (place, reason)
        assert not [name for name in there if name in reason], (place, reason)
    value_of = {tuple(place): value for *place, value, _ in found}
    assert value_of["EDTalk", "id03", "cpbd"] < value_of["Hallo", "id03", "cpbd"]  # the less the blurrier
    for metric in ("brisque", "niqe"):
        assert value_of["EDTalk", "id03", metric] > value_of["Hallo", "id03", metric]
