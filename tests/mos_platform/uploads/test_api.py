"""One endpoint takes a zip from a token that may import; another says what became of it."""

from __future__ import annotations

import socket
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from django.core.cache import cache
from django.test import Client

from mos_platform.exports.models import Token
from mos_platform.exports.tokens import make_token
from mos_platform.stimuli.models import Study
from mos_platform.uploads import services
from mos_platform.uploads.models import Upload

pytestmark = pytest.mark.django_db
STUDIES = "/api/studies"


@pytest.fixture(autouse=True)
def no_wrong_tokens_yet() -> None:
    cache.clear()


@pytest.fixture
def importer() -> Client:
    return Client(headers={"Authorization": f"Bearer {make_token('ci', permission=Token.Permission.IMPORT)}"})


def post(client: Client, body: bytes, query: str = "", kind: str = "application/zip") -> Any:
    length = str(len(body))
    return client.post(f"{STUDIES}{query}", data=body, content_type=kind, CONTENT_LENGTH=length)


def test_a_zip_is_taken_and_followed(importer: Client, study_zip: Path, settings: Any) -> None:
    answer = post(importer, study_zip.read_bytes(), "?name=my%20study.zip")
    assert answer.status_code == 202
    address = answer.json()["url"]
    assert answer["Location"] == address
    assert address.startswith(settings.BASE_URL + "/api/uploads/")
    path = urlsplit(address).path
    waiting = importer.get(path)
    assert waiting["Cache-Control"] == "no-store"
    assert (waiting.json()["state"], waiting.json()["study"]) == ("pending", None)
    upload = Upload.objects.get()
    assert (upload.name, upload.sender, upload.new_version) == ("my study.zip", "token ci", False)
    services.take_in_upload(upload.pk)
    done = importer.get(path).json()
    assert (done["state"], done["sentences"], done["done"], done["total"]) == ("done", [], 6, 6)
    assert (done["study"]["study"], done["study"]["version"], done["study"]["name"]) == ("clips", 1, "clips")


def test_a_refused_study_gives_its_sentences(importer: Client) -> None:
    answer = post(importer, b"PK not a zip")
    services.take_in_upload(Upload.objects.get().pk)
    told = importer.get(urlsplit(answer.json()["url"]).path).json()
    assert told["state"] == "failed"
    assert told["sentences"] == [
        "study.zip is no zip, or it is cut off; make it anew from the study's folder."
    ]


@pytest.mark.parametrize(("value", "wanted"), [("true", True), ("1", True), ("false", False), ("", False)])
def test_a_new_version_is_asked_for_in_the_address(importer: Client, value: str, wanted: bool) -> None:
    assert post(importer, b"x", f"?new_version={value}").status_code == 202
    assert Upload.objects.get().new_version is wanted


@pytest.mark.parametrize(
    ("body", "query", "kind", "status"),
    [
        (b"", "", "application/zip", 400),
        (b"x", "?new_version=perhaps", "application/zip", 400),
        (b"x", "", "multipart/form-data; boundary=x", 415),
        (bytes(1024**2 + 1), "", "application/zip", 413),
    ],
)
def test_what_cannot_be_taken(
    importer: Client, settings: Any, body: bytes, query: str, kind: str, status: int
) -> None:
    settings.UPLOAD_MAX_BYTES = 1024**2
    answer = post(importer, body, query, kind)
    assert answer.status_code == status
    assert list(answer.json()) == ["detail"]
    assert not Upload.objects.exists()
    assert list(Path(settings.UPLOADS_ROOT).glob("*")) == []


def test_who_may(small_study: Study) -> None:
    assert Client().post(STUDIES, data=b"x", content_type="application/zip").status_code == 401
    reader = Client(headers={"Authorization": f"Bearer {make_token('reader')}"})
    refused = post(reader, b"x")
    assert refused.status_code == 403
    assert "token create NAME --import" in refused.json()["detail"]
    assert reader.get("/api/uploads/0123").status_code == 403
    assert not Upload.objects.exists()


def test_a_token_that_imports_opens_no_bundle(importer: Client, small_study: Study) -> None:
    assert importer.get("/api/studies/small/bundle").status_code == 404
    assert importer.get("/api/uploads/0123").status_code == 404
    assert importer.get(STUDIES).status_code == 405


def test_the_command_makes_such_tokens(commands: Any) -> None:
    made = commands.run("token", "create", "ci", "--import")
    assert made.returncode == 0
    assert "Token 'ci' imports studies." in made.stderr
    assert "imports studies" in commands.run("token", "list").stdout
    both = commands.run("token", "create", "other", "--import", "--study", "x")
    assert both.returncode == 2
    assert both.stderr == "a token either imports studies or opens one; leave out --import or --study.\n"


def test_over_the_wire(installation: Any, study_zip: Path) -> None:
    """The real server and its worker, as curl and a client that breaks off meet them."""
    secret = installation.run("token", "create", "ci", "--import").stdout.strip()
    headers = {"Authorization": f"Bearer {secret}"}
    with installation.serving() as url, httpx.Client(base_url=url, headers=headers, timeout=30) as client:
        form = {"Content-Type": "application/x-www-form-urlencoded"}  # as curl --data-binary says
        taken = client.post(STUDIES, content=study_zip.read_bytes(), headers=form)
        assert taken.status_code == 202
        chunked = client.post(STUDIES, content=iter([b"x"]))
        assert chunked.status_code == 411
        _break_off(url, secret)
        told: dict[str, Any] = {}
        until = time.monotonic() + 60
        while told.get("state") not in ("done", "failed") and time.monotonic() < until:
            told = client.get(urlsplit(taken.json()["url"]).path).json()
            time.sleep(0.1)
    assert (told["state"], told["sentences"]) == ("done", [])
    assert installation.sql("SELECT count(*) FROM uploads_upload") == [(1,)]
    assert list((installation.var / "uploads").iterdir()) == []


def _break_off(url: str, secret: str) -> None:
    where = urlsplit(url)
    head = f"POST {STUDIES} HTTP/1.1\r\nHost: {where.netloc}\r\nAuthorization: Bearer {secret}\r\n"
    with socket.create_connection((str(where.hostname), int(where.port or 80))) as wire:
        wire.sendall(
            f"{head}Content-Type: application/zip\r\nContent-Length: 1000000\r\n\r\n".encode() + bytes(1000)
        )


@pytest.mark.parametrize("value", ["much", "-1", "0", "1e3", "１０"])
def test_a_limit_that_is_no_number_is_refused(installation: Any, value: str) -> None:
    installation.env["MOS_UPLOAD_MAX_MB"] = value
    refused = installation.run("token", "list")
    assert refused.returncode == 2
    assert refused.stderr == f"MOS_UPLOAD_MAX_MB is {value!r}; write a whole number above 0.\n"
