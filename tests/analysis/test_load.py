"""Loading: every kind of source gives the same study, every fault one sentence that says how to mend it."""

from __future__ import annotations

import hashlib
import json
import random
import zipfile
from pathlib import Path
from typing import Any

import pytest

from analysis.load import StudyData, load_source
from analysis.tables import natural
from studies.errors import InputError

ROWS = [
    "rater,item,method,score",
    *(f"r{r},i{i},{m},{1 + (r + i + len(m)) % 5}" for r in range(3) for i in range(2) for m in ("a", "bb")),
]
CONFIG: dict[str, Any] = {
    "study": "tiny",
    "title": "A tiny study",
    "seed": 7,
    "texts": {
        "welcome": "Hello.",
        "consent": {"version": "1", "body": "You may stop at any time you like."},
        "instructions": "Watch, then rate.",
        "debriefing": "Thank you.",
    },
    "methods": [{"name": "real", "reference": True}, {"name": "bb"}, {"name": "a"}],
    "items": [{"name": "i1", "attributes": {"gender": "f"}}, {"name": "i0", "attributes": {"gender": "m"}}],
    "parts": [
        {
            "id": "rating",
            "test_method": "ACR-HR",
            "questions": [{"id": "overall", "text": "How good is it?"}],
        },
        {"id": "pairs", "test_method": "PC", "questions": [{"id": "better", "text": "Which is better?"}]},
    ],
}


def write(path: Path, *lines: str, encoding: str = "utf-8") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(("\n".join(lines) + "\n").encode(encoding))
    return path


def bundle(folder: Path, *, simulated: bool = False, manifest: bool = True) -> Path:
    """A complete bundle of the tiny study: 3 raters × 2 items × 3 methods, and three comparisons."""
    study = {"schema_version": 1, "config": CONFIG, "study": "tiny", "title": "A tiny study", "seed": 7}
    write(folder / "study.json", json.dumps({**study, "config_sha256": "abc", "simulated": simulated}))
    cells = [(m, i) for m in ("a", "bb", "real") for i in ("i0", "i1")]
    stimuli = [f"s-{m}-{i},{m},{i},{m == 'real'}" for m, i in cells]
    write(folder / "stimuli.csv", "stimulus,method,item,is_reference", *stimuli)
    scored = [
        f"r{r},s-{m}-{i},{m},{i},overall,{1 + (r + len(m)) % 5},scored" for r in range(3) for m, i in cells
    ]
    write(folder / "ratings.csv", "rater,stimulus,method,item,question,score,kind", *scored)
    votes = ["r0,i0,a,bb,better,left,", "r1,i0,bb,a,better,tie,", "r1,i1,a,real,better,right,right"]
    write(folder / "comparisons.csv", "rater,item,left,right,question,choice,expected_choice", *votes)
    write(folder / "raters.csv", "rater,expertise", "r0,naive", "r1,naive", "r2,expert")
    values = ["s-a-i0,a,psnr,31.5", "s-a-i1,a,psnr,", "s-real-i0,real,psnr,inf"]
    write(folder / "metrics.csv", "stimulus,method,metric,value", *values)
    if manifest:
        files = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.iterdir()}
        write(folder / "manifest.json", json.dumps({"schema_version": 1, "files": files}))
    return folder


def refusal(source: Path | str, **options: Any) -> str:
    with pytest.raises(InputError) as caught:
        load_source(str(source), **options)
    message = str(caught.value)
    assert message.endswith(".")
    assert "\n" not in message
    return message


def same(a: StudyData, b: StudyData) -> bool:
    frames = ("ratings", "comparisons", "stimuli", "metrics")
    return all(getattr(a, name).equals(getattr(b, name)) for name in frames) and a.methods == b.methods


def test_bare_ratings_need_four_columns_and_get_the_rest(tmp_path: Path) -> None:
    data = load_source(str(write(tmp_path / "mine.csv", *ROWS)))
    assert (data.study, data.questions, data.methods, data.items) == (
        "mine",
        ("overall",),
        ("a", "bb"),
        ("i0", "i1"),
    )
    assert set(data.ratings["stimulus"]) == {"i0|a", "i0|bb", "i1|a", "i1|bb"}
    assert set(data.ratings["kind"]) == {"scored"}
    assert data.scale == (1.0, 5.0)
    assert not data.simulated
    assert "scale_assumed" in [note.code for note in data.notes]


