"""The notebook that starts from the data: a researcher changes a cell and runs it again."""

from __future__ import annotations

import json
import re
from pathlib import Path

import nbformat
import pytest

from analysis.cli import main
from analysis.report import reproduced
from analysis.report.notebook import execute

ROWS = "rater,item,method,score\n" + "".join(
    f"r{r},i{i},{m},{1 + (r * i + r + len(m)) % 5}\n" for r in range(6) for i in range(4) for m in ("a", "bb")
)


@pytest.fixture
def ratings(tmp_path: Path) -> Path:
    path = tmp_path / "données" / "mine.csv"
    path.parent.mkdir()
    path.write_text(ROWS)
    return path


def code(notebook: nbformat.NotebookNode) -> list[str]:
    return [cell.source for cell in notebook.cells if cell.cell_type == "code"]


def shown(notebook: nbformat.NotebookNode) -> list[list[dict[str, str]]]:
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    return [[output.data for output in cell.outputs] for cell in cells]


def test_it_is_written_unexecuted_and_runs_from_the_data(ratings: Path, tmp_path: Path, capsys) -> None:
    out = tmp_path / "notebooks" / "one"
    assert main(["notebook", str(ratings), "--out", str(out), "--no-open", "--seed", "4"]) == 0
    assert capsys.readouterr().out == f"{out / 'report.ipynb'}\n"
    notebook = nbformat.read(out / "report.ipynb", as_version=4)
    nbformat.validate(notebook)
    assert not any(cell.outputs for cell in notebook.cells if cell.cell_type == "code")
    assert 'data = load_source("../../données/mine.csv")' in code(notebook)[1]
    assert "seed=4," in code(notebook)[2]
    assert all(len(source.splitlines()) <= 12 for source in code(notebook))

    report = tmp_path / "report"
    assert main(["report", str(ratings), "--out", str(report), "--seed", "4", "--format", "ipynb"]) == 0
    printed = nbformat.read(report / "report.ipynb", as_version=4)
    assert code(notebook)[4:] == code(printed)[1:]
    run = execute(notebook, out)
    assert shown(run)[4:] == shown(printed)[1:]
    for figure in (report / "figures").iterdir():
        assert (out / "figures" / figure.name).read_bytes() == figure.read_bytes()


def test_a_changed_option_changes_what_is_shown(ratings: Path, tmp_path: Path) -> None:
    assert main(["notebook", str(ratings), "--out", str(tmp_path / "nb"), "--no-open"]) == 0
    notebook = nbformat.read(tmp_path / "nb" / "report.ipynb", as_version=4)
    notebook.cells = [cell for cell in notebook.cells if "figures.show" not in cell.source]
    cell = next(cell for cell in notebook.cells if "confidence=" in cell.source)
    cell.source = cell.source.replace("confidence=0.95", "confidence=0.5")
    after = str(shown(execute(notebook, tmp_path / "nb")))
    assert "with 50" in after
    assert "with 95" not in after


def test_a_notebook_that_is_there_stays_as_it_is(ratings: Path, tmp_path: Path, capsys) -> None:
    out = tmp_path / "nb"
    out.mkdir()
    (out / "report.ipynb").write_text("changed by hand")
    assert main(["notebook", str(ratings), "--out", str(out), "--no-open"]) == 0
    assert "was there already and stays as it is" in capsys.readouterr().out
    assert main(["notebook", str(ratings), "--out", str(out)]) == 0
    assert re.search("Jupyter is not installed|Open it with: ", capsys.readouterr().out)
    assert (out / "report.ipynb").read_text() == "changed by hand"


def test_a_bad_source_is_told_in_one_sentence(tmp_path: Path, capsys) -> None:
    assert main(["notebook", str(tmp_path / "none.csv"), "--out", str(tmp_path / "nb")]) == 2
    assert capsys.readouterr().err.count("\n") == 1
    assert not (tmp_path / "nb").exists()


def test_results_that_differ_are_told_place_by_place(tmp_path: Path) -> None:
    file = tmp_path / "results.json"
    old = {"mos": [{"mean": 3.5}, {"mean": 2.0}], "options": {"software": {"numpy": "2.4"}}}
    file.write_text(json.dumps(old, ensure_ascii=False, indent=1) + "\n")
    assert "byte for byte" in reproduced(old, str(file)).sentences[0]
    new = {"mos": [{"mean": 3.5}, {"mean": 2.25}], "options": {"software": {"numpy": "2.5"}}}
    said = re.sub(r"\\", "", " ".join(reproduced(new, str(file)).sentences))
    assert "2 values differ" in said
    assert "mos[1].mean: 2.0 was published, 2.25 is computed here." in said
    assert 'options.software.numpy: "2.4" was published' in said


def test_the_last_digits_of_another_processor_are_the_same_results(tmp_path: Path) -> None:
    file = tmp_path / "results.json"
    file.write_text(json.dumps({"mos": [{"mean": 0.24413831426461297, "n": 3}]}))
    said = reproduced({"mos": [{"mean": 0.2441383142646129, "n": 3}]}, str(file)).sentences
    assert "up to the rounding of the processor: 1 value differs in the last digits" in said[0]
    changed = reproduced({"mos": [{"mean": 0.24413841426461297, "n": 3}]}, str(file)).sentences
    assert "not the results" in changed[0]
    assert "1 value differs." in changed[0]
    counted = reproduced({"mos": [{"mean": 0.24413831426461297, "n": 4}]}, str(file)).sentences
    assert "not the results" in counted[0]
