"""Weights: those that tests can have come from where they are published, others from a server of our own."""

from __future__ import annotations

import hashlib
import io
import json
import os
import tarfile
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from mos_platform.metrics import working
from mos_platform.metrics.measures.inventory import lacking
from mos_platform.metrics.measures.registry import REGISTRY
from mos_platform.metrics.measures.result import NoValueError
from mos_platform.metrics.measures.weights import WEIGHT_FILES, WeightFile, Weights
from mos_platform.metrics.measures.weights.fetching import fetch, fetch_all
from studies.errors import InputError
from studies.metrics import COMPUTED

CONTENT = bytes(range(256)) * 1200


@dataclass
class Site:
    """A site that serves files, and may cut a connection after so many bytes."""

    url: str = ""
    files: dict[str, bytes] = field(default_factory=dict)
    cut_after: int | None = None
    asked: list[tuple[str, str | None]] = field(default_factory=list)

    def file(self, name: str, content: bytes, **facts: Any) -> WeightFile:
        """A row of the registry for a file that the site serves."""
        self.files[f"/{name}"] = content
        sha256 = facts.pop("sha256", hashlib.sha256(content).hexdigest())
        url = f"{self.url}/{name}"
        row = WeightFile(name, len(content), sha256, url, "", "", "bytes", "none", "https://page.example")
        return replace(row, **facts)