def test_a_folder_with_only_ratings_is_a_bundle(tmp_path: Path) -> None:
    bare = load_source(str(write(tmp_path / "mine" / "ratings.csv", *ROWS)))
    folder = load_source(str(tmp_path / "mine"))
    assert same(bare, folder)


@pytest.mark.parametrize("top", ["", "tiny/"])
def test_folder_and_zip_give_the_same_study(tmp_path: Path, top: str) -> None:
    folder = bundle(tmp_path / "tiny", simulated=True)
    with zipfile.ZipFile(tmp_path / "tiny.zip", "w") as archive:
        for path in sorted(folder.iterdir()):
            archive.write(path, top + path.name)
    data, zipped = load_source(str(folder)), load_source(str(tmp_path / "tiny.zip"))
    assert same(data, zipped)
    assert (data.study, data.seed, data.simulated, data.reference) == ("tiny", 7, True, "real")
    assert data.config_sha256 == "abc"
    assert data.methods == ("real", "bb", "a"), "the order of the study file"
    assert data.questions == ("overall", "better")
    assert data.hidden_reference_questions == ("overall",)
    assert dict(zip(data.stimuli["item"], data.stimuli["gender"], strict=True)) == {"i0": "m", "i1": "f"}


def test_metric_values_keep_why_they_are_missing(tmp_path: Path) -> None:
    metrics = load_source(str(bundle(tmp_path / "tiny"))).metrics.set_index("stimulus")
    assert metrics["status"].to_dict() == {"s-a-i0": "ok", "s-a-i1": "not computed", "s-real-i0": "infinite"}
    assert set(metrics["direction"]) == {"higher"}, "from the catalogue"
    assert set(metrics["unit"]) == {"dB"}


def test_row_order_and_blank_lines_change_nothing(tmp_path: Path) -> None:
    shuffled = ROWS[1:]
    random.Random(3).shuffle(shuffled)
    a = load_source(str(write(tmp_path / "a.csv", *ROWS)))
    b = load_source(str(write(tmp_path / "b.csv", ROWS[0], "", *shuffled, "", ",,,")))
    assert a.ratings.drop(columns="row").equals(b.ratings.drop(columns="row"))


def test_question_column_is_mapped_and_unknown_columns_have_no_effect(tmp_path: Path) -> None:
    lines = ["rater,item,method,scale,score,mood", "r1,i1,a,sync,4,x", "r1,i1,a,overall,2,y"]
    data = load_source(str(write(tmp_path / "mine.csv", *lines)), question_column="scale")
    assert data.questions == ("overall", "sync")


def test_missing_scores_are_left_out_and_said(tmp_path: Path) -> None:
    data = load_source(str(write(tmp_path / "mine.csv", *ROWS, "r9,i1,a,", "r9,i1,bb,NA")))
    assert "r9" not in set(data.ratings["rater"])
    note = next(note for note in data.notes if note.code == "missing_score")
    assert note.message == "2 rows of mine.csv have no score and are left out (the first is row 14)."


def test_a_utf8_file_with_a_byte_order_mark_and_quotes_is_read(tmp_path: Path) -> None:
    lines = ['"rater","item","method","score"', '"Zoë","i, 1","ä",5', '"Bob","i, 1","ä",4']
    data = load_source(str(write(tmp_path / "mine.csv", *lines, encoding="utf-8-sig")))
    assert set(data.ratings["rater"]) == {"Zoë", "Bob"}
    assert data.items == ("i, 1",)


@pytest.mark.parametrize("mark", [";", "\t"])
def test_a_spreadsheets_semicolons_tabs_and_decimal_commas_are_read(tmp_path: Path, mark: str) -> None:
    lines = [line.replace(",", mark) for line in (*ROWS, "r7,i0,a,4.5")]
    data = load_source(str(write(tmp_path / "mine.csv", *lines[:-1], lines[-1].replace("4.5", "4,5"))))
    plain = load_source(str(write(tmp_path / "plain.csv", *ROWS, "r7,i0,a,4.5")))
    assert same(data, plain)
    votes = write(tmp_path / "pairs.csv", f"winner{mark}loser", f"a{mark}b")
    assert len(load_source(str(votes)).comparisons) == 1


def test_winner_loser_counts_are_comparisons(tmp_path: Path) -> None:
    path = write(tmp_path / "pairs.csv", "winner,loser,n", "a,b,3", "b,a,1", "a,c,0")
    data = load_source(str(path))
    assert data.methods == ("a", "b", "c")
    assert data.comparisons["n"].sum() == 4
    assert not data.comparisons["sides_known"].any()
    assert data.ratings.empty


