"""Chatter of native libraries is kept off standard error, and nothing else."""

from __future__ import annotations

import os

import pytest

from mos_platform.metrics.measures.reading.quiet import without_chatter


def test_chatter_is_dropped_and_the_rest_comes_through(capfd: pytest.CaptureFixture[str]) -> None:
    with without_chatter(("some_graph.cc",)):
        os.write(2, b"W0000 some_graph.cc:181] hello\n")
        os.write(2, b"out of memory\n")
    os.write(2, b"later\n")
    assert capfd.readouterr().err == "out of memory\nlater\n"


def test_standard_error_is_given_back_after_a_failure(capfd: pytest.CaptureFixture[str]) -> None:
    def fail() -> None:
        with without_chatter(("x",)):
            os.write(2, b"reason\n")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    os.write(2, b"after\n")
    assert capfd.readouterr().err == "reason\nafter\n"
