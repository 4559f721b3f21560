"""Files of the P.808 and P.910 toolkits: the downloaded batch, and what their result_parser writes."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

import pytest
from converted import Convert, loaded, results, table

ADDRESS = "https://store.example.net/study"
TRAP, GOLD = f"{ADDRESS}/check/t1.mp4", f"{ADDRESS}/check/g.mp4?sig=a/b"
PATTERN = ("--stimulus-pattern", "{method}/{item}")
SCORES = {("W1", "A"): 5, ("W1", "B"): 2, ("W2", "A"): 4, ("W2", "B"): 3}


def clip(method: str, item: int) -> str:
    return f"{ADDRESS}/{method}/clip{item}.mp4"


def text(rows: list[dict[str, Any]]) -> str:
    out = io.StringIO()
    columns = list(dict.fromkeys(name for row in rows for name in row))
    writer = csv.DictWriter(out, columns)
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def assignment(worker: str, number: int, answers: list[tuple[str, Any]]) -> dict[str, Any]:
    """One row as the crowd's web site gives it; `answers`: address of the clip, score."""
    row: dict[str, Any] = {
        "HITId": f"H{number}",
        "AssignmentId": f"{worker}-{number}",
        "WorkerId": worker,
        "AssignmentStatus": "Approved",
        "Input.TP_CLIP": TRAP,
        "Input.TP_ANS": 2,
        "Input.GOLD_CLIP": GOLD,
        "Input.GOLD_ANS": 5,
        "Answer.2_birth_year": 1990,
    }
    for n, (url, score) in enumerate(answers, 1):
        row |= {f"Answer.q{n}": score, f"Answer.Q{n}_URL": url}
    return row


def batch(gold: int = 5) -> list[dict[str, Any]]:
    """Two workers, two methods × two items, one trap and one gold clip per assignment."""
    return [
        assignment(
            worker,
            item,
            [
                (TRAP, 2 if worker == "W1" else 4),
                *((clip(m, item), SCORES[worker, m]) for m in "AB"),
                (GOLD, gold),
            ],
        )
        for worker in ("W1", "W2")
        for item in (1, 2)
    ]


def test_a_batch_of_answers(convert: Convert, bundle: Path) -> None:
    told = convert("batch.csv", text(batch()), *PATTERN)
    assert "16 ratings (of these 4 gold, 4 trap) by 2 raters of 4 stimuli (2 methods, 2 items)" in told
    assert "Columns not carried: hitid, answer.2_birth_year." in told
    found = results(bundle)
    assert {row["method"]: row["mean"] for row in found["mos"]} == {"A": 4.5, "B": 2.5}
    attention = {row["rater"]: row["value"] for row in found["screening"] if row["rule"] == "attention"}
    assert attention == {"W1": 0.0, "W2": 2.0}
    ratings = table(bundle, "ratings")
    assert ratings["position"].tolist()[:4] == ["1", "2", "3", "4"]
    assert ratings["sitting"].nunique() == 4


def test_a_gold_answer_may_be_one_grade_off(convert: Convert, bundle: Path) -> None:
    convert("batch.csv", text(batch(gold=4)), *PATTERN)
    ratings = table(bundle, "ratings")
    gold = ratings[ratings["kind"] == "gold"]
    assert set(zip(gold["expected_low"], gold["expected_high"], strict=True)) == {("4", "6")}
    attention = [row for row in results(bundle)["screening"] if row["rule"] == "attention"]
    assert {row["rater"]: row["value"] for row in attention} == {"W1": 0.0, "W2": 2.0}


def test_missing_answers_and_rejected_work_are_told(convert: Convert, bundle: Path) -> None:
    rows = batch()
    rows[0] |= {"Answer.q2": "", "Answer.Q3_URL": ""}
    rows[1]["AssignmentStatus"] = "Rejected"
    told = convert("batch.csv", text(rows), *PATTERN)
    assert "Left out: 1 trial without a clip (the first: row 2, column 'answer.q3_url')." in told
    assert "Left out: 1 trial without a score (the first: row 2, column 'answer.q2')." in told
    assert "1 assignments were rejected" in told
    assert len(loaded(bundle).ratings) == 14


