"""The upload page: a form that needs no script, and a page that says what became of the zip."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from mos_platform.uploads import services
from mos_platform.uploads.models import Upload

pytestmark = pytest.mark.django_db
PAGE = "/console/studies/new/"


@pytest.fixture
def researcher() -> Client:
    client = Client()
    client.force_login(User.objects.create_superuser("researcher"))
    return client


def send(client: Client, content: bytes, name: str = "study.zip", **fields: str) -> Any:
    file = SimpleUploadedFile(name, content, content_type="application/zip")
    return client.post(PAGE, {"study": file, **fields})


def test_from_the_form_to_the_study(researcher: Client, study_zip: Path) -> None:
    assert 'enctype="multipart/form-data"' in researcher.get(PAGE).text
    answer = send(researcher, study_zip.read_bytes())
    upload = Upload.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, f"/console/uploads/{upload.token}/")
    assert (upload.sender, upload.new_version) == ("researcher", False)
    waiting = researcher.get(answer["Location"]).text
    assert 'http-equiv="refresh"' in waiting
    assert "waits for a worker" in waiting
    Upload.objects.update(state="running", phase="Decoding the clips", done=3, total=6)
    assert "Decoding the clips: 3 of 6" in researcher.get(answer["Location"]).text
    Upload.objects.update(state="pending")
    services.take_in_upload(upload.pk)
    done = researcher.get(answer["Location"]).text
    assert 'http-equiv="refresh"' not in done
    assert 'href="/console/studies/clips/"' in done
    assert "imported as" in researcher.get(PAGE).text


def test_a_refused_study_shows_every_sentence_as_text(researcher: Client) -> None:
    send(researcher, b"PK", name="<script>.zip")
    Upload.objects.update(state="failed", sentences=["<b>one</b>.", "two."])
    page = researcher.get(f"/console/uploads/{Upload.objects.get().token}/").text
    assert "2 things to mend" in page
    assert "<li>&lt;b&gt;one&lt;/b&gt;.</li><li>two.</li>" in page
    assert "&lt;script&gt;.zip was not imported" in page


def test_a_new_version_is_a_box_to_tick(researcher: Client) -> None:
    send(researcher, b"x", new_version="yes")
    assert Upload.objects.get().new_version


def test_no_file_and_an_empty_one(researcher: Client) -> None:
    for answer in (researcher.post(PAGE, {}), send(researcher, b"")):
        assert answer.status_code == 400
        assert 'role="alert"' in answer.text
    assert not Upload.objects.exists()


@pytest.mark.parametrize("times", [1.5, 3])
def test_a_zip_that_is_too_long(researcher: Client, settings: Any, tmp_path: Path, times: float) -> None:
    settings.UPLOAD_MAX_BYTES = 1024**2
    answer = send(researcher, bytes(int(times * 1024**2)))
    assert answer.status_code == 400
    assert "The zip is larger than 1 MB" in answer.text
    assert not Upload.objects.exists()
    assert list(tmp_path.rglob("*.upload*")) == []


@pytest.mark.parametrize("path", [PAGE, "/console/login/", "/console/uploads/0123/"])
def test_files_from_strangers_are_not_even_stored(path: str, tmp_path: Path) -> None:
    file = SimpleUploadedFile("study.zip", bytes(100_000), content_type="application/zip")
    answer = Client().post(path, {"study": file})
    assert answer.status_code < 500
    assert not Upload.objects.exists()
    assert [path for path in tmp_path.rglob("*") if path.is_file() and path.stat().st_size >= 1000] == []


def test_pages_are_for_those_who_are_signed_in(study_zip: Path) -> None:
    assert Client().get(PAGE)["Location"].startswith("/console/login/")
    assert Client().get("/console/uploads/0123/")["Location"].startswith("/console/login/")


def test_an_unknown_upload(researcher: Client) -> None:
    assert researcher.get("/console/uploads/0123/").status_code == 404
