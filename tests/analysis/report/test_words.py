"""Numbers and sentences as a reader meets them."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from analysis.figures.numbers import (
    coefficient_text,
    counted,
    headed,
    listed,
    number,
    p_phrase,
    percent,
    plus_minus,
    with_interval,
)
from analysis.report import findings, screened, tables
from analysis.stats.result import part_of

FINITE = st.floats(-1e6, 1e6)


@given(FINITE, st.integers(0, 4))
def test_a_printed_number_reads_back_as_its_rounded_value(value: float, digits: int) -> None:
    text = number(value, digits)
    assert abs(float(text.replace("−", "-")) - value) <= 0.5 * 10**-digits * (1 + 1e-9) + 1e-9


@given(st.floats(-0.004, 0.004))
def test_there_is_no_minus_zero(value: float) -> None:
    assert number(value) == "0.00"


def test_what_is_not_defined_is_a_dash_and_never_a_number() -> None:
    assert number(None) == "–"
    assert with_interval(None, None, None) == "–"
    assert with_interval(3.2, None, None) == "3.20"
    assert p_phrase(None) == "p not defined"
    assert percent(None) == "–"


def test_lopsided_intervals_are_not_printed_as_plus_minus() -> None:
    assert plus_minus({"mean": 3.0, "ci_low": 2.5, "ci_high": 3.5}) == "3.00 ± 0.50"
    assert plus_minus({"mean": 4.9, "ci_low": 4.5, "ci_high": 5.0}) == "4.90 [4.50, 5.00]"


def test_a_reliability_below_one_is_not_printed_as_one() -> None:
    row = {"value": 0.9974, "ci_low": 0.98, "ci_high": 0.99981}
    assert coefficient_text(row) == "0.9974 [0.9800, 0.9998]"
    assert coefficient_text({**row, "ci_high": 0.9985}) == "0.997 [0.980, 0.999]"
    assert coefficient_text({**row, "value": 1.0, "ci_high": None}) == "1.00"
    assert coefficient_text({**row, "ci_low": -0.9}) == "1.00 [−0.90, 1.00]", "too wide for more digits"


def test_counts_and_lists() -> None:
    assert counted(1, "rater") == "1 rater"
    assert counted(12000, "rating") == "12\u202f000 ratings"
    assert part_of(678, 13580) == "678 of 13\u202f580"
    assert listed(["a", "b", "c"]) == "a, b and c"
    assert p_phrase(0.0002) == "p < 0.001"


def test_limits_come_from_the_warnings_and_simulated_data_come_first(study) -> None:
    sentences = findings.limits(study.view).sentences
    assert "simulated" in sentences[0]


def test_the_same_limit_of_several_questions_is_said_once(study) -> None:
    rows = [
        {"code": "few", "message": "Question 'overall': few items."},
        {"code": "other", "message": "Something_else."},
        {"code": "few", "message": "Question 'sync': few items."},
    ]
    view = replace(study.view, results={**study.results, "warnings": rows})
    assert findings.limits(view).sentences == (
        "Questions 'Overall' and 'Sync': few items.",
        "Something\\_else.",
    )


def test_summary_orders_methods_as_the_simulation_does(study) -> None:
    text = " ".join(findings.summary(study.view).sentences)
    assert "clean\\_v2 has the highest MOS of the methods under test" in text
    assert "clean\\_v2 is rated above late-sync by" in text
    assert "hether real is rated above clean\\_v2" in text


def pair(low: float, high: float, p: float) -> dict:
    return {"mean": (low + high) / 2, "ci_low": low, "ci_high": high, "p": p, "p_holm": p}


def test_a_pair_is_told_from_the_better_method_whatever_its_order_in_the_file(study) -> None:
    kept = {"question": "overall", "screening": "applied"}
    base = next(row for row in study.results["differences"] if kept.items() <= row.items())
    order = study.view.ranking("overall")
    row = {**base, "method_a": order[1], "method_b": order[0], **pair(-0.9, -0.1, 0.01)}
    view = replace(study.view, results={**study.results, "differences": [row]})
    text = " ".join(findings.summary(view).sentences)
    assert f"{order[0]} is rated above {findings.escaped(order[1])} by 0.50 [0.10, 0.90] (p = 0.010)" in text


def test_every_resolved_pair_is_named_or_counted(study) -> None:
    text = " ".join(findings.summary(study.view).sentences)
    for question in ("overall", "sync"):
        kept = {"question": question, "screening": "applied", "family": "all pairs"}
        rows = [row for row in study.results["differences"] if kept.items() <= row.items()]
        count = sum(row["p_holm"] < 0.05 for row in rows)
        told = f"All {count}" if count == len(rows) else f"{count} of {len(rows)}"
        assert f"{told} pairs of methods are resolved {findings.ADJUSTED}." in text
    assert "clean\\_v2 over frozen" in text, "no neighbours, and resolved"


def test_preferences_give_their_count_and_few_that_are_open(study) -> None:
    names = [f"m{i}" for i in range(9)]
    strength = study.results["preference"][0]
    row = {**study.results["preference_pairs"][0], "p_a": 0.6, "p_holm": 0.9}
    rows = [{**row, "method_a": a, "method_b": b} for a, b in pairwise(names)]
    strengths = [{**strength, "method": name, "strength": -float(i)} for i, name in enumerate(names)]
    results = {**study.results, "preference": strengths, "preference_pairs": rows}
    text = " ".join(findings.summary(replace(study.view, results=results)).sentences)
    assert (
        f"; none of 8 pairs of methods is resolved {findings.ADJUSTED}. Shares of neighbours: m0 over" in text
    )
    assert "; m2 over m3 60\u00a0%" in text
    assert "; 5 further pairs in the table." in text
    one = [{**row, "p_holm": 0.001} if row is rows[0] else row for row in rows]
    view = replace(study.view, results={**results, "preference_pairs": one})
    text = " ".join(findings.summary(view).sentences)
    assert "m0 is preferred to m1 (60\u00a0%" in text
    assert "Whether m1 is preferred to m2 (60\u00a0%" in text
    assert " or m3 to m4 (60\u00a0%" in text
    assert "is not resolved here. Nor are 4 further pairs of neighbours resolved." in text
    assert "1 of 8 pairs of methods is resolved" in text


def test_triads_say_where_they_were_counted(study) -> None:
    row = {**study.results["preference_model"][0], "circular_triads": 1, "triads_judged": 40}
    for within, words in (
        ("rater and item", "1 of 40 triads within one rater and item is circular"),
        ("rater", "1 of 40 triads within one rater is circular"),
        ("pooled comparisons", "1 of 40 triads in the pooled comparisons is circular"),
    ):
        results = {**study.results, "preference_model": [{**row, "triads_within": within}]}
        view = replace(study.view, results=results)
        assert words in " ".join(findings.preference(view).sentences)


def metric_sentence(study, value: float | None, low: float | None, high: float | None, direction: str) -> str:
    base = study.results["correlation"][0]
    key = {
        "question": "overall",
        "metric": "psnr",
        "level": "stimulus",
        "coefficient": "SROCC",
        "mapping": "raw",
    }
    row = {**base, **key, "value": value, "ci_low": low, "ci_high": high, "n": 18, "direction": direction}
    view = replace(study.view, results={**study.results, "correlation": [row]})
    return " ".join(findings.summary(view).sentences)


def test_whether_a_metric_follows_mos_takes_its_direction_into_account(study) -> None:
    assert "PSNR follows MOS: SROCC 0.60 [0.20, 0.80], n = 18." in metric_sentence(
        study, 0.6, 0.2, 0.8, "higher"
    )
    assert "PSNR follows MOS" in metric_sentence(study, -0.6, -0.8, -0.2, "lower")
    assert "PSNR runs against MOS" in metric_sentence(study, 0.6, 0.2, 0.8, "lower")


def test_what_is_not_resolved_is_said_so(study) -> None:
    unresolved = "Whether PSNR follows MOS is not resolved here: SROCC 0.12 [−0.37, 0.56], n = 18."
    assert unresolved in metric_sentence(study, 0.12, -0.37, 0.56, "higher")
    assert "PSNR follows MOS cannot be said" in metric_sentence(study, None, None, None, "higher")
    assert "not resolved here: SROCC 0.90, n = 18" in metric_sentence(study, 0.9, None, None, "higher")


def test_open_metrics_are_listed_together_and_counted_where_there_are_many(study) -> None:
    base = study.results["correlation"][0]
    key = {"question": "overall", "level": "stimulus", "coefficient": "SROCC", "mapping": "raw"}
    value = {"value": 0.1, "ci_low": -0.4, "ci_high": 0.5, "n": 18, "direction": "higher"}
    rows = [{**base, **key, **value, "metric": f"m{i}"} for i in range(9)]
    results = {**study.results, "correlation": rows}
    text = " ".join(findings.summary(replace(study.view, results=results)).sentences)
    assert "Whether m0 (0.10 [−0.40, 0.50]), m1 (0.10 [−0.40, 0.50])" in text
    assert "or m5 (0.10 [−0.40, 0.50]) follows MOS is not resolved here (SROCC, n = 18)." in text
    assert "Nor is it for 3 further metrics." in text
    differing = {**results, "correlation": [{**row, "n": 10 + i} for i, row in enumerate(rows)]}
    text = " ".join(findings.summary(replace(study.view, results=differing)).sentences)
    assert "Whether m0 (0.10 [−0.40, 0.50], n = 10), m1 (0.10 [−0.40, 0.50], n = 11)" in text


def margin_sentence(study, mean: float, half: float, p: float) -> str:
    base = next(row for row in study.results["differences"] if row["method_b"] == "real")
    row = {**base, "mean": mean, "ci_low": mean - half, "ci_high": mean + half, "margin": 0.3}
    row |= {"p_noninferiority": p, "question": "overall", "screening": "applied"}
    row["family"] = "all against the reference"
    view = replace(study.view, results={**study.results, "differences": [row]})
    return next(one for one in findings.summary(view).sentences if one.startswith("With the declared margin"))


def test_as_good_as_the_reference_is_claimed_denied_or_left_open(study) -> None:
    assert "[−0.15, 0.05], p = 0.001) is as good as real." in margin_sentence(study, -0.05, 0.1, 0.001)
    assert "[−1.10, −0.90]) is worse than real by more than that." in margin_sentence(study, -1, 0.1, 1.0)
    assert "is as good as real is not resolved." in margin_sentence(study, -0.2, 0.3, 0.4)


def test_agreement_of_all_raters_comes_before_that_of_those_left(study) -> None:
    rows = {
        (row["screening"], row["coefficient"]): row
        for row in study.results["agreement"]
        if row["question"] == "overall"
    }
    sentence = next(s for s in findings.summary(study.view).sentences if s.startswith("Agreement of all"))
    before, after = (coefficient_text(rows[name, "ICC(A,1)"]) for name in ("none", "applied"))
    assert before != after
    assert sentence.index(f"ICC(A,1) {before}") < sentence.index("After exclusions") < sentence.index(after)
    assert "inflated" not in sentence
    warned = [*study.results["warnings"], {"code": "agreement_screened", "message": "x"}]
    view = replace(study.view, results={**study.results, "warnings": warned})
    assert "After exclusions (inflated, as" in " ".join(findings.summary(view).sentences)


def test_what_exclusions_change_is_said_in_two_sentences(study) -> None:
    shift, verdicts = screened.effect(study.view)
    rows = [row for row in study.results["mos"] if row["measure"] == "MOS"]
    means = {(row["question"], row["method"], row["screening"]): row["mean"] for row in rows}
    moved = max(abs(mean - means[q, m, "none"]) for (q, m, how), mean in means.items() if how == "applied")
    assert f"move means by {number(moved)} at most" in shift
    assert "of 12 pairs of methods" in verdicts
    assert screened.effect(screened.everybodys(study.view)) == []


def test_tables_show_means_and_agreement_with_and_without_exclusions(study) -> None:
    mos = tables.mos(study.view)
    assert mos.header == ("Method", *("After exclusions", "All raters") * 2)
    everybody = next(
        row
        for row in study.results["mos"]
        if {"question": "overall", "method": "frozen", "screening": "none", "measure": "MOS"}.items()
        <= row.items()
    )
    assert next(row for row in mos.rows if row[0].text == "frozen")[2].text == plus_minus(everybody)
    assert tables.agreement(study.view).header == ("Coefficient", *("After exclusions", "All raters") * 2)
    assert tables.mos(screened.everybodys(study.view)).groups == ()
    assert tables.differences(study.view, "overall").header[-2:] == ("All raters", "their p (Holm)")


def words_of(study, verdicts: dict[tuple[str, str], float | None], means: list[float]) -> str:
    """The findings on methods m0, m1 … with these means, and p values by pair (None: not testable)."""
    mos = next(row for row in study.results["mos"] if row["screening"] == "none")
    base = next(row for row in study.results["differences"] if row["family"] == "all pairs")
    every = {"question": "overall", "screening": "none"}
    rows = [{**mos, **every, "measure": "MOS", "method": f"m{i}", "mean": m} for i, m in enumerate(means)]
    pairs = [
        {**base, **every, **pair(-0.5, 0.9, 1.0), "method_a": a, "method_b": b, "p": p, "p_holm": p}
        for (a, b), p in verdicts.items()
    ]
    lists = {"mos": rows, "differences": pairs, "letters": [], "screening": [], "preference": []}
    view = replace(study.view, results={**study.results, **lists, "preference_pairs": []})
    return " ".join(findings.summary(view).sentences)


def test_a_leader_is_named_only_with_those_it_is_not_told_apart_from(study) -> None:
    p = {("m0", "m1"): 0.4, ("m0", "m2"): 0.01, ("m1", "m2"): 0.3}
    assert "m0 has the highest MOS, " in (text := words_of(study, p, [4.0, 3.5, 2.0]))
    assert "; it is not told apart from m1." in text
    p = {("m0", "m1"): 0.4, ("m0", "m2"): 0.2, ("m1", "m2"): 0.3}
    text = words_of(study, p, [4.0, 3.5, 2.0])
    assert f"another: MOS 2.00 to 4.00; none of 3 pairs of methods is resolved {findings.ADJUSTED}." in text
    assert "Differences of neighbours: m0 over m1 0.20 [−0.50, 0.90], p = 0.400; m1 over m2 0.20" in text
    assert "has the highest" not in text
    assert len(re.findall("not resolved|not told apart|none of", text.split("Whether")[0])) == 1, "said once"
    assert "No method is told apart from m0, which has" in words_of(
        study, {**p, ("m1", "m2"): 0.01}, [4, 3.5, 2]
    )


def test_what_cannot_be_tested_is_neither_resolved_nor_unresolved(study) -> None:
    p = {("m0", "m1"): None, ("m0", "m2"): 0.2, ("m1", "m2"): 0.01}
    text = words_of(study, p, [4.0, 3.5, 2.0])
    assert "1 of 2 pairs of methods is resolved" in text
    assert "1 further pair of methods cannot be tested." in text
    assert "Whether m0 is rated above m1" not in text
    text = words_of(study, dict.fromkeys(p), [4.0, 3.5, 2.0])
    assert "None of 3 pairs of methods can be tested." in text
    assert "resolved" not in text.split("None of 3")[0]


def test_limits_name_questions_only_where_not_all_are_meant_and_notes_come_last(study) -> None:
    def told(*rows: tuple[str, str]) -> str:
        warnings = [{"code": code, "message": message} for code, message in rows]
        return findings.limits(replace(study.view, results={**study.results, "warnings": warnings})).sentences

    assert told(("few", "All 3 questions: down to 4 raters.")) == ("Down to 4 raters.",)
    assert told(("one", "It is thin (overall; sync; better)."), ("two", "It is thin (sync, psnr).")) == (
        "It is thin.",
        "It is thin (Sync, psnr).",
    )
    assert told(("incomplete", "W needs all."), ("few", "Few raters.")) == ("Few raters.", "W needs all.")
    assert told(("scale", "Question 'sync' has no scale.")) == ("Question 'Sync' has no scale.",)
    assert told(("rough", "It is rough (better).")) == ("It is rough (question 'Better').",)
    assert told(("rough", "It is rough (sync; better).")) == ("It is rough (questions 'Sync' and 'Better').",)


def with_rows(study, **lists):
    return replace(study.view, results={**study.results, **lists})


def test_ties_are_said_to_count_half_and_only_where_there_are_any(study) -> None:
    row = {**study.results["preference_pairs"][0], "wins_a": 73, "ties": 10, "wins_b": 29, "p_a": 0.7}
    strengths = [
        {**study.results["preference"][0], "method": row[side], "strength": None}
        for side in ("method_a", "method_b")
    ]
    view = with_rows(study, preference_pairs=[row], preference=strengths)
    assert "of 112 comparisons, 10 ties among them as half wins, p" in " ".join(
        findings.summary(view).sentences
    )
    assert tables.preference_pairs(view, "better").caption.endswith("In shares a tie counts as half a win.")
    without = with_rows(study, preference_pairs=[{**row, "ties": 0}], preference=strengths)
    assert "of 102 comparisons, p" in " ".join(findings.summary(without).sentences)
    assert "tie" not in tables.preference_pairs(without, "better").caption
    assert "tie" not in tables.preference(without, "better").caption


def test_what_could_not_be_estimated_is_no_procedure(study) -> None:
    rows = [dict(row) for row in study.results["mos"]]
    for n, row in enumerate(rows):
        row["procedure"] = "refused" if n % 2 else "two-way ANOVA"
    table = tables.mos_details(with_rows(study, mos=rows), "overall")
    assert {row[-1].text for row in table.rows} == {"–", "two-way ANOVA"}
    differences = [{**row, "procedure": "refused"} for row in study.results["differences"]]
    caption = tables.differences(with_rows(study, differences=differences), "overall").caption
    assert caption == "Overall: differences of means (first minus second)."
    nothing = with_rows(study, mos=[{**row, "procedure": "refused"} for row in rows])
    assert "refused" not in tables.mos_details(nothing, "overall").caption


def test_a_title_that_is_a_sentence_takes_no_colon() -> None:
    assert headed("Overall", "means in detail.") == "Overall: means in detail."
    assert headed("Which is better?", "means in detail.") == "Which is better? Means in detail."


def test_classification_names_the_pairs_that_each_number_is_of(study) -> None:
    table = tables.classification(study.view, "overall")
    assert [(group.title, group.columns) for group in table.groups] == [
        ("Pairs of stimuli", 2),
        ("Pairs of methods", 2),
    ]
    assert table.header[1:3] == ("AUC different", "AUC better")
    row = next(row for row in study.results["metric_classification"] if row["question"] == "overall")
    assert table.rows[0][3].text == str(row["pairs_significant"])


def test_impossible_limits_of_a_difference_of_correlations_are_owned_up_to(study) -> None:
    rows = [{**row, "ci_low": -1.9, "ci_high": 1.9} for row in study.results["metric_contest"]]
    question = rows[0]["question"]
    assert "are kept" not in tables.contests(with_rows(study, metric_contest=rows), question).caption
    rows[0] |= {"ci_low": -2.6}
    assert (
        "Limits beyond −2 and 2 are kept"
        in tables.contests(with_rows(study, metric_contest=rows), question).caption
    )


def test_how_far_raters_agree_on_pairs_is_told_beside_chance(study) -> None:
    row = {**study.results["preference_model"][0], "kendall_u": 0.013, "triads_within": "rater and item"}
    row |= {"circular_triads": 114, "triads_judged": 400}
    text = " ".join(findings.preference(with_rows(study, preference_model=[row])).sentences)
    assert "agree in 51\u00a0% of cases (Kendall's u 0.01; at random half of them agree, and u is 0)." in text
    assert "114 of 400 triads within one rater and item are circular" in text
    assert ", 100 at random)" in text


def test_published_values_keep_the_digits_that_were_printed(study) -> None:
    row = {
        "method": "clean_v2",
        "metric": "ssim",
        "dataset": "HDTF",
        "published_value": 0.74,
        "published_printed": "0.740",
        "unit": None,
        "source": "Table 4",
        "measured_mean": 0.9,
        "measured_median": 0.9,
        "n": 6,
        "measured_unit": "1",
        "units_match": None,
        "direction": "higher",
    }
    assert tables.literature(with_rows(study, literature=[row])).rows[0][3].text == "0.740"
