"""Which foreign format a file has, and its reader."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Literal

from analysis import csvfile
from analysis.convert import crowd_answers, crowd_votes, sureal, webmushra, wide
from analysis.convert.facts import Facts, with_reference, with_repeats, with_scale
from analysis.convert.wanted import Wanted
from studies.errors import InputError

Format = Literal["wide", "sureal", "p808", "p910", "webmushra"]
Read = Callable[[bytes, str, str, Wanted], Facts]
ANY = frozenset({"scale", "reference", "mark_repeats", "question"})
OURS = {"rater", "method", "item", "score"}
PACKED = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")  # .xlsx and .ods, .xls


@dataclass(frozen=True)
class _Reader:
    """`uses`: options beyond those that every format knows."""

    read: Read
    uses: frozenset[str]


def read_foreign(path: Path, chosen: Format | None, wanted: Wanted) -> Facts:
    """Read and check one file of another program. Raises InputError with one sentence."""
    raw = _bytes(path)
    where = path.name
    format_, reader = _reader(raw, where, chosen)
    _refuse_unused(wanted, reader, format_)
    facts = reader.read(raw, where, path.stem, wanted)
    if not (facts.ratings or facts.comparisons):
        raise InputError(f"{where} holds no score; give a file with at least one.")
    facts = with_scale(with_repeats(facts, where, mark=wanted.mark_repeats), wanted.scale, where)
    return with_reference(facts, wanted.reference)


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise InputError(
            f"{path} cannot be read ({error.strerror or error}); give the file of ratings to convert."
        ) from None


def _reader(raw: bytes, where: str, chosen: Format | None) -> tuple[Format, _Reader]:
    if raw.startswith(PACKED):
        raise InputError(
            f"{where} is a spreadsheet program's own file; save it as CSV (in Excel: Save As, file type “CSV "
            "UTF-8 (Comma delimited)”) and convert that."
        )
    if where.endswith(".py"):
        raise InputError(
            f"{where} is a Python file, which is not run; write its dataset as JSON with json.dump."
        )
    format_ = chosen or _detected(raw, where)
    if format_ in ("p808", "p910"):
        return format_, _Reader(_crowd(_header(raw, where), where), frozenset({"pattern"}))
    return format_, {
        "wide": _Reader(wide.read_wide, frozenset({"pattern", "rows", "attributes", "leave_out"})),
        "sureal": _Reader(sureal.read_sureal, frozenset({"pattern"})),
        "webmushra": _Reader(webmushra.read_webmushra, frozenset({"rater_column"})),
    }[format_]


def _header(raw: bytes, where: str) -> list[str]:
    return [str(name) for name in csvfile.read_table(raw, where).columns]


def _detected(raw: bytes, where: str) -> Format:
    if raw.lstrip(b"\xef\xbb\xbf \t\r\n").startswith((b"{", b"[")):
        return "sureal"
    names = _header(raw, where)
    if set(names) >= OURS or {"left", "right", "choice"} <= set(names):
        raise InputError(
            f"{where} needs no conversion; give it to 'analysis report' as it is, where --reference METHOD "
            "names the real video and --scale LOW:HIGH the scale."
        )
    if crowd_answers.is_batch(names) or crowd_votes.is_votes(names) or crowd_votes.is_sums(names):
        return "p910" if any("video" in name.lower() for name in names) else "p808"
    if {"session_test_id", "trial_id"} <= set(names):
        return "webmushra"
    return "wide"


def _crowd(names: list[str], where: str) -> Read:
    if crowd_answers.is_batch(names):
        return crowd_answers.read_answers
    if crowd_votes.is_votes(names):
        return crowd_votes.read_votes
    if crowd_votes.is_sums(names):
        raise crowd_votes.refuse_sums(where)
    raise InputError(
        f"{where} is neither a batch of answers (WorkerId, Answer.q1_url …) nor votes per worker (workerid, "
        "file, vote) of the P.808 or P.910 toolkit; name another format with --from."
    )


def _refuse_unused(wanted: Wanted, reader: _Reader, format_: str) -> None:
    """An option that would have no effect is a misunderstanding."""
    for option in fields(wanted):
        given = getattr(wanted, option.name) != option.default
        if given and option.name not in reader.uses | ANY:
            name = "stimulus-pattern" if option.name == "pattern" else option.name.replace("_", "-")
            raise InputError(f"--{name} has no meaning for the format {format_}; leave it out.")
