"""What must not change results.json: order, names, labels, unknown columns; and what shifts with the scores.

Resampled limits follow the order of names, in which draws are assigned: after a renaming that changes this
order they may differ, and are then left out of the comparison.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from analysis.load import load_source
from analysis.options import Options
from analysis.results import compute, to_json

Row = dict[str, Any]
Results = dict[str, Any]
PEOPLE_AND_CLIPS = ("rater", "item", "method", "stimulus", "left", "right")
SHIFTING = ("mean", "rating_mean", "median", "q1", "q3", "ci_low", "ci_high", "naive_ci_low", "naive_ci_high")
SAMPLED = ("ci_low", "ci_high", "p", "auc_different", "auc_better")


@dataclass(frozen=True)
class Study:
    """The tables of a bundle as rows."""

    ratings: list[Row]
    stimuli: list[Row]
    comparisons: list[Row]
    metrics: list[Row]

    def tables(self) -> dict[str, list[Row]]:
        return {name: rows for name, rows in vars(self).items() if rows}

    def mapped(self, change: Callable[[Row], Row]) -> Study:
        return Study(**{name: [change(row) for row in rows] for name, rows in vars(self).items()})

    def with_scores(self, change: Callable[[int], int]) -> Study:
        return replace(self, ratings=[{**row, "score": change(row["score"])} for row in self.ratings])


@dataclass(frozen=True)
class Kind:
    """What a random study has: share of cells rated, clips per item and method, and further answers."""

    density: float = 1.0
    clips: int = 1
    questions: int = 1
    repeats: bool = False
    compared: bool = False


KINDS = {
    "complete": Kind(),
    "incomplete": Kind(density=0.6, compared=True),
    "several clips": Kind(clips=2),
    "two questions": Kind(questions=2, repeats=True),
}


def study_of(kind: Kind, seed: int) -> Study:
    """8 raters × 7 items × 3 methods on grades 20 to 60: the scale is then taken from them."""
    rng = np.random.default_rng(seed)
    study = Study([], [], [], [])
    for item in range(7):
        for method in range(3):
            for clip in range(kind.clips):
                _add_clip(study, kind, rng, (item, method, clip))
    if kind.compared:
        study.comparisons.extend(_votes(rng))
    study.ratings[0]["score"], study.ratings[1]["score"] = 20, 60  # so that the scale's ends are known
    return study


def _add_clip(study: Study, kind: Kind, rng: np.random.Generator, place: tuple[int, int, int]) -> None:
    item, method, clip = place
    name = f"s{item}{method}{clip}"
    home = {"stimulus": name, "method": f"m{method}", "item": f"i{item}"}
    study.stimuli.append({**home, "is_reference": method == 0, "light": "ab"[item % 2]})
    level = 30 + 7 * method + 3 * rng.normal()
    for metric, direction in (("sharp", "higher"), ("noise", "lower")):
        value = round(level + 4 * rng.normal(), 3)
        study.metrics.append({**home, "metric": metric, "value": value, "direction": direction})
    for rater in range(8):
        for question in range(kind.questions):
            if rng.random() < kind.density:
                told = {"rater": f"r{rater}", **home, "question": f"q{question}"}
                scores = [round(level + 5 * rng.normal() + rater) for _ in range(2)]
                study.ratings.append({**told, "score": scores[0], "kind": "scored"})
                if kind.repeats and item < 2:
                    study.ratings.append({**told, "score": scores[1], "kind": "repeat"})


def _votes(rng: np.random.Generator) -> list[Row]:
    pairs = [(f"m{a}", f"m{b}") for a in range(3) for b in range(3) if a != b]
    choices = ("left", "right", "tie")
    return [
        {
            "rater": f"r{r}",
            "item": f"i{i}",
            "left": a,
            "right": b,
            "question": "better",
            "choice": str(rng.choice(choices)),
        }
        for r in range(8)
        for i in range(3)
        for a, b in pairs
    ]


def results(study: Study, folder: Path, name: str = "one") -> Results:
    home = folder / name / "study"
    home.mkdir(parents=True)
    for table, rows in study.tables().items():
        with (home / f"{table}.csv").open("w", newline="") as file:
            writer = csv.DictWriter(file, list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)
    return compute(load_source(str(home)), Options(n_boot=24, margin=3))


@pytest.fixture(params=KINDS.values(), ids=list(KINDS))
def study(request: pytest.FixtureRequest) -> Study:
    return study_of(request.param, seed=5)


def same(one: Any, other: Any, place: str = "") -> None:
    """Equal up to rounding; what was sampled may be left out before."""
    if isinstance(one, dict):
        assert list(one) == list(other), place
        close = 2e-4 if "REML" in str(one.get("procedure")) else 1e-8
        for key, value in one.items():
            if isinstance(value, float) and isinstance(other[key], float):
                assert value == pytest.approx(other[key], rel=close, abs=close), f"{place} {key} of {one}"
            else:
                same(value, other[key], f"{place} {key}")
    elif isinstance(one, list):
        assert len(one) == len(other), place
        for a, b in zip(one, other, strict=True):
            same(a, b, place)
    else:
        assert one == other, place


def test_rows_in_any_order_give_the_same_bytes(study: Study, tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    mixed = Study(
        **{name: [rows[i] for i in rng.permutation(len(rows))] for name, rows in vars(study).items()}
    )
    assert to_json(results(mixed, tmp_path, "mixed")) == to_json(results(study, tmp_path))


def test_unknown_columns_and_another_place_change_nothing(study: Study, tmp_path: Path) -> None:
    wider = study.mapped(lambda row: {**row, "weather": "rain", "note": 7})
    wider = replace(wider, stimuli=study.stimuli)  # there, a further column is an attribute of items
    assert to_json(results(wider, tmp_path, "wider")) == to_json(results(study, tmp_path))


def test_another_study_name_changes_the_name_only(study: Study, tmp_path: Path) -> None:
    first = results(study, tmp_path)
    (tmp_path / "one" / "study").rename(tmp_path / "one" / "copy")
    second = compute(load_source(str(tmp_path / "one" / "copy")), Options(n_boot=24, margin=3))
    assert (second["study"]["study"], second["study"]["title"]) == ("copy", "copy")
    second["study"] |= {"study": "study", "title": "study"}
    assert second == first


def renamed(value: Any, names: dict[str, str]) -> Any:
    """Every word that is a name, put back; warnings tell names within sentences and keep their codes only.

    The hash of the rows, which hold the names, is another one.
    """
    if isinstance(value, dict):
        told = {key: inner for key, inner in value.items() if key not in ("message", "data_sha256")}
        return {key: renamed(inner, names) for key, inner in told.items()}
    if isinstance(value, list):
        return [renamed(inner, names) for inner in value]
    return names.get(value, value) if isinstance(value, str) else value


def relabel(study: Study, name: Callable[[str], str]) -> tuple[Study, dict[str, str]]:
    """The study under new names, and the way back."""
    old = {
        row[key] for rows in study.tables().values() for row in rows for key in PEOPLE_AND_CLIPS if key in row
    }
    names = {one: name(one) for one in old}
    assert len(set(names.values())) == len(names)

    def change(row: Row) -> Row:
        return {key: names[value] if key in PEOPLE_AND_CLIPS else value for key, value in row.items()}

    return study.mapped(change), {new: one for one, new in names.items()}


def test_names_in_the_same_order_change_nothing_but_names(study: Study, tmp_path: Path) -> None:
    other, back = relabel(study, lambda name: f"new {name} é")
    found = renamed(results(other, tmp_path, "other"), back)
    assert found == renamed(results(study, tmp_path), {})


def mirrored(name: str) -> str:
    """Names whose order is the reverse: r0 becomes r9."""
    return name[0] + "".join(str(9 - int(digit)) for digit in name[1:])


def canonical(listing: str, row: Row) -> Row:
    """Pairs of methods one way round, sampled limits left out, and what a change of sides turns."""
    row = {key: value for key, value in row.items() if key not in TURNING.get(listing, ())}
    if "bootstrap" in str(row.get("procedure")):
        row = {key: value for key, value in row.items() if key not in SAMPLED}
    return _turned(row, listing) if row.get("method_a", "") > row.get("method_b", "") else row


def _turned(row: Row, listing: str) -> Row:
    """The same pair named the other way round."""
    whole = 0 if listing == "differences" else 1
    signs = ("mean", "p_a", "ci_low", "ci_high")
    row = {**row, **{key: whole - row[key] for key in signs if row.get(key) is not None}}
    for one, other in (("method_a", "method_b"), ("wins_a", "wins_b"), ("ci_low", "ci_high")):
        if one in row:
            row[one], row[other] = row[other], row[one]
    return row


TURNING = {
    "differences": ("p_noninferiority",),  # one-sided: of the other hypothesis after a change of sides
    "letters": ("letters",),
    "preference_model": ("position_effect", "position_p"),
    "options": (),
}


def table(found: Results, listing: str) -> list[Row]:
    rows = [canonical(listing, row) for row in found[listing]]
    names = (
        "question",
        "screening",
        "rater",
        "stimulus",
        "method",
        "method_a",
        "method_b",
        "metric",
        "metric_a",
    )
    keys = (*names, "metric_b", "level", "attribute", "coefficient", "component", "measure", "rule", "family")
    return sorted(rows, key=lambda row: [str(row.get(key)) for key in (*keys, "mapping", "model", "code")])


def test_names_in_another_order_change_names_and_resampled_limits_only(study: Study, tmp_path: Path) -> None:
    other, back = relabel(study, mirrored)
    found, base = renamed(results(other, tmp_path, "other"), back), renamed(results(study, tmp_path), {})
    for listing, rows in base.items():
        if isinstance(rows, list):
            same(table(found, listing), table(base, listing), listing)


def shifted(row: Row, keys: tuple[str, ...], change: Callable[[float], float]) -> Row:
    return {key: change(row[key]) if key in keys and row[key] is not None else row[key] for key in row}


def only(found: Results, listing: str, **wanted: Any) -> list[Row]:
    return [row for row in found[listing] if wanted.items() <= row.items()]


UNMOVED = ("differences", "letters", "agreement", "variance", "correlation", "metric_contest", "metrics")


def test_a_shift_of_all_scores_moves_means_and_leaves_the_rest(study: Study, tmp_path: Path) -> None:
    first, second = results(study, tmp_path), results(study.with_scores(lambda s: s + 100), tmp_path, "moved")
    for listing in (*UNMOVED, "metric_classification", "preference", "preference_pairs", "preference_model"):
        same(without_rmse(first[listing]), without_rmse(second[listing]), listing)
    for listing in ("mos", "stimulus_mos", "group_mos"):
        raw, moved = only(first, listing, measure="MOS"), only(second, listing, measure="MOS")
        assert raw
        for one, other in zip(raw, moved, strict=True):
            same(shifted(free(one), SHIFTING, lambda value: value + 100), free(other), listing)


def free(row: Row) -> Row:
    """Without what names or models scores one by one."""
    return {key: value for key, value in row.items() if key not in ("counts", *CORRECTED)}


CORRECTED = ("corrected_mos", "corrected_se", "corrected_model", "bias_removed_mos")


def without_rmse(rows: list[Row]) -> list[Row]:
    """The mapping's fit is iterative, and its error in grades stands in the scores' unit."""
    return [row for row in rows if row.get("mapping") != "monotone"]


def test_corrected_means_follow_a_shift(study: Study, tmp_path: Path) -> None:
    first, second = results(study, tmp_path), results(study.with_scores(lambda s: s + 100), tmp_path, "moved")
    for one, other in zip(first["stimulus_mos"], second["stimulus_mos"], strict=True):
        if one["measure"] == "MOS" and one["corrected_mos"] is not None:
            assert other["corrected_mos"] == pytest.approx(one["corrected_mos"] + 100, abs=1e-6)


def test_twice_the_grades_double_means_and_leave_coefficients(study: Study, tmp_path: Path) -> None:
    first, second = results(study, tmp_path), results(study.with_scores(lambda s: 2 * s), tmp_path, "twice")
    for listing in ("agreement", "letters", "metric_contest"):
        same(first[listing], second[listing], listing)
    for listing in ("mos", "differences"):
        for one, other in zip(first[listing], second[listing], strict=True):
            if one["measure"] == "MOS":
                doubled = shifted(one, ("mean", "se", "ci_low", "ci_high"), lambda value: 2 * value)
                keys = ("mean", "se", "df", "ci_low", "ci_high", *(("p",) if "p" in one else ()))
                same({key: doubled[key] for key in keys}, {key: other[key] for key in keys}, listing)
    for one, other in zip(first["variance"], second["variance"], strict=True):
        assert other["variance"] == pytest.approx(4 * one["variance"], rel=1e-6, abs=1e-9)
    for one, other in zip(first["correlation"], second["correlation"], strict=True):
        if one["mapping"] == "raw":
            same(one, other, "correlation")


def test_a_metric_turned_round_turns_its_correlations_round(study: Study, tmp_path: Path) -> None:
    turned = replace(study, metrics=[{**row, "value": -row["value"]} for row in study.metrics])
    first, second = results(study, tmp_path), results(turned, tmp_path, "turned")
    raw = [only(found, "correlation", mapping="raw") for found in (first, second)]
    assert len(raw[0]) > 10
    for one, other in zip(*raw, strict=True):
        for low, high in (
            ("value", "value"),
            ("ci_low", "ci_high"),
            ("independent_ci_low", "independent_ci_high"),
        ):
            assert other[high] == (None if one[low] is None else pytest.approx(-one[low], abs=1e-9))
    assert only(first, "metric_contest", level="stimulus")
    for one, other in zip(first["metric_contest"], second["metric_contest"], strict=True):
        assert (one["difference"] is None) == (other["difference"] is None)
        if one["difference"] is not None:
            assert other["difference"] == pytest.approx(-one["difference"], abs=1e-9)


def test_sides_exchanged_leave_strengths_and_turn_the_position_effect(tmp_path: Path) -> None:
    study = study_of(KINDS["incomplete"], seed=6)
    sides = {"left": "right", "right": "left", "tie": "tie"}
    votes = [
        {**row, "left": row["right"], "right": row["left"], "choice": sides[row["choice"]]}
        for row in study.comparisons
    ]
    first, second = results(study, tmp_path), results(replace(study, comparisons=votes), tmp_path, "turned")
    assert len(first["preference"]) == 3
    for listing in ("preference", "preference_pairs"):
        same(first[listing], second[listing], listing)
    (one,), (other,) = first["preference_model"], second["preference_model"]
    assert one["position_effect"] == pytest.approx(-other["position_effect"], abs=1e-8)
    assert one["log_likelihood"] == pytest.approx(other["log_likelihood"], abs=1e-8)


@pytest.mark.all
@pytest.mark.parametrize("seed", range(20, 32))
def test_many_random_studies_keep_what_they_promise(seed: int, tmp_path: Path) -> None:
    rng = np.random.default_rng(seed)
    kind = Kind(
        float(rng.choice([1, 0.7, 0.3])), int(rng.integers(1, 3)), int(rng.integers(1, 3)), True, True
    )
    study = study_of(kind, seed)
    for number, test in enumerate(WALKED):
        test(study, tmp_path / str(number))


WALKED = (
    test_rows_in_any_order_give_the_same_bytes,
    test_names_in_the_same_order_change_nothing_but_names,
    test_names_in_another_order_change_names_and_resampled_limits_only,
    test_a_shift_of_all_scores_moves_means_and_leaves_the_rest,
    test_twice_the_grades_double_means_and_leave_coefficients,
    test_a_metric_turned_round_turns_its_correlations_round,
)


def test_results_can_be_written_as_json(study: Study, tmp_path: Path) -> None:
    found = results(study, tmp_path)
    assert json.loads(to_json(found)) == found