def test_comparisons_of_stimuli_become_comparisons_of_methods(tmp_path: Path) -> None:
    folder = bundle(tmp_path / "tiny", manifest=False)
    header = "rater,item,left,right,question,choice"
    write(folder / "comparisons.csv", header, "r0,i0,s-a-i0,s-bb-i0,better,right")
    votes = load_source(str(folder)).comparisons
    assert (votes["left"][0], votes["right"][0]) == ("a", "bb")


def test_an_extra_metrics_file_names_clips_by_item_and_method(tmp_path: Path) -> None:
    ratings = write(tmp_path / "mine.csv", *ROWS)
    lines = ["item,method,metric,value,direction", "i0,a,LSE-D,7.5,lower", "i1,a,LSE-D,8,", "i7,a,LSE-D,8,"]
    data = load_source(str(ratings), metrics=write(tmp_path / "values.csv", *lines))
    assert list(data.metrics["stimulus"]) == ["i0|a", "i1|a"]
    assert set(data.metrics["direction"]) == {"lower"}
    assert "unknown_stimulus" in [note.code for note in data.notes]


def test_a_further_metrics_file_overrules_the_bundle(tmp_path: Path) -> None:
    extra = write(tmp_path / "values.csv", "stimulus,metric,value", "s-a-i0,psnr,99")
    metrics = load_source(str(bundle(tmp_path / "tiny")), metrics=extra).metrics
    assert metrics.set_index("stimulus")["value"]["s-a-i0"] == 99
    assert len(metrics) == 3


def test_natural_order() -> None:
    assert natural(["m10", "m2", "M1", "m2"]) == ["M1", "m2", "m10"]


BAD_RATINGS = {
    "missing column": (
        ["rater,item,method,mos", "r,i,m,3"],
        ["'score' is missing", "found: rater, item, method, mos"],
    ),
    "misspelt column": (["rater,item,method,Score", "r,i,m,3"], ["'score' is missing", "rename 'Score'"]),
    "text for a score": ([*ROWS, "r9,i1,a,good"], ["row 14", "'score'", "'good'", "correct the cell"]),
    "decimal comma": ([*ROWS, 'r9,i1,a,"3,5"'], ["row 14", "'3,5'", "write 3.5 with a point"]),
    "infinite score": ([*ROWS, "r9,i1,a,inf"], ["row 14", "'inf'"]),
    "no rater": ([*ROWS, ",i1,a,3"], ["row 14", "'rater' is empty"]),
    "short row": ([*ROWS, "r9,i1"], ["row 14", "'method' is empty"]),
    "long row": ([*ROWS, "r9,i1,a,3,4"], ["row 14 has 5 cells", "the header has 4"]),
    "twice rated": ([*ROWS, ROWS[1]], ["rows 2 and 14", "'r0'", "twice", "repeat", "--question-column"]),
    "unknown kind": (["rater,item,method,score,kind", "r,i,m,3,nonsense"], ["row 2", "'nonsense'", "scored"]),
    "clip with two methods": (
        ["rater,stimulus,item,method,score", "r,s,i,m,3", "q,s,i,n,3"],
        ["rows 2 and 3", "'s'", "different"],
    ),
    "header only": (ROWS[:1], ["no answers"]),
    "same column twice": (["rater,item,method,score,score", "r,i,m,3,4"], ["'score' appears twice"]),
    "several missing": (
        ["rater,Item,mos", "r,i,3"],
        ["columns 'item', 'method', 'score' are missing", "rename 'Item' to 'item', add 'method'"],
    ),
}


@pytest.mark.parametrize("name", BAD_RATINGS)
def test_bad_ratings_are_one_sentence(tmp_path: Path, name: str) -> None:
    lines, parts = BAD_RATINGS[name]
    path = write(tmp_path / "bad.csv", *lines)
    message = refusal(path)
    assert str(path) in message
    for part in parts:
        assert part in message


def test_scores_outside_the_declared_scale(tmp_path: Path) -> None:
    folder = bundle(tmp_path / "tiny", manifest=False)
    with (folder / "ratings.csv").open("a") as file:
        file.write("r9,s-a-i0,a,i0,overall,6,scored\n")
    message = refusal(folder)
    assert "row 20" in message
    assert "score 6 lies outside 1 to 5, the scale of question 'overall'" in message


