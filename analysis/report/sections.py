"""The report's sections in order: each answers one question, and is absent where there is nothing to say."""

from __future__ import annotations

from dataclasses import dataclass

from analysis.figures.conduct import played
from analysis.figures.course import drifting
from analysis.figures.groups import grouped
from analysis.figures.pairs import contenders, groups, unconnected
from analysis.figures.raters import placed
from analysis.figures.view import View
from analysis.report.metric_tables import attributes
from analysis.report.missing_values import missing

MOST_IN_MATRIX = 60
IMPORTS = """\
from IPython.display import display

from analysis import figures
from analysis.report import findings, screening, tables"""


@dataclass(frozen=True)
class Section:
    """A heading and the cells under it; `slug` is its anchor on the page."""

    slug: str
    heading: str
    cells: tuple[str, ...]


def sections(view: View) -> list[Section]:
    """Sections for what the results hold; limits come first."""
    found = [
        Section("limits", "What limits these results", ("findings.limits(view)",)),
        Section("summary", "What was found", ("findings.summary(view)",)),
        Section("means", "How good is each method?", _means(view)),
        Section("scores", "How do the scores spread?", _scores(view)),
        Section("differences", "Which methods differ?", _differences(view)),
        Section("preference", "Which method is preferred?", _preference(view)),
        Section("metrics", "Do the metrics follow the ratings?", _metrics(view)),
        Section("values", "What do the metrics say?", _values(view)),
        Section("agreement", "How far do raters agree?", _agreement(view)),
        Section("groups", "Do groups differ?", _groups(view)),
        Section("screening", "Whose answers count?", _screening(view)),
        Section("playback", "Did the clips play well?", _playback(view)),
        Section("course", "How did the answers come in?", _course(view)),
        Section("card", "How was the study made?", ("tables.card(view)",)),
    ]
    return [section for section in found if section.cells]


def _shown(figure: str, questions: list[str], further: str | None = None) -> str:
    """A cell that shows one figure per question; `further` is the figure's last argument."""
    arguments = "view, question" if further is None else f"view, question, {further!r}"
    return f"for question in {questions!r}:\n    figures.show(figures.{figure}({arguments}))"


def _listed(table: str, questions: list[str]) -> str:
    return f"for question in {questions!r}:\n    display(tables.{table}(view, question))"


def _means(view: View) -> tuple[str, ...]:
    questions = view.questions("mos")
    if not questions:
        return ()
    cells = [_shown("mos", questions), "tables.mos(view)"]
    further = dict.fromkeys(measure for q in questions for measure in view.measures(q)[1:])
    for measure in further:
        cells.append(_shown("mos", [q for q in questions if measure in view.measures(q)[1:]], measure))
    return (*cells, _listed("mos_details", questions))


def _scores(view: View) -> tuple[str, ...]:
    questions = [q for q in view.questions("mos") if any(row["counts"] for row in view.mos(q))]
    return (_shown("distribution", questions),) if questions else ()


def _differences(view: View) -> tuple[str, ...]:
    questions = [q for q in view.questions("differences") if 2 <= len(contenders(view, q)) <= MOST_IN_MATRIX]
    tables = view.questions("differences")
    cells = [_shown("differences", questions)] if questions else []
    return (*cells, _listed("differences", tables)) if tables else tuple(cells)


def _preference(view: View) -> tuple[str, ...]:
    questions = view.questions("preference")
    if not questions:
        return ()
    scaled = [q for q in questions if any(row["strength"] is not None for row in view.strengths(q))]
    both = "figures.show(figures.strengths(view, question), figures.wins(view, question))"
    few = [q for q in scaled if len(view.strengths(q)) <= MOST_IN_MATRIX]
    drawn = f"for question in {few!r}:\n    {both}" if few == scaled else _shown("strengths", scaled)
    apart = [q for q in questions if q not in scaled and groups(view, q)]
    whole = [q for q in questions if q not in scaled and not (q in apart and unconnected(view, q))]
    alone = [q for q in whole if len(view.strengths(q)) <= MOST_IN_MATRIX]
    return (
        "findings.preference(view)",
        *([drawn] if scaled else []),
        *(_by_group(view, question) for question in apart),
        *([_shown("wins", alone)] if alone else []),
        _listed("preference", questions),
        _listed("preference_pairs", questions),
    )


