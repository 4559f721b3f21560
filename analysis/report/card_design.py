"""The card in words: method of test, questions, material, reliability and analysis."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from analysis.figures.numbers import coefficient_text, counted, headed, listed, number, percent, titled
from analysis.figures.raters import coefficient_name
from analysis.report.card_people import Line, counts_text, joined

Row = dict[str, Any]
SHOWN = (
    *("ICC(A,1)", "ICC(A,k)", "ICC(Q,k)"),
    *("alpha_ordinal", "alpha_interval", "repeat_consistency", "kendall_u"),
)
TOGETHER = {"stimulus": "over stimuli", "within_stimulus": "within stimuli (halo)"}
MOST_PAIRS = 6
MOST_NAMED = 12
TARGETS = {
    "raters+items": "further raters and further items (target raters+items)",
    "raters": "further raters, on these items (target raters)",
}
ORDERS = {"fixed": "always in the same order", "varied": "in varying order"}


def design_lines(card: Row) -> list[Line]:
    protocol, told = card["protocol"], card["reporting"]
    return [
        ("Protocol", "; ".join(_part(part) for part in protocol["parts"]) or None),
        *((f"Question {titled(q['id'])}", _question(q)) for q in protocol["questions"]),
        ("Language", protocol["language"]),
        ("Instructions", protocol["texts"] and protocol["texts"]["instructions"]),
        ("Training", joined(told["training"], _count(card["checks"]["n_training"], "practice trial"))),
        ("Unscored first trials", _count(card["checks"]["n_dummies"], "dummy trial")),
        ("Attention checks", _checks(card["checks"])),
        ("Gold trials", joined(_gold(card["checks"]), _made(protocol["gold_made"]))),
        ("Hidden repeats", _count(card["checks"]["n_repeats"], "trial")),
        ("Stop rule", protocol["stop"]),
        ("Order", _order(protocol["order"])),
        ("Questions of a trial", ORDERS.get(protocol["order"]["question_order"])),
    ]


def _part(part: Row) -> str:
    trials = part["trials_per_sitting"]
    words = [
        f"{part['test_method']} ({part['id']})",
        "all trials" if trials is None else f"{counted(trials, 'trial')} a sitting",
        counted(part["attention_checks"], "attention check"),
    ]
    if part["test_method"] == "PC":
        words.append("ties allowed" if part["tie"] else "forced choice")
    return ", ".join(words)


def _question(question: Row) -> str | None:
    text = f"“{question['text']}”" if question["text"] else None
    if question["low"] is None:
        return joined(text, "choice between two clips")
    ends = f"{question['low']:g} to {question['high']:g}"
    if not question["labels"]:
        return joined(text, ends)
    grades = ", ".join(f"{grade} {word}" for grade, word in question["labels"].items())
    return joined(text, f"{ends}: {grades}")


def _count(n: int | None, one: str) -> str | None:
    return None if n is None else counted(n, one) if n else "none"


def _checks(checks: Row) -> str | None:
    if not checks["n_checks"]:
        return _count(checks["n_checks"], "check")
    return (
        f"{checks['n_passed']} of {checks['n_checks']} passed ({percent(checks['pass_rate'])}); "
        f"{checks['n_raters_missed']} of {counted(checks['n_raters_checked'], 'rater')} missed one or more"
    )


def _gold(checks: Row) -> str | None:
    if not checks["n_gold"]:
        return _count(checks["n_gold"], "trial")
    return (
        f"{checks['n_gold_passed']} of {checks['n_gold']} answered as expected; "
        f"{checks['n_raters_gold_missed']} of {counted(checks['n_raters_gold'], 'rater')} missed one or "
        "more; a miss counts as a missed attention check"
    )


def _made(gold: Row) -> str | None:
    told = [f"{name} ({how})" for name, how in gold.items()]
    return f"made from {', '.join(told)}" if told else None


def _order(order: Row) -> str | None:
    own = order["own_order_share"]
    sides = [
        f"{what} in {percent(order[key])} of pairs"
        for key, what in (
            ("left_share", "the study's earlier method on the left"),
            ("first_share", "the left clip first"),
        )
        if order[key] is not None
    ]
    measured = None if own is None else f"{percent(own)} of sittings had an order of their own"
    return joined(order["description"], measured, ", ".join(sides) or None)


def material_lines(card: Row) -> list[Line]:
    protocol, material, told = card["protocol"], card["material"], card["reporting"]
    return [
        *_methods(card["methods"]),
        ("Reference", protocol["reference"]),
        ("Items", _items(protocol["items"])),
        ("Sources", told["sources"]),
        ("Stimuli", _stimuli(material) if material["n_stimuli"] else None),
        ("Coding", told["coding"]),
        ("Splits", counts_text(material["splits"])),
        *((f"Items by {name}", counts_text(levels)) for name, levels in material["attributes"].items()),
    ]


def _items(items: list[str]) -> str | None:
    if len(items) > MOST_NAMED:
        return f"{counted(len(items), 'item')} (listed in card.json)"
    return f"{len(items)}: {listed(items)}" if items else None


def _methods(methods: Sequence[Row]) -> list[Line]:
    """One line each; where they are many, one for all and one for each of which more than counts is told."""
    if len(methods) <= MOST_NAMED:
        return [(f"Method {method['name']}", _method(method)) for method in methods]
    spans = [
        f"{_span(counts)} {noun}"
        for key, noun in (("stimuli", "stimuli"), ("raters", "raters"))
        if any(counts := [method[key] for method in methods])
    ]
    told = [method for method in methods if method["description"] or method["citation"]]
    each = f", {' and '.join(spans)} each" if spans else ""
    return [
        ("Methods", f"{counted(len(methods), 'method')}{each}; listed in card.json"),
        *((f"Method {method['name']}", _method(method)) for method in told),
    ]


def _span(counts: Sequence[int]) -> str:
    return str(min(counts)) if min(counts) == max(counts) else f"{min(counts)} to {max(counts)}"


def _method(method: Row) -> str | None:
    named = (("stimuli", "stimulus", "stimuli"), ("raters", "rater", "raters"))
    answers = (("ratings", "rating", "ratings a question"), ("comparisons", "comparison", "comparisons"))
    told = [counted(method[key], one, many) for key, one, many in (*named, *answers) if method[key]]
    citation = method["citation"]
    matched = citation and f"matches the catalogue's {citation['text']}"
    return joined(method["description"], ", ".join(told) or None, matched)


def _stimuli(material: Row) -> str:
    named = (("duration_s", "s"), ("fps", "frames/s"), ("width", "px wide"), ("height", "px high"))
    parts = [str(material["n_stimuli"])]
    for name, unit in named:
        span = material[f"{name}_range"]
        if span is not None:
            low, high = f"{span[0]:.4g}", f"{span[1]:.4g}"
            parts.append(f"{low} {unit}" if low == high else f"{low} to {high} {unit}")
    if material["n_sha256"]:
        parts.append(f"sha256 recorded of {material['n_sha256']}")
    aside = counted(material["n_stimuli_aside"], "more stimulus", "more stimuli")
    beside = f"{aside} for practice or as gold only" if material["n_stimuli_aside"] else None
    return "; ".join(filter(None, (", ".join(parts), beside)))


def reliability_lines(card: Row) -> list[Line]:
    rows = [row for row in card["reliability"] if row["coefficient"] in SHOWN]
    lines: list[Line] = []
    for question in dict.fromkeys(row["question"] for row in rows):
        own = [row for row in rows if row["question"] == question]
        label, everybodys = f"Reliability {titled(question)}", _coefficients(own, "none")
        lines.append((label, everybodys))
        after = "… after exclusions" if everybodys else f"{label}, after exclusions"
        lines.append((after, _coefficients(own, "applied")))
    return [*lines, ("Questions together", _together(card["question_correlation"]))]


def _coefficients(rows: Sequence[Row], screening: str) -> str | None:
    shown = [row for row in rows if row["screening"] == screening and row["value"] is not None]
    return joined(*(f"{coefficient_name(row['coefficient'])} {coefficient_text(row)}" for row in shown))


def _together(rows: Sequence[Row]) -> str | None:
    """Pearson's r of each pair of questions: over stimuli, and beyond them."""
    shown = [row for row in rows if row["coefficient"] == "PLCC" and row["value"] is not None]
    found: dict[str, list[str]] = {}
    for row in shown:
        if row["level"] in TOGETHER:
            pair = f"{titled(row['question_a'])} and {titled(row['question_b'])}"
            found.setdefault(pair, []).append(f"r {coefficient_text(row)} {TOGETHER[row['level']]}")
    if len(found) > MOST_PAIRS:
        return _ranges(shown, len(found))
    return joined(*(f"{pair} {', '.join(texts)}" for pair, texts in found.items()))


