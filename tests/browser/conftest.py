"""A real server with a tiny study, and raters who visit it with Debian's Chromium."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import every_type
import pytest
import real_study
import spoken
import yaml
from playwright.sync_api import Browser, Page, expect
from visitor import PATIENCE_MS, Visitor

expect.set_options(timeout=PATIENCE_MS)

VIEWPORTS: dict[str, dict[str, Any]] = {
    "desktop": {"viewport": {"width": 1280, "height": 800}},
    "phone": {
        "viewport": {"width": 390, "height": 844},
        "device_scale_factor": 2,
        "has_touch": True,
        "is_mobile": True,
    },
}
METHODS = ("antelope", "okapi", "zebra")
ITEMS = ("river", "meadow")
CLIP_SECONDS = 0.8
CLIP_SIZE = 384
PASSWORD = "only-in-this-test"

STUDY = {
    "study": "walk",
    "title": "A short walk",
    "setup": {"checks": []},
    "texts": {
        "welcome": "In this study you watch\nshort clips.\n\nThere are no right or wrong answers.",
        "consent": {"version": "1", "body": "I agree to take part in this short study."},
        "instructions": "Watch each clip to its end and answer.",
        "debriefing": "The clips were test pictures with tones.\n\nNobody was hurt.",
    },
    "methods": [{"name": METHODS[0], "reference": True}, *({"name": name} for name in METHODS[1:])],
    "items": [{"name": name} for name in ITEMS],
    "parts": [
        {
            "id": "rating",
            "test_method": "ACR-HR",
            "dummies": 0,
            "trials_per_sitting": 3,
            "questions": [
                {"id": "overall", "text": "How good is this clip overall?"},
                {"id": "sync", "text": "How well do the lips match the speech?"},
            ],
        },
        {
            "id": "preference",
            "test_method": "PC",
            "trials_per_sitting": 2,
            "questions": [{"id": "better", "text": "Which clip is better?"}],
        },
    ],
}

CHECKED: dict[str, Any] = {
    **STUDY,
    "study": "checked",
    "setup": {
        "checks": ["playback", "screen", "speed", "sound", "headphones", "colour", "distance", "sync"],
        "min_mbits": 2,
    },
}

PACED: dict[str, Any] = {
    **STUDY,
    "study": "paced",
    "design": {"break_after_minutes": 4},
    "items": [*({"name": name} for name in ITEMS), {"name": "lagoon", "role": "training"}],
    "parts": [
        {
            "id": "rating",
            "test_method": "ACR",
            "training": 1,
            "dummies": 0,
            "trials_per_sitting": 2,
            "attention_checks": 0,
            "replays": 1,
            "questions": [
                {"id": "overall", "text": "How good is this clip overall?"},
                {"id": "remark", "type": "text", "optional": True, "text": "Did anything look odd?"},
            ],
        },
        {
            "id": "preference",
            "test_method": "PC",
            "plays": "together",
            "trials_per_sitting": 1,
            "attention_checks": 0,
            "replays": 0,
            "questions": [{"id": "better", "text": "Which clip is better?"}],
        },
    ],
}


SOUND: dict[str, Any] = {
    **STUDY,
    "study": "sound",
    "texts": {**STUDY["texts"], "contact": "lab@example.org"},
    "screening": {"apply": ["attention"], "attention": {"on_missed_check": "warn"}},
    "parts": [{**STUDY["parts"][0], "attention_checks": 0, "sound_checks": 1}],
}


SET_UP = f"""
from django.contrib.auth.models import User
from django.core.management import call_command
from mos_platform.raters.services import open_link, simulated_link
from mos_platform.stimuli.models import Study
call_command("migrate", verbosity=0)
call_command("import_study", {{folder!r}})
User.objects.create_superuser("researcher", "", "{PASSWORD}")
study = Study.objects.get()
print(open_link(study).token, simulated_link(study).token)
"""


@dataclass(frozen=True)
class Platform:
    """A running server, the links to its study, and its database."""

    url: str
    link: str
    simulated_link: str
    database: Path

    def rows(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        with sqlite3.connect(self.database, timeout=30) as connection:
            return connection.execute(query, values).fetchall()

    @contextmanager
    def declared(self, one: str, other: str) -> Iterator[None]:
        """The study as if its file said `other` instead of `one`."""
        change = "UPDATE stimuli_study SET config = replace(config, ?, ?)"
        self.rows(change, f'"{one}"', f'"{other}"')
        try:
            yield
        finally:
            self.rows(change, f'"{other}"', f'"{one}"')

    @contextmanager
    def closed(self) -> Iterator[None]:
        """The study takes nobody meanwhile."""
        self.rows("UPDATE stimuli_study SET is_open = ?", False)
        try:
            yield
        finally:
            self.rows("UPDATE stimuli_study SET is_open = ?", True)


@pytest.fixture(scope="session")
def study_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_folder(tmp_path_factory.mktemp("walk"), STUDY)


def make_folder(folder: Path, study: dict[str, Any], seconds: float = CLIP_SECONDS) -> Path:
    """Test pictures with a tone of their own, as short as a clip can be and still be watched."""
    (folder / "study.yaml").write_text(yaml.safe_dump(study, sort_keys=False))
    cells = [(method, item["name"]) for method in METHODS for item in study["items"]]
    for number, (method, item) in enumerate(cells):
        clip = folder / "clips" / method / f"{item}.mp4"
        clip.parent.mkdir(parents=True, exist_ok=True)
        picture = f"testsrc2=size={CLIP_SIZE}x{CLIP_SIZE}:rate=25:duration={seconds},hue=h={50 * number}"
        tone = f"sine=frequency={300 + 60 * number}:duration={seconds}"
        command = ["ffmpeg", "-v", "error", "-f", "lavfi", "-i", picture, "-f", "lavfi", "-i", tone]
        command += ["-c:v", "libx264", "-pix_fmt", "yuv420p", "-c:a", "aac", "-shortest", str(clip)]
        subprocess.run(command, check=True)
    return folder


@pytest.fixture(scope="session")
def platform(study_folder: Path, tmp_path_factory: pytest.TempPathFactory, repo: Path) -> Iterator[Platform]:
    with serving(study_folder, tmp_path_factory.mktemp("browser_var"), repo) as running:
        yield running


@pytest.fixture(scope="session")
def paced_platform(tmp_path_factory: pytest.TempPathFactory, repo: Path) -> Iterator[Platform]:
    """The study with practice, few replays and clips that play together: long enough to change the sound."""
    folder = make_folder(tmp_path_factory.mktemp("paced"), PACED, seconds=3 * CLIP_SECONDS)
    with serving(folder, tmp_path_factory.mktemp("paced_var"), repo) as running:
        yield running


@pytest.fixture(scope="session")
def checked_platform(tmp_path_factory: pytest.TempPathFactory, repo: Path) -> Iterator[Platform]:
    """The study with every check before the first clip."""
    folder = make_folder(tmp_path_factory.mktemp("checked"), CHECKED)
    with serving(folder, tmp_path_factory.mktemp("checked_var"), repo) as running:
        yield running


@pytest.fixture(scope="session")
def sound_platform(tmp_path_factory: pytest.TempPathFactory, repo: Path) -> Iterator[Platform]:
    """The study with a sound check, whose raters are asked for more care when they miss it."""
    folder = make_folder(tmp_path_factory.mktemp("sound"), SOUND)
    with serving(folder, tmp_path_factory.mktemp("sound_var"), repo) as running:
        yield running


@pytest.fixture(scope="session")
def every_platform(tmp_path_factory: pytest.TempPathFactory, repo: Path) -> Iterator[Platform]:
    """The study that asks in every way there is."""
    folder = every_type.make_folder(tmp_path_factory.mktemp("every"))
    with serving(folder, tmp_path_factory.mktemp("every_var"), repo) as running:
        yield running


@pytest.fixture(scope="session")
def spoken_platform(tmp_path_factory: pytest.TempPathFactory, repo: Path) -> Iterator[Platform]:
    """The study that asks in every way, also in Arabic, with every check before the first clip."""
    folder = spoken.make_folder(tmp_path_factory.mktemp("spoken"))
    with serving(folder, tmp_path_factory.mktemp("spoken_var"), repo) as running:
        yield running


@pytest.fixture(scope="module")
def serve_real(
    shared: Path, tmp_path_factory: pytest.TempPathFactory, repo: Path
) -> Callable[..., AbstractContextManager[Platform]]:
    """Serves a study of published clips with sound, of the parts that are given."""

    def served(parts: list[dict[str, Any]]) -> AbstractContextManager[Platform]:
        folder = real_study.make_folder(tmp_path_factory.mktemp("real"), shared, parts)
        return serving(folder, tmp_path_factory.mktemp("real_var"), repo)

    return served


@contextmanager
def serving(study_folder: Path, var: Path, repo: Path) -> Iterator[Platform]:
    environment = {**os.environ, "MOS_VAR": str(var), "MOS_DATABASE_URL": "", "MOS_REDIS_URL": ""}

    # In one program: starting another takes longer than what it does here.
    made = subprocess.run(
        [sys.executable, "-m", "mos_platform", "shell", "-v0", "-c", SET_UP.format(folder=str(study_folder))],
        env=environment,
        cwd=repo,
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    links = made.stdout.split()[-2:]
    server = subprocess.Popen(
        [sys.executable, "-m", "mos_platform", "serve", "--bind", "127.0.0.1:0"],
        env=environment,
        cwd=repo,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        line = server.stdout.readline() if server.stdout else ""
        assert line.startswith("Serving at http"), line
        url = line.split()[2]
        yield Platform(url, f"{url}/r/{links[0]}/", f"{url}/r/{links[1]}/", var / "mos.sqlite3")
    finally:
        server.terminate()
        server.wait(150)


@pytest.fixture
def console(browser: Browser, platform: Platform) -> Iterator[Page]:
    """The list of studies, a researcher being signed in."""
    page = browser.new_page(base_url=platform.url)
    page.goto("/console/")
    page.fill("input[name=username]", "researcher")
    page.fill("input[name=password]", PASSWORD)
    page.press("input[name=password]", "Enter")
    page.wait_for_selector("h1:text-is('Studies')")
    yield page
    page.close()


@pytest.fixture
def visit(browser: Browser, platform: Platform) -> Iterator[Callable[..., Visitor]]:
    """Makes visitors; each must end with a clean console, no other host met, and no method's name."""
    yield from visitors(browser, platform, (*METHODS, *ITEMS))


