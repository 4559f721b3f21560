"""Sentences made from the numbers, such as a careful author would sign. What is not resolved is said so."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from analysis.figures.metrics import correlated_metrics, correlation_row
from analysis.figures.numbers import (
    coefficient_text,
    counted,
    listed,
    number,
    p_phrase,
    percent,
    percents,
    with_interval,
)
from analysis.figures.pairs import CMOS, all_pairs, contenders, resolved
from analysis.figures.raters import coefficient_name
from analysis.figures.view import Row, View

MOST_PAIRS = 6
AGAINST_REFERENCE = "all against the reference"
MOST_FURTHER = 5
ADJUSTED = "(interval unadjusted; p after Holm's correction)"
_OF_QUESTION = re.compile(r"Question (?P<name>'.+?')(?P<verb>:| has) (?P<rest>.+)", re.DOTALL)
_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|$~&])")


@dataclass(frozen=True)
class Text:
    """Sentences in Markdown under optional headings; the notebook shows them as lists."""

    blocks: tuple[tuple[str, tuple[str, ...]], ...]

    @property
    def sentences(self) -> tuple[str, ...]:
        return tuple(sentence for _, sentences in self.blocks for sentence in sentences)

    def _repr_markdown_(self) -> str:
        return "\n\n".join(_block(title, sentences) for title, sentences in self.blocks)


def _block(title: str, sentences: Sequence[str]) -> str:
    head = f"### {title}\n\n" if title else ""
    return head + "\n".join(f"- {_unbroken(sentence)}" for sentence in sentences)


def _unbroken(sentence: str) -> str:
    """Intervals and p values stay on one line."""
    sentence = re.sub(r"(?<!\\)\[([^\[\]\\]*), ([^\[\]\\]*)\]", "[\\1,\u00a0\\2]", sentence)
    return re.sub(r"\b([pnk]) ([=<]) (?=\d)", "\\1\u00a0\\2\u00a0", sentence)


def escaped(text: str) -> str:
    """A name or message with Markdown's special characters defused."""
    return _SPECIAL.sub(r"\\\1", text)


def limits(view: View) -> Text:
    """The warnings of the analysis: what a reader has to bear in mind."""
    messages = tuple(
        escaped(message) for message in _joined([row["message"] for row in view.rows("warnings")])
    )
    return Text((("", messages or ("The rules of this report found nothing to warn of.",)),))


def _joined(messages: Sequence[str]) -> list[str]:
    """The same said of several questions is said once."""
    found: dict[tuple[str, str], list[str]] = {}
    for message in messages:
        match = _OF_QUESTION.fullmatch(message)
        key = (match["verb"], match["rest"]) if match else ("", message)
        names = found.setdefault(key, [])
        if match and match["name"] not in names:
            names.append(match["name"])
    return [_about_questions(names, verb, rest) for (verb, rest), names in found.items()]


def _about_questions(names: Sequence[str], verb: str, rest: str) -> str:
    if not names:
        return rest
    if len(names) == 1:
        return f"Question {names[0]}{verb} {rest}"
    return f"Questions {listed(list(names))}{' have' if verb == ' has' else verb} {rest}"


def summary(view: View) -> Text:
    """The main findings per question: means, preferences, metrics, agreement."""
    blocks = []
    for question in view.study["questions"]:
        found = [
            *_nothing_left(view, question),
            *_mean_sentences(view, question),
            *_as_good_sentences(view, question),
            *_preference_sentences(view, question),
            " ".join(_metric_sentences(view, question)),
            *_agreement_sentences(view, question),
        ]
        sentences = tuple(sentence for sentence in found if sentence)
        if sentences:
            blocks.append((escaped(view.question(question).title), sentences))
    return Text(tuple(blocks) or (("", ("There is nothing to report yet.",)),))


def preference(view: View) -> Text:
    """What is said about the model of direct comparisons: connection, position effect, circular triads."""
    blocks = []
    for question in view.questions("preference_model"):
        sentences = tuple(_model_sentences(view, view.rows("preference_model", question)))
        blocks.append((escaped(view.question(question).title), sentences))
    return Text(tuple(block for block in blocks if block[1]))


def agreement(view: View) -> Text:
    """What of the raters' agreement cannot be estimated."""
    sentences = []
    for question in view.questions("agreement"):
        title = escaped(view.question(question).title)
        if not view.agreement(question):
            sentences.append(f"{title}: how far raters agree cannot be estimated from these ratings.")
        if not view.variance(question):
            sentences.append(f"{title}: the sources of variance cannot be told apart in these ratings.")
    return Text((("", tuple(sentences)),))


