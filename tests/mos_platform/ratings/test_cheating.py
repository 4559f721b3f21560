"""A client that cheats, at a real server: nothing of what it sends is stored as an answer."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from cheat import TRICKS, Cheat, Trick, message
from over_http import HttpRater


@pytest.fixture(scope="module")
def study_folder(slow_study: Path) -> Path:
    return slow_study


def entered(server: Any) -> Cheat:
    made = Cheat(server.where)
    made.enter(server.link)
    return made


@pytest.fixture
def cheat(server: Any) -> Cheat:
    return entered(server)


def answers_of(server: Any, rater: HttpRater) -> int:
    """Answers and events stored of this rater."""
    of_rater = (
        "JOIN assignments_trial t ON t.id = a.trial_id JOIN raters_sitting s ON s.id = t.sitting_id "
        f"WHERE s.token = '{rater.token}'"
    )
    tables = ("ratings_rating", "ratings_comparison", "ratings_viewing")
    return sum(server.rows(f"SELECT COUNT(*) FROM {table} a {of_rater}")[0][0] for table in tables)


def test_no_trick_leaves_an_answer(server: Any) -> None:
    """All at the same time, each by a rater of its own: most of them have to wait."""
    with ThreadPoolExecutor(len(TRICKS)) as pool:
        tried = list(pool.map(lambda trick: outcome(server, trick), TRICKS))
    assert dict(zip(TRICKS, tried, strict=True)) == {trick: (code, 0, 0) for trick, code in TRICKS.items()}


def outcome(server: Any, trick: Trick) -> tuple[str, int, int]:
    """The code of the refusal; answers stored; trials done."""
    cheat = entered(server)
    view = cheat.state()["trial"]
    answer = trick(cheat, view)
    told = answer.json()
    assert answer.status_code in (400, 404, 409), told
    assert told["error"]
    after = cheat.state()
    assert after["trial"]["token"] == view["token"]
    return told["code"], answers_of(server, cheat), after["done"]


def test_a_pair_cannot_be_answered_after_its_first_clip(server: Any, cheat: Cheat) -> None:
    state = cheat.state()
    while state["trial"]["type"] != "pair":
        cheat.watch(state["trial"])
        state = cheat.answer(state["trial"]).json()
    before, view = answers_of(server, cheat), state["trial"]
    one = {**view, "clips": view["clips"][:1], "first": view["clips"][0]["role"]}
    cheat.fetch(view)
    cheat.open(view)
    cheat.watch(one)
    assert cheat.post("answers", view, message(view)).json()["code"] == "too_early"
    cheat.watch(view)
    assert cheat.post("answers", view, message(one)).json()["code"] == "not_played"
    assert answers_of(server, cheat) == before


def test_tokens_of_other_trials_and_sittings_open_nothing(server: Any, cheat: Cheat) -> None:
    """Replayed: an old trial, which stays as it was answered; and another sitting's, seen by nobody."""
    first = cheat.state()["trial"]
    cheat.watch(first)
    second = cheat.answer(first).json()["trial"]
    before = answers_of(server, cheat)
    changed = dict.fromkeys(message(first)["answers"], "1")
    again = cheat.post("answers", first, {**message(first), "answers": changed})
    assert (again.status_code, again.json()["done"], answers_of(server, cheat)) == (200, 1, before)
    other = Cheat(server.where)
    other.enter(server.link)
    theirs = other.state()["trial"]
    assert cheat.post("answers", theirs, message(second)).json()["code"] == "too_early"
    ahead = server.rows(
        "SELECT t.token FROM assignments_trial t JOIN raters_sitting s ON s.id = t.sitting_id "
        f"WHERE s.token = '{cheat.token}' AND t.position = 3"
    )[0][0]
    for what in ("open", "answers"):
        refused = cheat.post(what, {**second, "token": ahead}, message(second))
        assert (refused.status_code, refused.json()["code"]) == (409, "not_next")
    assert answers_of(server, other) == 0
    assert answers_of(server, cheat) == before


def test_giving_up_every_trial_leaves_no_answer_and_earns_no_code(server: Any, cheat: Cheat) -> None:
    """Whoever says of each clip that it does not play is done after twice as many, and has rated nothing."""
    state = cheat.state()
    for _ in range(2 * state["total"]):
        if state["trial"]:
            state = cheat.post("unplayable", state["trial"], {"reason": "missing"}).json()
    assert state["trial"] is None
    assert (state["completion_code"], state["completion"]["code"]) == ("", "")
    assert answers_of(server, cheat) == 0
