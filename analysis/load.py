"""SOURCE to StudyData: everything the statistics need, checked, typed and in a stable order."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from analysis import compared, measured, tables
from analysis.bundles import MADE_FROM, fingerprint
from analysis.sources import Source, older_version, open_source, read_study, sha256
from analysis.stats.result import Note
from studies.bundle import COMPARISONS, METRICS, RATERS, RATINGS, STIMULI, STUDY_FILE
from studies.config import Item, StudyConfig, TestMethod, parse_study
from studies.errors import InputError
from studies.reading import parse
from studies.reporting import Reporting

Scale = tables.Scale
AskedScale = tables.AskedScale
REFERENCE = "reference"  # key of study.json that names the real video's method where there is no study file
COMPARISON_ORDER = ["question", "item", "left", "right", "rater", "choice", "n", "first", "score"]


@dataclass(frozen=True)
class StudyData:
    """One study. Ids are text; scores are finite floats; numeric columns that were empty are NaN.

    ratings: row, rater, stimulus, method, item, question, score, kind, and what the bundle has beside.
    comparisons: row, rater, item, left, right (method names), question, choice, n, adaptive, sides_known,
    expected_choice (filled for attention checks), score (CCR: second relative to first, or NaN), first (the
    side that came first, or ""); rater or item is "" throughout where not recorded.
    stimuli: stimulus, method, item, is_reference, item attributes. raters: None where not recorded.
    metrics: stimulus ("" for a value of the method), item, method, metric, value (NaN where not computed),
    direction ("" where unknown), unit, status. scales: ends of the scale per question; scale: over all.
    aside: stimuli of items for training and of gold methods, which methods and items leave out.
    hidden_reference_questions have DMOS; degradation_questions were rated beside the reference (DCR).
    reporting: what the researcher tells beside; collected_with: the platform's software and its versions.
    data_sha256: of the rows that were read, in whatever order and file; files: sha256 of each file by name;
    read_with: how the user said to read them, by option.
    """

    study: str
    title: str
    config: StudyConfig | None
    config_sha256: str | None
    seed: int | None
    simulated: bool
    ratings: pd.DataFrame
    comparisons: pd.DataFrame
    stimuli: pd.DataFrame
    raters: pd.DataFrame | None
    metrics: pd.DataFrame
    scale: Scale
    notes: tuple[Note, ...]
    scales: dict[str, Scale]
    questions: tuple[str, ...]
    methods: tuple[str, ...]
    items: tuple[str, ...]
    reference: str | None
    hidden_reference_questions: tuple[str, ...]
    degradation_questions: tuple[str, ...]
    aside: frozenset[str] = frozenset()
    reporting: Reporting = field(default_factory=Reporting)
    collected_with: dict[str, str] = field(default_factory=dict)
    data_sha256: str = ""
    files: dict[str, str] = field(default_factory=dict)
    read_with: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class _Header:
    """What study.json says; without the file, what can be said of a bare table."""

    study: str
    title: str
    config: StudyConfig | None
    config_sha256: str | None
    seed: int | None
    simulated: bool
    scales: dict[str, Scale] = field(default_factory=dict)
    reporting: Reporting = field(default_factory=Reporting)
    software: dict[str, str] = field(default_factory=dict)
    reference: str | None = None


def load_source(
    source: str,
    *,
    metrics: Path | None = None,
    question_column: str | None = None,
    reference: str | None = None,
    title: str | None = None,
    scale: AskedScale = None,
) -> StudyData:
    """Read a bundle folder, bundle zip, bare ratings.csv or comparisons.csv, or a study by address or id.

    `metrics` is a further table of objective values; `question_column` names the column that holds the
    question; `reference`, the method that is the real video, `title` and `scale`, the ends of the scale of
    all questions or of each by name, are for a source without a study file. Raises InputError: one sentence
    with file, row, column and how to mend it.
    """
    return load_opened(
        open_source(source),
        metrics=metrics,
        question_column=question_column,
        reference=reference,
        title=title,
        scale=scale,
    )


def load_opened(
    opened: Source,
    *,
    metrics: Path | None = None,
    question_column: str | None = None,
    reference: str | None = None,
    title: str | None = None,
    scale: AskedScale = None,
) -> StudyData:
    """As load_source, of a source that is open already."""
    header = _entitled(_header(opened), title, opened)
    ratings = _ratings(opened, question_column)
    comparisons = _comparisons(opened, question_column)
    if ratings.frame.empty and comparisons.frame.empty:
        raise _nothing(opened, [*ratings.notes, *comparisons.notes])
    stimuli = _stimuli(opened, ratings.frame, header.config)
    raters = (
        tables.read_raters(opened.files[RATERS.file], RATERS.file) if RATERS.file in opened.files else None
    )
    values = _metrics(opened, metrics, stimuli)
    scales, scale_notes = _scales(opened, tables.without_sound_checks(ratings.frame), header, scale)
    graded = compared.graded_questions(comparisons.frame)
    scales = {**dict.fromkeys(graded, (float(compared.CCR.low), float(compared.CCR.high))), **scales}
    bare = compared.without_scores(comparisons.frame, _asked_by(header.config, "CCR"))
    notes = (*ratings.notes, *comparisons.notes, *values.notes, *scale_notes, *bare)
    sides = compared.with_methods(comparisons.frame, stimuli)
    header, stimuli = _referred(header, stimuli, sides, reference, opened)
    data = _assembled(header, (ratings.frame, sides, stimuli, raters, values.frame), scales, notes)
    told = {"question_column": question_column, "reference": reference, "scale": tables.scale_text(scale)}
    return replace(
        data,
        data_sha256=fingerprint(data.ratings, data.comparisons, data.stimuli, data.raters, data.metrics),
        files={**opened.digests(), **({metrics.name: sha256(_bytes(metrics))} if metrics else {})},
        read_with={name: value for name, value in told.items() if value},
    )


def _entitled(header: _Header, title: str | None, opened: Source) -> _Header:
    """Under the user's title, where no study file gives it one."""
    if title is None:
        return header
    if header.config is not None:
        raise InputError(
            f"{opened.where} has a study file, which gives the title {header.title!r}; leave --title out."
        )
    if not title.strip():
        raise InputError("--title is empty; write a title, or leave the option out.")
    return replace(header, title=" ".join(title.split()))