def _nothing_left(view: View, question: str) -> list[str]:
    """What to say where every answer was given by somebody whose answers do not count."""
    if view.screening == "none":
        return []
    kinds = (("rating", "rated_questions", "mos"), ("comparison", "compared_questions", "preference_model"))
    return [
        f"No {kind} is left after screening."
        for kind, asked, table in kinds
        if question in view.study.get(asked, ()) and not view.screened(table, question)
    ]


def _mean_sentences(view: View, question: str) -> list[str]:
    rows = [row for row in view.mos(question) if row["mean"] is not None]
    if not rows:
        return [" ".join(_pair_sentences(view, question, contenders(view, question)))]
    tested = [row for row in rows if row["method"] != view.reference] or rows
    best = tested[0]
    value = with_interval(best["mean"], best["ci_low"], best["ci_high"])
    among = " of the methods under test" if len(tested) < len(rows) else ""
    among = f" (score relative to {escaped(str(view.reference))})" if best["measure"] == CMOS else among
    value += "" if best["ci_low"] is not None else " (no interval can be given)"
    first = f"{escaped(best['method'])} has the highest {best['measure']}{among}, {value}."
    if len(rows) == 1:
        first = f"{escaped(best['method'])}: {best['measure']}{among} {value}."
    return [first, " ".join(_pair_sentences(view, question, contenders(view, question)))]


def _pair_sentences(view: View, question: str, order: Sequence[str]) -> list[str]:
    rows = all_pairs(view, question)
    by_pair = {frozenset((row["method_a"], row["method_b"])): row for row in rows}
    neighbours = list(pairwise(order))[:MOST_PAIRS]
    found = [(above, below, by_pair.get(frozenset((above, below)))) for above, below in neighbours]
    sentences = [
        _pair_sentence(view, above, below, row)
        for above, below, row in found
        if row is not None and row["ci_low"] is not None and row["ci_high"] is not None
    ]
    bare = sum(row["ci_low"] is None for row in rows)
    if bare:
        sentences.append(f"For {bare} of {counted(len(rows), 'pair')} no interval can be given.")
    told = [row for _, _, row in found if row is not None]
    return [*sentences, *_count_sentences(view, rows, told, "mean", 0.0)]


def _as_good_sentences(view: View, question: str) -> list[str]:
    """Which methods are as good as the reference: not worse by the declared margin, one-sided."""
    rows = [
        row
        for row in view.screened("differences", question)
        if row["method_b"] == view.reference and row["family"] == AGAINST_REFERENCE
    ]
    tested = [row for row in rows if row["p_noninferiority"] is not None]
    if not tested:
        return []
    margin, reference = number(tested[0]["margin"]), escaped(str(view.reference))
    told = [
        f"{escaped(row['method_a'])} is as good as {reference} ({p_phrase(row['p_noninferiority'])})"
        if row["p_noninferiority"] < view.alpha
        else f"whether {escaped(row['method_a'])} is as good as {reference} is not resolved "
        f"({p_phrase(row['p_noninferiority'])})"
        for row in tested[:MOST_PAIRS]
    ]
    return [f"With the declared margin of {margin} grades: {'; '.join(told)} (one-sided, unadjusted)."]


def _count_sentences(
    view: View, rows: Sequence[Row], told: Sequence[Row], key: str, even: float
) -> list[str]:
    """How many pairs are resolved, and which of them no sentence was about; `even` is no difference."""
    if len(rows) < 2:
        return []
    known = [row for row in rows if resolved(view, row)]
    verb = "is" if len(known) == 1 else "are"
    sentences = [f"{len(known)} of {len(rows)} pairs of methods {verb} resolved {ADJUSTED}."]
    further = [_ordered(row, row[key] - even) for row in known if row not in told]
    if further:
        more = f" and {len(further) - MOST_FURTHER} more" if len(further) > MOST_FURTHER else ""
        sentences.append(f"Further resolved: {', '.join(further[:MOST_FURTHER])}{more}.")
    return sentences


def _ordered(row: Row, ahead: float) -> str:
    """`a over b`, the better one first."""
    names = (row["method_a"], row["method_b"]) if ahead >= 0 else (row["method_b"], row["method_a"])
    return f"{escaped(names[0])} over {escaped(names[1])}"


def _pair_sentence(view: View, above: str, below: str, row: Row) -> str:
    sign = 1 if row["method_a"] == above else -1
    low, high = sorted((sign * row["ci_low"], sign * row["ci_high"]))
    value = with_interval(sign * row["mean"], low, high)
    names = escaped(above), escaped(below)
    p = p_phrase(row["p_holm"])
    if resolved(view, row):
        return f"{names[0]} is rated above {names[1]} by {value} ({p})."
    return f"Whether {names[0]} is rated above {names[1]} is not resolved here: {value} ({p})."


