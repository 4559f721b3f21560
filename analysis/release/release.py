"""`analysis release`: everything is read, checked and pseudonymised before anything is written."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path

import yaml

from analysis import RESULTS_FILE
from analysis.load import AskedScale, StudyData
from analysis.options import Options
from analysis.release.citation import citation, institutions, licence_note
from analysis.release.code import CODE, write_code
from analysis.release.fit import Fit, fit_to_publish, write_data
from analysis.release.folder import CHECKSUMS, DATA, replaced, seal
from analysis.release.last_look import look_over
from analysis.release.readme import Told, deeds, readme
from analysis.release.requirements import pinned
from analysis.release.wish import Wish
from analysis.report import write_report
from analysis.report.start import from_data
from analysis.results import compute, to_json
from studies.bundle import STUDY_FILE
from studies.config import CONFIG_FILE

FORMATS = {"html", "ipynb", "tex", "csv"}
OptionsOf = Callable[[StudyData], Options]
Progress = Callable[[str], None]


def release(
    source: str,
    out: Path,
    wish: Wish,
    options_of: OptionsOf,
    *,
    metrics: Path | None = None,
    question_column: str | None = None,
    scale: AskedScale = None,
    progress: Progress = lambda _: None,
) -> list[str]:
    """Write the release and return what to tell. Raises InputError; `out` is then as before.

    The results are computed from the data as they are published, so that these give them again.
    """
    fit = fit_to_publish(source, wish, metrics=metrics, question_column=question_column, scale=scale)
    with replaced(out) as folder:
        return _write(fit, wish, options_of, folder, progress)


def _write(fit: Fit, wish: Wish, options_of: OptionsOf, folder: Path, progress: Progress) -> list[str]:
    data = write_data(fit, folder / DATA)
    options = options_of(data)
    progress(f"Computing the statistics of {data.study}")
    results = compute(data, options, progress)
    (folder / RESULTS_FILE).write_text(to_json(results), encoding="utf-8")
    start = from_data(DATA, options, published=True)
    write_report(results, data, folder, FORMATS, progress, start)
    _write_beside(folder, data, options)
    write_code(folder / CODE)
    _write_texts(folder, Told(data, options, wish, fit.deed, wish.title or data.title))
    look_over(folder, fit.ids, frozenset({CODE}))
    seal(folder)
    return [*deeds(fit.deed, wish), *institutions(wish)]


def _write_beside(folder: Path, data: StudyData, options: Options) -> None:
    """study.yaml, splits.csv, seeds.json and requirements.txt."""
    config = json.loads((folder / DATA / STUDY_FILE).read_text(encoding="utf-8")).get("config")
    if config is not None:
        text = yaml.safe_dump(config, sort_keys=False, allow_unicode=True, width=100)
        (folder / CONFIG_FILE).write_text(text, encoding="utf-8")
    if "split" in data.stimuli and (data.stimuli["split"] != "").any():
        columns = ["stimulus", "method", "item", "split"]
        with (folder / "splits.csv").open("w", encoding="utf-8", newline="") as stream:
            writer = csv.writer(stream, lineterminator="\n")
            writer.writerows([columns, *data.stimuli[columns].to_numpy().tolist()])
    seeds = {"study": data.seed, "analysis": options.seed, "n_boot": options.n_boot}
    (folder / "seeds.json").write_text(json.dumps(seeds, indent=1) + "\n", encoding="utf-8")
    (folder / "requirements.txt").write_text("\n".join([*pinned(), ""]), encoding="utf-8")


def _write_texts(folder: Path, told: Told) -> None:
    """The texts for people: citation, licence, README."""
    texts = {"CITATION.cff": citation(told.wish, told.title), "LICENSE.txt": licence_note(told.wish)}
    for name, text in texts.items():
        if text is not None:
            (folder / name).write_text(text, encoding="utf-8")
    entries = sorted([*(path.name for path in folder.iterdir()), CHECKSUMS])
    (folder / "README.md").write_text(readme(told.with_entries(entries)), encoding="utf-8")