def _ranges(rows: Sequence[Row], n_pairs: int) -> str:
    texts = []
    for level, words in TOGETHER.items():
        values = [row["value"] for row in rows if row["level"] == level]
        if values:
            texts.append(f"r from {number(min(values))} to {number(max(values))} {words}")
    return f"{n_pairs} pairs of questions: {', '.join(texts)}; each in tables/question_correlation.csv"


def analysis_lines(card: Row) -> list[Line]:
    statistics = card["statistics"]
    return [
        ("Screening", _screening(card["screening"])),
        ("Intervals", _intervals(statistics)),
        ("Intervals speak of", _targets(statistics)),
        *_procedures(statistics["intervals"]),
        ("Several tests", statistics["multiplicity"]),
        ("Equivalence margin", None if statistics["margin"] is None else f"{statistics['margin']:g}"),
        *((f"Metric {metric['title']}", _metric(metric)) for metric in card["metrics"]),
        ("Collected with", card["collected_with"] and _versions(card["collected_with"])),
        ("Analysed with", _versions(card["software"])),
    ]


def _intervals(statistics: Row) -> str:
    replicates = f"{statistics['n_boot']} bootstrap replicates where an interval is resampled"
    return f"{percent(statistics['confidence'])}, {replicates}"


def _targets(statistics: Row) -> str | None:
    """Further raters and items, or raters alone: as asked, or as far as a result's answers carry it."""
    found: dict[str, dict[str, None]] = {}
    for row in statistics["intervals"]:
        if row["target"] is not None:
            found.setdefault(row["target"], {})[row["result"]] = None
    told = [f"{', '.join(results)}: {TARGETS[target]}" for target, results in found.items()]
    if len(found) == 1:
        told = [TARGETS[target] for target in found]
    drawn = any(row["result"].startswith("correlation") for row in statistics["intervals"])
    return joined(*told, "correlations: what their procedures draw" if drawn else None)


