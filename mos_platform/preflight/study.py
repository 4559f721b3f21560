"""The whole preflight of a study folder."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from mos_platform.clips.facts import ClipFacts
from mos_platform.clips.isolation import Task, run_each
from mos_platform.clips.probing import probe
from mos_platform.clips.treatment import Treatment, decide
from mos_platform.preflight.blinding import blinding_findings
from mos_platform.preflight.clips import (
    browser_finding,
    clip_findings,
    missing_finding,
    picture_findings,
    treatment_finding,
)
from mos_platform.preflight.copies import copy_findings
from mos_platform.preflight.effort import Effort, effort_findings, effort_of, mean_seconds, patience_findings
from mos_platform.preflight.findings import Finding, Level, failed, passed, warned, worst
from mos_platform.preflight.gold import gold_findings
from mos_platform.preflight.precision import precision_findings
from mos_platform.preflight.presenting import beginning_findings, frame_findings, together_findings
from mos_platform.preflight.quotas import quota_findings
from mos_platform.preflight.served import unserved
from mos_platform.preflight.wording import wording_findings
from studies.config import Cell, StudyConfig, is_file, load_study
from studies.errors import InputError

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Preflight:
    """All findings in the order of the table; `clips`: facts of every clip that could be decoded, by path."""

    findings: tuple[Finding, ...]
    clips: Mapping[str, ClipFacts] = field(default_factory=dict)

    @property
    def level(self) -> Level:
        return worst(self.findings)


def check_study(source: Path, progress: Progress | None = None, base_url: str = "") -> Preflight:
    """Check a study's folder, or its `study.yaml`; decodes every clip in child processes with limits.

    `base_url`: the address at which raters reach the platform; nothing is said of it where it is "".
    A study file that cannot be read is a finding, too. Raises InputError only where the machine is at fault.
    """
    try:
        config = load_study(source)
    except InputError as error:
        return Preflight(tuple(failed("study file", sentence) for sentence in error.sentences))
    folder = source if source.is_dir() else source.parent
    names = _names(config, folder)
    facts, damaged = _decoded(names, folder, progress)
    findings = [
        *_study(config),
        *(frame_findings(config, base_url) if base_url else ()),
        missing_finding(config, folder),
        *picture_findings(config, folder),
        *(failed("clips", sentence) for sentence in damaged),
        *copy_findings(config, folder, names),
        *_of_clips(config, facts, names),
    ]
    return Preflight(tuple(findings), {names[cell]: clip for cell, clip in facts.items()})


def _names(config: StudyConfig, folder: Path) -> dict[Cell, str]:
    """The clips that are there, by their paths."""
    there = {cell: config.stimuli.path(*cell) for cell in config.given_cells()}
    return {cell: path for cell, path in there.items() if path is not None and is_file(folder / path)}


def _decoded(
    names: Mapping[Cell, str], folder: Path, progress: Progress | None
) -> tuple[dict[Cell, ClipFacts], list[str]]:
    tasks = [Task(name, (folder / name, name)) for name in names.values()]
    outcomes = run_each(probe, tasks, progress=progress)
    facts: dict[Cell, ClipFacts] = {}
    damaged = list[str]()
    for cell, outcome in zip(names, outcomes, strict=True):
        if isinstance(outcome, InputError):
            damaged += outcome.sentences
        else:
            facts[cell] = outcome
    return facts, damaged


def _study(config: StudyConfig) -> Iterator[Finding]:
    methods, items, parts = len(config.scored_methods), len(config.scored_items), len(config.parts)
    yield passed(
        "study file",
        f"'{config.study}' has {methods} methods, {items} items and {parts} part{'s' if parts > 1 else ''}.",
    )
    yield from (failed("service", sentence) for sentence in unserved(config))
    yield from wording_findings(config)
    yield from beginning_findings(config)
    yield from quota_findings(config)


def _of_clips(
    config: StudyConfig, facts: Mapping[Cell, ClipFacts], names: Mapping[Cell, str]
) -> Iterator[Finding]:
    """What needs the clips; effort and precision are told even where some are missing."""
    if not facts:
        yield warned("sitting", "how long a sitting takes is not known without clips.")
        return
    yield from clip_findings(facts, names)
    try:
        treatment = decide(facts, config.clips, config.made_methods)
    except InputError as error:
        yield from (failed("preparation", sentence) for sentence in error.sentences)
        treatment = Treatment({}, ())
    else:
        yield browser_finding(facts, names, treatment)
        yield treatment_finding(treatment)
    yield from gold_findings(config, facts)
    yield from together_findings(config, facts)
    yield from blinding_findings(config, facts, treatment)
    effort = effort_of(config, mean_seconds(config, facts))
    yield from effort_findings(config, effort)
    yield from patience_findings(config, facts)
    yield from _precision(config, effort)


def _precision(config: StudyConfig, effort: Effort) -> Iterator[Finding]:
    """What else was found is told also where this cannot be computed."""
    try:
        yield from precision_findings(config, effort)
    except InputError as error:
        yield warned("precision", str(error))
