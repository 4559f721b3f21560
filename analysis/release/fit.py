"""The data of a study as they may be published: checked, pseudonymised, nothing written yet."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from analysis.bundles import Written, write_bundle
from analysis.load import StudyData, load_opened, load_source
from analysis.release.carried import TEXTS, TIMES, Frames, carried, raters_in
from analysis.release.groups import too_telling
from analysis.release.identifying import contacts, refuse_identifying
from analysis.release.pseudonyms import order_of, renamed
from analysis.release.times import without_time_of_day
from analysis.release.wish import Deed, Wish
from analysis.sources import Source, open_source, parse_json
from studies.bundle import RATERS, STUDY_FILE

TOLD_OF_STUDY = ("config", "config_sha256", "seed", "scales", "reporting")


@dataclass(frozen=True)
class Fit:
    """What may be published: tables under new names, what study.json says, and what was done."""

    frames: Frames
    study: dict[str, Any]
    deed: Deed


def fit_to_publish(
    source: str, wish: Wish, *, metrics: Path | None = None, question_column: str | None = None
) -> Fit:
    """Raises InputError where the source is not sound, or a cell would identify a rater."""
    opened = open_source(source)
    data = load_opened(opened, metrics=metrics, question_column=question_column)
    found = carried(
        opened,
        data,
        question_column=question_column,
        own_metrics=metrics is not None,
        keep=wish.keep,
        with_texts=wish.with_texts,
    )
    raters = raters_in(found.frames)
    refuse_identifying(found.frames, raters, opened.labels)
    frames, telling = _without_telling(found.frames, wish)
    order = order_of(raters, wish.rater_order)
    study = _study(opened, data)
    deed = Deed(
        dropped=found.dropped,
        attributes=telling,
        order=order,
        n_raters=len(raters),
        texts="carried" if TEXTS in frames else "left out" if TEXTS in opened.files else "none",
        timed=any(name in TIMES for frame in frames.values() for name in frame.columns),
        contacts=contacts([study.get("config"), study.get("reporting")]),
    )
    return Fit(renamed(without_time_of_day(frames), order), study, deed)


def _without_telling(frames: Frames, wish: Wish) -> tuple[Frames, list[str]]:
    if RATERS.file not in frames:
        return frames, []
    raters = frames[RATERS.file]
    telling = too_telling(raters, wish.smallest_group, wish.keep)
    return {**frames, RATERS.file: raters.drop(columns=telling)}, telling


def _study(opened: Source, data: StudyData) -> dict[str, Any]:
    """study.json without what tells of files and times; of a bare table, what its report calls it."""
    raw = opened.files.get(STUDY_FILE)
    content = parse_json(raw, opened.label(STUDY_FILE)) if raw is not None else {}
    kept = {key: content[key] for key in TOLD_OF_STUDY if key in content}
    kept |= {"collected_with": data.collected_with} if data.collected_with else {}
    return {"study": data.study, "title": data.title, **kept, "simulated": data.simulated}


def write_data(fit: Fit, folder: Path) -> StudyData:
    """Write the data as a bundle; returns what reading it gives."""
    tables = [
        Written(file, list(frame.columns), frame.to_numpy().tolist()) for file, frame in fit.frames.items()
    ]
    write_bundle(folder, fit.study, tables, _prove)
    return load_source(str(folder))


def _prove(folder: Path) -> None:
    load_source(str(folder))
