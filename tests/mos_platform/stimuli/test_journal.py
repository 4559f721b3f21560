"""What an import has done outlives it, whatever moment it was killed at."""

from __future__ import annotations

from pathlib import Path

import pytest

from mos_platform.stimuli.journal import Journal


@pytest.fixture
def path(tmp_path: Path) -> Path:
    with Journal(tmp_path / "journal") as journal:
        journal.keep("one", b'{"a": 1}')
        journal.keep("two", b'"two words"')
    return tmp_path / "journal"


def test_what_was_kept_is_known_later(path: Path) -> None:
    with Journal(path) as journal:
        assert journal.known("one") == b'{"a": 1}\n'
        assert journal.known("two") == b'"two words"\n'
        assert journal.known("three") is None


def test_the_later_line_counts(path: Path) -> None:
    with Journal(path) as journal:
        journal.keep("one", b"2")
    with Journal(path) as journal:
        assert journal.known("one") == b"2\n"


@pytest.mark.parametrize("cut", range(1, 17))
def test_a_line_that_was_cut_short_costs_itself_only(path: Path, cut: int) -> None:
    whole = path.read_bytes()
    path.write_bytes(whole[:-cut])
    with Journal(path) as journal:
        assert (journal.known("one"), journal.known("two")) == (b'{"a": 1}\n', None)
        journal.keep("three", b"3")
    with Journal(path) as journal:
        assert (journal.known("one"), journal.known("three")) == (b'{"a": 1}\n', b"3\n")


def test_a_line_is_with_the_system_before_the_journal_is_closed(path: Path) -> None:
    with Journal(path) as journal:
        journal.keep("three", b"3")
        assert path.read_bytes().endswith(b"\nthree 3\n")
