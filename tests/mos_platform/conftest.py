"""Studies as rows and as real clips, and the platform as a program of its own."""

from __future__ import annotations

import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, redirect_stderr, redirect_stdout
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.core import serializers
from django.db import transaction
from django.test import override_settings

from mos_platform.__main__ import main
from mos_platform.intake import take_in
from mos_platform.stimuli.models import Item, Method, Stimulus, Study
from studies.config import parse_study

REPO = Path(__file__).resolve().parents[2]


@pytest.fixture
def small_config() -> dict[str, Any]:
    return {
        "study": "small",
        "title": "A small study",
        "seed": 7,
        "setup": {"checks": []},
        "texts": {
            "welcome": "Welcome.",
            "consent": {"version": "1", "body": "I agree to take part in this study."},
            "instructions": "Watch and rate.",
            "debriefing": "The clips were synthetic.",
        },
        "methods": [{"name": "real", "reference": True}, {"name": "alpha"}, {"name": "beta"}],
        "items": [{"name": f"item{i}"} for i in range(4)],
        "parts": [
            {
                "id": "rating",
                "test_method": "ACR-HR",
                "dummies": 0,
                "questions": [
                    {"id": "overall", "text": "Overall quality?"},
                    {"id": "sync", "text": "Lips and voice?"},
                ],
            },
            {
                "id": "preference",
                "test_method": "PC",
                "questions": [{"id": "better", "text": "Which is better?"}],
                "trials_per_sitting": 6,
            },
        ],
        "metrics": ["psnr"],
    }


@pytest.fixture
def small_study(db: None, small_config: dict[str, Any]) -> Study:
    config = parse_study(small_config, "small")
    study = Study.objects.create(
        slug=config.study,
        title=config.title,
        config=config.model_dump(mode="json"),
        config_sha256=config.sha256(),
    )
    methods = [
        Method.objects.create(study=study, name=m.name, is_reference=m.reference, order=i)
        for i, m in enumerate(config.methods)
    ]
    items = [Item.objects.create(study=study, name=m.name, order=i) for i, m in enumerate(config.items)]
    Stimulus.objects.bulk_create(
        Stimulus(
            study=study,
            method=method,
            item=item,
            sha256="0" * 64,
            bytes=1,
            duration_s=3.0,
            fps=25,
            width=64,
            height=64,
            has_audio=True,
        )
        for method in methods
        for item in items
    )
    return study


@pytest.fixture(autouse=True)
def own_folders(tmp_path: Path, settings: Any) -> None:
    """What a test stores as files lies in its own folder."""
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.BUNDLES_ROOT = tmp_path / "bundles"
    settings.REPORTS_ROOT = tmp_path / "reports"
    settings.STAGING_ROOT = tmp_path / "staging"
    settings.UPLOADS_ROOT = tmp_path / "uploads"
    settings.FILE_UPLOAD_TEMP_DIR = tmp_path


@pytest.fixture(autouse=True)
def nobody_reads(settings: Any) -> None:
    """Consent is given without the time that a person needs to read it."""
    settings.BOT_CHECKS = False


def encode(target: Path, *options: str, seconds: float = 1, size: int = 96) -> Path:
    """A real clip of moving bars and a tone; `options` go to ffmpeg before the target."""
    target.parent.mkdir(parents=True, exist_ok=True)
    sources = [f"testsrc2=s={size}x{size}:r=25:d={seconds}", f"sine=f=440:d={seconds}"]
    inputs = [part for source in sources for part in ("-f", "lavfi", "-i", source)]
    codecs = ["-c:v", "libx264", "-pix_fmt", "yuv420p", "-c:a", "aac"]
    subprocess.run(["ffmpeg", "-v", "error", "-y", *inputs, *codecs, *options, str(target)], check=True)
    return target


@pytest.fixture(scope="session")
def make_clip() -> Callable[..., Path]:
    return encode


