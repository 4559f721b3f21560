"""Gold methods whose clips are made: what the study file may say of them, and what it then means."""

from __future__ import annotations

from typing import Any

import pytest

from studies.config import missing_clips, parse_study
from studies.errors import InputError


def study(made: Any, item: str = "one", **changes: Any) -> dict[str, Any]:
    return {
        "study": "gold",
        "title": "A study",
        "texts": {
            "welcome": "Welcome.",
            "consent": {"version": "1", "body": "I agree to see synthetic media."},
            "instructions": "Watch and rate.",
            "debriefing": "The clips were synthetic.",
        },
        "methods": ["real", "ours", {"name": "spoilt", "role": "gold", "made": made}],
        "items": ["one", "two"],
        "parts": [
            {
                "id": "rating",
                "test_method": "ACR",
                "gold": 1,
                "questions": [{"id": "sync", "text": "Do lips and voice go together?"}],
            }
        ],
        "gold": [{"method": "spoilt", "item": item, "expected": {"sync": {"high": 2}}}],
        **changes,
    }


LATE = {"of": "ours", "sound_late_frames": 12}


def test_a_made_clip_needs_no_file_of_its_own(tmp_path):
    config = parse_study(study(LATE), "here")
    assert ("spoilt", "one") in config.cells()
    assert config.given_cells() == [("real", "one"), ("real", "two"), ("ours", "one"), ("ours", "two")]
    assert config.clip_path("spoilt", "one") == "clips/ours/one.mp4"
    for method, item in config.given_cells():
        (tmp_path / "clips" / method).mkdir(parents=True, exist_ok=True)
        (tmp_path / "clips" / method / f"{item}.mp4").touch()
    assert missing_clips(config, tmp_path) == []


@pytest.mark.parametrize(
    ("made", "told", "shift_ms"),
    [
        (LATE, "sound 480 ms late", 480),
        ({"of": "real", "sound_early_frames": 10}, "sound 400 ms early", -400),
        ({"of": "real", "swapped_sound": "two"}, "sound of item two", 0),
        ({"of": "real", "frozen_mouth": True}, "frozen mouth", 0),
        ({"of": "real", "compressed": True}, "heavy compression", 0),
    ],
)
def test_each_damage_can_be_asked_for(made, told, shift_ms):
    found = parse_study(study(made), "here").made("spoilt")
    assert found is not None
    assert (found.told, found.shift_ms) == (told, shift_ms)


def test_a_study_reads_back_as_it_was_written():
    config = parse_study(study(LATE), "here")
    again = type(config).model_validate(config.model_dump(mode="json"))
    assert again == config
    assert again.sha256() == config.sha256()


@pytest.mark.parametrize(
    ("made", "says"),
    [
        ({"of": "ours", "sound_late_frames": 9}, r"sound moved by 9 frames \(360 ms\).*BT\.1359.*10 or more"),
        ({"of": "ours", "sound_early_frames": 4}, r"185 ms late and 90 ms early"),
        ({"of": "nobody", "compressed": True}, r"'nobody' is no scored method; use one of real, ours"),
        ({"of": "spoilt", "compressed": True}, r"'spoilt' is no scored method"),
        ({"of": "ours", "swapped_sound": "three"}, r"no item is called 'three'"),
        ({"of": "ours", "swapped_sound": "one"}, r"has the sound of 'one', which is this clip's own"),
        ({"of": "ours"}, r"a gold clip has one damage, not none"),
        ({"of": "ours", "compressed": True, "frozen_mouth": True}, r"not frozen_mouth and compressed"),
    ],
)
def test_what_cannot_be_gold_is_refused_in_a_sentence(made, says):
    with pytest.raises(InputError, match=says):
        parse_study(study(made), "here")


def test_what_contradicts_made_clips_is_refused():
    with pytest.raises(InputError, match=r"'clips.encode': gold clips that are made have to be encoded"):
        parse_study(study(LATE, clips={"encode": "never"}), "here")
    files = {name: {"one": f"{name}1.mp4", "two": f"{name}2.mp4"} for name in ("real", "ours", "spoilt")}
    with pytest.raises(InputError, match=r"the clips of 'spoilt' are made at import"):
        parse_study(study(LATE, stimuli={"files": files}), "here")
    methods = ["real", {"name": "ours", "made": {"of": "real", "compressed": True}}]
    with pytest.raises(InputError, match=r"a method whose clips are made is gold; write role: gold"):
        parse_study(study(LATE, methods=methods), "here")
