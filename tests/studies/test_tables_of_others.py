"""The table of a study opens nothing outside of its folder, and says nothing of what lies there."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from studies.config import load_study
from studies.config.table import LARGEST
from studies.errors import InputError

STUDY = """study: mine
title: Mine
texts:
  welcome: Welcome.
  consent: {version: "1", body: I agree to take part in this study.}
  instructions: Rate.
  debriefing: Thank you.
methods: [real, ours]
parts: [{id: a, test_method: ACR, questions: [{id: q, text: "How good?"}]}]
"""
ROWS = "method,item,file\nreal,one,1.mp4\nours,one,2.mp4\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "secret.csv").write_text("method,item,file,note\nSECRET,one,x,a\nSECRET,one,y,b\n")
    made = tmp_path / "study"
    made.mkdir()
    return made


def refusal(folder: Path, table: str) -> str:
    (folder / "study.yaml").write_text(f"{STUDY}stimuli: {{table: '{table}'}}\n")
    with pytest.raises(InputError) as refused:
        load_study(folder)
    (sentence,) = refused.value.sentences
    where = f"{folder / 'study.yaml'}, line 10: key 'stimuli.table': "
    assert sentence.startswith(where)
    return sentence.removeprefix(where)


def test_a_table_below_the_folder_is_read(folder):
    (folder / "tables").mkdir()
    (folder / "tables" / "real.csv").write_text(ROWS)
    (folder / "near.csv").symlink_to("tables/real.csv")
    (folder / "study.yaml").write_text(f"{STUDY}stimuli: {{table: near.csv}}\n")
    assert load_study(folder).clip_path("ours", "one") == "2.mp4"


@pytest.mark.parametrize("name", ["../secret.csv", "a/../../secret.csv", "C:/secret.csv", "..\\secret.csv"])
def test_a_path_that_leaves_the_folder_is_refused(folder, name):
    assert refusal(folder, name) == (f"{name!r} must stay inside the study's folder; name a path below it.")


def test_an_absolute_path_is_refused(folder):
    sentence = refusal(folder, str(folder.parent / "secret.csv"))
    assert "must stay inside the study's folder" in sentence
    assert "SECRET" not in sentence


@pytest.mark.parametrize("target", ["../secret.csv", "/dev/zero", "../nothing.csv"])
def test_a_link_that_leaves_the_folder_is_refused(folder, target):
    (folder / "link.csv").symlink_to(target)
    assert refusal(folder, "link.csv") == (
        "link.csv is a link that leaves the study's folder; put the file itself there."
    )


def test_only_files_of_a_sensible_size_are_read(folder):
    (folder / "sub").mkdir()
    os.mkfifo(folder / "pipe.csv")
    with (folder / "large.csv").open("wb") as large:
        large.truncate(LARGEST + 1)
    assert refusal(folder, "sub") == "sub is not a file; put the file itself there."
    assert refusal(folder, "pipe.csv") == "pipe.csv is not a file; put the file itself there."
    assert refusal(folder, "large.csv") == "large.csv is larger than 64 MiB; make it smaller."
    assert refusal(folder, "none.csv") == "none.csv does not exist; add it, or correct 'stimuli.table'."


def test_what_is_wrong_inside_the_table_is_told_by_its_row(folder):
    rows = "real,one,../secret.csv\nreal,two,/etc/hosts\nmy method,one,2.mp4\nours,bad item,3.mp4\n"
    (folder / "t.csv").write_text(f"method,item,file\n{rows}")
    (folder / "study.yaml").write_text(f"{STUDY}stimuli: {{table: t.csv}}\n")
    with pytest.raises(InputError) as refused:
        load_study(folder)
    path = "it must stay inside the study's folder; name a path below it."
    name = "cannot be used as it is; use letters, digits"
    told = refused.value.sentences
    assert told[:2] == (
        f"t.csv, row 2: file '../secret.csv': {path}",
        f"t.csv, row 3: file '/etc/hosts': {path}",
    )
    assert told[2].startswith(f"t.csv, row 4: method 'my method' {name}")
    assert told[3].startswith(f"t.csv, row 5: item 'bad item' {name}")
    assert len(told) == 4
