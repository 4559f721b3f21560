"""The command `simulate`: what it refuses before any rater takes part, and what it tells of all profiles."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from mos_platform.stimuli.models import Study
from studies.errors import InputError
from studies.invention import invented


@pytest.fixture
def stated(small_study: Study, tmp_path: Path) -> Path:
    file = tmp_path / "simulation.yaml"
    file.write_text(invented(small_study.parsed).as_yaml(), encoding="utf-8")
    return file


def test_a_seed_is_only_for_opinions_made_up(stated: Path) -> None:
    with pytest.raises(InputError, match="change 'seed' in MODEL, or leave MODEL out"):
        call_command("simulate", "small", str(stated), seed=3)


def test_opinions_must_cover_the_study(stated: Path) -> None:
    stated.write_text(stated.read_text(encoding="utf-8").replace("beta", "gamma"), encoding="utf-8")
    with pytest.raises(InputError, match=r"questions\.overall\.means lacks 'beta'"):
        call_command("simulate", "small", str(stated))


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (["careful:0.5", "dropper:0.4"], "sum to 0.9"),
        (["careful:0.8", "dropper:0.4", "lazy"], "sum to 1.2"),
        (["careful", "careful:0.5"], "names one profile twice"),
    ],
)
def test_shares_of_profiles_make_a_whole(small_study: Any, words: list[str], problem: str) -> None:
    with pytest.raises(InputError, match=problem):
        call_command("simulate", "small", *(f"--profile={word}" for word in words))


@pytest.mark.parametrize(
    ("word", "problem"),
    [
        ("--profile=clever", "'clever' is no profile; use careful, lazy, "),
        ("--profile=lazy:half", "'half' is no share; write lazy:0.2 for a fifth"),
        ("--profile=lazy:0", "'0' is no share"),
        ("--url=localhost", "'localhost' is no address; write http://HOST:PORT"),
    ],
)
def test_profiles_and_addresses_are_ones(small_study: Any, word: str, problem: str) -> None:
    with pytest.raises(CommandError, match=re.escape(problem)):
        call_command("simulate", "small", word)


@pytest.mark.parametrize(
    "words", [("--raters", "0"), ("--raters", "many"), ("--seed", "-1"), ("--seed", "4294967296")]
)
def test_numbers_are_whole_and_within_limits(small_study: Any, words: tuple[str, str]) -> None:
    with pytest.raises(CommandError, match="is no whole number from"):
        call_command("simulate", "small", *words)


ALL = ["careful", "dropper:0.2", "lazy:0.1", "straight_liner:0.1", "slow:0.2", "cheater:0.2"]


def table(output: str) -> dict[str, list[int]]:
    """Numbers by profile."""
    rows = [line.split() for line in output.splitlines() if re.match(r"\w+( +\d+){6}$", line)]
    return {profile: [int(number) for number in numbers] for profile, *numbers in rows}


def stored(installation: Any, what: str) -> list[tuple[Any, ...]]:
    return list(installation.sql(what))


def test_every_profile_takes_part_as_it_does_and_is_told_of(
    installation: Any, crowd_study: Callable[..., Path]
) -> None:
    """At a server that runs. Run again, nobody comes: neither who left nor who cheated."""
    assert installation.run("import_study", str(crowd_study(50))).returncode == 0
    command = ["simulate", "crowd", "--raters=10", "--seed=2", *(f"--profile={one}" for one in ALL)]
    with installation.serving() as url:
        done = installation.run(*command, f"--url={url}")
    assert done.returncode == 0, done.stderr
    found = table(done.stdout)
    expected = {"careful": 2, "lazy": 1, "straight_liner": 1, "dropper": 2, "cheater": 2, "slow": 2}
    assert {profile: row[0] for profile, row in found.items()} == expected
    for profile in ("careful", "lazy", "straight_liner", "slow"):
        raters, completed, *others, answers = found[profile]
        assert (raters, others, answers) == (completed, [0, 0, 0], 6 * completed)
    assert found["dropper"][1:5] == [0, 2, 0, 0]
    assert found["dropper"][5] < 6 * 2
    assert found["cheater"][1:] == [0, 0, 0, 2, 2]
    assert "20 of 20 attempts to cheat were refused." in done.stdout
    assert "10 simulated raters took part in 'crowd'." in done.stdout
    given = stored(installation, "SELECT COUNT(*) FROM ratings_rating")[0][0]
    assert given == sum(row[5] for row in found.values())
    assert stored(installation, "SELECT DISTINCT simulated FROM raters_rater") == [(1,)]
    again = installation.run(*command)
    assert (again.returncode, table(again.stdout)) == (0, {})
    assert "0 simulated raters took part" in again.stdout
    check_who_missed_checks(installation)
    check_what_slow_ones_tell(installation)


def check_who_missed_checks(installation: Any) -> None:
    """Of those that ask for a grade or for the digits heard: only who did not attend."""
    given = stored(
        installation,
        "SELECT s.rater_id, r.score = json_extract(t.expected, '$.' || r.question || '.low'), r.question "
        "FROM ratings_rating r JOIN assignments_trial t ON t.id = r.trial_id "
        "JOIN raters_sitting s ON s.id = t.sitting_id WHERE t.kind = 'trap'",
    )
    assert {question for *_, question in given} == {"overall", "sound_check"}
    assert 1 <= len({rater for rater, right, _ in given if not right}) <= 2


def check_what_slow_ones_tell(installation: Any) -> None:
    """Their events, half of them with a clip that stood still; each answer once though it was sent twice."""
    told = stored(
        installation,
        "SELECT r.stalled_ms, r.played_fraction FROM ratings_rating r "
        "JOIN ratings_viewing v ON v.trial_id = r.trial_id",
    )
    assert len(told) == 12
    assert 2 <= sum(stalled > 0 for stalled, _ in told) <= 10
    assert min(played for _, played in told) > 0.95
    delivered = stored(
        installation, "SELECT COUNT(*) FROM assignments_showing WHERE delivered_at IS NOT NULL"
    )
    assert delivered == [(12,)]
