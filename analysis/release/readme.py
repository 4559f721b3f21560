"""README.md of a release: how to reproduce it, what is in it, and what was done to protect raters."""

from __future__ import annotations

import platform
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from importlib.metadata import version

from analysis.figures.numbers import counted, listed
from analysis.load import StudyData
from analysis.options import Options
from analysis.release.citation import LICENCES
from analysis.release.code import CODE
from analysis.release.requirements import PROGRAM
from analysis.release.wish import Deed, Wish

INSTALL = "python -m pip install -r requirements.txt"
CONTENTS = {
    "data": "the study bundle, pseudonymised; `manifest.json` has the sha256 of each file",
    "study.yaml": "the study file: methods, items, questions, what raters read, screening rules, seed",
    "splits.csv": "the split of every stimulus, where one is recorded",
    "seeds.json": "the seeds of the study and of the analysis",
    "results.json": "every number of the report, unrounded",
    "card.json": "the reporting card: protocol, raters, material, reliability; `card.md` is to be read",
    "card.schema.json": "the JSON Schema of `card.json`",
    "exclusions.csv": "who was flagged by which screening rule, and whether it was applied",
    "tables": "every list of results.json as CSV, the printed tables as LaTeX",
    "figures": "the figures as SVG and PNG",
    "report.html": "the report, to be read in any browser",
    "report.ipynb": "the report as a notebook that starts from `data`; executed",
    "code": f"{PROGRAM}, the program that made this folder, under its own licence",
    "requirements.txt": "the libraries, pinned to the versions that made this folder",
    "CITATION.cff": "how to cite this folder",
    "LICENSE.txt": "what anybody may do with it",
    "CHECKSUMS.sha256": "the sha256 of every file: `sha256sum --check CHECKSUMS.sha256`",
}


@dataclass(frozen=True)
class Told:
    """What the README speaks of. `entries`: what lies in the folder."""

    data: StudyData
    options: Options
    wish: Wish
    deed: Deed
    title: str
    entries: Sequence[str] = ()

    def with_entries(self, entries: Sequence[str]) -> Told:
        return replace(self, entries=entries)


def command(options: Options) -> str:
    """The one command that reproduces the report from `data`."""
    flags = [f"--target {options.target}", f"--confidence {options.confidence!r}", f"--seed {options.seed}"]
    flags += [f"--margin {options.margin!r}"] if options.margin is not None else []
    flags += ["--regularised-preference"] if options.regularised_preference else []
    return f"PYTHONPATH={CODE} python -m analysis report data --out again {' '.join(flags)}"


def readme(told: Told) -> str:
    parts = (_head(told), _reproduce(told), _contents(told), _raters(told), _use(told))
    return "\n".join(line for part in parts for line in part)


def _head(told: Told) -> Iterator[str]:
    data = told.data
    yield from (f"# {' '.join(told.title.split())}", "")
    methods = counted(len(data.methods), "method")
    yield f"A perceptual study of {methods}: its data, and all that reproduces its report."
    if data.simulated:
        yield from ("", "**Its ratings are simulated, wholly or in part: they say nothing about people.**")
    yield ""


def _reproduce(told: Told) -> Iterator[str]:
    yield from (
        "## Reproduce every number and figure",
        "",
        "```sh",
        INSTALL,
        command(told.options),
        "```",
        "",
    )
    yield (
        "run in this folder writes the report anew into `again`; in PowerShell, `$env:PYTHONPATH = 'code'` "
        "comes first, on a line of its own. Its `results.json`, `tables` and `figures` "
        "are equal to those here, byte for byte on a processor of the same kind: "
        "`cmp results.json again/results.json`. Others round the last digits of some values differently. "
        "Running "
        "`report.ipynb` from its first cell on does the same, and says in its last what differs, and by how "
        "much."
    )
    yield ""
    yield (
        f"Both need Python {platform.python_version()} and the libraries in `requirements.txt`; the program, "
        f"{PROGRAM} {version(PROGRAM)}, lies in `{CODE}`. Other versions give the same results up to "
        "rounding, and name themselves in `results.json` (`options.software`)."
    )
    yield ""