def test_scales_of_p835_are_questions(convert: Convert, bundle: Path) -> None:
    rows = batch()
    for row in rows:
        for n in range(1, 5):
            score = row.pop(f"Answer.q{n}")
            row |= {f"Answer.q{n}_sig": score, f"Answer.q{n}_bak": 1, f"Answer.q{n}_ovrl": 3}
    convert("batch.csv", text(rows), *PATTERN)
    assert loaded(bundle).questions == ("bak", "ovrl", "sig")
    found = {(row["question"], row["method"]): row["mean"] for row in results(bundle)["mos"]}
    assert found == {("bak", m): 1.0 for m in "AB"} | {("ovrl", m): 3.0 for m in "AB"} | {
        ("sig", "A"): 4.5,
        ("sig", "B"): 2.5,
    }


def test_hidden_references_of_acr_hr_name_the_items(convert: Convert, bundle: Path) -> None:
    rows = [
        assignment(
            worker, 0, [(clip("A", 1), 3), (clip("ref", 1), 5), (clip("A", 2), 2), (clip("ref", 2), 4)]
        )
        | {f"Input.Q{n}": clip(m, i) for n, (m, i) in enumerate((("A", 1), ("ref", 1), ("A", 2), ("ref", 2)))}
        | {f"Input.Q{n}_R": clip("ref", i) for n, i in enumerate((1, 1, 2, 2))}
        for worker in ("W1", "W2")
    ]
    convert("batch.csv", text(rows), "--stimulus-pattern", "{method}/{}")
    data = loaded(bundle)
    assert (data.reference, data.items) == ("reference", ("clip1", "clip2"))
    dmos = {row["method"]: row["mean"] for row in results(bundle)["mos"] if row["measure"] == "DMOS"}
    assert dmos["A"] == pytest.approx(3.0)


@pytest.mark.parametrize(("order", "first"), [("rp", "reference"), ("pr", "A")])
def test_ccr_answers_keep_their_order(convert: Convert, bundle: Path, order: str, first: str) -> None:
    """The pages turn the sign so that 2 says 'the processed clip is better' whichever came first."""
    rows = [
        assignment(worker, 0, [(clip("A", i), 2) for i in (1, 2)])
        | {f"Answer.Q{i}_order": order for i in (1, 2)}
        | {f"Input.Q{i}_P": clip("A", i) for i in (1, 2)}
        | {f"Input.Q{i}_R": clip("ref", i) for i in (1, 2)}
        for worker in ("W1", "W2")
    ]
    convert("batch.csv", text(rows), *PATTERN)
    comparisons = loaded(bundle).comparisons
    assert set(comparisons["left"]) == {first}
    assert set(comparisons["score"]) == {2.0 if order == "rp" else -2.0}
    cmos = {(row["method"], row["measure"]): row["mean"] for row in results(bundle)["mos"]}
    assert cmos["A", "CMOS"] == 2.0


def test_votes_per_worker(convert: Convert, bundle: Path) -> None:
    rows = [
        {
            "HITId": "H",
            "workerid": worker,
            "assignment_id": "S",
            "file": clip(method, item),
            "short_file_name": f"clip{item}.mp4",
            "vote": score,
            "question_type": f"MOS_{question}",
            "condition_num": method,
        }
        for (worker, method), score in SCORES.items()
        for item in (1, 2)
        for question in ("SIG", "OVRL")
    ]
    told = convert("votes_per_worker_.csv", text(rows), *PATTERN)
    assert loaded(bundle).questions == ("ovrl", "sig")
    assert "Columns not carried: HITId, condition_num." in told
    assert {row["mean"] for row in results(bundle)["mos"] if row["method"] == "A"} == {4.5}


SUMS = "file_url,n,MOS,std,95%CI,short_file_name,vote_1,vote_2\nhttps://x/a.mp4,2,4,1,1,a.mp4,3,5\n"


@pytest.mark.parametrize(
    ("content", "options", "parts"),
    [
        (text(batch()), (), ["row 2", "answer.q2_url", "--stimulus-pattern"]),
        (SUMS, (), ["without raters", "votes_per_worker"]),
        (
            "workerid,file,vote,question_type\nw,a_1.wav,2,CMOS\n",
            ("--stimulus-pattern", "{method}_{item}"),
            ["order"],
        ),
        (text(batch() + batch()[:1]), PATTERN, ["'W1'", "twice", "--mark-repeats"]),
        (text(batch()).replace("W1,", ","), PATTERN, ["'workerid' is empty"]),
        ("a,b\n1,2\n", ("--from", "p910"), ["WorkerId", "--from"]),
    ],
)
def test_what_cannot_be_converted_is_one_sentence(
    refused: Convert, content: str, options: tuple[str, ...], parts: list[str]
) -> None:
    message = refused("batch.csv", content, *options)
    for part in parts:
        assert part in message
