"""Prepared clips in a real browser: they play to their end, and it shows what the file means."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import filmed
import pytest
from playwright.sync_api import Page

from mos_platform.clips.damaging.damage import Damage
from mos_platform.clips.filler import equalise, lengthen
from mos_platform.clips.levelling import level
from mos_platform.clips.preparing import prepare
from mos_platform.clips.probing import probe
from mos_platform.clips.treatment import Encoding, decide
from studies.config import Clips
from studies.errors import InputError

pytestmark = pytest.mark.browser

PLAY = """async (speed) => {
  const video = document.querySelector('video');
  const ended = new Promise(done => { video.onended = () => done(true); video.onerror = () => done(false); });
  video.muted = true;
  video.playbackRate = speed;
  await video.play();
  const whole = await Promise.race([ended, new Promise(done => setTimeout(() => done(false), 20000))]);
  return {whole, error: video.error && video.error.message, time: video.currentTime, duration: video.duration,
          width: video.videoWidth, height: video.videoHeight,
          shown: video.getVideoPlaybackQuality().totalVideoFrames};
}"""

LIGHT = """async (at) => {
  const video = document.querySelector('video');
  video.currentTime = at;
  await new Promise(done => video.onseeked = done);
  const canvas = Object.assign(document.createElement('canvas'), {width: 16, height: 16});
  const drawn = canvas.getContext('2d');
  drawn.drawImage(video, 0, 0, 16, 16);
  return drawn.getImageData(8, 8, 1, 1).data[0];
}"""

# When the beep comes by the video's own clock: by the sound's clock, less what these usually differ by.
BEEP = """async () => {
  const video = document.querySelector('video'), sound = new AudioContext({sampleRate: 48000});
  await sound.resume();
  const listener = `registerProcessor('listener', class extends AudioWorkletProcessor {
    process([[heard]]) {
      const first = heard ? heard.findIndex(one => Math.abs(one) > 0.1) : -1;
      if (first >= 0) this.port.postMessage(currentTime + first / sampleRate);
      return first < 0;
    }
  })`;
  await sound.audioWorklet.addModule(URL.createObjectURL(new Blob([listener], {type: 'text/javascript'})));
  const node = new AudioWorkletNode(sound, 'listener');
  sound.createMediaElementSource(video).connect(node);
  node.connect(sound.destination);
  const beep = new Promise(done => node.port.onmessage = event => done(event.data)), apart = [];
  const look = () => {
    if (video.currentTime > 0.1) apart.push(sound.currentTime - video.currentTime);
    if (!video.ended) requestAnimationFrame(look);
  };
  await video.play();
  look();
  const heard = await beep;
  await new Promise(done => video.ended ? done() : video.onended = done);
  apart.sort((one, other) => one - other);
  return heard - apart[Math.floor(apart.length / 2)];
}"""


def open_clip(page: Page, clip: Path) -> None:
    """The clip in a page of its own folder, served like any file."""
    page.route(
        "http://localhost:9/**",
        lambda route: (
            route.fulfill(body=f"<video src='/{clip.name}' preload='auto'></video>", content_type="text/html")
            if route.request.url.endswith("/page")
            else route.fulfill(path=str(clip), content_type="video/mp4", headers={"Accept-Ranges": "bytes"})
        ),
    )
    page.goto("http://localhost:9/page")
    page.wait_for_function("document.querySelector('video').readyState >= 2")


def play(page: Page, clip: Path) -> dict[str, Any]:
    open_clip(page, clip)
    played: dict[str, Any] = page.evaluate(PLAY, 8)
    page.unroute_all()
    assert played["error"] is None
    assert played["whole"]
    assert played["time"] == pytest.approx(played["duration"], abs=0.05)
    return played


SHORT = Encoding(width=256, height=256, fps=Fraction(25), crf=30, sound=True, seconds=2)


def real_clips(shared: Path) -> list[Path]:
    return [
        shared / "clips" / name
        for name in (
            "float/id02/SadTalker.mp4",
            "anitalker/Einstein_hubert__Einstein-english_male.mp4",
            "real/latentsync_demo1.mp4",
            "real/retalking_face1.mp4",
            "real/vexpress_AOC_2997fps.mp4",
            "real/syncnet_example.avi",
        )
    ]


def test_real_clips_play_to_their_end(page, shared, tmp_path):
    repacked = 0
    for clip in real_clips(shared):
        target = tmp_path / f"{clip.stem}.mp4"
        try:
            done = prepare(clip, target, None, clip.name)
            repacked += 1
            lengthen(target, 5000)
            assert play(page, target)["duration"] == pytest.approx(done.duration_s, abs=0.05)
        except InputError:
            assert clip.stem in ("latentsync_demo1", "syncnet_example")
        prepare(clip, target, SHORT, clip.name)
        played = play(page, target)
        assert (played["width"], played["height"]) == (256, 256)
        assert played["duration"] == pytest.approx(2, abs=0.05)
    assert repacked == 4


@pytest.mark.all
def test_all_real_clips_play_whatever_is_done_with_them(page, shared, tmp_path):
    for clip in sorted((shared / "clips").glob("**/*.mp4")):
        target = tmp_path / "clip.mp4"
        encoding = decide({("method", "item"): probe(clip, clip.name)}, Clips()).encoding("item")
        prepare(clip, target, encoding, clip.name)
        play(page, target)


@pytest.mark.parametrize(
    ("encode", "late_s"), [(False, 0.0), (False, 0.02), (False, 0.3), (True, 0.0), (True, 0.1)]
)
def test_a_browser_shows_the_flash_and_sounds_the_beep_when_the_source_does(page, tmp_path, encode, late_s):
    """Pictures exactly; sound by the browser's own clock, which is known to a few milliseconds."""
    plain, source = filmed.flash(tmp_path / "plain.mp4"), tmp_path / "source.mp4"
    both = ("-i", plain, "-itsoffset", late_s, "-i", plain, "-map", "0:v", "-map", "1:a", "-c", "copy")
    filmed.ffmpeg(*both, source)
    encoding = Encoding(width=128, height=96, fps=Fraction(25), crf=16, sound=True) if encode else None
    prepare(source, tmp_path / "made.mp4", encoding, "clip")
    equalise([tmp_path / "made.mp4", source])
    open_clip(page, tmp_path / "made.mp4")
    page.mouse.click(5, 5)  # browsers sound nothing before
    heard = page.evaluate(BEEP)
    assert heard == pytest.approx(filmed.FLASH_S + late_s, abs=0.008)
    light = [page.evaluate(LIGHT, filmed.FLASH_S + after) > 128 for after in (-0.01, 0.01, 0.05)]
    assert light == [False, True, False]


def test_clips_made_equal_sample_by_sample_play_and_sound_as_before(page, tmp_path):
    """One of them is mostly filler: its pictures are next to nothing beside those of the other."""
    spec = Encoding(width=128, height=96, fps=Fraction(25), crf=16, sound=True, regular=True)
    source = filmed.flash(tmp_path / "source.mp4")
    busy = filmed.bars(tmp_path / "bars.mp4", size="128x96")
    calm = tmp_path / "calm.mp4"
    prepare(source, calm, spec, "calm", Damage("heavy compression", compressed=True))
    prepare(busy, tmp_path / "busy.mp4", spec, "busy")
    small = calm.stat().st_size
    level([calm, tmp_path / "busy.mp4"])
    assert calm.stat().st_size > 2 * small
    for clip in (calm, tmp_path / "busy.mp4"):
        assert play(page, clip)["duration"] == pytest.approx(1, abs=0.05)
    open_clip(page, calm)
    assert page.evaluate(LIGHT, 0.1) < 40
    assert page.evaluate(LIGHT, filmed.FLASH_S + 0.02) > 200
    heard = page.evaluate(BEEP)
    page.unroute_all()
    assert heard == pytest.approx(filmed.FLASH_S, abs=0.06)
