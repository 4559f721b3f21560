"""How long a rater on a slow line waits: from pressing Start to a first trial whose clip is loaded.

A real server with real clips of a few hundred kB from ../shared/clips/float, and Chromium held to 1.6 Mbit/s
with 150 ms for each request. Start is pressed at once, and after some seconds of reading. Target:
under 2 s however soon Start is pressed.

    .venv/bin/python tests/benchmarks/bench_first_trial.py [--mbits 1.6] [--latency-ms 150] [--item id02]
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import yaml
from playwright.sync_api import Browser, Page, Response, sync_playwright

REPO = Path(__file__).resolve().parents[2]
CLIPS = REPO.parent / "shared" / "clips" / "float"
READING_S = (0.0, 5.0, 15.0)
TARGET_S = 2.0
PLAYABLE = "() => document.querySelector('.play:not(.again):not([hidden])')?.offsetParent"
TEXTS = {
    "welcome": "Welcome.",
    "consent": {"version": "1", "body": "I agree to take part in this study of synthetic clips."},
    "instructions": "Watch each clip to its end and answer.",
    "debriefing": "The clips were synthetic.",
}


@dataclass(frozen=True)
class Waited:
    """Seconds until Start could be pressed, and from then until the first clip could be played."""

    reading: float
    until_start: float
    until_clip: float
    requests: int
    kilobytes: float  # of the page, its script and style


def make_study(folder: Path, item: str) -> None:
    methods = sorted(clip.stem for clip in (CLIPS / item).glob("*.mp4"))
    for method in methods:
        target = folder / "clips" / method / f"{item}.mp4"
        target.parent.mkdir(parents=True)
        shutil.copy(CLIPS / item / f"{method}.mp4", target)
    question = {"id": "overall", "text": "How good is this clip overall?"}
    study = {
        "study": "slowline",
        "title": "A slow line",
        "setup": {"checks": []},
        "texts": TEXTS,
        "methods": [{"name": name} for name in methods],
        "items": [{"name": item}],
        "parts": [
            {
                "id": "rating",
                "test_method": "ACR",
                "dummies": 0,
                "attention_checks": 0,
                "questions": [question],
            }
        ],
    }
    (folder / "study.yaml").write_text(yaml.safe_dump(study))


@contextmanager
def serving(folder: Path, var: Path) -> Iterator[str]:
    """The address of the study's open link."""
    env = {
        **os.environ,
        "MOS_VAR": str(var),
        "MOS_DATABASE_URL": "",
        "MOS_REDIS_URL": "",
        "MOS_BOT_CHECKS": "0",
    }
    program = [sys.executable, "-m", "mos_platform"]
    subprocess.run([*program, "migrate", "-v0"], env=env, cwd=REPO, check=True)
    told = subprocess.run(
        [*program, "import_study", str(folder)], env=env, cwd=REPO, check=True, capture_output=True, text=True
    ).stdout
    token = told.rstrip().rstrip("/").rpartition("/")[2]
    command = [*program, "serve", "--bind", "127.0.0.1:0"]
    server = subprocess.Popen(command, env=env, cwd=REPO, stdout=subprocess.PIPE, text=True)
    try:
        assert server.stdout is not None
        yield f"{server.stdout.readline().split()[2]}/r/{token}/"
    finally:
        server.terminate()
        server.wait(30)


def consented(page: Page, link: str) -> str:
    """The address of a new sitting, on a fast line."""
    page.goto(link)
    page.get_by_label("How experienced").select_option("some")
    page.get_by_label("I have read this").check()
    page.get_by_role("button", name="Continue").click()
    page.wait_for_url("**/sitting/**")
    return page.url


def wait_as_a_rater(browser: Browser, link: str, reading: float, mbits: float, latency_ms: float) -> Waited:
    first = browser.new_context()
    sitting = consented(first.new_page(), link)
    first.close()
    context = browser.new_context()
    page = context.new_page()
    client = context.new_cdp_session(page)
    client.send("Network.enable")
    rate = mbits * 1e6 / 8
    client.send(
        "Network.emulateNetworkConditions",
        {"offline": False, "latency": latency_ms, "downloadThroughput": rate, "uploadThroughput": rate},
    )
    seen: list[Response] = []
    page.on("response", lambda response: seen.append(response))
    begun = time.perf_counter()
    page.goto(sitting, wait_until="commit")
    page.locator("#start").wait_for()
    ready = time.perf_counter()
    page.wait_for_timeout(reading * 1000)
    pressed = time.perf_counter()
    page.locator("#start").click()
    page.wait_for_function(PLAYABLE, timeout=60_000, polling=20)
    playable = time.perf_counter()
    own = [one for one in seen if "/media/" not in one.url]
    sizes = [one.request.sizes() for one in own]
    context.close()
    kilobytes = sum(size["responseBodySize"] + size["responseHeadersSize"] for size in sizes) / 1000
    return Waited(reading, ready - begun, playable - pressed, len(own), kilobytes)


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--mbits", type=float, default=1.6)
    options.add_argument("--latency-ms", type=float, default=150)
    options.add_argument("--item", default="id02")
    given = options.parse_args()
    if not CLIPS.is_dir():
        print(f"{CLIPS} is absent; nothing was measured.", file=sys.stderr)
        return 1
    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright:
        folder = Path(name)
        make_study(folder / "study", given.item)
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"]
        )
        with serving(folder / "study", folder / "var") as link:
            media = sorted(clip.stat().st_size / 1000 for clip in (folder / "var").rglob("*.mp4"))
            print(f"clips as served: {media[0]:.0f} to {media[-1]:.0f} kB")
            waited = [
                wait_as_a_rater(browser, link, reading, given.mbits, given.latency_ms)
                for reading in READING_S
            ]
        browser.close()
    for one in waited:
        print(
            f"read for {one.reading:4.1f} s: Start after {one.until_start:.2f} s "
            f"({one.requests} requests, {one.kilobytes:.0f} kB); clip {one.until_clip:.2f} s after Start"
        )
    return 0 if all(one.until_clip < TARGET_S for one in waited) else 1


if __name__ == "__main__":
    sys.exit(main())