def _referred(
    header: _Header, stimuli: pd.DataFrame, sides: pd.DataFrame, asked: str | None, opened: Source
) -> tuple[_Header, pd.DataFrame]:
    """The real video's clips marked, as the user or study.json names its method."""
    name = header.reference if asked is None else asked
    if name is None:
        return header, stimuli
    if header.config is not None:
        tables.check_declared(name, header.config.reference, opened.where)
        return header, stimuli
    marked = tables.with_reference(stimuli, [*sides["left"], *sides["right"]], name, opened.where)
    return replace(header, reference=name), marked


def _header(opened: Source) -> _Header:
    if STUDY_FILE not in opened.files:
        return _Header(opened.name, opened.name, None, None, None, simulated=False)
    where = opened.label(STUDY_FILE)
    content = read_study(opened)
    raw = content.get("config")
    config = parse_study(raw, where, "config") if raw is not None else None
    study = str(content.get("study") or (config.study if config else opened.name))
    seed = content.get("seed", config.seed if config else None)
    digest = content.get("config_sha256") or (config.sha256() if config else None)
    title = str(content.get("title") or (config.title if config else study))
    simulated, scales = content.get("simulated") is True, stated_scales(content, where)
    told = stated_reporting(content, config, where)
    reference = content.get(REFERENCE) if config is None else None
    return _Header(study, title, config, digest, seed, simulated, scales, told, _versions(content), reference)


def stated_reporting(content: dict[str, Any], config: StudyConfig | None, where: str) -> Reporting:
    """Key `reporting` of study.json, else what the study file says. Raises InputError for a mistake in it."""
    if "reporting" in content:
        return parse(Reporting, content["reporting"], where, "reporting")
    return config.reporting if config else Reporting()


def _versions(content: dict[str, Any]) -> dict[str, str]:
    """Of what collected the answers; in bundles made from other files, `software` is what made the bundle."""
    made = {} if MADE_FROM in content else content.get("software")
    software = content.get("collected_with", made)
    return {str(name): str(of) for name, of in software.items()} if isinstance(software, dict) else {}


