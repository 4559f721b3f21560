"""The reporting card: what a reader has to know about a study beside its numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import pandas as pd

from analysis.figures.numbers import coefficient_text, counted, listed, titled
from analysis.figures.raters import coefficient_name
from studies.metrics import CATALOGUE
from studies.scales import SCALES

if TYPE_CHECKING:
    from analysis.load import StudyData
    from studies.config import Question

Row = dict[str, Any]
CARD_VERSION = 1
ABOUT_RATERS = ("expertise", "recruitment", "age_group", "device", "status")
RELIABILITY = ("ICC(A,1)", "ICC(A,k)", "ICC(Q,k)", "alpha_ordinal", "alpha_interval")
NOT_REPORTED = "not reported"


def build_card(results: Row, data: StudyData) -> Row:
    """Plain JSON. What the source does not say is null, so that a reader sees that it is missing."""
    study, options = results["study"], results["options"]
    return {
        "schema_version": CARD_VERSION,
        "study": {
            key: study.get(key) for key in ("study", "title", "config_sha256", "seed", "simulated", "density")
        },
        "raters": _raters(results, data),
        "protocol": _protocol(results, data),
        "material": _material(data.stimuli),
        "reliability": _reliability(results),
        "screening": _screening(results, data),
        "statistics": {key: options.get(key) for key in ("target", "confidence", "seed", "n_boot", "margin")},
        "metrics": _metrics(data.metrics),
        "software": options["software"],
    }


def card_rows(card: Row) -> list[tuple[str, str]]:
    """The card as label and text, in reading order."""
    study, raters, protocol, material = (card[key] for key in ("study", "raters", "protocol", "material"))
    statistics = card["statistics"]
    rows = [
        ("Study", f"{study['study']} ({study['title']})"),
        ("Data", "simulated" if study["simulated"] else "not marked as simulated"),
        ("Raters", _raters_text(raters)),
        *((titled(name), _counts(raters[name])) for name in ABOUT_RATERS),
        ("Protocol", _parts_text(protocol["parts"])),
        *((f"Question {q['id']}", _question_text(q)) for q in protocol["questions"]),
        ("Methods", listed(protocol["methods"]) or NOT_REPORTED),
        ("Reference", protocol["reference"] or NOT_REPORTED),
        ("Items", f"{len(protocol['items'])}: {listed(protocol['items'])}"),
        ("Stimuli", _stimuli_text(material)),
        ("Splits", _counts(material["splits"])),
        ("Reliability", _reliability_text(card["reliability"], "none") or NOT_REPORTED),
        ("… after screening", _screened_reliability(card)),
        ("Screening", _screening_text(card["screening"])),
        ("Intervals", f"{statistics['confidence']:.0%}, target {statistics['target']}"),
        ("Seeds", f"study {_or_missing(study['seed'])}, analysis {statistics['seed']}"),
        *((f"Metric {m['title']}", _metric_text(m)) for m in card["metrics"]),
        ("Software", ", ".join(f"{name} {version}" for name, version in card["software"].items())),
        ("Configuration", f"sha256 {study['config_sha256']}" if study["config_sha256"] else NOT_REPORTED),
    ]
    return [(label, str(text)) for label, text in rows]


def card_markdown(card: Row) -> str:
    lines = [f"| **{_cell(label)}** | {_cell(text)} |" for label, text in card_rows(card)]
    return "\n".join(["# Reporting card", "", "| | |", "|---|---|", *lines, ""])


def _cell(text: str) -> str:
    return " ".join(text.replace("|", "\\|").split())


def _raters(results: Row, data: StudyData) -> Row:
    counts = [row["n_raters"] for row in results["mos"] if row["n_raters"] is not None]
    recorded = {name: _count_column(data.raters, name) for name in ABOUT_RATERS}
    per_method = {"min": min(counts), "max": max(counts)} if counts else None
    return {"n": results["study"]["n_raters"], "per_method": per_method, **recorded}


def _count_column(frame: pd.DataFrame | None, column: str) -> dict[str, int] | None:
    """How often each word stands in a column; None where the column is absent or empty."""
    if frame is None or column not in frame:
        return None
    words = [str(word) for word in frame[column] if word is not None and word == word and str(word)]
    return {word: words.count(word) for word in sorted(set(words))} or None


def _protocol(results: Row, data: StudyData) -> Row:
    parts = data.config.parts if data.config else ()
    known = {question.id: question for part in parts for question in part.questions}
    compared = {q.id for part in parts if part.test_method == "PC" for q in part.questions}
    questions = [
        _question(name, known.get(name), name in compared, data) for name in results["study"]["questions"]
    ]
    kept = ("id", "test_method", "trials_per_sitting", "attention_checks", "tie")
    return {
        "parts": [{key: getattr(part, key) for key in kept} for part in parts],
        "questions": questions,
        "methods": list(data.methods),
        "reference": data.reference,
        "items": list(data.items),
        "language": data.config.language if data.config else None,
    }


def _question(name: str, declared: Question | None, compared: bool, data: StudyData) -> Row:
    scale = SCALES.get(declared.scale) if declared and not compared else None
    low, high = data.scales.get(name, (None, None))
    return {
        "id": name,
        "title": titled(name),
        "text": declared.text if declared else None,
        "scale": scale.name if scale else None,
        "low": None if compared else low,
        "high": None if compared else high,
        "labels": {str(grade): word for grade, word in scale.labels.items()} if scale else None,
    }


def _material(stimuli: pd.DataFrame) -> Row:
    return {
        "n_stimuli": len(stimuli),
        **{f"{name}_range": _range(stimuli, name) for name in ("duration_s", "fps", "width", "height")},
        "splits": _count_column(stimuli, "split"),
    }


def _range(frame: pd.DataFrame, column: str) -> list[float] | None:
    if column not in frame:
        return None
    values = pd.to_numeric(frame[column], errors="coerce").dropna()
    return [float(values.min()), float(values.max())] if len(values) else None


def _reliability(results: Row) -> list[Row]:
    keys = ("question", "coefficient", "screening", "value", "ci_low", "ci_high", "procedure")
    return [
        {key: row[key] for key in keys} for row in results["agreement"] if row["coefficient"] in RELIABILITY
    ]


def _screening(results: Row, data: StudyData) -> Row:
    rows = results["screening"]
    declared = data.config.screening if data.config else None
    limits = declared.model_dump(mode="json") if declared else {}
    by_rule: dict[str, set[str]] = {row["rule"]: set() for row in rows}
    for row in rows:
        by_rule[row["rule"]] |= {row["rater"]} if row["flagged"] else set()
    return {
        "declared": list(declared.apply) if declared else None,
        "thresholds": {rule: limits[rule] for rule in declared.apply} if declared else None,
        "raters_flagged": {rule: len(raters) for rule, raters in by_rule.items()},
        "raters_excluded": len({row["rater"] for row in rows if row["applied"]}),
    }


def _metrics(metrics: pd.DataFrame) -> list[Row]:
    if metrics.empty:
        return []
    return [_metric(str(name), rows) for name, rows in metrics.groupby("metric", sort=False)]


def _metric(name: str, rows: pd.DataFrame) -> Row:
    known = CATALOGUE.get(name)
    about = asdict(known) if known else {"title": name, "definition": None, "source": None}
    missing = rows["value"].isna()
    return {
        "name": name,
        **{key: about[key] for key in ("title", "definition", "source")},
        "direction": _only(rows, "direction") or (known.direction if known else None),
        "unit": _only(rows, "unit") or (known.unit if known else None),
        "implementation": _only(rows, "implementation"),
        "version": _only(rows, "version"),
        "imported": bool(rows["imported"].eq(True).any()) if "imported" in rows else None,
        "n_values": int((~missing).sum()),
        "n_missing": int(missing.sum()),
        "missing_because": _count_column(rows[missing], "status"),
    }


def _only(rows: pd.DataFrame, column: str) -> str | None:
    """The words of a column, joined where they differ."""
    return ", ".join(_count_column(rows, column) or {}) or None


def _or_missing(value: object) -> str:
    return NOT_REPORTED if value is None else str(value)


def _counts(counts: dict[str, int] | None) -> str:
    return ", ".join(f"{word} {n}" for word, n in counts.items()) if counts else NOT_REPORTED


def _raters_text(raters: Row) -> str:
    span = raters["per_method"]
    if span is None:
        return str(raters["n"])
    per = str(span["min"]) if span["min"] == span["max"] else f"{span['min']} to {span['max']}"
    return f"{raters['n']}; per method {per}"


def _parts_text(parts: Sequence[Row]) -> str:
    return "; ".join(_part_text(part) for part in parts) or NOT_REPORTED


def _part_text(part: Row) -> str:
    trials = part["trials_per_sitting"]
    words = [
        f"{part['test_method']} ({part['id']})",
        "all trials" if trials is None else counted(trials, "trial"),
    ]
    words.append(counted(part["attention_checks"] or 0, "attention check"))
    if part["test_method"] == "PC":
        words.append("ties allowed" if part["tie"] else "forced choice")
    return ", ".join(words)


def _question_text(question: Row) -> str:
    text = f"“{question['text']}”" if question["text"] else "wording not reported"
    if question["low"] is None or question["high"] is None:
        return text
    ends = f"{question['low']:g} to {question['high']:g}"
    return f"{text}, {ends}" + (f" ({question['scale']})" if question["scale"] else "")


def _stimuli_text(material: Row) -> str:
    named = (("duration_s", "s"), ("fps", "frames/s"), ("width", "px wide"), ("height", "px high"))
    parts = [str(material["n_stimuli"])]
    for name, unit in named:
        span = material[f"{name}_range"]
        if span is not None:
            low, high = f"{span[0]:.4g}", f"{span[1]:.4g}"
            parts.append(f"{low} {unit}" if low == high else f"{low} to {high} {unit}")
    return ", ".join(parts)


def _reliability_text(rows: Sequence[Row], screening: str) -> str:
    texts = [
        f"{row['question']} {coefficient_name(row['coefficient'])} {coefficient_text(row)}"
        for row in rows
        if row["screening"] == screening
    ]
    return "; ".join(texts)


def _screened_reliability(card: Row) -> str:
    if not card["screening"]["raters_excluded"]:
        return "nobody was excluded"
    return _reliability_text(card["reliability"], "applied") or NOT_REPORTED


def _screening_text(screening: Row) -> str:
    rules = screening["declared"]
    flagged = ", ".join(f"{rule} {n}" for rule, n in screening["raters_flagged"].items())
    parts = [
        f"declared rules: {NOT_REPORTED if rules is None else _declared(screening) or 'none'}",
        f"{counted(screening['raters_excluded'], 'rater')} excluded",
        f"flagged by rule: {flagged}" if flagged else None,
    ]
    return "; ".join(part for part in parts if part)


def _declared(screening: Row) -> str:
    return ", ".join(f"{rule} ({_pairs(limits)})" for rule, limits in screening["thresholds"].items())


def _pairs(limits: Row) -> str:
    return ", ".join(f"{name} {value:g}" for name, value in limits.items())


def _metric_text(metric: Row) -> str:
    origin = "imported" if metric["imported"] else "computed"
    made = " ".join(word for word in (metric["implementation"], metric["version"]) if word)
    parts = [
        metric["definition"],
        metric["source"],
        f"{metric['direction']} is better" if metric["direction"] else None,
        f"{origin} ({made})" if made else origin,
        counted(metric["n_values"], "value"),
        f"{metric['n_missing']} missing ({_counts(metric['missing_because'])})"
        if metric["n_missing"]
        else None,
    ]
    return "; ".join(part for part in parts if part)
