"""How far two clips that play together fall out of step, in Debian's Chromium.

The player of the rating page with real clips from ../shared/clips: two methods' clips of one item at 25 fps,
and one at 29.97 fps beside itself in other colours. The sound is changed to the other clip in the middle.
Told are the drift that the page reports (by requestVideoFrameCallback: the middle one of three pictures), and
how far the two media clocks were apart. Target: never more than a frame.

    .venv/bin/python tests/benchmarks/bench_together.py [--plays 3]
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright

REPO = Path(__file__).resolve().parents[2]
CLIPS = REPO.parent / "shared" / "clips"
BOX = """<figure class="box"><figcaption><span class="box-name"></span><span class="box-state"></span>
<button class="hear"><span></span></button></figcaption><video width="512" playsinline></video>
<button class="play"></button><p class="box-note"></p></figure>"""
PAGE = """<!doctype html><title>Together</title><link rel="icon" href="data:">
<script id="words" type="application/json">{}</script>BOX BOX
<script type="module">
import { Player } from "./js/player.js";
import { Together } from "./js/together.js";
const journal = { note() {} };
window.play = async (clips, switchAfterMs) => {
  const players = [...document.querySelectorAll(".box")].map((box) => new Player(box, journal));
  const roles = ["left", "right"];
  await Promise.all(players.map(async (player, place) => {
    player.reserve({ role: roles[place], width: 512, height: 512 }, "", "");
    await player.load(URL.createObjectURL(await (await fetch(clips[place])).blob()));
  }));
  const together = new Together(players);
  together.listen("left");
  setTimeout(() => together.listen("right"), switchAfterMs);
  const apart = [];
  const [one, other] = players.map(({ video }) => video);
  const note = () => {
    const plays = !one.paused && !other.paused && one.currentTime > 0;
    if (plays) apart.push(1000 * Math.abs(one.currentTime - other.currentTime));
    if (!one.ended) requestAnimationFrame(note);
  };
  note();
  await together.play(() => {});
  const dropped = players.map(({ droppedFrames }) => droppedFrames);
  const drift = together.worstDriftMs;
  return { drift, apart: Math.max(...apart), seconds: one.duration, dropped };
};
</script>""".replace("BOX", BOX)


def prepare(folder: Path) -> dict[str, tuple[str, str, float]]:
    """Pairs of clips by name, with the length of a frame in ms."""
    shutil.copytree(REPO / "mos_platform" / "static" / "js", folder / "js")
    (folder / "index.html").write_text(PAGE)
    for name in ("FLOAT", "SadTalker", "Hallo"):
        shutil.copy(CLIPS / "float" / "id03" / f"{name}.mp4", folder / f"{name}.mp4")
    source, other = CLIPS / "real" / "vexpress_AOC_2997fps.mp4", folder / "other.mp4"
    shutil.copy(source, folder / "ntsc.mp4")
    recolour = ["-vf", "hue=h=40", "-c:v", "libx264", "-pix_fmt", "yuv420p", "-c:a", "aac"]
    subprocess.run(["ffmpeg", "-v", "error", "-i", str(source), *recolour, str(other)], check=True)
    return {
        "25 fps, FLOAT and SadTalker": ("FLOAT.mp4", "SadTalker.mp4", 40.0),
        "25 fps, FLOAT and Hallo": ("FLOAT.mp4", "Hallo.mp4", 40.0),
        "29.97 fps, V-Express twice": ("ntsc.mp4", "other.mp4", 1001 / 30),
    }


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name is inherited
        pass


@contextmanager
def serving(folder: Path) -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/index.html"
    server.shutdown()


def described(told: dict[str, Any], frame_ms: float) -> str:
    verdict = "within a frame" if told["drift"] <= frame_ms else "MORE THAN A FRAME"
    clocks = f"clocks {told['apart']:.1f} ms apart"
    dropped = f"{sum(told['dropped'])} pictures dropped in {told['seconds']:.1f} s"
    return f"drift {told['drift']} ms of {frame_ms:.0f}, {clocks}, {dropped}: {verdict}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--plays", type=int, default=3)
    plays = parser.parse_args().plays
    options = ["--no-sandbox", "--disable-gpu", "--autoplay-policy=no-user-gesture-required"]
    with tempfile.TemporaryDirectory() as scratch, sync_playwright() as playwright:
        pairs = prepare(Path(scratch))
        with serving(Path(scratch)) as address:
            browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=options)
            page = browser.new_page()
            page.goto(address)
            for name, (one, other, frame_ms) in pairs.items():
                for _ in range(plays):
                    told = page.evaluate("([clips, ms]) => window.play(clips, ms)", [[one, other], 1500])
                    print(f"{name}: {described(told, frame_ms)}")
            browser.close()


if __name__ == "__main__":
    main()
