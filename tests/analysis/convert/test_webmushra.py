"""Result files of webMUSHRA, with the columns that its service/write.php writes."""

from __future__ import annotations

from pathlib import Path

import pytest
from converted import Convert, loaded, results, table

HEADER = (
    "session_test_id,email,age,session_uuid,trial_id,rating_stimulus,rating_score,"
    "rating_time,rating_comment\n"
)
SCORES = [("C1", (40, 50, 60)), ("reference", (100, 100, 100)), ("anchor35", (10, 11, 12))]
MUSHRA = HEADER + "".join(
    f'"study","{rater}@example.org","{20 + rater}","uuid-{rater}","trial{trial}","{stimulus}",'
    f'"{scores[rater] - trial}","23222",""\n'
    for rater in range(3)
    for trial in range(2)
    for stimulus, scores in SCORES
)
LIKERT = (
    "session_test_id,name,trial_id,stimuli_rating1,stimuli_rating2,stimuli,rating_time\n"
    "lss,Ann,lss1,4,NA,C1,55\nlss,Ann,lss1,2,3,C2,55\nlss,Ben,lss1, 5 ,1,C1,55\n"
)
PAIRS = (
    "session_test_id,trial_id,choice_reference,choice_non_reference,choice_answer,choice_time,choice_comment\n"
    "s,t,reference,C1,correct,1,\n"
)


def test_a_mushra_study(convert: Convert, bundle: Path) -> None:
    told = convert("mushra.csv", MUSHRA)
    assert "18 ratings by 3 raters of 6 stimuli (3 methods, 2 items)" in told
    assert "scale 0 to 100" in told
    assert "Columns not carried: email (identifies people), rating_time." in told
    found = results(bundle)
    mos = {row["method"]: row["mean"] for row in found["mos"] if row["measure"] == "MOS"}
    assert mos == {"C1": 49.5, "reference": 99.5, "anchor35": 10.5}
    dmos = {row["method"]: row["mean"] for row in found["mos"] if row["measure"] == "DMOS"}
    assert dmos["C1"] == pytest.approx(49.5 - 99.5 + 100)


def test_people_are_not_named(convert: Convert, bundle: Path) -> None:
    convert("mushra.csv", MUSHRA)
    assert table(bundle, "raters").to_dict("list") == {
        "rater": ["uuid-0", "uuid-1", "uuid-2"],
        "age": ["20", "21", "22"],
    }
    convert("mushra.csv", MUSHRA, "--rater-column", "email")
    assert set(table(bundle, "ratings")["rater"]) == {"r1", "r2", "r3"}
    assert all("@" not in path.read_text() for path in bundle.iterdir())


def test_likert_scales_with_several_responses(convert: Convert, bundle: Path) -> None:
    told = convert("lss.csv", LIKERT, "--rater-column", "name")
    data = loaded(bundle)
    assert data.questions == ("response1", "response2")
    assert len(data.ratings) == 5
    assert "Left out: 1 empty or NA score (the first: row 2, column 'stimuli_rating2')." in told


@pytest.mark.parametrize(
    ("text", "options", "parts"),
    [
        (LIKERT, (), ["'session_uuid'", "--rater-column", "about participants: name"]),
        (PAIRS, (), ["paired comparisons", "comparisons.csv"]),
        (MUSHRA + MUSHRA.split("\n", 1)[1], (), ["'uuid-0'", "twice", "row 2", "row 20", "17 more"]),
        (MUSHRA.replace('"100"', '"101"'), (), ["row 3", "101", "0 to 100"]),
        (MUSHRA.replace('"trial0"', '""', 1), (), ["row 2", "'trial_id' is empty"]),
        (MUSHRA, ("--stimulus-pattern", "{method}_{item}"), ["--stimulus-pattern", "webmushra"]),
    ],
)
def test_what_cannot_be_converted_is_one_sentence(
    refused: Convert, text: str, options: tuple[str, ...], parts: list[str]
) -> None:
    message = refused("mushra.csv", text, *options)
    for part in parts:
        assert part in message