def stated_scales(content: dict[str, Any], where: str) -> dict[str, Scale]:
    """Ends of the scale by question, where a bundle has them and no study file."""
    scales = {}
    stated = content.get("scales") or {}
    if not isinstance(stated, dict):
        raise InputError(f"{where}: key 'scales' is {stated!r}; write {{question: [lowest, highest]}}.")
    for question, ends in stated.items():
        numbers = isinstance(ends, list) and all(type(end) in (int, float) for end in ends)
        if not numbers or len(ends) != 2 or not -np.inf < ends[0] < ends[1] < np.inf:
            raise InputError(
                f"{where}: key 'scales' has {ends!r} for {question!r}; write [lowest, highest] score."
            )
        scales[question] = (float(ends[0]), float(ends[1]))
    return scales


def _ratings(opened: Source, question_column: str | None) -> tables.Parsed:
    if RATINGS.file not in opened.files:
        return tables.Parsed(tables.NO_RATINGS)
    where = opened.label(RATINGS.file)
    return tables.read_ratings(opened.files[RATINGS.file], where, question_column)


def _comparisons(opened: Source, question_column: str | None) -> tables.Parsed:
    if COMPARISONS.file not in opened.files:
        return tables.Parsed(compared.NO_COMPARISONS)
    where = opened.label(COMPARISONS.file)
    # In a bundle the option is about the ratings unless there are none.
    column = question_column if RATINGS.file not in opened.files else None
    return compared.read_comparisons(opened.files[COMPARISONS.file], where, column)


def _answers(opened: Source) -> str:
    return next(opened.label(name) for name in (RATINGS.file, COMPARISONS.file) if name in opened.files)


def _nothing(opened: Source, notes: list[Note]) -> InputError:
    """No answer is left; where rows were there, the note tells what they lack."""
    if notes:
        return InputError(
            f"{_answers(opened)} holds no answer: {notes[0].message[:-1]}; fill in their cells."
        )
    return InputError(
        f"{_answers(opened)} has a header but no answers; collect at least one rating{older_version(opened)}."
    )


def _stimuli(opened: Source, ratings: pd.DataFrame, config: StudyConfig | None) -> pd.DataFrame:
    if STIMULI.file in opened.files:
        stimuli = tables.read_stimuli(opened.files[STIMULI.file], STIMULI.file)
        tables.check_stimuli(ratings, stimuli, opened.label(RATINGS.file))
    else:
        stimuli = tables.stimuli_of(ratings)
    if config is None:
        return stimuli
    if config.reference is not None:
        stimuli["is_reference"] = stimuli["is_reference"] | (stimuli["method"] == config.reference.name)
    return _with_attributes(stimuli, config)


def _with_attributes(stimuli: pd.DataFrame, config: StudyConfig) -> pd.DataFrame:
    """Item attributes, data sets and splits of the study file, where stimuli.csv does not carry them."""
    of_item = {item.name: _facts(item) for item in config.items}
    names = {name for described in of_item.values() for name, value in described.items() if value}
    for name in sorted(names - set(stimuli.columns)):
        values = {item: described.get(name, "") for item, described in of_item.items()}
        stimuli[name] = stimuli["item"].map(values).fillna("")
    return stimuli


def _facts(item: Item) -> dict[str, str]:
    dataset = {"dataset": item.dataset} if item.dataset is not None else {}
    return {**item.attributes, **dataset, "split": item.split or ""}


def _metrics(opened: Source, extra: Path | None, stimuli: pd.DataFrame) -> tables.Parsed:
    frame, notes = measured.NO_METRICS, list[Note]()
    found = [(METRICS.file, opened.files[METRICS.file])] if METRICS.file in opened.files else []
    if extra is not None:
        found.append((str(extra), _bytes(extra)))
    for where, raw in found:
        parsed = measured.read_metrics(raw, where, stimuli)
        frame = measured.merged(frame, parsed.frame)
        notes.extend(parsed.notes)
    return tables.Parsed(frame, tuple(notes))


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise InputError(
            f"{path} cannot be read ({error.strerror or error}); give --metrics a CSV file with columns "
            "stimulus, metric, value."
        ) from None


