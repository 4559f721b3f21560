"""Every command that the README shows works, and every file that it names is there.

In a fence marked `console` a line that starts with `$ ` is a command, continued by a trailing backslash; the
lines under it are what it prints, `…` standing for any text. The commands run in the order of the page, in
one folder that looks like a checkout and has its own `var/`. `make demo` is run as the program it starts with
--once, on two items and with few raters (whole in the exhaustive walks); of other make targets only the
existence is checked, because they run this test; `serve` is started, asked whether it is well, and stopped.
Commands in other fences (`sh`, `text`) are not run.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest
import yaml

FENCE = re.compile(r"^```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\(([^)#:]+)(?:#[^)]*)?\)")
DEMO = ".venv/bin/python -m mos_platform demo --once"
LONGEST_S = 600
# Stopping waits for the metrics that are being computed.
STOP_S = 150
FEW_ITEMS = 2
FEW_RATERS = 9


Demo = Callable[[Path, Path], AbstractContextManager[None]]


@dataclass(frozen=True)
class Shown:
    """One command of the page and the lines that it is said to print."""

    command: str
    output: tuple[str, ...]


def shown_commands(page: str) -> list[Shown]:
    found: list[Shown] = []
    for block in FENCE.findall(page):
        first, *rest = re.split(r"^\$ ", block.replace("\\\n", " "), flags=re.MULTILINE)
        if first.strip():
            raise ValueError(f"a console fence must begin with '$ ', not {first.strip()!r}")
        for part in rest:
            command, *output = part.rstrip("\n").split("\n")
            found.append(Shown(" ".join(command.split()), tuple(line for line in output if line.strip())))
    return found


def is_printed(line: str, output: str) -> bool:
    pattern = ".*".join(re.escape(part.strip()) for part in line.split("…"))
    return re.search(pattern, output) is not None


@pytest.fixture(scope="module")
def readme(repo: Path) -> str:
    return (repo / "README.md").read_text(encoding="utf-8")


@pytest.fixture
def checkout(repo: Path, tmp_path: Path) -> Path:
    """The repository by links, except for what the commands write."""
    folder = linked(repo, tmp_path / "checkout")
    (folder / ".venv").symlink_to(sys.prefix)
    if (repo.parent / "shared").is_dir():
        (folder.parent / "shared").symlink_to(repo.parent / "shared")
    return folder


def linked(source: Path, target: Path) -> Path:
    target.mkdir(parents=True)
    for entry in source.iterdir():
        if entry.name not in ("var", ".venv", ".git"):
            (target / entry.name).symlink_to(entry)
    return target


@contextmanager
def small_demo(checkout: Path, repo: Path) -> Iterator[None]:
    """The checkout's demo has two items and few raters meanwhile."""
    (checkout / "studies").unlink()
    demo = linked(repo / "studies", checkout / "studies") / "demo"
    demo.unlink()
    linked(repo / "studies" / "demo", demo)
    rewrite(demo / "study.yaml", lambda study: {"items": study["items"][:FEW_ITEMS]})
    rewrite(demo / "simulation.yaml", lambda _: {"raters": FEW_RATERS})
    try:
        yield
    finally:
        shutil.rmtree(checkout / "studies")
        (checkout / "studies").symlink_to(repo / "studies")


def rewrite(file: Path, change: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
    """Put a changed file in the place of a link."""
    content = yaml.safe_load(file.read_text(encoding="utf-8"))
    file.unlink()
    file.write_text(yaml.safe_dump(content | change(content), sort_keys=False), encoding="utf-8")


def environment() -> dict[str, str]:
    return {
        name: value for name, value in os.environ.items() if not name.startswith(("MOS_", "DJANGO_", "MAKE"))
    }


def run(command: str, folder: Path) -> str:
    """What the command prints; fails where its exit status is not 0."""
    done = subprocess.run(
        ["bash", "-c", command],
        cwd=folder,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=LONGEST_S,
    )
    assert done.returncode == 0, f"{command}\n{done.stdout[-3000:]}"
    return done.stdout


def run_server(command: str, folder: Path) -> str:
    """Start a command that serves until it is stopped; what it prints until it serves."""
    log = folder / "var" / "readme-server.log"
    with log.open("w") as output:
        server = subprocess.Popen(
            ["bash", "-c", f"exec {command} --bind 127.0.0.1:0"],
            cwd=folder,
            env=environment(),
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        address = wait_for_address(log, server)
        with urlopen(f"{address}/healthz", timeout=30) as answer:
            assert answer.status == 200
    finally:
        server.send_signal(signal.SIGINT)
        server.wait(STOP_S)
    return log.read_text()


def wait_for_address(log: Path, server: subprocess.Popen[bytes]) -> str:
    until = time.monotonic() + 60
    while time.monotonic() < until and server.poll() is None:
        if found := re.search(r"http://127\.0\.0\.1:\d+", log.read_text()):
            return found.group()
        time.sleep(0.1)
    raise AssertionError(f"no address was printed: {log.read_text()[-3000:]}")


def perform(command: str, repo: Path, checkout: Path, demo: Demo) -> str:
    if command.split()[:2] == ["make", "demo"]:
        with demo(checkout, repo):
            return run(DEMO, checkout)
    if command.split()[0] == "make":
        return run(f"make --dry-run {command.removeprefix('make ')}", repo)
    if "-m mos_platform serve" in command:
        return run_server(command, checkout)
    return run(command, checkout)


def whole_demo(_checkout: Path, _repo: Path) -> AbstractContextManager[None]:
    return nullcontext()


@pytest.mark.long
@pytest.mark.parametrize("demo", [small_demo, pytest.param(whole_demo, marks=pytest.mark.all)])
def test_every_shown_command_works_and_prints_what_is_shown(
    readme: str, repo: Path, checkout: Path, demo: Demo
) -> None:
    shown = shown_commands(readme)
    assert {"make demo", "make test"} <= {example.command for example in shown}
    for example in shown:
        output = perform(example.command, repo, checkout, demo)
        missing = [line for line in example.output if not is_printed(line, output)]
        assert not missing, f"{example.command} printed no line like {missing[0]!r} but:\n{output[-3000:]}"


def test_every_linked_file_is_there(readme: str, repo: Path) -> None:
    assert [link for link in LINK.findall(readme) if not (repo / link).exists()] == []


def test_commands_and_their_output_are_told_apart() -> None:
    page = "```console\n$ one \\\n    --flag\nprinted … here\n\n$ two\n```\n\n```sh\nthree\n```\n"
    assert shown_commands(page) == [Shown("one --flag", ("printed … here",)), Shown("two", ())]
    assert is_printed("printed … here", "is printed over here\n")
    assert not is_printed("printed … here", "printed\nhere")
    with pytest.raises(ValueError, match="must begin with"):
        shown_commands("```console\nmake test\n```\n")
