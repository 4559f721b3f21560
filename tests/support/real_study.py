"""Studies of published talking-head clips with their sound, for raters in a real browser."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import yaml

METHODS = ("FLOAT", "Hallo")
ITEM = "id02"
# Notes the loudest moment of each clip that plays, as root mean square, by its place on the page.
LISTEN = """() => {
  window.loudest = [0, 0];
  const context = new AudioContext();
  const ears = new Map();
  const measured = (video) => {
    const analyser = new AnalyserNode(context, { fftSize: 2048 });
    context.createMediaStreamSource(video.captureStream()).connect(analyser);
    return { analyser, samples: new Float32Array(2048) };
  };
  setInterval(() => document.querySelectorAll('.box video').forEach((video, place) => {
    if (video.paused || video.readyState < 3) return;
    if (!ears.has(video.src)) ears.set(video.src, measured(video));
    const { analyser, samples } = ears.get(video.src);
    analyser.getFloatTimeDomainData(samples);
    const level = Math.sqrt(samples.reduce((sum, one) => sum + one * one, 0) / samples.length);
    window.loudest[place] = Math.max(window.loudest[place], level);
  }), 50);
}"""


def part(name: str, test_method: str, trials: int, **more: Any) -> dict[str, Any]:
    question = {"id": f"{name}_asked", "text": "How good is it?"}
    return {
        "id": name,
        "test_method": test_method,
        "trials_per_sitting": trials,
        "attention_checks": 0,
        "dummies": 0,
        "questions": [question],
        **more,
    }


ONE_BY_ONE_AND_PAIRS = [
    part("rating", "ACR", 2),
    part("in_turn", "PC", 1),
    part("together", "PC", 1, plays="together"),
]
OTHERS = [part("hidden", "ACR-HR", 1), part("impaired", "DCR", 1), part("graded", "CCR", 1)]


def make_folder(folder: Path, shared: Path, parts: list[dict[str, Any]]) -> Path:
    study = {
        "study": "real",
        "title": "Real clips",
        "setup": {"checks": []},
        "texts": {
            "welcome": "You watch short clips.",
            "consent": {"version": "1", "body": "I agree to watch synthetic clips and to rate them."},
            "instructions": "Watch each clip to its end and answer.",
            "debriefing": "All clips were synthetic.",
        },
        "methods": [{"name": METHODS[0], "reference": True}, {"name": METHODS[1]}],
        "items": [ITEM],
        "parts": parts,
        "metrics": [],
    }
    (folder / "study.yaml").write_text(yaml.safe_dump(study, sort_keys=False))
    for method in METHODS:
        target = folder / "clips" / method / f"{ITEM}.mp4"
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(shared / "clips" / "float" / ITEM / f"{method}.mp4", target)
    return folder