@pytest.fixture(scope="session")
def clip_study(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A study of real clips, 3 methods × 2 items. "copy" is the reference, byte for byte."""
    folder = tmp_path_factory.mktemp("clip_study")
    for item, hue in (("one", "0"), ("two", "120")):
        real = encode(folder / "clips" / "real" / f"{item}.mp4", "-vf", f"hue=h={hue}")
        encode(folder / "clips" / "soft" / f"{item}.mp4", "-vf", f"hue=h={hue},boxblur=3")
        (folder / "clips" / "copy").mkdir(exist_ok=True)
        shutil.copy(real, folder / "clips" / "copy" / f"{item}.mp4")
    (folder / "study.yaml").write_text(CLIP_STUDY)
    return folder


@pytest.fixture(scope="session")
def imported_rows(
    clip_study: Path,
    tmp_path_factory: pytest.TempPathFactory,
    django_db_setup: None,
    django_db_blocker: Any,
) -> tuple[Path, str]:
    """Of the clip study imported once: its folder of media, and its rows as JSON."""
    folder = tmp_path_factory.mktemp("imported")
    folders = {"MEDIA_ROOT": folder / "media", "STAGING_ROOT": folder / "staging"}
    with django_db_blocker.unblock(), override_settings(**folders), transaction.atomic():
        take_in(clip_study)
        models = [
            model
            for app in ("stimuli", "raters", "metrics")
            for model in apps.get_app_config(app).get_models()
        ]
        rows = serializers.serialize(
            "json", (row for model in models for row in model.objects.order_by("pk"))
        )
        transaction.set_rollback(True)
    return folder / "media", rows


@pytest.fixture
def imported_study(db: None, imported_rows: tuple[Path, str], settings: Any) -> Study:
    """The clip study as it is right after its import, which is not made again for each test."""
    media, rows = imported_rows
    shutil.copytree(media, settings.MEDIA_ROOT)
    for row in serializers.deserialize("json", rows):
        row.save()
    return Study.objects.get()


@pytest.fixture
def own_study(clip_study: Path, tmp_path: Path) -> Path:
    """The same study, to be changed by one test."""
    return shutil.copytree(clip_study, tmp_path / "own_study")


CLIP_STUDY = """
study: clips
title: Clips for tests
seed: 3
setup: {checks: []}
texts:
  welcome: Welcome.
  consent: {version: "1", body: "I agree to take part in this study."}
  instructions: Watch and rate.
  debriefing: The clips were synthetic.
methods: [{name: real, reference: true}, {name: soft}, {name: copy}]
items: [{name: one, attributes: {gender: "female, older", light: dim}}, {name: two, split: test}]
parts:
  - id: rating
    test_method: ACR-HR
    dummies: 0
    questions: [{id: overall, text: "Overall quality?"}]
metrics: [psnr, ssim, cpbd]
"""


class Commands:
    """The program in this process, on the test's database: starting one takes longer than most commands."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._monkeypatch = monkeypatch

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        self._monkeypatch.setattr(sys, "argv", ["mos_platform", *words])
        out, err = StringIO(), StringIO()
        with redirect_stdout(out), redirect_stderr(err):
            try:
                status = main()
            except SystemExit as end:
                status = int(end.code or 0)
        return subprocess.CompletedProcess(words, status, out.getvalue(), err.getvalue())


@pytest.fixture
def commands(db: None, monkeypatch: pytest.MonkeyPatch) -> Commands:
    return Commands(monkeypatch)


class Installation:
    """A platform of its own: an empty var folder, and the program run on it as a user runs it."""

    def __init__(self, var: Path) -> None:
        self.var = var
        self.env = {**os.environ, "MOS_VAR": str(var), "PYTHONPATH": str(REPO)}
        for name in ("MOS_DATABASE_URL", "MOS_REDIS_URL", "MOS_BASE_URL", "DJANGO_SETTINGS_MODULE"):
            self.env.pop(name, None)

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "mos_platform", *words]
        return subprocess.run(command, env=self.env, capture_output=True, text=True, cwd=self.var.parent)

    def start(self, *words: str) -> subprocess.Popen[str]:
        command = [sys.executable, *words]
        return subprocess.Popen(
            command,
            env=self.env,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=self.var.parent,
        )

    @contextmanager
    def serving(self) -> Iterator[str]:
        """The real web server with its embedded worker; yields its URL."""
        server = self.start("-m", "mos_platform", "serve", "--bind", "127.0.0.1:0")
        try:
            assert server.stdout is not None
            yield re.findall(r"http://\S+", server.stdout.readline())[0]
        finally:
            server.send_signal(signal.SIGINT)
            server.communicate(timeout=150)

    def sql(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        with closing(sqlite3.connect(self.var / "mos.sqlite3", timeout=30)) as database, database:
            return database.execute(statement, values).fetchall()


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    var = tmp_path_factory.mktemp("migrated") / "var"
    done = Installation(var).run("migrate", "-v", "0")
    assert done.returncode == 0, done.stderr
    return var


@pytest.fixture
def installation(migrated: Path, tmp_path: Path) -> Installation:
    return Installation(shutil.copytree(migrated, tmp_path / "var"))


@pytest.fixture(scope="session")
def install(migrated: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Installation]:
    """An installation that several tests share, in a folder of that name."""

    def installed(name: str) -> Installation:
        return Installation(shutil.copytree(migrated, tmp_path_factory.mktemp(name) / "var"))

    return installed


@pytest.fixture(scope="session")
def served(install: Callable[[str], Installation], clip_study: Path) -> Iterator[tuple[Installation, str]]:
    """The clip study behind the real web server and its embedded worker; read only."""
    here = install("served")
    done = here.run("import_study", str(clip_study))
    assert done.returncode == 0, done.stderr
    with here.serving() as url:
        yield here, url