@pytest.fixture
def site() -> Iterator[Site]:
    here = Site()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            wanted = self.headers.get("Range")
            here.asked.append((self.path, wanted))
            content = here.files.get(self.path)
            if content is None:
                self.send_error(404)
                return
            start = int(wanted.removeprefix("bytes=").removesuffix("-")) if wanted else 0
            if start >= len(content):
                self.send_error(416)
                return
            self.send_response(206 if wanted else 200)
            self.send_header("Content-Length", str(len(content) - start))
            self.end_headers()
            end = len(content) if here.cut_after is None else start + here.cut_after
            self.wfile.write(content[start:end])

        def log_message(self, *_words: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    here.url = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    yield here
    server.shutdown()
    server.server_close()


def visible(folder: Path) -> list[str]:
    return sorted(file.name for file in folder.iterdir() if not file.name.startswith("."))


def test_a_file_is_fetched_once_and_as_published(site: Site, tmp_path: Path) -> None:
    file = site.file("net.bin", CONTENT)
    assert fetch(file, tmp_path / "w").read_bytes() == CONTENT
    assert fetch(file, tmp_path / "w").read_bytes() == CONTENT
    assert site.asked == [("/net.bin", None)]
    assert visible(tmp_path / "w") == ["net.bin"]


@pytest.mark.parametrize("published", [{}, {"bytes": None}, {"bytes": None, "sha256": "0" * 8}])
def test_wrong_bytes_are_never_kept(site: Site, tmp_path: Path, published: dict[str, Any]) -> None:
    file = site.file("net.bin", CONTENT, **published)
    site.files["/net.bin"] = CONTENT[:-1] + b"!"
    with pytest.raises(InputError, match=r"^net\.bin .*another sha256.*by hand from https://page\.example"):
        fetch(file, tmp_path)
    assert visible(tmp_path) == []


def test_a_cut_connection_leaves_nothing_and_the_next_try_goes_on(site: Site, tmp_path: Path) -> None:
    file = site.file("net.bin", CONTENT)
    site.cut_after = 200_000
    with pytest.raises(InputError, match=r"net\.bin cannot be fetched from http://127.*by hand"):
        fetch(file, tmp_path)
    assert visible(tmp_path) == []
    site.cut_after = None
    assert fetch(file, tmp_path).read_bytes() == CONTENT
    (_, nothing), (_, resumed) = site.asked
    assert nothing is None
    assert resumed is not None
    assert 0 < int(resumed.removeprefix("bytes=").removesuffix("-")) <= 200_000


def test_without_a_published_hash_a_broken_fetch_starts_over(site: Site, tmp_path: Path) -> None:
    file = site.file("net.bin", CONTENT, sha256="", bytes=None)
    site.cut_after = 200_000
    with pytest.raises(InputError, match="cannot be fetched"):
        fetch(file, tmp_path)
    site.cut_after = None
    assert fetch(file, tmp_path).read_bytes() == CONTENT
    assert site.asked == [("/net.bin", None)] * 2


def test_what_was_kept_of_another_file_costs_one_try(site: Site, tmp_path: Path) -> None:
    """The file changed on its site between two tries."""
    file = site.file("net.bin", CONTENT)
    site.files["/net.bin"] = b"x" * len(CONTENT)
    site.cut_after = 200_000
    with pytest.raises(InputError, match="cannot be fetched"):
        fetch(file, tmp_path)
    site.files["/net.bin"], site.cut_after = CONTENT, None
    with pytest.raises(InputError, match="another sha256"):
        fetch(file, tmp_path)
    assert fetch(file, tmp_path).read_bytes() == CONTENT


def test_a_file_that_is_no_longer_there_is_said_so(site: Site, tmp_path: Path) -> None:
    gone = replace(site.file("net.bin", CONTENT), url=f"{site.url}/moved")
    good = site.file("other.bin", CONTENT)
    first, second = fetch_all([gone, good], tmp_path)
    assert "404 Not Found" in first.problem
    assert second.problem == ""
    assert visible(tmp_path) == ["other.bin"]


def test_an_archive_that_holds_several_files_is_fetched_once(site: Site, tmp_path: Path) -> None:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        for name in ("a.dat", "b.dat"):
            entry = tarfile.TarInfo(f"models/{name}")
            entry.size = len(CONTENT)
            archive.addfile(entry, io.BytesIO(CONTENT))
    whole = site.file("models.tar.gz", packed.getvalue())
    files = [
        replace(site.file(name, CONTENT), url=whole.url, member=f"models/{name}", archive_sha256=whole.sha256)
        for name in ("a.dat", "b.dat", "c.dat")
    ]
    a, b, c = fetch_all(files, tmp_path)
    assert (a.problem, b.problem) == ("", "")
    assert "holds no models/c.dat" in c.problem
    assert site.asked == [("/models.tar.gz", None)]
    assert visible(tmp_path) == ["a.dat", "b.dat"]


def test_a_damaged_file_is_never_used(weights: Weights, tmp_path: Path) -> None:
    name = "brisque_svm.txt"
    right = weights.file(name).read_bytes()
    own = Weights(tmp_path)
    with pytest.raises(NoValueError, match=r"^weights missing \(brisque_svm\.txt; `python -m mos_"):
        own.file(name)
    (tmp_path / name).write_bytes(right[:-1])
    with pytest.raises(NoValueError, match=r"^weights damaged \(brisque_svm\.txt has 351413 bytes instead"):
        own.file(name)
    (tmp_path / name).write_bytes(right[:-1] + b" ")
    with pytest.raises(NoValueError, match=r"^weights damaged \(brisque_svm\.txt has another sha256"):
        own.file(name)
    (tmp_path / name).write_bytes(right)
    os.utime(tmp_path / name, (time.time(), time.time() + 5))
    assert own.file(name).read_bytes() == right


def test_what_an_implementation_lacks_is_named(weights: Weights, tmp_path: Path) -> None:
    brisque = REGISTRY["brisque"]
    assert not lacking(brisque, weights)
    assert str(lacking(brisque, Weights(tmp_path))) == "weights brisque_svm.txt"
    both = replace(brisque, packages=("no_such_package", "numpy"))
    assert str(lacking(both, Weights(tmp_path))) == "weights brisque_svm.txt and package no_such_package"


def test_workers_name_all_files_that_are_missing(tmp_path: Path) -> None:
    clip = tmp_path / "clip.mp4"
    synced = working.measure_clip(clip, None, ["lse_d", "lse_c"], tmp_path)
    assert all("(syncnet_v2.model, sfd_face.pth; " in one.reason for one in synced.values())
    (seen,) = working.measure_pass(clip, None, ["brisque"], tmp_path).values()
    assert seen.reason.startswith("weights missing (brisque_svm.txt; ")
    features = working.extract_features(clip, "fid", tmp_path, tmp_path / "features.npz")
    assert features.reason.startswith("weights missing (pt_inception-2015-12-05-6726825d.pth; ")


def test_registry_catalogue_and_implementations_agree() -> None:
    needed = {name for implementation in REGISTRY.values() for name in implementation.weights}
    assert needed == set(WEIGHT_FILES)
    assert set(REGISTRY) == set(COMPUTED)
    for name, implementation in REGISTRY.items():
        assert set(COMPUTED[name].files) == set(implementation.weights), name


def test_rows_of_the_registry_are_whole() -> None:
    for file in WEIGHT_FILES.values():
        assert file.url.startswith(("https://", "http://")), file.name
        assert file.page.startswith("https://"), file.name
        assert file.format, file.name
        assert file.licence, file.name
        assert all(set(text) <= set("0123456789abcdef") for text in (file.sha256, file.archive_sha256))


@pytest.fixture
def run(tmp_path: Path, settings: Any, capsys: pytest.CaptureFixture[str]) -> Callable[..., str]:
    """The command, with an empty folder of weights; gives what it prints."""
    settings.WEIGHTS_DIR = tmp_path / "weights"

    def ran(*words: str, code: int = 0) -> str:
        if code:
            with pytest.raises(SystemExit) as ended:
                call_command("weights", *words)
            assert ended.value.code == code
        else:
            call_command("weights", *words)
        return capsys.readouterr().out

    return ran


def test_the_command_lists_fetches_and_checks(run: Callable[..., str], tmp_path: Path) -> None:
    own = tmp_path / "weights"
    listed = {one["name"]: one for one in json.loads(run("--json"))}
    assert set(listed) == set(WEIGHT_FILES)
    assert {one["state"] for one in listed.values()} == {"missing"}
    assert listed["brisque_svm.txt"]["metrics"] == ["brisque"]

    said = run("fetch", "brisque_svm.txt", "lpips_alex.pth")
    assert said.splitlines() == [f"Fetched: {own / name}" for name in ("brisque_svm.txt", "lpips_alex.pth")]
    assert run("check", "brisque_svm.txt") == "brisque_svm.txt: right\n"

    (own / "lpips_alex.pth").write_bytes(b"no network")
    checked = run("check", code=1)
    assert "lpips_alex.pth: damaged (has 10 bytes instead of 6009); fetch it again" in checked
    table = run()
    assert "damaged" in table
    assert str(own) in table
    shown = run("show", "lpips_alex.pth")
    assert "BSD-2-Clause" in shown
    assert "PerceptualSimilarity" in shown


def test_the_command_says_what_is_wrong(run: Callable[..., str]) -> None:
    with pytest.raises(InputError, match=r"did you mean 'brisque_svm\.txt'\?"):
        run("fetch", "brisque.txt")
    with pytest.raises(InputError, match="--all"):
        run("fetch")
