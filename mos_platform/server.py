"""The web server as a child process, with the embedded worker in this one where there is no Redis."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path

import httpx
from django.conf import settings

from mos_platform.gunicorn_settings import PARENT
from mos_platform.locking import collect_static
from mos_platform.worker import embedded_worker
from studies.errors import InputError

ROOT = Path(__file__).resolve().parent.parent
START_S = 180.0  # a busy machine takes a minute
STOP_S = 20.0
WATCH_S = 0.2


@contextmanager
def running_server(bind: str) -> Iterator[str]:
    """The platform at `bind` (HOST:PORT; port 0 takes a free one); yields its base URL once it answers.

    Raises InputError where the address is no address, is taken, or the server does not come up.
    """
    with _process(bind) as (_child, url):
        yield url


def serve(bind: str, ready: Callable[[str], None], leaving: Callable[[], None] = lambda: None) -> None:
    """Serve until interrupted; `ready` gets the base URL, and `leaving` is called before the last work is
    finished. Raises InputError as `running_server` does.
    """
    with _process(bind) as (child, url):
        ready(url)
        try:
            # Not child.wait(): it would not hear a signal between the last instruction and its call.
            while (code := child.poll()) is None:
                time.sleep(WATCH_S)
        except KeyboardInterrupt:
            leaving()
            raise
    raise InputError(f"the web server at {url} ended by itself (exit code {code}); see its messages above.")


@contextmanager
def _process(bind: str) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    with _listening(bind) as listener:
        url = _url(listener)
        if settings.EMBEDDED:
            collect_static()
        child = _start(listener, url)
    try:
        # The child comes first: its death signal is tied to the thread that started it, and forking is
        # safe only while there is no other.
        with embedded_worker() if settings.EMBEDDED else nullcontext():
            _wait_until_healthy(child, url)
            yield child, url
    finally:
        _stop(child)


def _listening(bind: str) -> socket.socket:
    """A bound socket, handed to the child: no other program can take the port in between."""
    host, _, port = bind.rpartition(":")
    family = socket.AF_INET6 if host.startswith("[") else socket.AF_INET
    try:
        listener = socket.socket(family)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host.strip("[]") or "127.0.0.1", int(port)))
        listener.listen(128)
    except (ValueError, OverflowError):
        raise InputError(
            f"{bind!r} is no address to serve at; write HOST:PORT, such as 127.0.0.1:8000."
        ) from None
    except OSError as error:
        raise InputError(
            f"{bind} cannot be used ({error.strerror}); stop what runs there or name another with --bind."
        ) from None
    return listener


def _url(listener: socket.socket) -> str:
    """An address that this machine can open: a server on all interfaces is reached at the local one."""
    host, port = listener.getsockname()[:2]
    local = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)  # noqa: S104
    return f"http://{local}:{port}"


def _start(listener: socket.socket, url: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "gunicorn", "--config", "python:mos_platform.gunicorn_settings"]
    command += ["--bind", f"fd://{listener.fileno()}", "mos_platform.wsgi:application"]
    own = {
        "MOS_BASE_URL": settings.BASE_URL if os.environ.get("MOS_BASE_URL", "").strip() else url,
        PARENT: str(os.getpid()),
    }
    path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
    return subprocess.Popen(  # noqa: S603
        command,
        pass_fds=(listener.fileno(),),
        env={**os.environ, **own, "PYTHONPATH": path},
        start_new_session=True,
    )


def _wait_until_healthy(child: subprocess.Popen[bytes], url: str) -> None:
    until = time.monotonic() + START_S
    last = "no answer"
    while child.poll() is None and time.monotonic() < until:
        try:
            answer = httpx.get(f"{url}/healthz", timeout=5)
        except httpx.HTTPError:
            time.sleep(0.05)
            continue
        if answer.status_code == 200:
            return
        last = f"/healthz answers {answer.status_code}: {answer.text[:200]}"
        time.sleep(0.2)
    raise InputError(
        f"the web server did not start at {url} ({last}); see its messages above, or try again when the "
        "machine is less busy."
    )


def _stop(child: subprocess.Popen[bytes]) -> None:
    child.terminate()
    try:
        child.wait(STOP_S)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()
