"""Each answer exactly once, whatever happens to the connection, the page and the server."""

from __future__ import annotations

import random
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from over_http import HttpRater, ShakyRater, first_answers, wait_for
from viewing import answered

# Here on PostgreSQL always: SQLite lets one write at a time, so that no two could meet.
DATABASES = [
    pytest.param("sqlite", marks=pytest.mark.all),
    pytest.param("postgres", marks=pytest.mark.services),
]
pytestmark = pytest.mark.parametrize("server", DATABASES, indirect=True, scope="module")

ANSWERS = 5 * 2 + 1  # of a whole sitting


def entered(server: Any, rater: HttpRater | None = None) -> HttpRater:
    rater = rater or HttpRater(server.where)
    rater.enter(server.link)
    return rater


def stored(server: Any, raters: list[Any]) -> list[tuple[int, int, int, int]]:
    """Of each sitting: trials answered, answers stored, different questions answered, events kept."""
    found = []
    for rater in raters:
        trials = (
            "(SELECT t.id, t.state FROM assignments_trial t JOIN raters_sitting s ON s.id = t.sitting_id "
            f"WHERE s.token = '{rater.token}') t"
        )
        given = (
            "(SELECT trial_id, question FROM ratings_rating UNION ALL "
            "SELECT trial_id, question FROM ratings_comparison) a"
        )
        answers = server.rows(f"SELECT t.id, a.question FROM {given} JOIN {trials} ON t.id = a.trial_id")
        states = server.rows(f"SELECT t.state FROM {trials}")
        kept = server.rows(f"SELECT COUNT(*) FROM ratings_viewing v JOIN {trials} ON t.id = v.trial_id")
        done = sum(state == "answered" for (state,) in states)
        found.append((done, len(answers), len(set(answers)), kept[0][0]))
    return found


WHOLE = (6, ANSWERS, ANSWERS, 6)


def test_a_double_click_in_many_tabs_is_one_answer(server: Any) -> None:
    """Twelve tabs send answers of their own at the same moment: one of them stands, whole."""
    rater = entered(server)
    view = rater.state()["trial"]
    rater.watch(view)
    grades = [grade["value"] for grade in view["questions"][0]["grades"]]
    bodies = [answered(view, dict.fromkeys(first_answers(view), grades[i % len(grades)])) for i in range(12)]
    barrier = threading.Barrier(len(bodies))

    def send(body: dict[str, Any]) -> tuple[int, int]:
        barrier.wait()
        answer = rater.post("answers", view, body)
        return answer.status_code, answer.json()["done"]

    with ThreadPoolExecutor(len(bodies)) as pool:
        assert set(pool.map(send, bodies)) == {(200, 1)}
    assert stored(server, [rater]) == [(1, 2, 2, 1)]
    scores = server.rows(
        "SELECT DISTINCT score FROM ratings_rating r JOIN assignments_trial t ON t.id = r.trial_id "
        f"WHERE t.token = '{view['token']}'"
    )
    assert len(scores) == 1


def test_two_tabs_and_the_back_button_lose_and_double_nothing(server: Any) -> None:
    """Two tabs walk the same sitting, each by what it last saw; the second is always one step behind."""
    rater = entered(server)
    first = second = rater.state()
    while first["trial"]:
        rater.watch(first["trial"])
        first = rater.answer(first["trial"]).json()
        late = rater.answer(second["trial"])
        assert (late.status_code, late.json()["done"]) == (200, first["done"])
        second = first
    assert stored(server, [rater]) == [WHOLE]
    assert rater.state()["completion_code"] == first["completion_code"] != ""


def test_both_sides_of_a_given_up_trial_are_one(server: Any) -> None:
    """Many times at once: void once, and one copy of it at the end."""
    rater = entered(server)
    state = rater.state()
    with ThreadPoolExecutor(8) as pool:
        sent = list(
            pool.map(lambda _: rater.post("unplayable", state["trial"], {"reason": "timeout"}), range(8))
        )
    assert {(answer.status_code, answer.json()["notice"]) for answer in sent} == {(200, "later")}
    states = server.rows(
        "SELECT t.state, COUNT(*) FROM assignments_trial t JOIN raters_sitting s ON s.id = t.sitting_id "
        f"WHERE s.token = '{rater.token}' GROUP BY t.state ORDER BY t.state"
    )
    assert states == [("pending", state["total"]), ("void", 1)]
    assert rater.sit()["completion_code"]
    assert stored(server, [rater]) == [WHOLE]


def walked(server: Any, count: int, at_once: int) -> None:
    raters = [ShakyRater(server.where, seed) for seed in range(count)]
    for rater in raters:
        entered(server, rater)
    with ThreadPoolExecutor(at_once) as pool:
        ends = list(pool.map(ShakyRater.sit, raters))
    assert all(end["completion_code"] for end in ends)
    assert stored(server, raters) == [WHOLE] * count
    assert sum(rater.broken for rater in raters) > 10 * count


def test_sittings_with_broken_connections_end_with_each_answer_once(server: Any) -> None:
    walked(server, 10, at_once=10)


@pytest.mark.all
@pytest.mark.long
def test_200_sittings_with_broken_connections_end_with_each_answer_once(server: Any) -> None:
    walked(server, 200, at_once=16)


def test_a_server_that_is_killed_loses_and_doubles_nothing(server: Any, install: Any) -> None:
    """Killed while raters answer, and again in mid-trial: they go on where they were."""
    raters = [entered(server, ShakyRater(server.where, seed)) for seed in (1, 2, 3, 4)]
    waiting = entered(server)
    view = waiting.state()["trial"]
    waiting.fetch(view)
    waiting.post("open", view, {})
    moments = random.Random(5)
    with ThreadPoolExecutor(len(raters)) as pool:
        ends = [pool.submit(rater.sit) for rater in raters]
        for _ in range(2):
            time.sleep(moments.uniform(0.4, 1.2))
            server.kill()
            server.start()
        codes = [end.result()["completion_code"] for end in ends]
    assert all(codes)
    assert stored(server, raters) == [WHOLE] * len(raters)
    wait_for(view)
    assert waiting.answer(view).json()["done"] == 1
    assert waiting.sit()["completion_code"]
    assert stored(server, [waiting]) == [WHOLE]
