"""The card in words: what is known stands in rows, what is not at the end; Markdown and LaTeX hold."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from analysis.card import build_card
from analysis.figures.numbers import number
from analysis.load import load_source
from analysis.options import Options
from analysis.report.card import card_markdown, card_rows, card_sections, card_tex
from analysis.results import compute

Row = dict[str, Any]


def card_of(source: Path) -> Row:
    data = load_source(str(source))
    return build_card(compute(data, Options(n_boot=20)), data)


@pytest.fixture
def bare(tmp_path: Path) -> Row:
    lines = [
        f"r{r},i{i},{m},{1 + (r * i + len(m)) % 5}" for r in range(4) for i in range(3) for m in ("a", "bb")
    ]
    (tmp_path / "ratings.csv").write_text("\n".join(["rater,item,method,score", *lines]) + "\n")
    return card_of(tmp_path)


def test_a_method_of_the_catalogue_is_told_as_a_match(tmp_path: Path) -> None:
    lines = [
        f"r{r},i{i},{m},{1 + (r * i) % 5}" for r in range(3) for i in range(3) for m in ("float", "FLOAT")
    ]
    (tmp_path / "ratings.csv").write_text("\n".join(["rater,item,method,score", *lines]) + "\n")
    told = dict(card_rows(card_of(tmp_path)))
    assert told["Method FLOAT"].endswith("matches the catalogue's FLOAT (ICCV 2025), arXiv:2412.01064")
    assert "catalogue" not in told["Method float"]


def test_what_is_missing_stands_together_at_the_end(study) -> None:
    card = study.view.card
    rows = card_rows(card)
    assert rows[-1] == ("Not reported", "; ".join(fact["label"] for fact in card["missing"]))
    assert "payment" in rows[-1][1]
    told = dict(rows[:-1])
    assert "Payment" not in told
    assert told["Raters"] == "14 gave answers"
    assert told["Excluded"] == "2 (by rule: attention 2); 12 raters analysed"
    assert told["Expertise"] == "expert 5, naive 9"
    assert told["Question Better"] == "“Which is better?”; choice between two clips"
    assert re.fullmatch(
        r"12 of 14 passed \(86\s%\); 2 of 14 raters missed one or more", told["Attention checks"]
    )


def test_a_bare_table_has_a_short_card_without_empty_words(bare: Row) -> None:
    sections = dict(card_sections(bare))
    assert "Viewing" not in sections
    assert {label for label, _ in sections["Method of test"]} == {"Question Overall"}
    assert not re.search(r"\bNone\b|nan|null|\{|\}", " ".join(text for _, text in card_rows(bare)))
    assert "study.json beside the tables" in card_markdown(bare)


def test_none_is_said_where_the_study_says_so(study) -> None:
    card = {**study.view.card, "reporting": {**study.view.card["reporting"], "payment": "none"}}
    assert dict(card_rows(card))["Payment"] == "none"
    assert "Payment" not in dict(card_rows(study.view.card))


def test_markdown_holds_the_texts_in_full_and_no_broken_row(study) -> None:
    protocol = study.view.card["protocol"]
    texts = {**protocol["texts"], "consent": "You may stop.\n\nAt any time | really."}
    questions = [{**protocol["questions"][0], "text": "good | bad\nor so?"}, *protocol["questions"][1:]]
    card = {**study.view.card, "protocol": {**protocol, "texts": texts, "questions": questions}}
    markdown = card_markdown(card)
    assert "> You may stop.\n>\n> At any time | really.\n" in markdown
    assert "“good \\| bad or so?”" in markdown
    rows = [line for line in markdown.splitlines() if line.startswith("| **")]
    assert len(rows) == len(card_rows(card)) - 1
    assert {len(re.findall(r"(?<!\\)\|", row)) for row in rows} == {3}
    for fact in card["missing"]:
        assert f"- **{fact['label']}**: {fact['why']} ({fact['declare']})." in markdown


def test_latex_is_balanced_and_its_words_are_defused(study) -> None:
    study_of = {**study.view.card["study"], "title": "50 % of a_b & c#d ~ {x} ^ \\y"}
    latex = card_tex({**study.view.card, "study": study_of})
    assert r"50 \% of a\_b \& c\#d \textasciitilde{} \{x\} \textasciicircum{} \textbackslash{}y" in latex
    for part in (r"\begin{tabular}", r"\end{tabular}", r"\toprule", r"\midrule", r"\bottomrule"):
        assert latex.count(part) == len(card_sections(study.view.card))
    bare = re.sub(r"\\[{}\\]", "", latex)
    assert bare.count("{") == bare.count("}")
    body = [line for line in latex.splitlines() if line.endswith(r" \\") and "multicolumn" not in line]
    assert len(body) == len(card_rows(study.view.card))
    assert {len(re.findall(r"(?<!\\)&", line)) for line in body} == {1}


def test_latex_breaks_hashes(study) -> None:
    digest = "0123456789abcdef" * 4
    latex = card_tex({**study.view.card, "study": {**study.view.card["study"], "config_sha256": digest}})
    assert "0123456789" not in latex
    assert digest in latex.replace(r"\allowbreak{}", "")


def test_latex_breaks_names_behind_their_separators(study) -> None:
    title = "my_very_long_metric_name_with_configuration_v3"
    latex = card_tex({**study.view.card, "study": {**study.view.card["study"], "title": title}})
    pieces = [f"{word}\\_" for word in title.split("_")[:-1]] + ["v3"]
    assert r"\allowbreak{}".join(pieces) in latex
    assert r"\setlength{\parindent}{0pt}" in latex


def test_files_lie_beside_the_report(report) -> None:
    card = json.loads((report.folder / "card.json").read_text(encoding="utf-8"))
    assert (report.folder / card["$schema"]).is_file()
    assert (report.folder / "tables" / "card.tex").read_text(encoding="utf-8") == card_tex(card)
    assert (report.folder / "card.md").read_text(encoding="utf-8") == card_markdown(card)


def test_halo_of_few_questions_is_told_pair_by_pair_and_of_many_as_a_range(study) -> None:
    card = study.view.card
    assert re.fullmatch(
        r"Overall and Sync r 0\.\d+ \[.*\] over stimuli, r \S+ \[.*\] within stimuli \(halo\)",
        dict(card_rows(card))["Questions together"],
    )
    rows = [
        {**row, "question_a": f"q{n}", "value": row["value"] - n / 100}
        for n in range(9)
        for row in card["question_correlation"]
    ]
    many = dict(card_rows({**card, "question_correlation": rows}))["Questions together"]
    assert many.startswith("9 pairs of questions: r from ")
    assert many.endswith("each in tables/question_correlation.csv")


def test_the_order_of_rows_changes_nothing_but_the_files_own_hash(bare: Row, tmp_path: Path) -> None:
    file = tmp_path / "ratings.csv"
    header, *lines = file.read_text().splitlines()
    file.write_text("\n".join([header, *reversed(lines)]) + "\n")
    turned = card_of(tmp_path)
    assert turned["study"].pop("files") != bare["study"].pop("files")
    assert json.dumps(turned) == json.dumps(bare)


def test_many_items_and_methods_are_counted_and_no_part_is_higher_than_a_page(study) -> None:
    card = study.view.card
    method = {**card["methods"][0], "description": None, "citation": None}
    methods = [{**method, "name": f"m{n}", "stimuli": 10 + n, "raters": 9} for n in range(20)]
    texts = {**card["protocol"]["texts"], "instructions": "Please look and listen. " * 200}
    protocol = {**card["protocol"], "items": [f"i{n}" for n in range(1388)], "texts": texts}
    many = {**card, "methods": methods, "protocol": protocol}
    rows = dict(card_rows(many))
    assert rows["Items"] == "1388 items (listed in card.json)"
    assert rows["Methods"] == "20 methods, 10 to 29 stimuli and 9 raters each; listed in card.json"
    latex = card_tex(many)
    assert latex.count("Method of test (continued)") >= 2
    assert max(len(part) for part in latex.split(r"\end{tabular}")) < 3500
    assert latex.count("Please look and listen.") > 100


def test_agreement_on_comparisons_is_told_under_its_own_question(study) -> None:
    (u,) = [row["kendall_u"] for row in study.results["preference_model"]]
    told = dict(card_rows(study.view.card))
    assert told["Reliability Better, after exclusions"] == f"Kendall's u {number(u)}"
    assert "ICC(A,1)" in told["… after exclusions"]


def test_whom_intervals_speak_of_is_told_result_by_result_where_it_differs(study) -> None:
    card = study.view.card
    both = "further raters and further items (target raters+items)"
    assert dict(card_rows(card))["Intervals speak of"] == f"{both}; correlations: what their procedures draw"
    intervals = [
        {**row, "target": "raters"} if row["result"] == "preference strengths" else row
        for row in card["statistics"]["intervals"]
    ]
    differing = {**card, "statistics": {**card["statistics"], "intervals": intervals}}
    words = f": {both}; preference strengths: further raters, on these items (target raters); correlations"
    assert words in dict(card_rows(differing))["Intervals speak of"]


def test_age_and_gender_are_told_apart_and_parameters_as_stated(study) -> None:
    card = study.view.card
    people = {**card["raters"], "age_group": {"18-24": 5}, "gender": {"female": 3}}
    metrics = [
        {**metric, "origins": [{**one, "stated_parameters": "crop 0.9"} for one in metric["origins"]]}
        for metric in card["metrics"]
    ]
    told = dict(card_rows({**card, "raters": people, "metrics": metrics}))
    assert (told["Age"], told["Gender"]) == ("18-24 5", "female 3")
    assert "; crop 0.9; " in told["Metric PSNR"]
    assert "Gender" not in dict(card_rows({**card, "raters": {**people, "gender": None}}))
