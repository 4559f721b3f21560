"""A study that asks in every way there is, with clips and pictures of its own."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import yaml

METHODS = ("antelope", "okapi", "zebra", "wildebeest")
ITEMS = ("river", "meadow", "lagoon")
SECONDS = 0.8
SIZE = 384

OVERALL = "How good is this clip overall?"
STUDY: dict[str, Any] = {
    "study": "everytype",
    "title": {"en": "Every way of asking", "de": "Jede Art zu fragen"},
    "setup": {"checks": []},
    "language": "en",
    "translations": ["de"],
    "texts": {
        "welcome": {"en": "In this study you watch short clips.", "de": "In dieser Studie sehen Sie Clips."},
        "consent": {
            "version": "2",
            "body": {
                "en": "I agree to take part in this short study.",
                "de": "Ich stimme zu, an dieser Studie teilzunehmen.",
            },
        },
        "instructions": {
            "en": "Watch each clip and answer.",
            "de": "Sehen Sie jeden Clip an und antworten Sie.",
        },
        "debriefing": {"en": "The clips were test pictures.", "de": "Die Clips waren Testbilder."},
    },
    "methods": [
        {"name": METHODS[0], "reference": True},
        METHODS[1],
        METHODS[2],
        {"name": METHODS[3], "role": "gold"},
    ],
    "items": [
        {
            "name": name,
            "context": {"en": f"The speaker greets guest {place}.", "de": f"Gast {place} wird begrüßt."},
            "picture": f"pictures/{place}.png",
            "role": "training" if name == "lagoon" else "scored",
        }
        for place, name in enumerate(ITEMS, start=1)
    ],
    "gold": [{"method": METHODS[3], "item": ITEMS[0], "expected": {"many": {"high": 3}}}],
    "parts": [
        {
            "id": "described",
            "test_method": "ACR-HR",
            "shown": ["context", "picture"],
            "trials_per_sitting": 3,
            "training": 2,
            "dummies": 1,
            "repeats": 1,
            "gold": 1,
            "questions": [
                {
                    "id": "many",
                    "text": {"en": OVERALL, "de": "Wie gut ist der Clip insgesamt?"},
                    "scale": "acr11",
                    "labels": {
                        grade: {"en": english, "de": german}
                        for grade, english, german in (
                            (10, "Excellent", "Sehr gut"),
                            (5, "Fair", "Mittel"),
                            (0, "Bad", "Schlecht"),
                        )
                    },
                },
                {
                    "id": "mood",
                    "type": "choice",
                    "text": {"en": "Which mood does the speaker show?", "de": "Welche Stimmung?"},
                    "options": {
                        "happy": {"en": "Happy", "de": "Froh"},
                        "sad": {"en": "Sad", "de": "Traurig"},
                        "neutral": {"en": "Neither of the two", "de": "Weder noch"},
                    },
                },
                {
                    "id": "remark",
                    "type": "text",
                    "optional": True,
                    "text": {"en": "Did anything look odd?", "de": "Fiel etwas auf?"},
                },
            ],
        },
        {
            "id": "nine",
            "test_method": "ACR",
            "trials_per_sitting": 1,
            "attention_checks": 0,
            "questions": [
                {
                    "id": "ninefold",
                    "text": {"en": OVERALL, "de": "Wie gut?"},
                    "scale": "acr9",
                    "labels": {9: {"en": "Excellent", "de": "Sehr gut"}, 1: {"en": "Bad", "de": "Schlecht"}},
                },
            ],
        },
        {
            "id": "slider",
            "test_method": "ACR",
            "trials_per_sitting": 1,
            "attention_checks": 1,
            "questions": [
                {
                    "id": "smooth",
                    "text": {"en": "How smooth is the motion?", "de": "Wie flüssig?"},
                    "scale": "continuous",
                    "labels": {
                        0: {"en": "Bad", "de": "Schlecht"},
                        50: {"en": "Fair", "de": "Mittel"},
                        100: {"en": "Excellent", "de": "Sehr gut"},
                    },
                }
            ],
        },
        {
            "id": "impaired",
            "test_method": "DCR",
            "trials_per_sitting": 2,
            "attention_checks": 0,
            "questions": [{"id": "damage", "text": {"en": "How visible is the damage?", "de": "Schaden?"}}],
        },
        {
            "id": "graded",
            "test_method": "CCR",
            "trials_per_sitting": 2,
            "attention_checks": 1,
            "questions": [
                {
                    "id": "second",
                    "text": {"en": "Compared with the first, the second is", "de": "Der zweite ist"},
                },
                {"id": "lips", "text": {"en": "Its lips and voice are", "de": "Lippen und Stimme sind"}},
            ],
        },
        {
            "id": "preference",
            "test_method": "PC",
            "pairs": "with_reference",
            "trials_per_sitting": 2,
            "attention_checks": 0,
            "tie": False,
            "questions": [{"id": "better", "text": {"en": "Which is better?", "de": "Was ist besser?"}}],
        },
    ],
}


def _labelled(study: dict[str, Any]) -> dict[str, Any]:
    """DCR and CCR bring English words; a study in two languages names its own."""
    words = {
        "damage": dict(zip((5, 4, 3, 2, 1), DAMAGE, strict=True)),
        "second": dict(zip(range(3, -4, -1), COMPARED, strict=True)),
        "lips": dict(zip(range(3, -4, -1), COMPARED, strict=True)),
    }
    for part in study["parts"]:
        for question in part["questions"]:
            if question["id"] in words:
                question["labels"] = {
                    grade: {"en": word, "de": f"{word} (de)"} for grade, word in words[question["id"]].items()
                }
    return study


DAMAGE = (
    "Imperceptible",
    "Perceptible but not annoying",
    "Slightly annoying",
    "Annoying",
    "Very annoying",
)
COMPARED = (
    "Much better",
    "Better",
    "Slightly better",
    "The same",
    "Slightly worse",
    "Worse",
    "Much worse",
)
STUDY = _labelled(STUDY)


def make_folder(folder: Path, *, seconds: float = SECONDS, size: int = SIZE) -> Path:
    """The study with its files: a test picture and a tone for each cell, a still for each item."""
    (folder / "study.yaml").write_text(yaml.safe_dump(STUDY, sort_keys=False, allow_unicode=True))
    cells = [(method, item) for method in METHODS[:3] for item in ITEMS] + [(METHODS[3], ITEMS[0])]
    for number, (method, item) in enumerate(cells):
        picture = f"testsrc2=size={size}x{size}:rate=25:duration={seconds},hue=h={33 * number}"
        tone = f"sine=frequency={300 + 60 * number}:duration={seconds}"
        sources = ["-f", "lavfi", "-i", picture, "-f", "lavfi", "-i", tone]
        codecs = ["-c:v", "libx264", "-pix_fmt", "yuv420p", "-c:a", "aac", "-shortest"]
        _encode(*sources, *codecs, target=folder / "clips" / method / f"{item}.mp4")
    for place in range(1, len(ITEMS) + 1):
        still = f"color=c=0x{place}0{place}070:size=240x300"
        _encode("-f", "lavfi", "-i", still, "-frames:v", "1", target=folder / "pictures" / f"{place}.png")
    return folder


def _encode(*words: str, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    subprocess.run(["ffmpeg", "-v", "error", "-y", *words, str(target)], check=True)
