"""CSV bytes to checked columns. Every failure is one sentence with file, row and column.

Rows are numbered as a spreadsheet shows them: the header is row 1.
"""

from __future__ import annotations

import codecs
import difflib
import io
import re
import warnings
from collections import Counter
from collections.abc import Callable, Iterable, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from studies.bundle import LARGEST_NUMBER, TABLES
from studies.errors import InputError

NUMBERS = ("integer", "number")
NUMERIC = frozenset(
    {"n", *(column.name for table in TABLES for column in table.columns if column.kind in NUMBERS)}
)
KNOWN = frozenset({"n", *(column.name for table in TABLES for column in table.columns)})
SYNONYMS = {  # what other people call a column, in lower case
    "rater": (
        "participant",
        "subject",
        "observer",
        "listener",
        "viewer",
        "worker",
        "user",
        "assessor",
        "judge",
    ),
    "method": ("model", "system", "algorithm", "condition", "hrc", "approach", "codec"),
    "item": (
        "video",
        "clip",
        "file",
        "filename",
        "content",
        "src",
        "source",
        "sample",
        "sequence",
        "sentence",
    ),
    "score": ("mos", "rating", "vote", "opinion", "grade", "opinion score", "value", "answer"),
}
EXAMPLE = "{method}_{item}"
WIDE = 3  # so many columns of numbers and no score are a wide table
IDS = frozenset({"rater", "stimulus", "method", "item", "left", "right", "winner", "loser"})
IN_EXCEL = "in Excel: Save As, file type “CSV UTF-8 (Comma delimited)”"
SAVE = f"save the file as UTF-8 ({IN_EXCEL})"
COMMAS = "save it as a CSV file with commas between the cells and the columns' names in the first row"
LONGEST = 60  # characters of a cell that a sentence repeats
DECIMAL_COMMA = r"^([+-]?\d*),(\d+)$"
LARGEST = LARGEST_NUMBER
MISSING = frozenset({"", "na", "n/a", "nan", "null", "none"})
TRUE = frozenset({"true", "t", "yes", "1"})
FALSE = frozenset({"false", "f", "no", "0", ""})


def read_table(raw: bytes, where: str) -> pd.DataFrame:
    """All cells as stripped text, indexed by row number. Blank lines are dropped; there may be no rows."""
    if not raw.strip():
        raise InputError(f"{where} is empty; it needs a header row and at least one row of data.")
    text = _decode(raw, where)
    written = _parse(text, where).fillna("")
    cells = written.apply(_stripped)
    frame = cells.iloc[1:].set_axis(cells.iloc[0].tolist(), axis=1)
    doubles = frame.columns[frame.columns.duplicated()]
    if len(doubles):
        raise InputError(f"{where}: column '{doubles[0]}' appears twice in the header; rename or remove one.")
    frame = frame.assign(**_as_written(frame, written.iloc[1:].set_axis(frame.columns, axis=1)))
    frame.index = pd.RangeIndex(2, len(frame) + 2)
    filled = np.any(np.asarray(frame != ""), axis=1)
    kept: pd.DataFrame = frame.loc[filled]
    return kept if separator(text) == "," else _with_points(kept)


def _stripped(column: pd.Series) -> pd.Series:
    """Without the spaces around each cell; columns mostly repeat few texts, so each is cut once."""
    code, texts = pd.factorize(column)
    cut = pd.Series(texts, dtype=column.dtype).str.strip()
    return pd.Series(cut.array.take(code), index=column.index)


def _as_written(cut: pd.DataFrame, written: pd.DataFrame) -> dict[str, pd.Series]:
    """Columns of ids, several of which would become one without the spaces around them: these stay apart."""
    kept = {}
    for name in sorted(IDS & set(cut.columns)):
        if (cut[name] == written[name]).all():
            continue
        filled = written[name].where(cut[name] != "", "")
        if filled.nunique() > cut[name].nunique():
            kept[name] = filled
    return kept


def alike(ids: Iterable[str], fold: Callable[[str], str]) -> list[str]:
    """Ids that `fold` makes equal to another one, beside each other."""
    names = sorted(set(ids), key=lambda name: (fold(name), name))
    count = Counter(map(fold, names))
    return [name for name in names if count[fold(name)] > 1]


def separator(text: str) -> str:
    """Comma; or the semicolon or tab of a header without commas, as spreadsheets write them."""
    header = text.split("\n", 1)[0]
    return next((mark for mark in (";", "\t") if mark in header and "," not in header), ",")


def _with_points(frame: pd.DataFrame) -> pd.DataFrame:
    """Decimal commas of numeric columns as points; where columns are not parted by commas, 4,5 is 4.5."""
    numeric = frame[[name for name in frame.columns if name in NUMERIC]]
    pointed = numeric.apply(lambda column: column.str.replace(DECIMAL_COMMA, r"\1.\2", regex=True))
    return frame.assign(**pointed)


def _decode(raw: bytes, where: str) -> str:
    if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise InputError(f"{where} is UTF-16 text; {SAVE}.")
    if b"\0" in raw:
        raise InputError(f"{where} is not a CSV file (it holds binary data); give a UTF-8 CSV file.")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        row = raw[: error.start].count(b"\n") + 1
        raise InputError(f"{where} row {row} is not UTF-8 text; {SAVE}.") from None


def _parse(text: str, where: str) -> pd.DataFrame:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", pd.errors.ParserWarning)
            return pd.read_csv(
                io.StringIO(text, newline=""),
                sep=separator(text),
                dtype=str,
                keep_default_na=False,
                skip_blank_lines=False,
                index_col=False,
                header=None,
            )
    except (pd.errors.ParserError, pd.errors.ParserWarning, pd.errors.EmptyDataError) as error:
        raise InputError(f"{where} {_unparsed(str(error))}.") from None