@pytest.fixture
def visit_paced(browser: Browser, paced_platform: Platform) -> Iterator[Callable[..., Visitor]]:
    """The same for the study with practice and clips that play together."""
    yield from visitors(browser, paced_platform, (*METHODS, *ITEMS))


@pytest.fixture
def visit_checked(browser: Browser, checked_platform: Platform) -> Iterator[Callable[..., Visitor]]:
    """The same for the study with every check before the first clip."""
    yield from visitors(browser, checked_platform, (*METHODS, *ITEMS))


@pytest.fixture
def visit_sound(browser: Browser, sound_platform: Platform) -> Iterator[Callable[..., Visitor]]:
    """The same for the study with a sound check."""
    yield from visitors(browser, sound_platform, (*METHODS, *ITEMS))


@pytest.fixture
def visit_every(browser: Browser, every_platform: Platform) -> Iterator[Callable[..., Visitor]]:
    """The same for the study that asks in every way."""
    yield from visitors(browser, every_platform, (*every_type.METHODS, *every_type.ITEMS))


@pytest.fixture(scope="module")
def visitors_of(browser: Browser) -> Callable[[Platform], AbstractContextManager[Callable[..., Visitor]]]:
    """The same for a study of published clips."""
    secrets = (*real_study.METHODS, real_study.ITEM)
    return lambda platform: contextmanager(visitors)(browser, platform, secrets)


@pytest.fixture
def visit_spoken(browser: Browser, spoken_platform: Platform) -> Iterator[Callable[..., Visitor]]:
    """The same for the study that is also read from right to left."""
    yield from visitors(browser, spoken_platform, (*every_type.METHODS, *every_type.ITEMS))


def visitors(
    browser: Browser, platform: Platform, secrets: tuple[str, ...]
) -> Iterator[Callable[..., Visitor]]:
    visitors: list[Visitor] = []

    def make(device: str = "desktop", *, color_scheme: str = "light", locale: str = "en") -> Visitor:
        context = browser.new_context(**VIEWPORTS[device], color_scheme=color_scheme, locale=locale)
        visitors.append(Visitor(context, platform.url, touch=device == "phone", secrets=secrets))
        return visitors[-1]

    yield make
    try:
        for visitor in visitors:
            visitor.check_clean()
    finally:
        for visitor in visitors:
            visitor.context.close()
