"""`analysis` on one machine, the platform on another: the same report as beside the platform."""

from __future__ import annotations

import hashlib
import os
import sqlite3
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

import httpx
import pytest

REPO = Path(__file__).resolve().parents[3]
OPINIONS = """
simulated: true
seed: 5
raters: 6
inattentive_share: 0
expertise: {none: 1}
questions:
  overall:
    means: {real: 4.5, soft: 2.5, copy: 4.4}
    item_sd: 0.2
    rater_sd: 0.3
    rater_method_sd: 0.2
    residual_sd: 0.6
preferences: {}
"""
# A machine without Django: importing it fails as it does there.
WITHOUT_DJANGO = (
    "import sys; sys.modules.update(dict.fromkeys(['django', 'rest_framework', 'mos_platform']));"
    "from analysis.cli import main; sys.exit(main(sys.argv[1:]))"
)


@dataclass(frozen=True)
class Elsewhere:
    """A served study with ratings, a token of it, and a folder that stands for another machine."""

    here: Any
    url: str
    token: str
    folder: Path

    def get(self, token: str | None = None, method: str = "GET", **headers: str) -> httpx.Response:
        headers = {"Authorization": f"Bearer {token or self.token}", **headers}
        return httpx.request(method, f"{self.url}/api/studies/clips/bundle", headers=headers, timeout=60)

    def analysis(self, *words: str, **variables: str) -> subprocess.CompletedProcess[str]:
        environment = {**os.environ, "PYTHONPATH": str(REPO), "MOS_PLATFORM_TOKEN": self.token, **variables}
        environment.pop("MOS_VAR", None)
        command = [sys.executable, "-c", WITHOUT_DJANGO, *words]
        return subprocess.run(command, env=environment, capture_output=True, text=True, cwd=self.folder)


def ran(done: subprocess.CompletedProcess[str]) -> str:
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def elsewhere(
    install: Any, clip_study: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Elsewhere]:
    here = install("exporting")
    model = here.var.parent / "simulation.yaml"
    model.write_text(OPINIONS)
    ran(here.run("import_study", str(clip_study)))
    ran(here.run("simulate", "clips", str(model)))
    token = ran(here.run("token", "create", "reports", "--study", "clips")).strip()
    with here.serving() as url:
        yield Elsewhere(here, url, token, tmp_path_factory.mktemp("elsewhere"))


@pytest.fixture(scope="module")
def beside(elsewhere: Elsewhere) -> bytes:
    """results.json of the bundle folder, made where the platform runs."""
    folder = elsewhere.here.var / "bundles" / "clips"
    ran(elsewhere.here.run("export", "clips"))
    ran(elsewhere.analysis("report", str(folder), "--format", "json", "--out", "beside"))
    return (elsewhere.folder / "beside" / "results.json").read_bytes()


def test_a_study_id_is_asked_of_the_platform_that_the_user_named(elsewhere: Elsewhere, beside: bytes) -> None:
    told = ran(elsewhere.analysis("report", "clips", "--format", "json", MOS_PLATFORM_URL=elsewhere.url))
    assert told == "var/reports/clips/results.json\n"
    assert (elsewhere.folder / told.strip()).read_bytes() == beside


def test_the_address_of_the_study_page_will_do(elsewhere: Elsewhere, beside: bytes) -> None:
    page = f"{elsewhere.url}/console/studies/clips/"
    ran(elsewhere.analysis("report", page, "--format", "json", "--out", "page"))
    assert (elsewhere.folder / "page" / "results.json").read_bytes() == beside


def test_other_commands_read_there_too(elsewhere: Elsewhere) -> None:
    told = ran(elsewhere.analysis("check", "clips", MOS_PLATFORM_URL=f"{elsewhere.url}/console/"))
    assert told.endswith("Sound: no problem found.\n")


@pytest.mark.parametrize(
    ("study", "token", "sentence"),
    [
        ("clips", "mos_wrong", "{url} does not accept MOS_PLATFORM_TOKEN: the token is wrong or was revoked"),
        ("clisp", None, "{url} has no study 'clisp' that the token opens, and no file here is named so"),
    ],
)
def test_a_refusal_is_one_sentence(
    elsewhere: Elsewhere, study: str, token: str | None, sentence: str
) -> None:
    known = elsewhere.token if token is None else token
    done = elsewhere.analysis("report", study, MOS_PLATFORM_URL=elsewhere.url, MOS_PLATFORM_TOKEN=known)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert done.stderr.startswith(sentence.format(url=elsewhere.url))
    assert known not in done.stderr


def test_a_revoked_token_opens_nothing_at_once(elsewhere: Elsewhere) -> None:
    token = ran(elsewhere.here.run("token", "create", "short")).strip()
    assert elsewhere.get(token).status_code == 200
    ran(elsewhere.here.run("token", "revoke", "short"))
    assert elsewhere.get(token).status_code == 401


def test_the_head_of_the_answer(elsewhere: Elsewhere) -> None:
    whole, head = elsewhere.get(), elsewhere.get(method="HEAD")
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["ETag"] == whole.headers["ETag"]
    assert "Content-Length" not in head.headers, "the next export is a byte or two longer or shorter"
    assert elsewhere.get(**{"If-None-Match": whole.headers["ETag"]}).status_code == 304


def test_another_who_writes_to_the_database_holds_up_no_reading(elsewhere: Elsewhere) -> None:
    fresh = ran(elsewhere.here.run("token", "create", "patient")).strip()
    writing = sqlite3.connect(elsewhere.here.var / "mos.sqlite3", isolation_level=None)
    with closing(writing):
        writing.execute("BEGIN IMMEDIATE")
        began = time.monotonic()
        assert elsewhere.get(fresh).status_code == 200
        assert time.monotonic() - began < 15, "SQLite would wait for 30 seconds"
        writing.execute("ROLLBACK")
        elsewhere.get(fresh)
        noted = "SELECT last_used_at FROM exports_token WHERE name = 'patient'"
        assert writing.execute(noted).fetchone()[0] is not None


def test_many_at_once_and_beside_an_export_each_get_a_whole_bundle(elsewhere: Elsewhere) -> None:
    exporting = [elsewhere.here.start("-m", "mos_platform", "export", "clips") for _ in range(3)]
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: elsewhere.get(), range(16)))
    assert [child.wait(150) for child in exporting] == [0, 0, 0]
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.headers["ETag"] for answer in answers}) == 1
    for answer in answers:
        archive = zipfile.ZipFile(BytesIO(answer.content))
        assert archive.testzip() is None
        assert len(archive.read("ratings.csv").splitlines()) > 6 * 6
    assert [path.name for path in (elsewhere.here.var / "bundles").iterdir()] == ["clips"]


def test_the_database_holds_no_secret(elsewhere: Elsewhere) -> None:
    stored = b"".join(path.read_bytes() for path in elsewhere.here.var.glob("mos.sqlite3*"))
    assert hashlib.sha256(elsewhere.token.encode()).hexdigest().encode() in stored
    assert elsewhere.token.encode() not in stored
