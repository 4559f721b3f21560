"""What several measures derive from a picture is derived once."""

from __future__ import annotations

import numpy as np

from mos_platform.metrics.measures.reading.frames import Frame, luma
from mos_platform.metrics.measures.reading.moment import Moment


def brightest(moment: Moment) -> list[int]:
    return [int(moment.rgb.max())]


def apart(moment: Moment, other: Moment) -> list[int]:
    return [int(moment.rgb.max()) - int(other.rgb.max())]


def grey(level: int) -> Moment:
    return Moment(Frame(0.0, np.full((4, 6, 3), level, np.uint8)))


def test_once_of_a_picture() -> None:
    moment = grey(7)
    assert moment.once(brightest) == [7]
    assert moment.once(brightest) is moment.once(brightest)
    assert np.array_equal(moment.luma, luma(moment.rgb))
    assert moment.luma is moment.luma


def test_once_beside_another_and_anew_beside_a_third() -> None:
    moment, other, third = grey(90), grey(40), grey(10)
    assert moment.once_beside(other, apart) == [50]
    assert moment.once_beside(other, apart) is moment.once_beside(other, apart)
    assert moment.once_beside(third, apart) == [80]
