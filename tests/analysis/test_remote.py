"""Reading a study from a platform elsewhere: what goes there, and every way in which it can fail."""

from __future__ import annotations

import io
import shutil
import socket
import ssl
import subprocess
import tempfile
import threading
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from analysis import remote, sources
from analysis.cli import main
from analysis.remote import Remote, parse_address
from analysis.sources import open_source
from studies.errors import InputError

TOKEN = "mos_not-a-secret"
RATINGS = "rater,item,method,score\n" + "".join(
    f"r{r},i{i},{m},{1 + (r + i + len(m)) % 5}\n" for r in range(4) for i in range(3) for m in ("a", "bb")
)


def zipped(**files: str) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name, text in files.items():
            archive.writestr(f"{name}.csv", text)
    return content.getvalue()


BUNDLE = zipped(ratings=RATINGS)


@dataclass
class Host:
    """A host that answers as told, and notes what it was asked."""

    url: str = ""
    status: int = 200
    body: bytes = BUNDLE
    headers: dict[str, str] = field(default_factory=dict)
    broken_off: bool = False
    asked: list[tuple[str, str]] = field(default_factory=list)


def handler(host: Host) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            host.asked.append((self.path, self.headers.get("Authorization", "")))
            self.send_response(host.status)
            length = len(host.body) + (1000 if host.broken_off else 0)
            for name, value in {"Content-Length": str(length), **host.headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(host.body)

        def log_message(self, *_words: Any) -> None:
            pass

    return Handler


Start = Callable[..., Host]


@pytest.fixture
def start() -> Iterator[Start]:
    running: list[ThreadingHTTPServer] = []

    def started(tls: ssl.SSLContext | None = None) -> Host:
        host = Host()
        server = ThreadingHTTPServer(("127.0.0.1", 0), handler(host))
        if tls:
            server.socket = tls.wrap_socket(server.socket, server_side=True)
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        running.append(server)
        host.url = f"http{'s' if tls else ''}://127.0.0.1:{server.server_address[1]}"
        return host

    yield started
    for server in running:
        server.shutdown()
        server.server_close()


@pytest.fixture
def host(start: Start, monkeypatch: pytest.MonkeyPatch) -> Host:
    """The platform that the user named."""
    made = start()
    monkeypatch.setenv(remote.URL, made.url)
    monkeypatch.setenv(remote.TOKEN, TOKEN)
    return made


def refusal(source: str, capsys: pytest.CaptureFixture[str]) -> str:
    assert main(["report", source, "--format", "json"]) == 2
    shown = capsys.readouterr()
    assert (shown.out, shown.err.count("\n"), shown.err[-2:]) == ("", 1, ".\n")
    assert TOKEN not in shown.err
    return shown.err


def test_the_study_is_asked_for_with_the_token(host: Host) -> None:
    found = open_source("pilot.2")
    assert found.files == {"ratings.csv": RATINGS.encode()}
    assert (found.name, found.where) == ("pilot.2", f"{host.url}/api/studies/pilot.2/bundle")
    assert host.asked == [("/api/studies/pilot.2/bundle", f"Bearer {TOKEN}")]


def test_an_existing_path_wins_and_nothing_is_asked(
    host: Host, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "pilot").write_text("rater,item,method,score\nr1,i1,a,3\n")
    assert open_source("pilot").files["ratings.csv"].endswith(b"r1,i1,a,3\n")
    assert host.asked == []


@pytest.mark.parametrize(
    ("address", "platform", "study"),
    [
        ("https://mos.example.org/console/studies/demo/", "https://mos.example.org", "demo"),
        ("https://mos.example.org/console/studies/demo/report/?x=1#mos", "https://mos.example.org", "demo"),
        ("https://Mos.Example.org:8443/console/studies/demo", "https://mos.example.org:8443", "demo"),
        ("https://lab.example/mos/api/studies/a.b-c/bundle", "https://lab.example/mos", "a.b-c"),
        ("http://[::1]:8000/console/studies/demo/bundle.zip", "http://[::1]:8000", "demo"),
    ],
)
def test_addresses(address: str, platform: str, study: str) -> None:
    assert parse_address(address) == Remote(platform, study)


@pytest.mark.parametrize(
    "address",
    [
        "https://mos.example.org/",
        "https://mos.example.org/console/studies/",
        "https://mos.example.org/studies/demo",
        "ftp://mos.example.org/console/studies/demo/",
        "https:///console/studies/demo/",
        "https://mos.example.org:port/console/studies/demo/",
        "https://mos.example.org:0/console/studies/demo/",
        "https://[mos/console/studies/demo/",
        "https://mos.example.org/console/studies/de mo/",
        "https://me:secret@mos.example.org/console/studies/demo/",
    ],
)
def test_addresses_that_name_no_study(address: str) -> None:
    with pytest.raises(InputError, match=r"web address.*\.$") as refused:
        parse_address(address)
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize("page", ["", "/", "/console/"])
def test_the_platforms_address_as_the_browser_shows_it(
    host: Host, monkeypatch: pytest.MonkeyPatch, page: str
) -> None:
    monkeypatch.setenv(remote.URL, f" {host.url}{page} ")
    open_source("pilot")
    assert host.asked[0][0] == "/api/studies/pilot/bundle"


@pytest.mark.parametrize(
    ("status", "body", "sentence"),
    [
        (401, b"{}", "does not accept MOS_PLATFORM_TOKEN: the token is wrong or was revoked; make one"),
        (403, b"", "does not accept MOS_PLATFORM_TOKEN"),
        (404, b'{"detail": "no"}', "has no study 'pilot' that the token opens, and no file here is named so"),
        (404, b"<html>", "/api/studies/pilot/bundle is not found); check MOS_PLATFORM_URL."),
        (404, b"5", "is not found); check MOS_PLATFORM_URL."),
        (404, b"[" * 200_000, "is not found); check MOS_PLATFORM_URL."),
        (304, b"", "answers with HTTP status 304 in place of a bundle; check MOS_PLATFORM_URL."),
        (400, b"", "answers with HTTP status 400 in place of a bundle"),
        (429, b"{}", "has had too many wrong tokens; check MOS_PLATFORM_TOKEN and wait a minute."),
        (500, b"Traceback", "answers with HTTP error 500; try again later"),
        (503, b"", "answers with HTTP error 503"),
        (
            200,
            b"<html>Welcome to the airport</html>",
            "something other than a bundle; check MOS_PLATFORM_URL.",
        ),
        (200, b"", "something other than a bundle"),
        (200, zipped(notes="x"), "bundle holds neither ratings.csv nor comparisons.csv"),
        (200, zipped(ratings="rater,item\na,b\n"), "column"),
    ],
)
def test_an_answer_that_is_no_bundle(
    host: Host, capsys: pytest.CaptureFixture[str], status: int, body: bytes, sentence: str
) -> None:
    host.status, host.body = status, body
    assert sentence in refusal("pilot", capsys)


def test_a_download_that_breaks_off(host: Host, capsys: pytest.CaptureFixture[str]) -> None:
    host.broken_off = True
    told = refusal("pilot", capsys)
    assert f"broke off after {len(BUNDLE)} of {len(BUNDLE) + 1000} bytes; run the command again." in told


def test_a_zip_that_is_damaged(host: Host, capsys: pytest.CaptureFixture[str]) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("ratings.csv", RATINGS)
    host.body = packed.getvalue()[:60] + b"\xff" * 40 + packed.getvalue()[100:]
    assert "is damaged; export again" in refusal("pilot", capsys)


@pytest.mark.parametrize("stated", [True, False])
def test_a_bundle_that_is_too_large(
    host: Host, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, stated: bool
) -> None:
    monkeypatch.setattr(remote, "LARGEST", 300)
    host.headers = {} if stated else {"Content-Length": "unknown", "Connection": "close"}
    assert "is larger than 2 GiB" in refusal("pilot", capsys)


def test_a_length_of_thousands_of_digits(host: Host, capsys: pytest.CaptureFixture[str]) -> None:
    host.headers = {"Content-Length": "9" * 5000}
    assert "is larger than 2 GiB" in refusal("pilot", capsys)


@pytest.mark.parametrize("limits", [{"LONGEST_S": 0.0}, {"PATIENCE_S": 0.0, "SLOWEST": 10**15}])
def test_an_answer_that_drips(
    host: Host, capsys: pytest.CaptureFixture[str], monkeypatch: Any, limits: dict[str, float]
) -> None:
    for name, limit in limits.items():
        monkeypatch.setattr(remote, name, limit)
    assert f"/bundle comes too slowly ({len(BUNDLE)} bytes in 0 seconds)" in refusal("pilot", capsys)


def test_a_large_bundle_is_not_kept_in_memory(
    host: Host, capsys: pytest.CaptureFixture[str], monkeypatch: Any, tmp_path: Path
) -> None:
    monkeypatch.setattr(sources, "IN_MEMORY", 100)
    assert open_source("pilot").files == {"ratings.csv": RATINGS.encode()}
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "gone"))
    assert "cannot be kept in the folder for temporary files (No such file" in refusal("pilot", capsys)


