"""One run of a simulation: raters come, take part and go, several at the same time."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from threading import Lock

import httpx
from django.db import connection

from mos_platform.simulate.cheating import Cheat
from mos_platform.simulate.client import Client, End, NotAdmittedError
from mos_platform.simulate.people import Person
from mos_platform.simulate.slow import SlowClient

TIMEOUT_S = 60
CLIENTS: dict[str, type[Client]] = {"cheater": Cheat, "slow": SlowClient}
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Seat:
    """A simulated rater who takes part now, and from when on by its own clock."""

    person: Person
    at: datetime


class Run:
    """`trials` are those of one sitting, for the progress."""

    def __init__(self, seats: Sequence[Seat], link: str, trials: int, progress: Progress) -> None:
        self._seats, self._link = iter(seats), link
        self._total, self._trials, self._progress = len(seats) * trials, trials, progress
        self._done = 0
        self._door, self._bar = Lock(), Lock()

    def take_part(self, base_url: str, workers: int, *, in_turn: bool) -> list[tuple[Person, End]]:
        """Until nobody is left; with `in_turn` nobody comes before the one in front was let in."""
        trust = ssl.create_default_context()  # making one takes longer than a trial

        def work(_worker: int) -> list[tuple[Person, End]]:
            try:
                with httpx.Client(base_url=base_url, timeout=TIMEOUT_S, verify=trust) as http:
                    came = self._come(http, in_turn)
                    return [(client.person, end or self._sit(client)) for client, end in came]
            except BaseException:
                self._seats = iter(())  # nobody comes after a failure
                raise
            finally:
                connection.close()

        with ThreadPoolExecutor(workers) as pool:
            return [ended for some in pool.map(work, range(workers)) for ended in some]

    def _come(self, http: httpx.Client, in_turn: bool) -> Iterator[tuple[Client, End | None]]:
        """Those whom one worker serves; with their end where they were not let in."""
        while True:
            with self._door:
                seat = next(self._seats, None)
                if seat is None:
                    return
                client = CLIENTS.get(seat.person.profile, Client)(http, seat.person, seat.at)
                end = self._enter(client) if in_turn else None
            if not in_turn:
                end = self._enter(client)
            yield client, end

    def _enter(self, client: Client) -> End | None:
        try:
            client.enter(self._link)
        except NotAdmittedError as refusal:
            return End("refused", str(refusal))
        return None

    def _sit(self, client: Client) -> End:
        taken = 0

        def on_trial() -> None:
            nonlocal taken
            taken += 1
            self._advance(1)

        end = client.sit(on_trial)
        self._advance(max(0, self._trials - taken))
        return end

    def _advance(self, trials: int) -> None:
        """For one progress bar, from many threads."""
        with self._bar:
            self._done += trials
            self._progress(self._done, self._total)