def _unparsed(problem: str) -> str:
    """What pandas says of a table that it cannot parse, and how to mend it."""
    if wide := re.search(r"Expected (\d+) fields in line (\d+), saw (\d+)", problem):
        header, row, cells = wide.groups()
        return (
            f"row {row} has {cells} cells, but the header has {header}; put a cell that holds a comma in "
            "quotation marks, or remove what is too much"
        )
    if opened := re.search(r"EOF inside string starting at row (\d+)", problem):
        return f"row {int(opened[1]) + 1}: a quotation mark is opened and never closed; close or remove it"
    said = problem.removeprefix("Error tokenizing data. C error: ").strip().rstrip(".")
    return f"cannot be read as CSV ({said}); give every row the header's columns"


def require(frame: pd.DataFrame, columns: Sequence[str], where: str) -> None:
    """Raise InputError naming every column that is absent, and the ones that may be meant."""
    names = [str(name) for name in frame.columns]
    absent = [column for column in columns if column not in names]
    if not absent:
        return
    if len(names) == 1 < len(columns):
        raise one_column(names[0], where)
    if "score" in absent and _is_wide(frame):
        raise InputError(
            f"{where} looks like a wide spreadsheet ({len(names)} columns, several of them with scores); "
            f"make a bundle of it with 'analysis convert {where} --out DIR --stimulus-pattern {EXAMPLE}'."
        )
    listed = ", ".join(f"'{column}'" for column in absent)
    what = f"column {listed} is" if len(absent) == 1 else f"columns {listed} are"
    mend = ", ".join(_mend(column, names, alone=len(absent) == 1) for column in absent)
    if len(absent) == len(columns) > 1 and "rename" not in mend:
        mend = "the first row must name the columns"
    raise InputError(f"{where}: {what} missing (found: {', '.join(names)}); {mend}.")


def one_column(name: str, where: str) -> InputError:
    """Another delimiter, or no table at all."""
    begun = name if len(name) <= LONGEST else f"{name[:LONGEST]}…"
    return InputError(f"{where} has only one column ({begun!r}); {COMMAS}.")


def _is_wide(frame: pd.DataFrame) -> bool:
    """Whether several unknown columns hold numbers, as one per rater or per stimulus does."""
    others = [str(name) for name in frame.columns if name not in KNOWN and not _synonym(str(name))]
    numbers = [pd.to_numeric(frame[name].where(frame[name] != "", None), errors="coerce") for name in others]
    filled = [(frame[name] != "").sum() for name in others]
    scores = [
        1 for value, count in zip(numbers, filled, strict=True) if count and value.notna().sum() > count / 2
    ]
    return len(scores) >= WIDE


def _synonym(name: str) -> str | None:
    """The column that goes by this name elsewhere."""
    word = name.strip().lower().replace("_", " ").removesuffix(" id").removesuffix(" name")
    return next((known for known, words in SYNONYMS.items() if word in words), None)


def _mend(column: str, names: Sequence[str], *, alone: bool) -> str:
    near = difflib.get_close_matches(column, [name.lower() for name in names], n=1, cutoff=0.85)
    meant = next((name for name in names if near and name.lower() == near[0]), None)
    meant = meant or next((name for name in names if _synonym(name) == column), None)
    if alone:
        return f"rename '{meant}' to '{column}'" if meant else "add it"
    return f"rename '{meant}' to '{column}'" if meant else f"add '{column}'"


def identifiers(frame: pd.DataFrame, columns: Sequence[str], where: str) -> None:
    """Raise InputError for the first empty cell of columns that name things."""
    for column in columns:
        empty = frame.index[frame[column] == ""]
        if len(empty):
            raise InputError(
                f"{where} row {empty[0]}: column '{column}' is empty; fill it in or remove the row."
            )


def numbers(frame: pd.DataFrame, column: str, where: str) -> NDArray[np.float64]:
    """The column as floats; missing cells are NaN. Text, infinities and giants raise InputError."""
    text = frame[column]
    values = pd.to_numeric(text, errors="coerce").to_numpy(dtype=float, na_value=np.nan)
    bad = ~np.isfinite(values) & ~text.str.lower().isin(MISSING).to_numpy()
    bad |= np.abs(values) > LARGEST
    if bad.any():
        row, value, number = frame.index[bad][0], text[bad].iloc[0], values[bad][0]
        mend = re.sub(DECIMAL_COMMA, r"write \1.\2 with a point, not a decimal comma", value)
        mend = mend if mend != value else "correct the cell"
        what = "a number" if not np.isfinite(number) else f"a number between -{LARGEST:g} and {LARGEST:g}"
        raise InputError(f"{where} row {row}: column '{column}' is {value!r}, which is not {what}; {mend}.")
    return values


def booleans(frame: pd.DataFrame, column: str, where: str) -> NDArray[np.bool_]:
    """The column as true and false; an empty cell is false."""
    text = frame[column].str.lower()
    bad = ~text.isin(TRUE | FALSE)
    if bad.any():
        row, value = frame.index[bad][0], frame[column][bad].iloc[0]
        raise InputError(f"{where} row {row}: column '{column}' is {value!r}; write true or false.")
    return text.isin(TRUE).to_numpy(dtype=bool)


def words(frame: pd.DataFrame, column: str, allowed: Sequence[str], where: str) -> None:
    """Raise InputError for the first cell that is not one of the allowed words; empty cells pass."""
    bad = ~frame[column].isin([*allowed, ""])
    if bad.any():
        row, value = frame.index[bad][0], frame[column][bad].iloc[0]
        raise InputError(
            f"{where} row {row}: column '{column}' is {value!r}; use one of {', '.join(allowed)}."
        )
