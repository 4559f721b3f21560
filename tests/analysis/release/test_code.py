"""The program in a release, and releases of tables without a study file."""

from __future__ import annotations

import ast
import json
import shutil
import subprocess
import sys
from importlib.metadata import packages_distributions, version
from pathlib import Path

import pandas as pd
import pytest
from packaging.utils import canonicalize_name
from released import Release, files

from analysis.cli import main
from analysis.load import load_source
from analysis.release.citation import institutions
from analysis.release.code import write_code
from analysis.release.folder import replaced
from analysis.release.wish import Author, Wish

PAIRS = "rater,item,left,right,choice\n" + "".join(
    f"r{r},i{i},real,bb,{'left' if (r + i) % 3 else 'right'}\n" for r in range(6) for i in range(7)
)


def test_the_code_is_whole_and_nothing_but_the_program(released: Release) -> None:
    found = files(released.folder / "code")
    assert {"LICENSE", "analysis/__main__.py", "studies/catalogue/metrics.csv"} <= set(found)
    assert {"analysis/card/card.schema.json", "analysis/report/template/index.html.j2"} <= set(found)
    assert not [name for name in found if "__pycache__" in name or "/demo/" in name or name.endswith(".mp4")]
    listed = (released.folder / "CHECKSUMS.sha256").read_text()
    assert all(f"  code/{name}\n" in listed for name in found)


def test_the_code_gives_the_same_bytes_twice_and_from_itself(released: Release, tmp_path: Path) -> None:
    write_code(tmp_path / "again")
    assert files(tmp_path / "again") == files(released.folder / "code")
    told = "from analysis.release.code import write_code; from pathlib import Path; write_code(Path('more'))"
    subprocess.run(
        [sys.executable, "-B", "-c", told],
        cwd=tmp_path,
        env={"PYTHONPATH": str(released.folder / "code")},
        check=True,
    )
    assert files(tmp_path / "more") == files(tmp_path / "again")


def test_the_code_tells_its_version_without_an_installed_program(released: Release) -> None:
    metadata = list((released.folder / "code").glob("*.dist-info/METADATA"))
    assert [file.parent.name for file in metadata] == [f"mos_platform-{version('mos-platform')}.dist-info"]
    told = "from importlib.metadata import distribution; print(distribution('mos-platform')._path)"
    done = subprocess.run(
        [sys.executable, "-c", told],
        env={"PYTHONPATH": str(released.folder / "code")},
        check=True,
        capture_output=True,
        text=True,
    )
    assert Path(done.stdout.strip()) == metadata[0].parent


def test_what_python_compiles_does_not_stand_in_the_way_of_the_next_release(
    released: Release, tmp_path: Path
) -> None:
    out = shutil.copytree(released.folder, tmp_path / "release")
    compiled = out / "code" / "analysis" / "__pycache__"
    compiled.mkdir()
    (compiled / "load.cpython-311.pyc").write_bytes(b"compiled")
    with replaced(out) as folder:
        (folder / "README.md").write_text("new")
    assert files(out) == {"README.md": b"new"}


def test_every_library_that_the_code_imports_is_pinned(released: Release) -> None:
    imported = set[str]()
    for file in (released.folder / "code").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                imported |= {name.name.partition(".")[0] for name in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module:
                imported.add(node.module.partition(".")[0])
    foreign = imported - {"analysis", "studies"} - sys.stdlib_module_names
    homes = packages_distributions()
    lines = (released.folder / "requirements.txt").read_text().splitlines()
    pinned = {line.partition("==")[0] for line in lines}
    assert {"numpy", "pandas", "yaml"} <= foreign
    assert {
        name for name in foreign if not pinned & {canonicalize_name(home) for home in homes[name]}
    } == set()


@pytest.fixture
def bare(tmp_path: Path) -> Path:
    rows = [
        f"r{r},i{i},{m},{1 + (r * i + r + len(m)) % 5}"
        for r in range(4)
        for i in range(3)
        for m in ("real", "bb")
    ]
    (tmp_path / "mine.csv").write_text("\n".join(["rater,item,method,score", *rows, ""]))
    return tmp_path / "mine.csv"


def test_a_bare_table_carries_its_reference_and_title(
    bare: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    wishes = ("--reference", "real", "--title", "Heads that speak", "--author", "Jane Doe")
    assert main(["release", str(bare), "--out", str(out), *wishes]) == 0
    assert "'Jane Doe' is cited as an institution; write a person as" in capsys.readouterr().out
    stimuli = pd.read_csv(out / "data" / "stimuli.csv")
    assert set(stimuli["method"][stimuli["is_reference"]]) == {"real"}
    assert load_source(str(out / "data")).reference == "real"
    results = json.loads((out / "results.json").read_text())
    assert results["study"]["title"] == "Heads that speak"
    assert json.loads((out / "data" / "study.json").read_text())["title"] == "Heads that speak"
    assert "Heads that speak" in (out / "report.html").read_text(encoding="utf-8")
    assert {"DMOS"} <= {row["measure"] for row in results["mos"]}


def test_the_reference_of_bare_comparisons_is_in_the_data(tmp_path: Path) -> None:
    from analysis.release.fit import fit_to_publish, write_data

    (tmp_path / "mine.csv").write_text(PAIRS)
    write_data(fit_to_publish(str(tmp_path / "mine.csv"), Wish(reference="real")), tmp_path / "data")
    assert load_source(str(tmp_path / "data")).reference == "real"


def test_people_with_a_given_name_are_no_institutions() -> None:
    assert institutions(Wish(authors=(Author("Doe", "Jane"),))) == []
