"""A frame measure at work on one clip."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, field

from mos_platform.metrics.measures.implementation import FrameMeasure, Implementation, Series
from mos_platform.metrics.measures.reading.alignment import Pair
from mos_platform.metrics.measures.reading.moment import Moment
from mos_platform.metrics.measures.result import Measurement, NoValueError
from mos_platform.metrics.measures.weights import Weights
from studies.metrics import CATALOGUE

logger = logging.getLogger(__name__)


def needs_reference(implementation: Implementation) -> bool:
    return "reference" in CATALOGUE[implementation.metric].needs


def guarded(metric: str, compute: Callable[[], Measurement]) -> Measurement:
    """The measurement; what a measure cannot cope with becomes a reason. OSError and MemoryError pass."""
    try:
        return compute()
    except NoValueError as none:
        return Measurement(None, str(none))
    except (OSError, MemoryError):
        raise
    except Exception as error:  # a measure may fail in any way; the others go on
        logger.exception("%s failed", metric)
        return Measurement(None, f"{type(error).__name__}: {error}")


@dataclass
class Running:
    """`ended` is its answer where it had to stop early."""

    implementation: Implementation
    measure: FrameMeasure
    of: Callable[[Moment, Moment | None], float | None] | None = None
    values: list[float | None] = field(default_factory=list)
    alone: int = 0
    ended: Measurement | None = None

    @property
    def metric(self) -> str:
        return self.implementation.metric

    def begin(self, weights: Weights) -> None:
        self._step(lambda: self._prepare(weights))

    def see(self, pair: Pair) -> None:
        """Take the value of one picture."""
        if self.ended is None:
            self._step(lambda: self._take(pair))

    def answer(self) -> Measurement:
        return self.ended or guarded(self.metric, self._over)

    def _step(self, step: Callable[[], None]) -> None:
        def stepped() -> Measurement:
            step()
            return Measurement(0.0)

        answer = guarded(self.metric, stepped)
        self.ended = answer if answer.value is None else None

    def _prepare(self, weights: Weights) -> None:
        self.of = self.measure.prepare(weights)

    def _take(self, pair: Pair) -> None:
        compares = needs_reference(self.implementation)
        if compares and pair.problem:
            raise NoValueError(pair.problem)
        if compares and pair.reference is None:
            self.alone += 1
        elif self.of is not None:
            self.values.append(self.of(pair.clip, pair.reference if compares else None))

    def _over(self) -> Measurement:
        return self.measure.over(Series(self.values, self.alone))
