"""`preview`: a rater's view with a bar that says what is shown, and nothing left behind."""

from __future__ import annotations

import os
import re
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

FORM = {
    "consent": "on",
    "expertise": "some",
    "device": "desktop",
    "screen_width": "1920",
    "screen_height": "1080",
}


@contextmanager
def previewing(installation: Any, study: str) -> Iterator[str]:
    """The address that the command prints; Ctrl-C ends it."""
    running: subprocess.Popen[str] = installation.start(
        "-m", "mos_platform", "preview", study, "--bind", "127.0.0.1:0"
    )
    try:
        assert running.stdout is not None
        line = running.stdout.readline()
        assert "http" in line, running.communicate(timeout=30)
        yield re.findall(r"http://\S+", line)[0]
    finally:
        running.send_signal(signal.SIGINT)
        _out, err = running.communicate(timeout=60)
    assert "nothing was stored" in err
    assert running.returncode == 0


def first_trial(address: str) -> dict[str, Any]:
    with httpx.Client(base_url=address.split("/r/")[0], timeout=30) as client:
        page = client.get(address).text
        token = re.findall(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)[0]
        answer = client.post(address, data={**FORM, "csrfmiddlewaretoken": token})
        sitting = answer.headers["location"].strip("/").split("/")[-1]
        assert "Preview" in client.get(f"/sitting/{sitting}/").text
        trial: dict[str, Any] = client.get(f"/api/sittings/{sitting}/").json()["trial"]
        clip = client.get(trial["clips"][0]["url"])
        assert clip.status_code == 200
        assert clip.content[4:8] == b"ftyp"
    return trial


@pytest.fixture
def trained(own_study: Path) -> Path:
    """The study with one item for practice, which is shown first."""
    raw = yaml.safe_load((own_study / "study.yaml").read_text())
    raw["items"][1]["role"] = "training"
    raw["parts"][0]["training"] = 1
    (own_study / "study.yaml").write_text(yaml.safe_dump(raw))
    return own_study


def test_a_folder_is_shown_without_being_imported(trained: Path, installation: Any, tmp_path: Path) -> None:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    installation.env["TMPDIR"] = str(scratch)
    with previewing(installation, str(trained)) as address:
        told = first_trial(address)["preview"]
        assert re.fullmatch(r"part rating · training · (real|soft|copy) × two", told), told
        assert len(os.listdir(scratch)) == 1
    assert os.listdir(scratch) == []
    assert installation.sql("SELECT COUNT(*) FROM stimuli_study") == [(0,)]


@pytest.mark.all
def test_an_imported_study_is_shown_apart_from_its_raters(served: Any) -> None:
    here, url = served
    before = here.sql("SELECT COUNT(*) FROM raters_rater"), sorted((here.var / "media").rglob("*"))
    with previewing(here, "clips") as address:
        assert address.split("/r/")[0] != url
        assert re.search(r"part rating · \w+ · \w+ × (one|two)", first_trial(address)["preview"])
    assert (here.sql("SELECT COUNT(*) FROM raters_rater"), sorted((here.var / "media").rglob("*"))) == before


def test_what_cannot_be_shown_is_one_sentence(installation: Any, own_study: Path) -> None:
    (own_study / "clips" / "soft" / "one.mp4").unlink()
    done = installation.run("preview", str(own_study))
    assert done.returncode == 2
    assert "clips/soft/one.mp4" in done.stderr
    assert done.stderr.count("\n") == 1
    done = installation.run("preview", "nosuch")
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
