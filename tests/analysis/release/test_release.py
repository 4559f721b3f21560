"""What a release holds, that it gives its results again elsewhere, and what it refuses."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import pandas as pd
import yaml
from released import Release, bundle, files
from whole_bundle import Tables

from analysis.checking.check import check_source
from analysis.cli import main
from analysis.load import load_source
from analysis.release.fit import fit_to_publish, write_data
from analysis.release.wish import Wish
from analysis.report.notebook import execute
from studies.config import load_study

REPO = Path(__file__).resolve().parents[3]
Refused = Callable[..., str]
SAME = ("results.json", "card.json", "exclusions.csv", "tables/", "figures/")


def reproduced(folder: Path) -> dict[str, bytes]:
    """What the README's one command writes, run in a fresh process that has the release's program only."""
    readme = (folder / "README.md").read_text(encoding="utf-8")
    command = re.findall(r"^PYTHONPATH=code python (-m analysis report .+)$", readme, re.MULTILINE)
    assert len(command) == 1
    assert "python -m pip install -r requirements.txt\n" in readme
    environment = {**os.environ, "PYTHONPATH": "code", "PYTHONHASHSEED": "77"}
    arguments = [sys.executable, *command[0].split()]
    where = "import analysis, studies.names; print(analysis.__file__); print(studies.names.__file__)"
    found = subprocess.run(
        [sys.executable, "-P", "-c", where],
        cwd=folder,
        env=environment,
        check=True,
        capture_output=True,
        text=True,
    )
    assert all(Path(folder / line).is_relative_to(folder / "code") for line in found.stdout.splitlines())
    subprocess.run(arguments, cwd=folder, env=environment, check=True, capture_output=True)
    return files(folder / "again")


def of_results(found: dict[str, bytes]) -> dict[str, bytes]:
    return {name: content for name, content in found.items() if name.startswith(SAME)}


def results(source: Path, tmp_path: Path) -> dict[str, Any]:
    assert main(["report", str(source), "--format", "json", "--out", str(tmp_path / "report")]) == 0
    return dict(json.loads((tmp_path / "report" / "results.json").read_text()))


def test_the_readme_s_command_reproduces_every_number_and_figure_elsewhere(
    released: Release, tmp_path: Path
) -> None:
    elsewhere = shutil.copytree(released.folder, tmp_path / "down loaded")
    here, again = of_results(files(released.folder)), of_results(reproduced(elsewhere))
    assert {"results.json", "card.json", "tables/mos.csv", "figures/mos-sync.svg"} <= set(here)
    assert set(here) == set(again)
    assert [name for name, content in here.items() if again[name] != content] == []


def test_the_notebook_computes_the_published_results_elsewhere_from_the_data(
    released: Release, tmp_path: Path
) -> None:
    elsewhere = shutil.copytree(released.folder, tmp_path / "copy")
    shutil.rmtree(elsewhere / "figures")
    for name in ("card.json", "tables/metric_values.csv"):
        (elsewhere / name).unlink()
    written = nbformat.read(elsewhere / "report.ipynb", as_version=4)
    outputs = [cell.get("outputs") for cell in written.cells]
    again = execute(written, elsewhere)
    assert [cell.get("outputs") for cell in again.cells] == outputs
    assert "byte for byte" in str(again.cells[-1].outputs)
    assert files(elsewhere / "figures") == files(released.folder / "figures")


def test_the_numbers_are_those_of_the_report_on_the_original(released: Release, tmp_path: Path) -> None:
    original = results(released.bundle, tmp_path)
    published = json.loads((released.folder / "results.json").read_text())
    new = {f"subject-{n + 1}": f"r{n + 1}" for n in range(8)}
    for rows in (original["raters"], original["screening"]):
        for row in rows:
            row["rater"] = new[row["rater"]]
    gone = [row for row in original["group_mos"] if row["attribute"] == "age_group"]
    original["group_mos"] = [row for row in original["group_mos"] if row not in gone]
    assert original["study"].pop("data_sha256") != published["study"].pop("data_sha256")  # of the new names
    assert [name for name in original if original[name] != published[name]] == []


def test_nothing_tells_who_a_rater_is_or_when_they_sat(released: Release) -> None:
    everything = files(released.folder)
    for secret in (b"subject-", b"visit-of", b"Maria", b"09:14", b"17:41", b"consented_at"):
        names = [name for name, content in everything.items() if secret in content]
        if secret == b"consented_at":  # the name of a column, which the program knows too
            names = [name for name in names if not name.startswith("code/")]
        assert names == (["README.md"] if secret == b"consented_at" else []), secret
    ratings = pd.read_csv(released.folder / "data" / "ratings.csv")
    assert set(ratings["presented_at"].str[:10]) == {"2026-01-01", "2026-01-02"}
    assert ratings["presented_at"].str[11:].min() == "00:00:00.000000Z"
    assert list(ratings["sitting"].unique()) == [f"r{n + 1}-1" for n in range(8)]


def test_the_readme_says_what_was_left_out_and_why(released: Release) -> None:
    readme = (released.folder / "README.md").read_text(encoding="utf-8")
    assert "Left out of `raters.csv`: `consented_at` and `remark`." in readme
    assert "groups of fewer than 3 raters with answers: `age_group`." in readme
    assert "The study file names study@lab.example" in readme
    assert "No licence was chosen" in readme
    assert not re.search(r"/tmp|/home|/work", readme)
    named = re.findall(r"^\| `([^`]+)`", readme, re.MULTILINE)
    assert set(named) | {"README.md", "card.md"} >= {path.name for path in released.folder.iterdir()}
    assert all((released.folder / name).exists() for name in named)


def test_the_data_are_a_sound_bundle_of_the_same_study(released: Release) -> None:
    assert check_source(str(released.folder / "data"), None).problems == ()
    data, original = load_source(str(released.folder / "data")), load_source(str(released.bundle))
    assert load_study(released.folder).sha256() == data.config_sha256 == original.config_sha256
    assert json.loads((released.folder / "seeds.json").read_text())["study"] == 3
    splits = pd.read_csv(released.folder / "splits.csv")
    assert list(splits.columns) == ["stimulus", "method", "item", "split"]
    assert (len(splits), set(splits["split"])) == (6, {"test"})


def test_checksums_name_every_file(released: Release) -> None:
    done = subprocess.run(
        ["sha256sum", "--check", "--strict", "CHECKSUMS.sha256"],
        cwd=released.folder,
        capture_output=True,
        text=True,
        check=True,
    )
    checked = {line.removesuffix(": OK") for line in done.stdout.splitlines()}
    assert checked == set(files(released.folder)) - {"CHECKSUMS.sha256"}


def test_versions_are_pinned_as_installed(released: Release) -> None:
    lines = (released.folder / "requirements.txt").read_text().splitlines()
    pinned = dict(line.split("==") for line in lines)
    software = json.loads((released.folder / "results.json").read_text())["options"]["software"]
    assert {name: pinned[name] for name in ("numpy", "scipy", "pandas")}.items() <= software.items()
    assert not {"django", "celery", "pytest", "mos-platform"} & set(pinned)
    assert lines == sorted(lines)


def test_the_same_study_gives_the_same_bytes_whatever_its_place_and_order(
    released: Release, tmp_path: Path
) -> None:
    def backwards(content: Tables) -> None:
        for name in ("raters", "comparisons", "ratings"):
            content[name].sort(key=lambda row: row["rater"], reverse=True)

    other = bundle(tmp_path / "elsewhere" / "small", backwards)
    write_data(fit_to_publish(str(other), Wish()), tmp_path / "data")
    assert files(tmp_path / "data") == files(released.folder / "data")


def test_the_citation_is_valid_cff(released: Release) -> None:
    content = yaml.safe_load((released.folder / "CITATION.cff").read_text(encoding="utf-8"))
    assert content == {
        "cff-version": "1.2.0",
        "message": "If you use these data, please cite them as below.",
        "type": "dataset",
        "title": "A small study",
        "authors": [{"family-names": "Doe", "given-names": "Jane"}],
    }
