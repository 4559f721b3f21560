"""Values measured elsewhere: all of a table or nothing, every mistake told, and shown as imported."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from mos_platform.exports.services import export_bundle
from mos_platform.metrics.importing import Imported, import_metrics, remove_imported
from mos_platform.metrics.models import ImportedValue, Measured
from mos_platform.metrics.progress import metric_progress
from mos_platform.stimuli.models import Study
from studies.errors import InputError

pytestmark = pytest.mark.django_db
State = Measured.State


@pytest.fixture
def study(imported_study: Study) -> Study:
    return imported_study


@pytest.fixture
def table(tmp_path: Path) -> Callable[..., Path]:
    """A CSV file with this header and these rows."""

    def written(*rows: str, name: str = "values.csv") -> Path:
        file = tmp_path / name
        file.write_text("\n".join(rows) + "\n", encoding="utf-8")
        return file

    return written


def mistakes(study: Study, file: Path, **options: Any) -> list[str]:
    with pytest.raises(InputError) as refused:
        import_metrics(study, file, **options)
    return list(refused.value.sentences)


def exported(study: Study, tmp_path: Path) -> list[dict[str, str]]:
    file = export_bundle(study, tmp_path / "bundle") / "metrics.csv"
    with file.open(newline="", encoding="utf-8") as rows:
        return list(csv.DictReader(rows))


def test_values_come_in_by_stimulus_by_cell_and_by_method(
    study: Study, table: Callable[..., Path], tmp_path: Path
) -> None:
    token = study.stimuli.get(method__name="soft", item__name="one").token
    clips = table(
        "metric,value,stimulus,method,item,implementation,version,parameters",
        f"LVE,1.5,{token},,,vocaset,2,flame mesh",
        "lve,2.5,,soft,two,vocaset,2,flame mesh",
    )
    assert import_metrics(study, clips) == Imported(2, 0, 0, ["lve"])
    assert import_metrics(study, table("method,metric,value,unit", "soft,fps,31.5,1/s")).new == 1
    rows = {(row["metric"], row["stimulus"]): row for row in exported(study, tmp_path)}
    row = rows["lve", token]
    assert (row["value"], row["status"], row["imported"], row["direction"]) == ("1.5", "ok", "true", "lower")
    assert (row["implementation"], row["version"], row["parameters"]) == ("vocaset", "2", "flame mesh")
    assert (rows["fps", ""]["method"], rows["fps", ""]["value"]) == ("soft", "31.5")
    assert rows["cpbd", token]["imported"] == "false"


def test_the_same_table_again_changes_nothing_and_another_value_is_refused(
    study: Study, table: Callable[..., Path]
) -> None:
    file = table("metric,value,method,item", "lve,1.5,soft,one", "lve,2.5,soft,two")
    import_metrics(study, file)
    before = list(ImportedValue.objects.order_by("pk").values())
    assert import_metrics(study, file) == Imported(0, 0, 2, ["lve"])
    assert list(ImportedValue.objects.order_by("pk").values()) == before
    other = table("metric,value,method,item", "lve,1.5,soft,one", "lve,9,soft,two", name="other.csv")
    assert mistakes(study, other) == [
        "other.csv row 3: lve of soft × two was imported before with other content (value 2.5); give "
        "--replace to put this one (9) in its place."
    ]
    assert import_metrics(study, other, replace=True).replaced == 2
    assert set(ImportedValue.objects.values_list("value", flat=True)) == {1.5, 9.0}


def test_every_mistake_is_told_with_its_row_and_nothing_comes_in(
    study: Study, table: Callable[..., Path]
) -> None:
    file = table(
        "metric,value,stimulus,method,item,direction,unit",
        "lve,1.5,,soft,one,higher,",
        "lve,nan,,soft,two,,",
        "lve,1,5,,soft,two,,",
        "lve,,,soft,two,,",
        "lve,2.5,,sofd,two,,",
        "lve,2.5,,soft,tvo,,",
        "lve,2.5,0123456789abcdef,,,,",
        "lvee,2.5,,soft,two,,",
        "psnr_x,2.5,,soft,two,up,",
        "fid,2.5,,soft,two,,",
        "psnr,2.5,,copy,two,,px",
        "lse_d,7.5,,real,one,,",
        "lse_d,7.5,,real,one,,",
        ",7.5,,,one,,",
        "CSIM,7,,soft,one,,",
        "ms_ssim,97,,soft,one,,",
        "WER,-3,,soft,one,,",
        "psnr,-4,,soft,one,,",
    )
    told = mistakes(study, file)
    expected = {
        2: "direction is 'higher', but of",
        3: "value 'nan' is no finite number",
        4: "has 8 cells under 7 columns",
        5: "the value is missing",
        6: "method 'sofd' is not in the study; did you mean 'soft'?",
        7: "item 'tvo' is not in the study; did you mean 'two'?",
        8: "stimulus '0123456789abcdef' is not in the study",
        9: "metric 'lvee' is not in the catalogue; did you mean",
        10: "direction is 'up'",
        11: "is a value of a whole method",
        12: "unit is 'px', but PSNR is in 'dB'",
        14: "stands in row 13 already",
        15: "no metric is named",
        16: "CSIM lies between −1 and 1, and this value is 7; correct it",
        17: "MS-SSIM lies between −1 and 1, and this value is 97",
        18: "WER is 0 or more, and this value is -3",
        19: "PSNR is 0 or more, and this value is -4",
    }
    for row, words in expected.items():
        assert [s for s in told if s.startswith(f"values.csv row {row}") and words in s], (row, told)
    rows = [int(sentence.partition(" row ")[2].split(":")[0].split()[0]) for sentence in told]
    assert rows == sorted(rows)
    assert set(rows) == set(expected)
    assert ImportedValue.objects.count() == 0


def test_a_metric_that_nobody_knows_comes_in_with_its_direction(
    study: Study, table: Callable[..., Path], tmp_path: Path
) -> None:
    file = table("metric,value,method,item,direction", "my_score,0.5,soft,one,higher")
    assert import_metrics(study, file).metrics == ["my_score"]
    row = next(row for row in exported(study, tmp_path) if row["metric"] == "my_score")
    assert row["direction"] == "higher"
    against = table("metric,value,method,item,direction", "my_score,0.5,soft,two,lower", name="b.csv")
    assert (
        "direction of my_score is 'lower', but 'higher' in what was imported before"
        in mistakes(study, against)[0]
    )
    mixed = table("metric,value,method,direction", "my_score,0.5,soft,higher", name="c.csv")
    assert "of single clips and of methods" in mistakes(study, mixed)[0]


def test_what_is_measured_here_stays_unless_it_is_replaced(
    study: Study, table: Callable[..., Path], tmp_path: Path
) -> None:
    Measured.objects.update(state=State.DONE, value=20.0)
    file = table("metric,value,method,item", "psnr,33,soft,one")
    assert "is measured here; give --replace" in mistakes(study, file)[0]
    token = study.stimuli.get(method__name="soft", item__name="one").token
    assert import_metrics(study, file, replace=True).new == 1
    row = next(
        row for row in exported(study, tmp_path) if (row["stimulus"], row["metric"]) == (token, "psnr")
    )
    assert (row["value"], row["imported"]) == ("33.0", "true")
    assert len(exported(study, tmp_path)) == 14


def test_an_imported_value_fills_a_place_that_could_not_be_measured(
    study: Study, table: Callable[..., Path], tmp_path: Path
) -> None:
    Measured.objects.update(state=State.DONE, reason="not computed: weights missing (x.pth)")
    import_metrics(study, table("metric,value,method,item", "psnr,33,soft,one"))
    psnr = next(one for one in metric_progress(study) if one.metric == "psnr")
    assert (psnr.without_value, psnr.imported, psnr.done, psnr.total) == (3, 1, 4, 4)
    assert psnr.reasons == {"weights missing (x.pth)": 3}
    values = [row["value"] for row in exported(study, tmp_path) if row["metric"] == "psnr"]
    assert sorted(values) == ["", "", "", "33.0"]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "column 'metric' is missing"),
        (b"metric,value\nlve,1\n", "neither column 'stimulus' nor 'method' is there"),
        (b"metric,value,methode\nlve,1,soft\n", "column 'methode' is unknown; did you mean 'method'?"),
        (b"metric,value,value,method\n", "column 'value' stands there 2 times"),
        (b"metric,value,method\n", "holds no values"),
        (b"\xff\xfem\x00e\x00", "is not UTF-8"),
        (b'metric,value,method\n"lve,1,soft\n', "is no CSV file"),
    ],
)
def test_what_is_no_table_is_refused_in_one_sentence(
    study: Study, tmp_path: Path, content: bytes, words: str
) -> None:
    file = tmp_path / "values.csv"
    file.write_bytes(content)
    (sentence,) = mistakes(study, file)
    assert words in sentence


def test_a_file_that_is_not_there_is_refused(study: Study, tmp_path: Path) -> None:
    assert "cannot be read (No such file" in mistakes(study, tmp_path / "none.csv")[0]


@pytest.mark.parametrize("mark", [";", "\t"])
def test_cells_may_be_parted_by_semicolons_or_tabs_with_decimal_commas(
    study: Study, table: Callable[..., Path], mark: str
) -> None:
    rows = ("metric,value,method,item", "lve,1#5,soft,one", "lve,2.5,soft,two")
    file = table(*(row.replace(",", mark).replace("#", ",") for row in rows))
    assert import_metrics(study, file).new == 2
    assert sorted(ImportedValue.objects.values_list("value", flat=True)) == [1.5, 2.5]


def test_a_spreadsheets_byte_order_mark_is_no_part_of_a_name(study: Study, tmp_path: Path) -> None:
    file = tmp_path / "values.csv"
    file.write_text("metric,value,method,item\r\nlve,1.5,soft,one\r\n", encoding="utf-8-sig", newline="")
    assert import_metrics(study, file).new == 1


@pytest.mark.parametrize("value", ["1e308", "-1.1e15"])
def test_a_value_that_the_report_would_refuse_is_refused_at_import(
    study: Study, table: Callable[..., Path], value: str
) -> None:
    file = table("metric,value,method,item", f"lve,{value},soft,one")
    told = f"value {value!r} is not between -1e+15 and 1e+15; correct it, or leave the row out."
    assert mistakes(study, file) == [f"values.csv row 2: {told}"]
    assert import_metrics(study, table("metric,value,method,item", "lve,1e15,soft,one")).new == 1


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("=cmd()", "cannot be used as a name"),
        ("@sum", "cannot be used as a name"),
        ("-x", "cannot be used as a name"),
        ("+x", "cannot be used as a name"),
        ("<b>x</b>", "cannot be used as a name"),
        ("MOS", "has the name of the raters' mean opinion"),
        ("d-mos", "has the name of the raters' mean opinion"),
        ("Overall", "has the name of the question 'overall'"),
    ],
)
def test_a_free_name_that_would_break_or_mislead_is_refused(
    study: Study, table: Callable[..., Path], name: str, told: str
) -> None:
    file = table("metric,value,method,item,direction", f"{name},1,soft,one,higher")
    (sentence,) = mistakes(study, file)
    assert sentence.startswith(f"values.csv row 2: metric {name!r} {told}")


def test_a_free_name_may_have_spaces_and_letters_of_any_language(
    study: Study, table: Callable[..., Path]
) -> None:
    names = ["Größe (a/b) 5%", "score+v2.1@train", "_mine"]
    rows = [f"{name},1,soft,one,higher" for name in names]
    assert import_metrics(study, table("metric,value,method,item,direction", *rows)).new == 3


def test_imported_values_are_removed_by_metric_and_what_is_measured_stays(
    study: Study, table: Callable[..., Path], tmp_path: Path
) -> None:
    Measured.objects.update(state=State.DONE, value=20.0)
    rows = ("psnr,33,soft,one", "psnr,34,soft,two", "lve,1,soft,one")
    import_metrics(study, table("metric,value,method,item", *rows), replace=True)
    assert remove_imported(study, "PSNR") == 2
    psnr = {row["value"] for row in exported(study, tmp_path) if row["metric"] == "psnr"}
    assert psnr == {"20.0"}
    assert list(study.imported_values.values_list("metric", flat=True)) == ["lve"]
    with pytest.raises(InputError, match=r"no imported values of 'lvee' \(did you mean 'lve'\?\); imported"):
        remove_imported(study, "lvee")
    remove_imported(study, "lve")
    with pytest.raises(InputError, match="nothing was imported into it"):
        remove_imported(study, "lve")


def test_the_command_says_how_many_were_removed_and_asks_for_a_file_or_a_metric(
    study: Study, table: Callable[..., Path], capsys: pytest.CaptureFixture[str]
) -> None:
    file = table("metric,value,method,item", "lve,1.5,soft,one", "lve,2.5,soft,two")
    call_command("import_metrics", study.name, str(file))
    call_command("import_metrics", study.name, "--remove", "lve")
    told = capsys.readouterr().out.splitlines()
    assert told[-1] == f"2 imported values of lve removed (study '{study.name}')."
    with pytest.raises(CommandError, match="FILE"):
        call_command("import_metrics", study.name)
    with pytest.raises(CommandError, match="not allowed with"):
        call_command("import_metrics", study.name, str(file), "--remove", "lve")