@pytest.mark.parametrize(
    ("location", "shown"),
    [
        ("http://[bad/x", "an address that cannot be read; check MOS_PLATFORM_URL."),
        ("//me:secret@evil.example/x", "http://evil.example"),
        ("https://me:secret@evil.example", "https://evil.example"),
        ("https://e\x1bvil\x07.example/", "https://evil.example,"),
        ("https://\x80evil.example/", "https://evil.example"),
        ("/login", "another of its pages, where the token is not sent; check MOS_PLATFORM_URL."),
        ("", "another of its pages"),
        ("mailto:me", "an address that cannot be read; check MOS_PLATFORM_URL."),
    ],
)
def test_where_a_redirect_leads_is_told_without_what_is_secret_or_cannot_be_shown(
    host: Host, capsys: pytest.CaptureFixture[str], location: str, shown: str
) -> None:
    host.status, host.headers = 302, {"Location": location}
    told = refusal("pilot", capsys)
    assert f" redirects to {shown}" in told
    assert "secret" not in told


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_the_token_is_not_carried_on_by_a_redirect(
    host: Host, start: Start, capsys: pytest.CaptureFixture[str], status: int
) -> None:
    other = start()
    host.status, host.headers = status, {"Location": f"{other.url}/api/studies/pilot/bundle"}
    assert f"redirects to {other.url}, where the token is not sent" in refusal("pilot", capsys)
    assert other.asked == []