def _scales(
    opened: Source, ratings: pd.DataFrame, header: _Header, asked: AskedScale
) -> tuple[dict[str, Scale], list[Note]]:
    """Lowest and highest grade per question: declared, as the user says, else as the scores let assume."""
    config, where = header.config, opened.label(RATINGS.file)
    declared = dict(header.scales)
    for question in (question for part in config.parts for question in part.ratings) if config else ():
        declared[question.id] = (float(question.grades.low), float(question.grades.high))
    tables.check_scale(ratings, declared, where)
    if asked is not None:
        if config is not None:
            raise InputError(f"{opened.where} has a study file, which gives the scales; leave --scale out.")
        stated = tables.stated_scales(asked, ratings, declared, where)
        tables.check_scale(ratings, stated, where, "that --scale gives")
        declared |= stated
    return tables.with_assumed_scales(declared, ratings, where)


def _assembled(
    header: _Header,
    frames: tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame, pd.DataFrame | None, pd.DataFrame],
    scales: dict[str, Scale],
    notes: tuple[Note, ...],
) -> StudyData:
    ratings, comparisons, stimuli, raters, metrics = frames
    config = header.config
    declared = [question.id for part in config.parts for question in part.questions] if config else []
    judged_on = tables.without_sound_checks(ratings)["question"].unique()
    asked = [*judged_on, *comparisons["question"].unique()]
    aside = tables.set_aside(config, ratings, stimuli)
    judged = stimuli[~stimuli["stimulus"].isin(aside)]
    methods = [*judged["method"], *comparisons["left"], *comparisons["right"]]
    items = [*judged["item"], *(item for item in comparisons["item"] if item)]
    marked = {*stimuli["method"][stimuli["is_reference"].to_numpy(dtype=bool)]}
    if config is not None and config.reference is not None:
        marked |= {config.reference.name} & {*methods}
    marked |= {header.reference} - {None}
    references = tables.natural(marked)
    used = [scales[question] for question in judged_on] or list(scales.values())
    return StudyData(
        study=header.study,
        title=header.title,
        config=config,
        config_sha256=header.config_sha256,
        seed=header.seed,
        simulated=header.simulated or tables.any_simulated(ratings, comparisons, raters),
        ratings=_ordered(ratings, ["question", "method", "item", "stimulus", "rater", "kind"]),
        comparisons=_ordered(comparisons, COMPARISON_ORDER),
        stimuli=_ordered(stimuli, ["method", "item", "stimulus"]),
        raters=None if raters is None else _ordered(raters, ["rater"]),
        metrics=_ordered(metrics, ["metric", "method", "stimulus"]),
        scale=(min((low for low, _ in used), default=1.0), max((high for _, high in used), default=5.0)),
        notes=notes,
        scales=scales,
        questions=_order(declared, asked),
        methods=_order([method.name for method in config.methods] if config else [], methods),
        items=_order([item.name for item in config.items] if config else [], items),
        reference=references[0] if len(references) == 1 else None,
        hidden_reference_questions=_hidden_reference(config, ratings, references),
        degradation_questions=_asked_by(config, "DCR"),
        aside=aside,
        reporting=header.reporting,
        collected_with=header.software,
    )


def _hidden_reference(
    config: StudyConfig | None, ratings: pd.DataFrame, references: list[str]
) -> tuple[str, ...]:
    """As declared; without a study file, where ratings of the reference are among the others."""
    if config is not None:
        return _asked_by(config, "ACR-HR")
    of_reference = ratings["method"].isin(references) & (ratings["kind"] == "scored")
    return tuple(tables.natural(ratings["question"][of_reference].unique()))


def _asked_by(config: StudyConfig | None, test_method: TestMethod) -> tuple[str, ...]:
    parts = [part for part in config.parts if part.test_method == test_method] if config else []
    return tuple(dict.fromkeys(question.id for part in parts for question in part.questions))


def _order(declared: Iterable[str], present: Iterable[str]) -> tuple[str, ...]:
    """Those present: first in the declared order, then the others in natural order."""
    found = set(present)
    first = [name for name in dict.fromkeys(declared) if name in found]
    return (*first, *tables.natural(found - set(first)))


def _ordered(frame: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    """The same rows in an order that does not depend on the file's."""
    return frame.sort_values(keys, kind="stable", ignore_index=True)
