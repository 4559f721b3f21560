"""A pilot's variance components, question by question, and how far to trust them."""

from __future__ import annotations

from collections.abc import Iterable

from analysis.lists.agreement import variance_rows
from analysis.lists.scope import Scope
from analysis.load import StudyData
from analysis.options import Options
from analysis.planning.basis import RANDOM, Basis, Component, check_given, usual_variance
from analysis.planning.words import counted, joined
from analysis.screening import screen
from analysis.stats.planning import variance_factors
from analysis.stats.result import Note
from studies.errors import InputError

ENOUGH = 30  # a variance from as many raters or items is within a factor of 0.63 to 1.81 (95 %)
FACTORS = {"raters+items": ("rater", "item"), "raters": ("rater",)}  # what a target takes as samples


def pilot_bases(
    data: StudyData, question: str | None, given: dict[str, float], target: str
) -> tuple[Basis, ...]:
    """One basis per question with ratings, or of the one named. Ratings are screened as the study declares.

    Raises InputError where there are no ratings, too few raters or items, or no such question.
    """
    scope = Scope(data, Options(), tuple(screen(data)))
    rows = variance_rows(scope).rows
    return tuple(
        _basis(
            scope,
            name,
            {row["component"]: row["variance"] for row in rows if row["question"] == name},
            given,
            target,
        )
        for name in _asked(scope, question)
    )


def _asked(scope: Scope, question: str | None) -> list[str]:
    rated = [name for name in scope.rated_questions if len(scope.scored(name, scope.primary))]
    if not rated:
        raise InputError(
            f"The pilot {scope.data.study!r} holds no ratings that count; give one with ratings, or "
            "variances with --components."
        )
    if question is None:
        return rated
    if question not in rated:
        known = ", ".join(rated)
        raise InputError(f"The pilot has no ratings of --question {question!r}; it has ratings of {known}.")
    return [question]


def _basis(
    scope: Scope, question: str, estimated: dict[str, float], given: dict[str, float], target: str
) -> Basis:
    frame, scale = scope.scored(question, scope.primary), scope.data.scales[question]
    check_given(given, scale)
    sizes = {name: int(frame[name].nunique()) for name in ("rater", "item", "method")}
    components = tuple(
        Component(name, given.get(name, estimated.get(name, 0.0)), "given" if name in given else "estimated")
        for name in RANDOM
        if name in given or name in estimated
    )
    missing = tuple(name for name in RANDOM if name not in given and name not in estimated)
    _check_sizes(question, sizes, given, target)
    if not any(component.variance for component in components):
        raise InputError(
            f"The pilot's scores of question {question!r} do not vary in anything but methods, so they say "
            "nothing about precision; give a pilot with other ratings, or variances with --components."
        )
    return Basis(
        study=scope.data.study,
        question=question,
        scale=scale,
        components=components,
        missing=missing,
        n_raters=sizes["rater"],
        n_items=sizes["item"],
        n_methods=sizes["method"],
        simulated=scope.data.simulated,
        notes=(
            *_simulated(scope.data),
            *_at_zero(question, sizes, components, scale),
            *_notes(question, sizes, missing, target),
        ),
    )


def _check_sizes(question: str, sizes: dict[str, int], given: dict[str, float], target: str) -> None:
    for factor in FACTORS[target]:
        if sizes[factor] < 2 and factor not in given:
            mend = " or plan for this item only with --target raters" if factor == "item" else ""
            raise InputError(
                f"Question {question!r} of the pilot has one {factor}, which does not tell how {factor}s "
                f"vary; add --components {factor}=VARIANCE{mend}."
            )


def _simulated(data: StudyData) -> Iterable[Note]:
    if data.simulated:
        yield Note(
            "simulated", "The pilot holds simulated ratings: they show how to plan, not how people differ."
        )


def _at_zero(
    question: str, sizes: dict[str, int], components: tuple[Component, ...], scale: tuple[float, float]
) -> Iterable[Note]:
    """An estimate of 0 is where the estimator stops, and what it leaves out makes plans too hopeful."""
    names = [one.name for one in components if one.origin == "estimated" and one.variance == 0.0]
    if names:
        usual = ",".join(f"{name}={usual_variance(name, scale):.2g}" for name in names)
        yield Note(
            "components_at_zero",
            f"Question {question!r}: {joined(names)} {'is' if len(names) == 1 else 'are'} estimated as 0, "
            f"which {counted(sizes['item'], 'item')} and {counted(sizes['rater'], 'rater')} do not prove; if "
            f"that is not so, less will be found than is said here. Plan with what is usual, too: "
            f"--components {usual}.",
        )


def _notes(question: str, sizes: dict[str, int], missing: tuple[str, ...], target: str) -> Iterable[Note]:
    if missing:
        names = ", ".join(missing)
        yield Note(
            "components_not_identified",
            f"Question {question!r}: the pilot's design cannot tell {names} from other components, whose "
            "variances hold theirs; --components sets them.",
        )
    few = [(factor, sizes[factor]) for factor in FACTORS[target] if 2 <= sizes[factor] < ENOUGH]
    if few:
        parts = [_uncertain(factor, number) for factor, number in few]
        yield Note(
            "pilot_is_small",
            f"Question {question!r}: {' and '.join(parts)} (95 %, normal theory); half-widths change with "
            "the square root.",
        )


def _uncertain(factor: str, number: int) -> str:
    low, high = variance_factors(number)
    return (
        f"with {number} {factor}s the true variance between {factor}s may be {low:.2g} to {_times(high)} "
        "times what is estimated"
    )


def _times(factor: float) -> str:
    return f"{factor:.2g}" if factor < 100 else f"{factor:.0f}"