def test_the_token_goes_to_the_platform_that_was_set_or_where_none_is_to_the_address_given(
    host: Host, start: Start, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    other = start()
    page = f"{other.url}/console/studies/pilot/"
    assert f"is for {host.url} and is not sent to {other.url}" in refusal(page, capsys)
    assert other.asked == []
    monkeypatch.delenv(remote.URL)
    assert open_source(page).name == "pilot"


def test_the_token_is_sent_encrypted_or_not_at_all(capsys: pytest.CaptureFixture[str], host: Host) -> None:
    for name in ("mos.example.org", "127.0.0.1.example.org", "192.168.0.7"):
        told = refusal(f"http://{name}/console/studies/pilot/", capsys)
        assert f"http://{name} is not encrypted, so that others could read the token" in told


def test_this_machine_is_asked_without_a_proxy(host: Host, start: Start, monkeypatch: Any) -> None:
    proxy = start()
    monkeypatch.setenv("http_proxy", proxy.url)
    monkeypatch.delenv("no_proxy", raising=False)
    open_source("pilot")
    assert (len(host.asked), proxy.asked) == (1, [])


@pytest.mark.parametrize(
    ("token", "sentence"),
    [
        ("", "MOS_PLATFORM_TOKEN is not set, and"),
        ("two words", "MOS_PLATFORM_TOKEN holds characters that no token has"),
        ("line\nbreak", "MOS_PLATFORM_TOKEN holds characters"),
        ("tökén", "MOS_PLATFORM_TOKEN holds characters"),
    ],
)
def test_a_token_that_is_none(
    host: Host, capsys: pytest.CaptureFixture[str], monkeypatch: Any, token: str, sentence: str
) -> None:
    monkeypatch.setenv(remote.TOKEN, token)
    told = refusal("pilot", capsys)
    assert told.startswith(sentence)
    assert not token or token not in told
    assert host.asked == []


def test_a_platform_address_that_is_none(capsys: pytest.CaptureFixture[str], monkeypatch: Any) -> None:
    monkeypatch.setenv(remote.URL, "mos.example.org")
    assert refusal("pilot", capsys).startswith("MOS_PLATFORM_URL (mos.example.org) is no web address")


@pytest.mark.parametrize(
    ("address", "sentence"),
    [
        ("https://no-such-host.invalid", "is not known here; check MOS_PLATFORM_URL and the network."),
        ("https://a..b", "is not known here"),
        ("https://xn--bücher.invalid", "is not known here"),
    ],
)
def test_a_host_that_is_not_known(
    capsys: pytest.CaptureFixture[str], monkeypatch: Any, address: str, sentence: str
) -> None:
    monkeypatch.setenv(remote.URL, address)
    monkeypatch.setenv(remote.TOKEN, TOKEN)
    assert sentence in refusal("pilot", capsys)


def test_a_host_that_takes_no_connections(
    capsys: pytest.CaptureFixture[str], host: Host, monkeypatch: Any
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        address = f"http://127.0.0.1:{free.getsockname()[1]}"
    monkeypatch.setenv(remote.URL, address)
    told = refusal("pilot", capsys)
    assert told.startswith(f"{address} takes no connections; check MOS_PLATFORM_URL, and whether")


def test_a_host_that_hangs_up_or_says_nothing(capsys: Any, host: Host, monkeypatch: Any) -> None:
    monkeypatch.setattr(remote, "WAIT_S", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        monkeypatch.setenv(remote.URL, f"http://127.0.0.1:{silent.getsockname()[1]}")
        assert "did not answer within" in refusal("pilot", capsys)
        monkeypatch.setattr(remote, "WAIT_S", 20)
        threading.Thread(target=lambda: [silent.accept()[0].close() for _ in range(2)], daemon=True).start()
        assert "run the command again." in refusal("pilot", capsys)


def test_a_host_that_speaks_no_tls(capsys: pytest.CaptureFixture[str], host: Host, monkeypatch: Any) -> None:
    monkeypatch.setenv(remote.URL, host.url.replace("http:", "https:"))
    assert "makes no encrypted connection (" in refusal("pilot", capsys)
    assert host.asked == []


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for 127.0.0.1 with its key, signed by nobody else."""
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("openssl is not installed")
    file = tmp_path_factory.mktemp("tls") / "host.pem"
    options = "req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=test -addext subjectAltName=IP:127.0.0.1"
    command = [openssl, *options.split(), "-keyout", str(file), "-out", str(file.with_suffix(".crt"))]
    subprocess.run(command, check=True, capture_output=True)
    file.write_text(file.read_text() + file.with_suffix(".crt").read_text())
    return file


def test_certificates(
    certificate: Path, start: Start, host: Host, capsys: pytest.CaptureFixture[str], monkeypatch: Any
) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    secure = start(context)
    monkeypatch.setenv(remote.URL, secure.url)
    told = refusal("pilot", capsys)
    assert "shows a certificate that is not trusted (self-signed certificate)" in told
    assert secure.asked == []
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    assert open_source("pilot").name == "pilot"
    assert secure.asked == [("/api/studies/pilot/bundle", f"Bearer {TOKEN}")]
