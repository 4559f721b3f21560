"""Sentences made from the numbers, such as a careful author would sign. What is not resolved is said so."""

from __future__ import annotations

from collections.abc import Sequence

from analysis.figures.metrics import correlated_metrics, correlation_row
from analysis.figures.numbers import coefficient_text, counted, headed, number, p_phrase, percent
from analysis.figures.pairs import contenders
from analysis.figures.raters import coefficient_name
from analysis.figures.view import Row, View
from analysis.report import pair_findings
from analysis.report.limits import limits
from analysis.report.missing_values import missing
from analysis.report.pair_counts import ADJUSTED
from analysis.report.screened import compared, everybodys
from analysis.report.text import Text, escaped

__all__ = ["ADJUSTED", "Text", "agreement", "escaped", "limits", "missing", "preference", "summary"]

MOST_METRICS = 6
HEADLINE = ("ICC(A,1)", "ICC(A,k)", "alpha_ordinal")


def summary(view: View) -> Text:
    """The main findings per question: means, preferences, metrics, agreement."""
    blocks = []
    for question in view.study["questions"]:
        found = [
            *_nothing_left(view, question),
            *_means(view, question),
            *pair_findings.as_good(view, question),
            *pair_findings.preferred(view, question),
            *_metrics(view, question),
            *_agreement(view, question),
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
            words = "how far raters agree cannot be estimated from these ratings."
            sentences.append(headed(title, words))
        if not view.variance(question):
            words = "the sources of variance cannot be told apart in these ratings."
            sentences.append(headed(title, words))
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


def _means(view: View, question: str) -> list[str]:
    return pair_findings.rated(view, question, contenders(view, question))


def _model_sentences(view: View, models: Sequence[Row]) -> list[str]:
    sentences = []
    for row in models:
        if row["connected"] is False:
            sentences.append(
                "The comparisons do not connect all methods: strengths between groups are not defined."
            )
        if row["kendall_u"] is not None:
            sentences.append(_agreeing(row["kendall_u"]))
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


def _agreeing(u: float) -> str:
    return (
        f"Two raters who judged the same pair of clips agree in {percent((u + 1) / 2)} of cases "
        f"(Kendall's u {number(u)}; at random half of them agree, and u is 0)."
    )


def _triad_sentence(row: Row) -> str:
    circular, judged, within = row["circular_triads"], row["triads_judged"], row["triads_within"]
    place = f"within one {within}" if within.startswith("rater") else f"in the {within}"
    verb = "is" if circular == 1 else "are"
    chance = f", {number(judged / 4, 0)} at random" if within.startswith("rater") else ""
    what = f"circular (A over B, B over C, C over A{chance})"
    return f"{circular} of {counted(judged, 'triad')} {place} {verb} {what}."


def _metrics(view: View, question: str) -> list[str]:
    """What follows MOS or runs against it, one sentence each; what is open, together."""
    rows = [(metric, _headline(view, question, metric)) for metric in correlated_metrics(view, question)]
    known = [(metric, row) for metric, row in rows if row is not None]
    open_ones = [(metric, row) for metric, row in known if _course(view, metric, row) is None]
    clear = [(metric, row) for metric, row in known if _course(view, metric, row)]
    return [_settled(view, clear), _open(view, open_ones)]


def _settled(view: View, found: Sequence[tuple[str, Row]]) -> str:
    """One sentence each for those closest to MOS; how many more there are."""
    closest = sorted(found, key=lambda one: -abs(one[1]["value"]))[: MOST_METRICS + 1]
    shown = closest if len(found) == len(closest) else closest[:MOST_METRICS]
    sentences = [_clear(view, metric, row) for metric, row in found if (metric, row) in shown]
    if more := len(found) - len(shown):
        sentences.append(f"For {counted(more, 'further metric')} it is resolved as well, less close to MOS.")
    return " ".join(sentences)


def _headline(view: View, question: str, metric: str) -> Row | None:
    row = correlation_row(view, question, metric, "stimulus", "SROCC")
    return row or correlation_row(view, question, metric, "method", "SROCC")


def _course(view: View, metric: str, row: Row) -> str | None:
    """What is resolved where the interval excludes 0; None where that is open."""
    direction = row["direction"] or view.metric(metric)["direction"]
    sign = -1 if direction == "lower" else 1
    ends = [sign * row[key] for key in ("ci_low", "ci_high") if row[key] is not None]
    if row["value"] is None or not ends or min(ends) <= 0 <= max(ends):
        return None
    if not direction:
        return "rises with" if min(ends) > 0 else "falls with"
    return "follows" if min(ends) > 0 else "runs against"


def _clear(view: View, metric: str, row: Row) -> str:
    return (
        f"{_name(view, metric)} {_course(view, metric, row)} MOS: SROCC {coefficient_text(row)}, {_n(row)}."
    )


def _open(view: View, found: Sequence[tuple[str, Row]]) -> str:
    if not found:
        return ""
    if len(found) == 1:
        metric, row = found[0]
        if row["value"] is None:
            return (
                f"Whether {_name(view, metric)} follows MOS cannot be said: the correlation is not defined "
                f"({_n(row)})."
            )
        return f"Whether {_name(view, metric)} follows MOS is not resolved here: SROCC {_told(row)}."
    alike = {_n(row) for _, row in found}
    common = f", {alike.pop()}" if len(alike) == 1 else ""
    shown = found if len(found) == MOST_METRICS + 1 else found[:MOST_METRICS]
    told = [f"{_name(view, metric)} ({_told(row).removesuffix(common)})" for metric, row in shown]
    more = len(found) - len(shown)
    rest = f" Nor is it for {counted(more, 'further metric')}." if more else ""
    named = f"{', '.join(told[:-1])} or {told[-1]}"
    return f"Whether {named} follows MOS is not resolved here (SROCC{common}).{rest}"


def _told(row: Row) -> str:
    return f"{coefficient_text(row) if row['value'] is not None else 'not defined'}, {_n(row)}"


def _n(row: Row) -> str:
    return f"n = {row['n']}" + (" methods" if row["level"] == "method" else "")


def _name(view: View, metric: str) -> str:
    return escaped(str(view.metric(metric)["title"]))


def _agreement(view: View, question: str) -> list[str]:
    """All raters first: the agreement of those whom screening has left may flatter."""
    if not compared(view):
        text = _agreement_text(view, question)
        return [f"Agreement of raters: {text}."] if text else []
    everybody, counted_ones = _agreement_text(everybodys(view), question), _agreement_text(view, question)
    if not everybody:
        return [f"Agreement of raters after exclusions: {counted_ones}."] if counted_ones else []
    sentences = [f"Agreement of all raters: {everybody}."]
    inflated = any(row["code"] == "agreement_screened" for row in view.rows("warnings"))
    note = " (inflated, as those who disagreed were left out)" if inflated else ""
    sentences += [f"After exclusions{note}: {counted_ones}."] if counted_ones else []
    return [" ".join(sentences)]


def _agreement_text(view: View, question: str) -> str:
    rows = {row["coefficient"]: row for row in view.screened("agreement", question)}
    parts = []
    for coefficient in HEADLINE:
        row = rows.get(coefficient)
        if row is not None and row["value"] is not None:
            k = f" for the mean of k = {_raters(row['k'])} raters" if coefficient.endswith("k)") else ""
            parts.append(f"{coefficient_name(coefficient)} {coefficient_text(row)}{k}")
    return "; ".join(parts)


def _raters(k: float | None) -> str:
    if k is None:
        return "several"
    return number(k, 0 if abs(k - round(k)) < 1e-6 else 1)