def _contents(told: Told) -> Iterator[str]:
    yield from ("## What is in this folder", "", "| | |", "|---|---|")
    yield from (f"| `{name}` | {what} |" for name, what in CONTENTS.items() if name in told.entries)
    yield ""
    hashed = "sha256" in told.data.stimuli
    yield "The clips are not in it" + ("; `data/stimuli.csv` has the sha256 of each." if hashed else ".")
    for name, why in _absent(told):
        yield f"There is no `{name}`: {why}."
    yield ""


def _absent(told: Told) -> Iterator[tuple[str, str]]:
    if "study.yaml" not in told.entries:
        yield (
            "study.yaml",
            "the data came without a study file, so how the study was made is not recorded here",
        )
    if "splits.csv" not in told.entries:
        yield "splits.csv", "no splits are recorded"
    if "CITATION.cff" not in told.entries:
        yield "CITATION.cff", "no authors were named"


def _raters(told: Told) -> Iterator[str]:
    yield from ("## What was done to protect raters", "")
    yield from (f"- {sentence}" for sentence in deeds(told.deed, told.wish))
    yield ""
    if not told.deed.n_raters:
        return
    yield (
        "What remains can still be put together: somebody who knows some of a rater's answers, or a date on "
        "which they took part, may find their other answers. Do not try to find out who a rater is."
    )
    yield ""


def deeds(deed: Deed, wish: Wish) -> list[str]:
    """What became of the raters' data, one sentence each."""
    said = [_named(deed, wish)] if deed.n_raters else ["No raters are named in the data."]
    if deed.timed:
        said.append(
            "Times keep the date of a sitting and the course of time within it: every sitting begins at "
            "00:00 UTC of its date, or where the rater's sitting before it ended."
        )
    said += _attributes(deed, wish) if deed.n_raters else []
    said += [f"Left out of `{file}`: {listed(_quoted(names))}." for file, names in deed.dropped.items()]
    if deed.texts != "none":
        carried = "are in `texts.csv`, after a check for contacts, accounts and ids"
        if deed.texts == "carried":
            carried += "; import that column as text: spreadsheet programs run what begins with = + - @"
        said.append(f"Free-text answers {carried if deed.texts == 'carried' else 'are left out'}.")
    if deed.contacts:
        said.append(
            f"The study file names {listed(deed.contacts)}, which is published as raters were shown it."
        )
    return said


ORDERS = {
    "kept": "numbered in the sorted order of their old ones, so that the same numbers come out; ids that "
    "were counted up keep the order in which raters were enrolled, and whoever has the list of the old ones "
    "can sort it and tell who is who; a release with `--rater-order shuffled` prevents that",
    "shuffled": "in an order that follows from what is published here alone, not from the old ones; "
    "resampled limits therefore differ by chance from those under the old names",
}


def _named(deed: Deed, wish: Wish) -> str:
    order = ORDERS[deed.order]
    if deed.order == "kept" and wish.rater_order != "kept":
        order += "; the old ones were numbers or random"
    have = "has a new name" if deed.n_raters == 1 else "have new names"
    return f"The {counted(deed.n_raters, 'rater')} {have}, {order}. Rows are sorted by rater."


def _attributes(deed: Deed, wish: Wish) -> list[str]:
    said = []
    if deed.attributes:
        said.append(
            "Left out, as together with the others they would single out groups of fewer than "
            f"{wish.smallest_group} raters with answers: {listed(_quoted(deed.attributes))}."
        )
    if deed.rounded:
        said.append("The width at which clips were shown is rounded to 100 pixels.")
    if deed.emptied:
        said.append(
            f"Values that fewer than {wish.smallest_group} raters hold are emptied in "
            f"{listed(_quoted(deed.emptied))} of `raters.csv`."
        )
    if deed.silent:
        people = counted(deed.n_raters, "rater")
        said.append(f"Of the {people}, {deed.silent} without answers keep no attributes.")
    if wish.keep:
        said.append(
            f"Kept in `raters.csv` by choice, whatever the size of the groups: {listed(_quoted(wish.keep))}."
        )
    return said


def _quoted(names: Sequence[str]) -> list[str]:
    return [f"`{name}`" for name in names]


def _use(told: Told) -> Iterator[str]:
    yield from ("## Use", "")
    licence = told.wish.licence
    if licence is None:
        yield "No licence was chosen: ask the authors before you use the data for more than reading."
    else:
        yield f"{licence}: {LICENCES[licence]}. See `LICENSE.txt`."
    yield "Cite it as `CITATION.cff` says." if told.wish.authors else "Its authors are not named here."
    yield ""
