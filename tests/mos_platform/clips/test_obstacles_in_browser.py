"""What is said of browsers, held against one: clips without an obstacle play, as their facts say."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from mos_platform.clips.browsers import obstacles
from mos_platform.clips.probing import probe

pytestmark = pytest.mark.browser

PLAY = """async () => {
  const video = document.querySelector('video');
  const over = new Promise(done => ['ended', 'error'].forEach(how => video['on' + how] = () => done(how)));
  video.muted = true;
  video.src = '/clip';
  video.play().catch(() => {});
  const how = await Promise.race([over, new Promise(done => setTimeout(() => done('late'), 20000))]);
  return {how, duration: video.duration, size: [video.videoWidth, video.videoHeight],
          pictures: video.getVideoPlaybackQuality().totalVideoFrames};
}"""


@pytest.fixture
def play(page: Page) -> Callable[[Path], dict[str, Any]]:
    def run(clip: Path) -> dict[str, Any]:
        kind = "video/webm" if clip.suffix == ".webm" else "video/mp4"
        page.route("**/page", lambda route: route.fulfill(body="<video></video>", content_type="text/html"))
        page.route("**/clip", lambda route: route.fulfill(path=str(clip), content_type=kind))
        page.goto("http://localhost:9/page")
        return dict(page.evaluate(PLAY))

    return run


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("a.mp4", ()),
        ("a.mp4", ("-an",)),
        ("a.mp4", ("-profile:v", "baseline")),
        ("a.mp4", ("-pix_fmt", "yuvj420p")),
        ("a.mov", ()),
        ("a.mp4", ("-vf", "scale=48:96,setsar=2")),
        ("a.mp4", ("-movflags", "+frag_keyframe+empty_moov")),
        ("a.mp4", ("-vf", "fps=30000/1001")),
    ],
)
def test_a_clip_without_obstacles_plays(
    make_clip: Callable[..., Path],
    tmp_path: Path,
    play: Callable[[Path], dict[str, Any]],
    name: str,
    options: tuple[str, ...],
) -> None:
    clip = make_clip(tmp_path / name, *options)
    facts = probe(clip, name)
    assert obstacles(facts) == []
    seen = play(clip)
    assert seen["how"] == "ended"
    assert seen["pictures"] > facts.video.pictures / 2, "a busy machine skips some"
    assert seen["size"] == [facts.video.width, facts.video.height]
    assert seen["duration"] == pytest.approx(facts.duration_s, abs=0.05)


def test_published_clips_that_play_and_that_do_not(
    shared: Path, play: Callable[[Path], dict[str, Any]]
) -> None:
    late = shared / "clips" / "real" / "retalking_face1.mp4"
    facts, seen = probe(late, late.name), play(late)
    assert (obstacles(facts), seen["how"]) == ([], "ended")
    assert seen["pictures"] > 0
    assert seen["size"] == [700, 700]
    assert seen["duration"] == pytest.approx(facts.duration_s, abs=0.05)
    assert play(shared / "clips" / "real" / "syncnet_example.avi")["how"] == "error"


@pytest.mark.parametrize("codec", ["mpeg4", "libx265", "mjpeg"])
def test_obstacles_are_not_made_up(
    make_clip: Callable[..., Path], tmp_path: Path, play: Callable[[Path], dict[str, Any]], codec: str
) -> None:
    clip = make_clip(tmp_path / "a.mp4", "-c:v", codec)
    assert "picture, not H.264" in obstacles(probe(clip, "a.mp4"))[0]
    assert play(clip)["pictures"] == 0, "it plays the sound and shows nothing"
