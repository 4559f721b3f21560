"""`serve`: the whole platform as one program, from its start to Ctrl-C or worse."""

from __future__ import annotations

import signal
import socket
import time
from pathlib import Path
from typing import Any

import httpx
import pytest

import mos_platform
from mos_platform.server import running_server
from studies.errors import InputError


def wait_until_refused(url: str) -> None:
    until = time.monotonic() + 30
    while time.monotonic() < until:
        try:
            httpx.get(f"{url}/healthz", timeout=2)
        except httpx.TransportError:
            return
        time.sleep(0.1)
    pytest.fail(f"{url} still answers")


def start(here: Any) -> tuple[Any, str]:
    server = here.start("-m", "mos_platform", "serve", "--bind", "127.0.0.1:0")
    line = server.stdout.readline()
    assert line.startswith("Serving at http://127.0.0.1:"), line + server.stderr.read()
    return server, line.split()[2]


def test_healthz(served: tuple[Any, str]) -> None:
    _, url = served
    answer = httpx.get(f"{url}/healthz")
    assert (answer.status_code, answer.json()) == (200, {"database": "ok", "broker": "embedded"})
    assert "no-store" in answer.headers["cache-control"]


def test_scripts_and_styles_come_compressed(served: tuple[Any, str]) -> None:
    _, url = served
    answer = httpx.get(f"{url}/static/js/sitting.js", headers={"Accept-Encoding": "gzip"})
    assert answer.headers["content-encoding"] == "gzip"
    assert "Accept-Encoding" in answer.headers["vary"]
    assert answer.content == (Path(mos_platform.__file__).parent / "static/js/sitting.js").read_bytes()
    plain = httpx.get(f"{url}/static/js/sitting.js", headers={"Accept-Encoding": "identity"})
    assert "content-encoding" not in plain.headers


def test_the_embedded_worker_computes_what_another_process_imported(
    installation: Any, clip_study: Path
) -> None:
    server, url = start(installation)
    try:
        assert installation.run("import_study", str(clip_study)).returncode == 0
        until = time.monotonic() + 60
        done = "SELECT count(*) FROM metrics_measured WHERE state = 'done'"
        while installation.sql(done) != [(12,)]:
            assert time.monotonic() < until
            time.sleep(0.2)
    finally:
        server.send_signal(signal.SIGINT)
        _, said = server.communicate(timeout=150)
    leaving = "Finishing what is under way (at most 2 min) …\n"
    assert (server.returncode, said) == (0, f"{leaving}Stopped.\n")
    wait_until_refused(url)


def test_a_killed_server_frees_its_port(installation: Any) -> None:
    server, url = start(installation)
    server.send_signal(signal.SIGKILL)
    server.communicate()
    wait_until_refused(url)


@pytest.mark.parametrize("bind", ["nonsense", "127.0.0.1:http", "127.0.0.1:99999", "no.such.host.invalid:80"])
def test_a_bad_address_is_one_sentence(bind: str) -> None:
    with pytest.raises(InputError, match=rf"{bind}.*; .*\.$"), running_server(bind):
        pytest.fail("it was served")


def test_a_taken_port_is_one_sentence(installation: Any) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        bind = f"127.0.0.1:{other.getsockname()[1]}"
        done = installation.run("serve", "--bind", bind)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        f"{bind} cannot be used (Address already in use); stop what runs there or name another with --bind.\n"
    )
