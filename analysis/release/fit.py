"""The data of a study as they may be published: checked, pseudonymised, nothing written yet."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from analysis.bundles import Written, write_bundle
from analysis.load import REFERENCE, AskedScale, StudyData, load_opened, load_source
from analysis.release.carried import TIMES, Frames, carried, raters_in
from analysis.release.groups import without_telling
from analysis.release.identifying import contacts, refuse_identifying, refuse_in_study
from analysis.release.pseudonyms import order_of, renamed
from analysis.release.telling import Ids, ids_of, telling_name
from analysis.release.times import without_time_of_day
from analysis.release.wish import Deed, Wish
from analysis.sources import Source, open_source, parse_json
from studies.bundle import STUDY_FILE, TEXTS_FILE

TOLD_OF_STUDY = ("config", "config_sha256", "seed", "scales", "reporting", REFERENCE)


@dataclass(frozen=True)
class Fit:
    """What may be published: tables under new names, what study.json says, and what was done.

    `ids`: the old names, of which none may be published.
    """

    frames: Frames
    study: dict[str, Any]
    deed: Deed
    ids: Ids


def fit_to_publish(
    source: str,
    wish: Wish,
    *,
    metrics: Path | None = None,
    question_column: str | None = None,
    scale: AskedScale = None,
) -> Fit:
    """Raises InputError where the source is not sound, or a cell would identify a rater."""
    opened = open_source(source)
    data = load_opened(
        opened,
        metrics=metrics,
        question_column=question_column,
        reference=wish.reference,
        scale=scale,
    )
    found = carried(
        opened,
        data,
        question_column=question_column,
        own_metrics=metrics is not None,
        keep=wish.keep,
        with_texts=wish.with_texts,
        marked=wish.reference is not None and data.config is None,
    )
    raters = raters_in(found.frames)
    ids = ids_of(raters)
    refuse_identifying(found.frames, ids, opened.labels)
    study = _study(opened, data, wish, scale)
    refuse_in_study(study, ids)
    frames, spared = without_telling(found.frames, wish.smallest_group, wish.keep)
    order = order_of(raters, wish.rater_order)
    deed = Deed(
        dropped=_nameable(found.dropped, ids),
        attributes=spared.attributes,
        emptied=spared.emptied,
        silent=spared.silent,
        rounded=spared.rounded,
        order=order,
        n_raters=len(raters),
        texts="carried" if TEXTS_FILE in frames else "left out" if TEXTS_FILE in opened.files else "none",
        timed=any(name in TIMES for frame in frames.values() for name in frame.columns),
        contacts=contacts(study.get("config")),
    )
    return Fit(renamed(without_time_of_day(frames), order), study, deed, ids)


def _nameable(dropped: dict[str, list[str]], ids: Ids) -> dict[str, list[str]]:
    """Columns that were left out; one whose own name tells of somebody is not named."""
    return {
        file: ["(name withheld)" if telling_name(name, ids, of_people=False) else name for name in names]
        for file, names in dropped.items()
    }


def _study(opened: Source, data: StudyData, wish: Wish, scale: AskedScale) -> dict[str, Any]:
    """study.json without what tells of files and times; of a bare table, what the user or its report says."""
    raw = opened.files.get(STUDY_FILE)
    content = parse_json(raw, opened.label(STUDY_FILE)) if raw is not None else {}
    kept = {key: content[key] for key in TOLD_OF_STUDY if key in content}
    kept |= {"collected_with": data.collected_with} if data.collected_with else {}
    kept |= {"scales": _stated(scale, data, content)} if scale is not None else {}
    kept |= {REFERENCE: wish.reference} if wish.reference and data.config is None else {}
    title = " ".join(wish.title.split()) if wish.title and data.config is None else data.title
    return {"study": data.study, "title": title, **kept, "simulated": data.simulated}


def _stated(scale: AskedScale, data: StudyData, content: dict[str, Any]) -> dict[str, list[float]]:
    """The scales that study.json states, and those that the user does."""
    names = (
        {*data.ratings["question"]} if isinstance(scale, tuple) or "" in (scale or {}) else {*(scale or {})}
    )
    return {name: list(data.scales[name]) for name in sorted(names | {*content.get("scales", {})})}


def write_data(fit: Fit, folder: Path) -> StudyData:
    """Write the data as a bundle; returns what reading it gives."""
    tables = [
        Written(file, list(frame.columns), frame.to_numpy().tolist()) for file, frame in fit.frames.items()
    ]
    write_bundle(folder, fit.study, tables, load_source)
    return load_source(str(folder))
