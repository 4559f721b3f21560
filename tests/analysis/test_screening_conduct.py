"""Playback, speed and straight-lining: what raters did, from the facts that a bundle holds."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from screened_study import STUDY, Row, bundle, rated, verdicts

from analysis.screening import excluded, screen

CLIPS = 20
SEEN: Row = {"played_fraction": 1.0, "hidden_ms": 0, "stalled_ms": 0, "replays": 0}


def watched(faults: int, **fault: Any) -> list[Row]:
    """Ratings of one rater, of whom the first trials went wrong."""
    rows = rated({"r": [1.0 + n % 5 for n in range(CLIPS)]})
    return [{**row, **SEEN, **(fault if n < faults else {})} for n, row in enumerate(rows)]


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ({"played_fraction": 0.9}, "played less than 95% of the time"),
        ({"hidden_ms": 2001}, "hidden for more than 2 s"),
        ({"stalled_ms": 1001}, "stalled for more than 1 s"),
    ],
)
def test_trials_not_seen_as_meant_are_counted(tmp_path: Path, fault: Row, words: str) -> None:
    for faults, flagged in ((2, False), (3, True)):
        found = verdicts(bundle(tmp_path, ratings=watched(faults, **fault)), "playback")["r"]
        assert (found.value, found.threshold, found.flagged) == (faults / CLIPS, 0.1, flagged)
        assert found.reason.startswith(f"{faults} of 20 trials not seen as meant ({faults} {words})")


@pytest.mark.parametrize("count", [True, False])
def test_who_left_counts_as_the_study_declared(tmp_path: Path, count: bool) -> None:
    ends = {"a": "finished", "b": "active", "c": "ended"}
    raters = [{"rater": rater, "status": status} for rater, status in ends.items()]
    declared = {"config": {**STUDY, "design": {"dropouts_count": count}}}
    (tmp_path / "study.json").write_text(json.dumps(declared))
    data = bundle(tmp_path, ratings=rated({rater: [3, 4, 2, 5] for rater in "abc"}), raters=raters)
    found = verdicts(data, "completion")
    assert {rater: one.flagged for rater, one in found.items()} == {"a": False, "b": True, "c": False}
    assert excluded(screen(data)) == (frozenset() if count else {"b"})
    kept = "; kept, as the study did not declare this rule" if count else ""
    assert found["b"].reason == f"did not finish the sitting{kept}"


def test_playing_again_is_no_fault_and_limits_are_the_studys(tmp_path: Path) -> None:
    again = verdicts(bundle(tmp_path, ratings=watched(CLIPS, replays=4)), "playback")["r"]
    assert (again.value, again.reason) == (0, "0 of 20 trials not seen as meant")
    half = {"apply": ["playback"], "playback": {"played_fraction": 0.5, "share": 0}}
    kept = bundle(tmp_path, half, ratings=watched(3, played_fraction=0.6))
    assert not verdicts(kept, "playback")["r"].flagged
    out = bundle(tmp_path, half, ratings=watched(1, played_fraction=0.4))
    assert verdicts(out, "playback")["r"].applied


def test_a_trial_with_several_questions_is_one_trial(tmp_path: Path) -> None:
    rows = watched(3, hidden_ms=9000)
    rows += [{**row, "question": "sync"} for row in rows[:10]]
    found = verdicts(bundle(tmp_path, ratings=rows), "playback")["r"]
    assert (found.question, found.value) == (None, 3 / CLIPS)


def test_comparisons_and_ratings_are_judged_together_without_checks(tmp_path: Path) -> None:
    pair = {"rater": "r", "item": "i0", "left": "m0", "right": "m1", "choice": "left", **SEEN}
    pairs = [{**pair, "hidden_ms": 9000}, pair, {**pair, "hidden_ms": 9000, "expected_choice": "left"}]
    trap = {**watched(0)[0], "item": "trap", "kind": "trap", "expected_low": 1, "played_fraction": 0}
    scored = [{**row, "kind": "scored"} for row in watched(1, hidden_ms=9000)]
    found = verdicts(bundle(tmp_path, ratings=[*scored, trap], comparisons=pairs), "playback")["r"]
    assert found.value == 2 / (CLIPS + 2)


@pytest.mark.parametrize("rule", ["playback", "speed"])
def test_what_was_not_recorded_is_not_judged(tmp_path: Path, rule: str) -> None:
    bare = rated({"bare": [3.0, 4.0]})
    assert verdicts(bundle(tmp_path, ratings=bare), rule) == {}
    empty = [{**row, "played_fraction": "", "response_ms": ""} for row in bare]
    assert verdicts(bundle(tmp_path, ratings=empty), rule) == {}
    known = [{**row, "response_ms": 900} for row in watched(0)]
    found = verdicts(bundle(tmp_path, ratings=[*known, *empty]), rule)
    assert (found["r"].value, found["bare"].value, found["bare"].flagged) == (0, None, False)
    assert "nothing is known" in found["bare"].reason


def test_answers_that_come_too_soon_after_the_clip_are_counted(tmp_path: Path) -> None:
    for fast, flagged in ((2, False), (3, True)):
        rows = [{**row, "response_ms": 299 if n < fast else 300} for n, row in enumerate(watched(0))]
        found = verdicts(bundle(tmp_path, ratings=rows), "speed")["r"]
        assert (found.value, found.flagged) == (fast / CLIPS, flagged)
    assert found.reason == (
        "3 of 20 answers impossibly fast (3 within 300 ms of the clips' end); kept, as the study did not "
        "declare this rule"
    )


def timed(row: Row, seconds: float) -> Row:
    sent = f"2026-01-01T00:00:{seconds:06.3f}Z"
    return {**row, "presented_at": "2026-01-01T00:00:00Z", "submitted_at": sent}


def test_an_answer_before_the_clips_can_have_ended_is_impossibly_fast(tmp_path: Path) -> None:
    """Clips of 4 s; an answer may be a quarter of a second ahead of the nominal end, as players are."""
    ratings = [timed({**row, "stimulus": f"s{n}"}, 3.76) for n, row in enumerate(watched(0))]
    stimuli = [{**{k: row[k] for k in ("stimulus", "method", "item")}, "duration_s": 4} for row in ratings]
    pair = {"rater": "p", "item": "i0", "left": "m0", "right": "m1", "choice": "left"}
    pairs = [timed(pair, 7.7), timed(pair, 7.8)]
    found = verdicts(bundle(tmp_path, ratings=ratings, comparisons=pairs, stimuli=stimuli), "speed")
    assert found["r"].value == 0
    assert found["p"].value == 0.5, "both clips of a pair have to be seen"
    ratings[0] = timed(ratings[0], 3.7)
    found = verdicts(bundle(tmp_path, ratings=ratings, comparisons=pairs, stimuli=stimuli), "speed")
    assert found["r"].value == 1 / CLIPS
    assert "1 before they can have ended" in found["r"].reason


def test_clips_that_play_together_end_with_the_longer_one(tmp_path: Path) -> None:
    """Two clips of 4 s, side by side: an answer after 4 s is in time, one after 3.7 s is not."""
    stimuli = [{"stimulus": m, "method": m, "item": "i0", "duration_s": 4} for m in ("m0", "m1")]
    pair = {"rater": "p", "item": "i0", "left": "m0", "right": "m1", "choice": "left", "audible": "right"}
    pairs = [timed(pair, 4.0), timed({**pair, "audible": "both"}, 3.7)]
    found = verdicts(bundle(tmp_path, comparisons=pairs, stimuli=stimuli), "speed")
    assert found["p"].value == 0.5


VARIED = [1.0, 3.0, 5.0, 2.0, 4.0] * 3


@pytest.mark.parametrize(
    ("scores", "flagged"),
    [
        ([4.0] * 15, True),
        ([4.0] * 14 + [3.0], False),
        ([4.0] * 9, False),
    ],
    ids=["always the same", "14 of 15", "too few"],
)
def test_straightlining_needs_enough_equal_answers(
    tmp_path: Path, scores: list[float], flagged: bool
) -> None:
    study = {"r": scores, "s": VARIED, "t": VARIED}
    found = verdicts(bundle(tmp_path, ratings=rated(study)), "straightlining")
    assert found["r"].value == scores.count(4.0) / len(scores)
    assert (found["r"].flagged, found["s"].flagged) == (flagged, False)
    assert found["r"].reason.startswith(f"answered 4 in {scores.count(4.0)} of {len(scores)} cases")


def test_who_agrees_with_everybody_that_all_clips_are_alike_is_no_straightliner(tmp_path: Path) -> None:
    alike = {"r": [4.0] * 15, "s": [4.0, 5.0] * 7 + [4.0], "t": [5.0, 4.0] * 7 + [5.0]}
    found = verdicts(bundle(tmp_path, ratings=rated(alike)), "straightlining")["r"]
    assert (found.value, found.flagged) == (1.0, False)
    assert "the others saw no difference either" in found.reason
    alone = verdicts(bundle(tmp_path, ratings=rated({"r": [4.0] * 15})), "straightlining")["r"]
    assert not alone.flagged


def test_always_the_same_side_is_straightlining_unless_all_do_it(tmp_path: Path) -> None:
    def votes(rater: str, choices: list[str]) -> list[Row]:
        sides = {"item": "i0", "left": "m0", "right": "m1"}
        return [{"rater": rater, **sides, "choice": choice} for choice in choices]

    same, mixed = ["left"] * 12, ["left", "right", "tie"] * 4
    pairs = [*votes("r", same), *votes("s", mixed), *votes("t", ["tie"] * 12)]
    found = verdicts(bundle(tmp_path, comparisons=pairs), "straightlining")
    assert {rater for rater, one in found.items() if one.flagged} == {"r", "t"}
    assert found["r"].reason.startswith("answered the left side in 12 of 12 cases")
    assert found["t"].reason.startswith("answered no difference in 12 of 12 cases")
    together = bundle(tmp_path, comparisons=[*votes("r", same), *votes("s", same)])
    assert not any(one.flagged for one in verdicts(together, "straightlining").values())


def test_sides_that_nobody_was_shown_tell_nothing(tmp_path: Path) -> None:
    wins = [{"rater": "r", "winner": "m0", "loser": "m1"}] * 20
    assert screen(bundle(tmp_path, comparisons=wins)) == []
