"""Tables of metrics: values per method and group, how far they follow MOS, what others published."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from analysis.figures.metrics import LEVELS, correlation_row
from analysis.figures.numbers import (
    MISSING,
    amounts,
    coefficient_text,
    headed,
    number,
    p_value,
    titled,
    with_interval,
)
from analysis.figures.view import Row, View
from analysis.report.table import LONG_TABLE, Cell, Group, Table, cells

COEFFICIENTS = ("PLCC", "SROCC", "KROCC")
SPREAD = "Median [quartiles]"


def correlation(view: View, question: str) -> Table:
    """Metric × level: the three coefficients with their intervals."""
    keys = {(row["metric"], row["level"]): None for row in view.rows("correlation", question)}
    body = []
    for metric, level in keys:
        found = [correlation_row(view, question, metric, level, name) for name in COEFFICIENTS]
        n = next((row["n"] for row in found if row is not None), 0)
        values = [coefficient_text(row) for row in found]
        body.append(cells((view.metric_title(metric), _level(level), str(n), *values)))
    caption = headed(view.question(question).title, "correlation of metrics with MOS, raw values.")
    header = ("Metric", "Level", "n", *COEFFICIENTS)
    folded = len(body) > LONG_TABLE
    return Table(f"correlation-{question}", caption, header, tuple(body), frozenset({0, 1}), folded=folded)


def contests(view: View, question: str) -> Table:
    """Pairs of metrics: which follows MOS more closely."""
    rows = view.rows("metric_contest", question)
    body = [
        cells(
            (
                f"{view.metric_title(row['metric_a'])} – {view.metric_title(row['metric_b'])}",
                _level(row["level"]),
                row["coefficient"],
                with_interval(row["difference"], row["ci_low"], row["ci_high"], signed=True),
                p_value(row["p"]),
            )
        )
        for row in rows
    ]
    header = ("Metrics", "Level", "Coefficient", "Difference", "p")
    words = "differences of correlations, signs aligned (first minus second)."
    caption = headed(view.question(question).title, f"{words}{_beyond(rows)}")
    return Table(
        f"metric_contest-{question}", caption, header, tuple(body), frozenset({0, 1, 2}), folded=True
    )


def _beyond(rows: Sequence[Row]) -> str:
    """That some intervals reach where no difference of correlations lies."""
    ends = [row[key] for row in rows for key in ("ci_low", "ci_high") if row[key] is not None]
    return (
        " Limits beyond −2 and 2 are kept: those intervals are rough."
        if any(abs(end) > 2 for end in ends)
        else ""
    )


def classification(view: View, question: str) -> Table:
    """How well each metric tells the pairs that raters tell apart."""
    body = [
        cells(
            (
                view.metric_title(row["metric"]),
                number(row["auc_different"]),
                number(row["auc_better"]),
                number(row["pairs_significant"], 0),
                number(row["pairs_ordered_rightly"], 0),
            )
        )
        for row in view.rows("metric_classification", question)
    ]
    header = ("Metric", "AUC different", "AUC better", "Resolved by raters", "Ordered alike by metric")
    words = (
        "how metrics tell apart what raters tell apart. Pairs of stimuli, each tested by itself: area under "
        "the ROC curve (AUC) of different against not resolved, and of better against worse; 0.5 is chance. "
        "Pairs of methods: how many raters resolve after Holm's correction, and how many of these the metric "
        "orders alike."
    )
    caption = headed(view.question(question).title, words)
    groups = (Group("Pairs of stimuli", 2), Group("Pairs of methods", 2))
    name = f"metric_classification-{question}"
    return Table(name, caption, header, tuple(body), folded=True, groups=groups)


def metrics(view: View) -> Table:
    """Methods × metrics that have values: mean beside median and quartiles."""
    rows = view.rows("metrics")
    names = list(dict.fromkeys(row["metric"] for row in rows if row["n"]))
    found = {(row["method"], row["metric"]): row for row in rows}
    methods = [name for name in view.methods if any((name, metric) in found for metric in names)]
    body = tuple(
        (Cell(method), *_spreads(found.get((method, metric)) for metric in names)) for method in methods
    )
    caption = "Metrics per method: mean, and median with quartiles, over its clips that have a value."
    return Table("metrics", caption, _spread_header("Method", names), body, groups=_by_metric(view, names))


def group_metrics(view: View, attribute: str) -> Table:
    """Level × method: mean beside median and quartiles of every metric."""
    rows = [row for row in view.rows("group_metrics") if row["attribute"] == attribute and row["n"]]
    names = list(dict.fromkeys(row["metric"] for row in rows))
    found = {(row["level"], row["method"], row["metric"]): row for row in rows}
    places = dict.fromkeys((row["level"], row["method"]) for row in rows)
    body = tuple(
        (Cell(f"{level}: {method}"), *_spreads(found.get((level, method, metric)) for metric in names))
        for level, method in places
    )
    caption = f"Metrics by {titled(attribute).lower()}: mean, and median with quartiles."
    header = _spread_header(titled(attribute), names)
    name = f"group_metrics-{attribute}"
    return Table(name, caption, header, body, folded=True, groups=_by_metric(view, names))


def attributes(view: View) -> list[str]:
    """Splits and attributes of items that metrics are given by."""
    return list(dict.fromkeys(row["attribute"] for row in view.rows("group_metrics") if row["n"]))


def literature(view: View) -> Table:
    """Published values of the same metric and data set beside what was measured here."""
    body = [
        cells(
            (
                row["method"],
                view.metric_title(row["metric"]),
                row["dataset"],
                _with_unit(row["published_printed"].replace("-", "−"), row["unit"]),
                str(row["source"] or MISSING),
                *(_in_unit(row[key], row["measured_unit"]) for key in ("measured_mean", "measured_median")),
                number(row["n"], 0),
            )
        )
        for row in view.rows("literature")
    ]
    header = ("Method", "Metric", "Data set", "Published", "Source", "Mean", "Median", "Clips")
    caption = (
        "Literature values beside measured ones: what others published for the same metric and data set. "
        "Clips, crops and implementations may differ, so the two are no replication of each other."
    )
    groups = (Group("Literature", 4), Group("Measured here", 3))
    texts = frozenset({0, 1, 2, 4})
    return Table("literature", caption, header, tuple(body), texts, groups=(Group("", 1), *groups))


def _spread_header(first: str, names: Sequence[str]) -> tuple[str, ...]:
    return (first, *(title for _ in names for title in ("Mean", SPREAD)))


def _by_metric(view: View, names: Sequence[str]) -> tuple[Group, ...]:
    return tuple(Group(_metric_header(view, name), 2) for name in names)


def _metric_header(view: View, name: str) -> str:
    about = view.metric(name)
    unit = f", {about['unit']}" if about["unit"] not in (None, "", "1") else ""
    return f"{about['title']}{unit}"


def _spreads(rows: Iterable[Row | None]) -> list[Cell]:
    """Two cells per metric: mean, and median with quartiles."""
    return [cell for row in rows for cell in _spread(row)]


def _spread(row: Row | None) -> tuple[Cell, Cell]:
    if row is None or row["median"] is None:
        return Cell(MISSING), Cell(MISSING)
    mean = Cell(amounts([row["mean"]])[0])
    if row["n"] == 1:
        return mean, Cell(amounts([row["median"]])[0])
    median, low, high = amounts([row["median"], row["q1"], row["q3"]])
    around = "" if MISSING in (low, high) else f" [{low}, {high}]"
    return mean, Cell(f"{median}{around}")


def _in_unit(value: float | None, unit: str | None) -> str:
    """Four digits, and the unit where there is one."""
    if value is None:
        return MISSING
    plain = f"{value:.4g}".replace("-", "−")
    return _with_unit(amounts([value])[0] if "e" in plain else plain, unit)


def _with_unit(text: str, unit: str | None) -> str:
    return text if unit in (None, "", "1") else f"{text} {unit}"


def _level(level: str) -> str:
    return LEVELS.get(level, level)
