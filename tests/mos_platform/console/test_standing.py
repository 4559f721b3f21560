"""The axis under the methods' means: as many marks as can be read."""

from __future__ import annotations

import pytest

from mos_platform.console.standing import MosPanel
from studies.config import Question


@pytest.mark.parametrize(
    ("scale", "marks"),
    [
        ("acr5", ["1", "2", "3", "4", "5"]),
        ("acr11", [str(grade) for grade in range(11)]),
        ("continuous", ["0", "25", "50", "75", "100"]),
        ("ccr7", ["-3", "-2", "-1", "0", "1", "2", "3"]),
    ],
)
def test_a_scale_shows_its_grades_or_five_marks(scale: str, marks: list[str]) -> None:
    question = Question.model_validate({"id": "overall", "text": "How good?", "scale": scale})
    panel = MosPanel(question, question.grades, [], [], 0.95)
    assert panel.grades == marks
    assert (panel.ticks[0], panel.ticks[-1]) == (0, 100)