def test_ratings_of_unknown_clips_or_of_another_method(tmp_path: Path) -> None:
    folder = bundle(tmp_path / "tiny", manifest=False)
    original = (folder / "ratings.csv").read_text()
    (folder / "ratings.csv").write_text(original + "r9,s-x,a,i0,overall,3,scored\n")
    assert "row 20: stimulus 's-x' is not in stimuli.csv" in refusal(folder)
    swapped = "\n".join(line.replace("s-a-i0,a,i0", "s-a-i0,bb,i0") for line in original.splitlines())
    (folder / "ratings.csv").write_text(swapped + "\n")
    assert "method 'bb' differs from stimuli.csv" in refusal(folder)


@pytest.mark.parametrize(
    ("lines", "part"),
    [
        (["left,right,choice", "a,b,both"], "'both'"),
        (["left,right", "a,b"], "'choice' is missing"),
        (["left,right,choice", "a,a,left"], "row 2: 'a' is compared with itself"),
        (["winner,n", "a,1"], "'loser' is missing"),
        (["winner,loser,n", "a,b,1.5"], "row 2: column 'n' is '1.5', which is not a whole number"),
    ],
)
def test_bad_comparisons_are_one_sentence(tmp_path: Path, lines: list[str], part: str) -> None:
    assert part in refusal(write(tmp_path / "bad.csv", *lines))


def test_files_that_are_no_csv(tmp_path: Path) -> None:
    (tmp_path / "empty.csv").write_bytes(b"")
    assert "is empty" in refusal(tmp_path / "empty.csv")
    (tmp_path / "picture.csv").write_bytes(b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\xff\xfe")
    assert "it holds binary data" in refusal(tmp_path / "picture.csv")
    write(tmp_path / "latin.csv", *ROWS, "Zoë,i1,a,3", encoding="latin-1")
    message = refusal(tmp_path / "latin.csv")
    assert "row 14 is not UTF-8 text" in message
    assert "CSV UTF-8 (Comma delimited)" in message
    write(tmp_path / "broken.zip", "no zip at all")
    assert "not a readable zip" in refusal(tmp_path / "broken.zip")
    (tmp_path / "nothing").mkdir()
    assert "neither ratings.csv nor comparisons.csv" in refusal(tmp_path / "nothing")
    assert "does not exist" in refusal(tmp_path / "absent.csv")
    assert "web address" in refusal("https://example.org/studies/3")


def test_a_zip_that_reaches_outside_itself_is_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "evil.zip", "w") as archive:
        archive.writestr("../ratings.csv", "\n".join(ROWS))
    assert "unsafe path '../ratings.csv'" in refusal(tmp_path / "evil.zip")
    assert not (tmp_path.parent / "ratings.csv").exists()


def test_a_changed_file_does_not_pass_the_manifest(tmp_path: Path) -> None:
    folder = bundle(tmp_path / "tiny")
    with (folder / "ratings.csv").open("a") as file:
        file.write("r9,s-a-i0,a,i0,overall,5,scored\n")
    assert "ratings.csv was changed after the export" in refusal(folder)
    (folder / "ratings.csv").unlink()
    assert "ratings.csv is listed in manifest.json but missing" in refusal(folder)


def test_a_bad_study_file_names_the_key(tmp_path: Path) -> None:
    folder = bundle(tmp_path / "tiny", manifest=False)
    study = json.loads((folder / "study.json").read_text())
    study["config"]["titel"] = study["config"].pop("title")
    (folder / "study.json").write_text(json.dumps(study))
    assert "title" in refusal(folder)
    (folder / "study.json").write_text(json.dumps({"schema_version": 2}))
    assert "schema version 2" in refusal(folder)
    (folder / "study.json").write_text("{")
    assert "study.json is not valid JSON" in refusal(folder)


@pytest.mark.parametrize(
    ("lines", "part"),
    [
        (["stimulus,value", "i0|a,3"], "'metric' is missing"),
        (["metric,value", "psnr,3"], "'stimulus' is missing"),
        (["stimulus,metric,value", "i0|a,psnr,high"], "row 2"),
        (["stimulus,metric,value", "i0|a,psnr,1", "i0|a,psnr,2"], "row 3: 'psnr' of 'i0|a' is given twice"),
        (["stimulus,metric,value,direction", "i0|a,psnr,1,up"], "'up'"),
    ],
)
def test_bad_metric_files_are_one_sentence(tmp_path: Path, lines: list[str], part: str) -> None:
    ratings = write(tmp_path / "mine.csv", *ROWS)
    assert part in refusal(ratings, metrics=write(tmp_path / "values.csv", *lines))
