"""What stands around the scored trials: practice first, checks and gold spread, repeats far, time kept."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from mos_platform.assignments import design
from mos_platform.assignments.trials import Clip
from studies.config import StudyConfig
from studies.sitting import answer_seconds, clips_per_trial, sitting_seconds, trials

SEEDS = st.integers(0, 2**32)
TRAP = {"overall": {"low": 4, "high": 4}}
GOLD = {"overall": {"high": 2}}
PRACTICE = ("training", "dummy")
CLIP_SECONDS = 6.0


def grid(methods: int, items: int) -> list[Clip]:
    return [Clip(m * items + i, m, i) for m in range(methods) for i in range(items)]


@st.composite
def parts(draw):
    """The trials of a part, with what was asked for besides the scored ones."""
    methods, items = draw(st.integers(2, 6)), draw(st.integers(3, 7))
    clips = grid(methods, items)
    n = draw(st.integers(6, len(clips)))
    extras = design.Extras(
        traps=[TRAP] * draw(st.integers(0, 3)),
        gold=[(Clip(2000 + k, 77, k), GOLD) for k in range(draw(st.integers(0, 3)))],
        practice=[Clip(1000 + m, m, 99) for m in range(methods)],
        training=draw(st.integers(0, 8)),
        dummies=draw(st.integers(0, 5)),
        repeats=draw(st.integers(0, n // 4)),
    )
    used = {clip: draw(st.integers(0, 2)) for clip in clips[:4]}
    rng = np.random.default_rng(draw(SEEDS))
    followed = {(0, 1): draw(st.integers(0, 9))}
    return extras, n, design.rating_trials(clips, used, n=n, rng=rng, extras=extras, followed=followed)


@given(made=parts())
@settings(max_examples=30, deadline=None)
def test_practice_comes_before_everything_else(made):
    extras, n, part = made
    kinds = [trial.kind for trial in part]
    training, dummies = min(extras.training, len(extras.practice)), extras.dummies
    assert kinds[: training + dummies] == ["training"] * training + ["dummy"] * dummies
    assert not set(PRACTICE) & set(kinds[training + dummies :])
    assert sum(kind == "scored" for kind in kinds) == n
    assert not any(trial.adaptive for trial in part)


@given(made=parts())
@settings(max_examples=30, deadline=None)
def test_repeats_come_a_third_of_the_part_later(made):
    """Counted in the part as it is shown; a scored clip comes again once at most."""
    extras, n, part = made
    assume(n >= 12)
    body = [trial for trial in part if trial.kind not in PRACTICE]
    first = {trial.clip: place for place, trial in enumerate(body) if trial.kind == "scored"}
    again = {trial.clip: place for place, trial in enumerate(body) if trial.kind == "repeat"}
    assert len(again) == extras.repeats
    assert all(place - first[clip] >= len(body) / 3 for clip, place in again.items())


@given(made=parts())
@settings(max_examples=30, deadline=None)
def test_checks_and_gold_never_open_or_close_a_part_and_stand_apart(made):
    extras, _, part = made
    body = [trial.kind for trial in part if trial.kind not in PRACTICE]
    places = [place for place, kind in enumerate(body) if kind in ("trap", "gold")]
    assert len(places) == len(extras.traps) + len(extras.gold)
    assert all(0 < place < len(body) - 1 for place in places)
    # Gold clips are of a method of their own: two would be neighbours of one method.
    golden = [place for place, kind in enumerate(body) if kind == "gold"]
    if len(body) >= 20:
        assert all(later - earlier > 1 for earlier, later in pairwise(golden))


@given(seed=SEEDS, traps=st.integers(1, 2), n=st.integers(10, 30))
@settings(max_examples=8, deadline=None)
def test_checks_may_stand_at_any_place_of_the_middle(seed, traps, n):
    """A rater who knows the page cannot foretell them: over seeds they stand in each third of the middle."""
    thirds: set[int] = set()
    for turn in range(60):
        rng = np.random.default_rng([seed, turn])
        extras = design.Extras(traps=[TRAP] * traps)
        part = design.rating_trials(grid(5, 6), {}, n=n, rng=rng, extras=extras)
        places = [place for place, trial in enumerate(part) if trial.kind == "trap"]
        assert all(n // 5 <= place <= n * 4 / 5 + traps for place in places)
        thirds |= {min(int(3 * (place - n / 5) / (n * 3 / 5)), 2) for place in places}
    assert thirds == {0, 1, 2}


def study(methods: int, items: int, minutes: float, **keys: int | str | None) -> StudyConfig:
    question = {"id": "overall", "text": "How good?"}
    return StudyConfig.model_validate(
        {
            "study": "timed",
            "title": "Timed",
            "texts": {
                "welcome": "Welcome.",
                "consent": {"version": "1", "body": "I agree to take part in this study."},
                "instructions": "Watch and rate.",
                "debriefing": "The clips were synthetic.",
            },
            "methods": [f"m{i}" for i in range(methods)],
            "items": [*(f"i{i}" for i in range(items)), {"name": "warmup", "role": "training"}],
            "parts": [{"id": "part", "questions": [question], "attention_checks": 1, **keys}],
            "design": {"longest_sitting_minutes": minutes},
        }
    )


@given(
    methods=st.integers(2, 6),
    items=st.integers(2, 8),
    n=st.integers(1, 40),
    training=st.integers(0, 4),
    dummies=st.integers(0, 2),
    repeats=st.integers(0, 2),
    paired=st.booleans(),
    seed=SEEDS,
)
@settings(max_examples=30, deadline=None)
def test_a_sitting_takes_the_time_that_is_foretold(
    methods, items, n, training, dummies, repeats, paired, seed
):
    """So the limit on sittings, which is checked on the time foretold, holds for every sitting handed out."""
    most = items * (methods * (methods - 1) // 2 if paired else methods)
    assume(repeats <= min(n, most) and dummies <= most)
    others = {"training": training, "dummies": dummies} | ({} if paired else {"repeats": repeats})
    config = study(methods, items, 240, test_method="PC" if paired else "ACR", trials_per_sitting=n, **others)
    part, rng = config.parts[0], np.random.default_rng(seed)
    if paired:
        pairs = design.pairs_within_items(grid(methods, items))
        practice = design.pairs_within_items([Clip(1000 + m, m, 99) for m in range(methods)])
        planned = design.pair_trials(
            pairs, {}, n=n, rng=rng, extras=design.PairExtras([TRAP], practice, **others)
        )
    else:
        extras = design.Extras([TRAP], (), [Clip(1000 + m, m, 99) for m in range(methods)], **others)
        planned = design.rating_trials(grid(methods, items), {}, n=n, rng=rng, extras=extras)
    assert len(planned) == trials(config, part)
    seconds = len(planned) * (clips_per_trial(part) * CLIP_SECONDS + answer_seconds(part))
    assert seconds <= sitting_seconds(config, CLIP_SECONDS) + 1e-9