def _preference_sentences(view: View, question: str) -> list[str]:
    rows = view.strengths(question)
    pairs = view.rows("preference_pairs", question)
    by_pair = {frozenset((row["method_a"], row["method_b"])): row for row in pairs}
    order = [row["method"] for row in rows]
    found = [(a, b, by_pair.get(frozenset((a, b)))) for a, b in pairwise(order)]
    known = [(a, b, row) for a, b, row in found if row is not None and row["p_a"] is not None]
    told = [one for one in known if resolved(view, one[2])][:MOST_PAIRS]
    told += [one for one in known if not resolved(view, one[2])][:MOST_FURTHER]
    sentences = [_win_sentence(view, a, b, row) for a, b, row in known if (a, b, row) in told]
    sentences += _count_sentences(view, pairs, [row for _, _, row in told], "p_a", 0.5)
    return [" ".join(sentences)]


def _win_sentence(view: View, a: str, b: str, row: Row) -> str:
    straight = row["method_a"] == a
    share = row["p_a"] if straight else 1 - row["p_a"]
    low, high = row["ci_low"], row["ci_high"]
    if low is not None and high is not None and not straight:
        low, high = 1 - high, 1 - low
    n = counted(int(row["wins_a"] + row["wins_b"] + row["ties"]), "comparison")
    value = f"{percent(share)} {percents(low, high)}".strip() + f" of {n}, {p_phrase(row['p_holm'])}"
    if resolved(view, row):
        verb = "is preferred to" if share >= 0.5 else "is less often preferred than"
        return f"{escaped(a)} {verb} {escaped(b)} ({value})."
    return f"Whether {escaped(a)} is preferred to {escaped(b)} is not resolved here ({value})."


def _model_sentences(view: View, models: Sequence[Row]) -> list[str]:
    sentences = []
    for row in models:
        if row["connected"] is False:
            sentences.append(
                "The comparisons do not connect all methods: strengths between groups are not defined."
            )
        if row["triads_judged"]:
            sentences.append(_triad_sentence(row))
        effect, p = row["position_effect"], row["position_p"]
        if effect is not None and p is not None:
            value = f"log-odds {number(effect, signed=True)}, {p_phrase(p)}"
            if p < view.alpha:
                side = "left" if effect > 0 else "right"
                sentences.append(f"The {side} side is favoured ({value}).")
            else:
                sentences.append(f"Whether a side is favoured is not resolved here ({value}).")
    return sentences


def _triad_sentence(row: Row) -> str:
    circular, judged, within = row["circular_triads"], row["triads_judged"], row["triads_within"]
    place = f"within one {within}" if within.startswith("rater") else f"in the {within}"
    verb = "is" if circular == 1 else "are"
    return f"{circular} of {counted(judged, 'triad')} {place} {verb} circular (A over B, B over C, C over A)."


def _metric_sentences(view: View, question: str) -> list[str]:
    sentences = []
    for metric in correlated_metrics(view, question):
        row = correlation_row(view, question, metric, "stimulus", "SROCC")
        row = row or correlation_row(view, question, metric, "method", "SROCC")
        if row is not None:
            sentences.append(_metric_sentence(view, metric, row))
    return sentences


def _metric_sentence(view: View, metric: str, row: Row) -> str:
    about = view.metric(metric)
    name, n = escaped(str(about["title"])), f"n = {row['n']}"
    if row["value"] is None:
        return f"Whether {name} follows MOS cannot be said: the correlation is not defined ({n})."
    value = f"SROCC {coefficient_text(row)}, {n}"
    sign = -1 if (row["direction"] or about["direction"]) == "lower" else 1
    ends = [sign * row[key] for key in ("ci_low", "ci_high") if row[key] is not None]
    if not ends or min(ends) <= 0 <= max(ends):
        return f"Whether {name} follows MOS is not resolved here: {value}."
    return f"{name} {'follows' if min(ends) > 0 else 'runs against'} MOS: {value}."


def _agreement_sentences(view: View, question: str) -> list[str]:
    rows = {row["coefficient"]: row for row in view.screened("agreement", question)}
    parts = []
    for coefficient in ("ICC(A,1)", "ICC(A,k)", "alpha_ordinal"):
        row = rows.get(coefficient)
        if row is not None and row["value"] is not None:
            value = coefficient_text(row)
            k = f" for the mean of k = {_raters(row['k'])} raters" if coefficient.endswith("k)") else ""
            parts.append(f"{coefficient_name(coefficient)} {value}{k}")
    return [f"Agreement of raters: {'; '.join(parts)}."] if parts else []


def _raters(k: float | None) -> str:
    if k is None:
        return "several"
    return number(k, 0 if abs(k - round(k)) < 1e-6 else 1)