def _by_group(view: View, question: str) -> str:
    """Strengths of every group; its matrix too where no comparison leaves its group."""
    both = ", figures.wins(view, question, group)" if unconnected(view, question) else ""
    shown = f"figures.show(figures.strengths(view, question, group){both})"
    return f"question = {question!r}\nfor group in {groups(view, question)!r}:\n    {shown}"


def _metrics(view: View) -> tuple[str, ...]:
    questions = view.questions("correlation")
    contests = view.questions("metric_contest")
    cells: list[str] = []
    if questions:
        loop = "    for metric in figures.drawn_metrics(view, question):\n"
        drawn = "        figures.show(figures.scatter(view, question, metric))"
        cells = [f"for question in {questions!r}:\n{loop}{drawn}", _shown("correlations", questions)]
        cells.append(_listed("correlation", questions))
    if contests:
        cells.append(_listed("contests", contests))
    if classified := view.questions("metric_classification"):
        cells.append(_listed("classification", classified))
    return tuple(cells)


def _values(view: View) -> tuple[str, ...]:
    """Values of metrics, whether or not anything was rated."""
    rows = view.rows("metrics")
    cells = ["tables.metrics(view)"] if any(row["n"] for row in rows) else []
    cells += ["findings.missing(view)"] if rows and missing(view).blocks else []
    if found := attributes(view):
        cells.append(f"for attribute in {found!r}:\n    display(tables.group_metrics(view, attribute))")
    return (*cells, "tables.literature(view)") if view.rows("literature") else tuple(cells)


def _agreement(view: View) -> tuple[str, ...]:
    cells = []
    for name, drawn in (("agreement", view.agreement), ("variance", view.variance)):
        questions = [question for question in view.questions(name) if drawn(question)]
        cells += [_shown(name, questions)] if questions else []
    asked = view.questions("agreement")
    if any(not view.agreement(question) or not view.variance(question) for question in asked):
        cells.insert(0, "findings.agreement(view)")
    cells += ["tables.agreement(view)"] if any(map(view.agreement, asked)) else []
    return (*cells, "tables.halo(view)") if view.rows("question_correlation") else tuple(cells)


def _groups(view: View) -> tuple[str, ...]:
    found: dict[str, list[str]] = {}
    for question in view.questions("group_mos"):
        for attribute in grouped(view, question):
            found.setdefault(attribute, []).append(question)
    return tuple(_shown("group_means", questions, name) for name, questions in found.items())


def _screening(view: View) -> tuple[str, ...]:
    cells = []
    if view.rows("screening"):
        cells += ["screening.summary(view)", "screening.rules(view)"]
    if any(row["rule"] == "attention" for row in view.rows("screening")):
        cells.append("figures.show(figures.attention(view))")
    if known := [question for question in view.questions("raters") if placed(view, question)]:
        cells.append(_shown("habits", known))
    if any(row["applied"] for row in view.rows("screening")):
        cells.append("screening.excluded(view)")
    return tuple(cells)


def _playback(view: View) -> tuple[str, ...]:
    cells = ["figures.show(figures.playback(view))"] if played(view) else []
    timed = any(row["response_s"] is not None for row in view.rows("presentation"))
    return (*cells, "figures.show(figures.pace(view))") if timed else tuple(cells)


def _course(view: View) -> tuple[str, ...]:
    cells = ["figures.show(figures.timeline(view))"] if len(view.rows("timeline")) > 1 else []
    return (*cells, _shown("drift", drifting(view))) if drifting(view) else tuple(cells)
