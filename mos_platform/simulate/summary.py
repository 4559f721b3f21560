"""What came of the simulated raters, told as a table."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import get_args

from django.db.models import Count

from mos_platform.ratings.models import Comparison, Rating, TextAnswer
from mos_platform.simulate.client import End, How
from mos_platform.simulate.people import Person
from mos_platform.stimuli.models import Study
from studies.simulation import PROFILES, Profile

HOWS: tuple[How, ...] = get_args(How)
COLUMNS = ("profile", "raters", *HOWS, "answers")


@dataclass(frozen=True)
class Tally:
    """The raters of one profile: how many ended how, and how many answers of theirs are stored."""

    profile: Profile
    ends: Mapping[How, int]
    answers: int

    @property
    def raters(self) -> int:
        return sum(self.ends.values())


@dataclass(frozen=True)
class Summary:
    """Of the raters who took part in one run. `why`: the platform's sentences, and how often it said them.

    `tricks` were tried by cheaters; `passed` are those that were taken.
    """

    tallies: tuple[Tally, ...] = ()
    why: Mapping[str, int] = field(default_factory=dict)
    tricks: int = 0
    passed: tuple[str, ...] = ()

    @property
    def sat(self) -> int:
        """How many came to the study and were let in."""
        return sum(tally.raters for tally in self.tallies) - sum(self.why.values())

    def lines(self) -> Iterator[str]:
        """The table, and what has to be said below it."""
        rows = [COLUMNS, *map(_row, self.tallies)]
        widths = [max(len(row[place]) for row in rows) for place in range(len(COLUMNS))]
        for profile, *numbers in rows:
            cells = [number.rjust(width) for number, width in zip(numbers, widths[1:], strict=True)]
            yield "  ".join([profile.ljust(widths[0]), *cells])
        for sentence, times in sorted(self.why.items()):
            yield f"{times} not let in: {sentence}"
        if self.tricks:
            yield f"{self.tricks - len(self.passed)} of {self.tricks} attempts to cheat were refused."
        for trick, times in sorted(Counter(self.passed).items()):
            yield f"NOT REFUSED {times} times: {trick}."


def summarised(study: Study, ends: Sequence[tuple[Person, End]]) -> Summary:
    """Answers are counted as they are stored now."""
    stored = _answers(study)
    return Summary(
        tallies=tuple(
            Tally(
                profile,
                Counter(end.how for person, end in ends if person.profile == profile),
                sum(stored[person.ticket] for person, _ in ends if person.profile == profile),
            )
            for profile in PROFILES
            if any(person.profile == profile for person, _ in ends)
        ),
        why=Counter(end.why for _, end in ends if end.why),
        tricks=sum(end.tricks for _, end in ends),
        passed=tuple(trick for _, end in ends for trick in end.passed),
    )


def _answers(study: Study) -> Counter[str]:
    """How many are stored of each simulated rater, by ticket."""
    ticket = "trial__sitting__rater__ticket"
    found: Counter[str] = Counter()
    for model in (Rating, Comparison, TextAnswer):
        ours = model.objects.filter(trial__sitting__rater__study=study, trial__sitting__rater__simulated=True)
        found.update(dict(ours.values_list(ticket).annotate(n=Count("pk")).values_list(ticket, "n")))
    return found


def _row(tally: Tally) -> tuple[str, ...]:
    ends = [tally.ends.get(how, 0) for how in HOWS]
    return (tally.profile, *(str(number) for number in (tally.raters, *ends, tally.answers)))
