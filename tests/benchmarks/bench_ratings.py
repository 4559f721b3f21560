"""How long a rater waits for an answer to be stored, beside a bare request to the same server.

20 simulated raters at once take the demo study (42 trials each) on the embedded SQLite database; both kinds
of request are timed in the same run, at the same load.
"""

from __future__ import annotations

import os
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

os.environ["MOS_VAR"] = tempfile.mkdtemp(prefix="mos-bench-")
os.environ["DJANGO_SETTINGS_MODULE"] = "mos_platform.settings"

import django
import httpx
import numpy as np

RATERS = 20


def timed(link: str, url: str, person: Any) -> tuple[list[float], list[float]]:
    """Seconds per stored answer, and per bare request sent after each of them."""
    from mos_platform.simulate.client import Client

    stored: list[float] = []
    bare: list[float] = []

    def note(response: httpx.Response) -> None:
        response.read()
        if response.request.url.path.endswith("/answers/"):
            stored.append(response.elapsed.total_seconds())

    hooks = {"response": [note]}
    with httpx.Client(base_url=url, timeout=60, event_hooks=hooks) as http, httpx.Client() as other:

        def knock() -> None:
            bare.append(other.get(f"{url}/healthz").elapsed.total_seconds())

        client = Client(http, person, person.begins)
        client.enter(link)
        client.sit(knock)
    return stored, bare


def main() -> None:
    django.setup()
    from django.urls import reverse

    from mos_platform import demo
    from mos_platform.raters.services import simulated_link
    from mos_platform.server import running_server
    from mos_platform.simulate.people import people
    from studies.simulation import load_simulation

    study = demo.prepare()
    link = reverse("raters:welcome", args=[simulated_link(study).token])
    crowd = people(study, load_simulation(demo.FOLDER))[:RATERS]
    with running_server("127.0.0.1:0") as url, ThreadPoolExecutor(RATERS) as pool:
        demo.wait_for_metrics(study)
        runs = list(pool.map(lambda person: timed(link, url, person), crowd))
    print(f"{RATERS} raters at once, {sum(len(stored) for stored, _bare in runs)} stored answers, SQLite")
    for label, place in (("answer stored", 0), ("bare request (/healthz)", 1)):
        seconds = np.concatenate([run[place] for run in runs])
        p50, p95 = 1000 * np.percentile(seconds, [50, 95])
        print(f"  {label:<26} median {p50:6.1f} ms   p95 {p95:6.1f} ms")


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
    main()