def _procedures(intervals: Sequence[Row]) -> list[Line]:
    """One line per kind of result; questions that share a procedure are named together."""
    found: dict[str, dict[str, list[str]]] = {}
    for row in intervals:
        of_result = found.setdefault(row["result"], {})
        of_result.setdefault(" / ".join(row["procedures"]), []).append(titled(row["question"]))
    return [
        (f"… of {result}", joined(*(headed(", ".join(names), words) for words, names in same.items())))
        for result, same in found.items()
    ]


def _screening(screening: Row) -> str:
    rules = screening["declared"]
    flagged = counts_text({rule: n for rule, n in screening["raters_flagged"].items() if n})
    declared = None if rules is None else f"declared rules: {_declared(screening) or 'none'}"
    return (
        joined(
            declared,
            f"{counted(screening['raters_excluded'], 'rater')} excluded",
            f"flagged by rule: {flagged}" if flagged else None,
        )
        or ""
    )


def _declared(screening: Row) -> str:
    thresholds = screening["thresholds"].items()
    return ", ".join(f"{rule} ({_pairs(limits)})" if limits else rule for rule, limits in thresholds)


def _pairs(limits: Row) -> str:
    return ", ".join(f"{titled(name).lower()} {value:g}" for name, value in limits.items())


def _metric(metric: Row) -> str | None:
    return joined(
        metric["definition"],
        metric["source"],
        f"{metric['direction']} is better" if metric["direction"] else None,
        *(_origin(one, len(metric["origins"]) > 1) for one in metric["origins"]),
        counted(metric["n_values"], "value"),
        f"{metric['n_missing']} missing ({counts_text(metric['missing_because'])})"
        if metric["n_missing"]
        else None,
    )


def _origin(origin: Row, one_of_several: bool) -> str:
    """By what values were made, how many of them where others were made otherwise, with which parameters."""
    made = " ".join(word for word in (origin["implementation"], origin["version"]) if word)
    how = "measured elsewhere" if origin["imported"] else "computed"
    count = f"{origin['n_values']} " if one_of_several else ""
    parameters = origin["parameters"] or {}
    stated = ", ".join(f"{name} {value}" for name, value in parameters.items())
    told = f"{count}{how} ({made or 'implementation not stated'})"
    return joined(told, origin["stated_parameters"] or stated) or told


def _versions(software: dict[str, str]) -> str:
    return ", ".join(f"{name} {version}" for name, version in software.items())
