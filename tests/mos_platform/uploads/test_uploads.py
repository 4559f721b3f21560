"""The work of uploads: imported once, refused in whole sentences, and lost with no worker."""

from __future__ import annotations

import os
import re
import signal
import time
import zipfile
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from mos_platform.celery import app
from mos_platform.metrics.models import MetricValue
from mos_platform.stimuli.models import Study
from mos_platform.uploads import services
from mos_platform.uploads.models import Upload
from mos_platform.uploads.receiving import receive
from studies.errors import InputError

pytestmark = pytest.mark.django_db
MB = 1024**2


def sent(content: bytes | Path, *, new_version: bool = False, name: str = "study.zip") -> Upload:
    data = content.read_bytes() if isinstance(content, Path) else content
    return receive([data], name=name, sender="ann", new_version=new_version)


def worked(upload: Upload) -> Upload:
    services.take_in_upload(upload.pk)
    upload.refresh_from_db()
    return upload


def changed(study_zip: Path, target: Path, changes: dict[str, bytes]) -> Path:
    """The zip with other content for some entries."""
    with zipfile.ZipFile(study_zip) as old, zipfile.ZipFile(target, "w") as new:
        for name in [*old.namelist(), *(set(changes) - set(old.namelist()))]:
            new.writestr(name, changes[name] if name in changes else old.read(name))
    return target


def left(settings: Any) -> list[Path]:
    folders = (settings.UPLOADS_ROOT, settings.MEDIA_ROOT, Path(settings.STAGING_ROOT) / "studies")
    return [path for folder in folders for path in Path(folder).rglob("*") if path.is_file()]


def test_a_zip_becomes_a_study(study_zip: Path, settings: Any) -> None:
    upload = sent(study_zip)
    assert services.unfinished() == [upload.pk]
    worked(upload)
    assert (upload.state, upload.sentences, upload.was_here) == ("done", [], False)
    assert upload.study == Study.objects.get(slug="clips")
    assert MetricValue.objects.count() == 14
    assert (upload.phase, upload.done, upload.total) == ("Storing the clips", 6, 6)
    assert len(left(settings)) == 6  # the stored clips
    assert services.unfinished() == []


def test_the_same_zip_again_changes_nothing(study_zip: Path, settings: Any) -> None:
    first = worked(sent(study_zip))
    again = worked(sent(study_zip))
    assert (again.state, again.was_here, again.study) == ("done", True, first.study)
    assert len(left(settings)) == 6


def test_a_changed_study_needs_the_word_for_it(study_zip: Path, tmp_path: Path) -> None:
    worked(sent(study_zip))
    yaml = zipfile.ZipFile(study_zip).read("study.yaml").replace(b"seed: 3", b"seed: 4")
    other = changed(study_zip, tmp_path / "other.zip", {"study.yaml": yaml})
    refused = worked(sent(other))
    assert refused.state == "failed"
    assert "--new-version" in refused.sentences[0]
    taken = worked(sent(other, new_version=True))
    assert (taken.state, taken.study.version if taken.study else 0) == ("done", 2)


BOMB = b"a: &a [x,x,x,x,x,x,x,x,x]\n" + b"".join(
    f"{chr(98 + n)}: &{chr(98 + n)} [{','.join([f'*{chr(97 + n)}'] * 9)}]\n".encode() for n in range(9)
)
NAMES = ", ".join(f"n{number}" for number in range(10_000))
BAD_STUDIES = {
    "no yaml at all": (b"\x00\x01\x02", "cannot stand in YAML"),
    "not text": (b"\xff\xfe\xfa", "is not UTF-8"),
    "a bomb": (BOMB, "holds more than 200,000 values once its aliases are followed"),
    "huge": (b"# " + b"x" * 5 * MB, "study.yaml is larger than 1 MiB"),
    "deep": (b"[" * 100_000, "nested too deeply"),
    "a tag": (b"!!python/object/apply:os.system ['id']", "a tag that begins with !"),
    "out of the folder": (
        b"stimuli: {pattern: '../../{method}{item}'}",
        "pattern must stay inside the study's folder",
    ),
    "a list": (b"- 1", "study.yaml holds a list"),
}


@pytest.mark.parametrize("what", BAD_STUDIES)
def test_study_files_that_mean_harm(study_zip: Path, tmp_path: Path, settings: Any, what: str) -> None:
    content, says = BAD_STUDIES[what]
    before = time.process_time()
    upload = worked(sent(changed(study_zip, tmp_path / "bad.zip", {"study.yaml": content})))
    assert time.process_time() - before < 5
    assert upload.state == "failed"
    assert any(says in sentence for sentence in upload.sentences), upload.sentences
    assert not any(str(settings.UPLOADS_ROOT) in sentence for sentence in upload.sentences)
    assert left(settings) == []


def test_all_mistakes_of_a_study_file_at_once(study_zip: Path, tmp_path: Path) -> None:
    yaml = zipfile.ZipFile(study_zip).read("study.yaml").replace(b"seed: 3", b"sead: 3")
    yaml = yaml.replace(b"test_method: ACR-HR", b"test_method: ABC")
    upload = worked(sent(changed(study_zip, tmp_path / "bad.zip", {"study.yaml": yaml})))
    assert len(upload.sentences) == 2
    assert upload.sentences[0].startswith("study.yaml, line 4: key 'sead' is not known")
    assert upload.sentences[1].startswith("study.yaml, line 1")


BAD_CLIPS = {
    "text": b"#!/bin/sh\nrm -rf /\n",
    "an html page": b"<!doctype html><script>alert(1)</script>",
    "a playlist that names other files": b"#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n",
    "a list for concat": b"ffconcat version 1.0\nfile /etc/passwd\n",
    "nothing": b"",
    "noise": bytes(range(256)) * 64,
}


@pytest.mark.all
def test_a_study_file_of_a_hundred_thousand_mistakes(study_zip: Path, tmp_path: Path, settings: Any) -> None:
    content = "\n".join(f"k{number}: 1" for number in range(99_000)).encode()
    upload = worked(sent(changed(study_zip, tmp_path / "bad.zip", {"study.yaml": content})))
    assert upload.state == "failed"
    # One sentence on a machine that needs more than the minute that it is given.
    assert len(upload.sentences) in (1, 101)
    assert upload.sentences[-1] in (
        "study.yaml takes more than 60 s or 2 GiB to be read; make it smaller.",
        "study.yaml: 98906 more mistakes.",
    )
    assert left(settings) == []


def test_a_study_of_a_hundred_million_clips(study_zip: Path, tmp_path: Path, settings: Any) -> None:
    yaml = zipfile.ZipFile(study_zip).read("study.yaml").decode()
    yaml = re.sub(r"methods: .*", f"methods: [{NAMES}]", yaml)
    yaml = (
        re.sub(r"items: .*", f"items: [{NAMES}]", yaml).replace("ACR-HR", "ACR").replace("psnr, ssim, ", "")
    )
    upload = worked(sent(changed(study_zip, tmp_path / "bad.zip", {"study.yaml": yaml.encode()})))
    assert upload.state == "failed"
    assert "clips; 200,000 are the most" in upload.sentences[0] or "to be read" in upload.sentences[0]
    assert left(settings) == []


@pytest.mark.parametrize("what", BAD_CLIPS)
def test_clips_that_lie_about_what_they_are(
    study_zip: Path, tmp_path: Path, settings: Any, what: str
) -> None:
    bad = changed(study_zip, tmp_path / "bad.zip", {"clips/soft/two.mp4": BAD_CLIPS[what]})
    upload = worked(sent(bad))
    assert upload.state == "failed"
    assert [sentence.split()[0] for sentence in upload.sentences] == ["clips/soft/two.mp4"]
    assert left(settings) == []


def test_a_picture_that_is_none(study_zip: Path, tmp_path: Path, settings: Any) -> None:
    yaml = (
        zipfile.ZipFile(study_zip).read("study.yaml").replace(b"{name: two,", b"{name: two, picture: p.png,")
    )
    changes = {"study.yaml": yaml, "p.png": b"\x89PNG\r\n\x1a\n" + bytes(50)}
    upload = worked(sent(changed(study_zip, tmp_path / "bad.zip", changes)))
    assert upload.sentences[0].startswith("p.png ")
    assert left(settings) == []


def test_what_is_too_long_is_refused_while_it_arrives(settings: Any) -> None:
    settings.UPLOAD_MAX_BYTES = MB
    taken = 0

    def endless() -> Any:
        nonlocal taken
        while True:
            taken += 64 * 1024
            yield bytes(64 * 1024)

    with pytest.raises(InputError, match="larger than 1 MB"):
        receive(endless(), name="x.zip", sender="ann", new_version=False)
    assert taken <= MB + 64 * 1024
    assert left(settings) == []
    assert not Upload.objects.exists()


def test_a_name_is_only_for_showing() -> None:
    upload = sent(b"x", name="../../etc/<b>\n passwd.zip")
    assert upload.name == "<b> passwd.zip"
    assert upload.file.name == f"{upload.token}.zip"


def test_an_upload_is_worked_on_once(study_zip: Path) -> None:
    upload = sent(study_zip)
    Upload.objects.filter(pk=upload.pk).update(state="running", claim="other", claimed_at=timezone.now())
    services.take_in_upload(upload.pk)
    upload.refresh_from_db()
    assert (upload.state, upload.claim) == ("running", "other")
    assert upload.file.exists()


def test_a_worker_that_died_is_followed_by_another(study_zip: Path, settings: Any) -> None:
    upload = sent(study_zip)
    unpacked = Path(settings.UPLOADS_ROOT) / f"{upload.token}.unpacked"
    unpacked.mkdir()
    (unpacked / "half.mp4").write_bytes(b"half")
    dead = timezone.now() - timedelta(minutes=1)
    Upload.objects.filter(pk=upload.pk).update(state="running", claim="dead", claimed_at=dead, attempts=1)
    assert services.unfinished() == [upload.pk]
    assert worked(upload).state == "done"
    assert upload.attempts == 2
    assert len(left(settings)) == 6


def test_what_kills_every_worker_is_given_up(study_zip: Path, settings: Any) -> None:
    upload = sent(study_zip)
    dead = timezone.now() - timedelta(minutes=1)
    Upload.objects.filter(pk=upload.pk).update(state="running", claimed_at=dead, attempts=3)
    assert worked(upload).state == "failed"
    assert upload.sentences == ["study.zip: the import was stopped 3 times. Send it again."]
    assert left(settings) == []


def test_a_full_disk_is_tried_again_and_then_told(study_zip: Path, settings: Any) -> None:
    upload = sent(study_zip)
    media = Path(settings.MEDIA_ROOT)
    media.parent.mkdir(exist_ok=True)
    media.write_text("a file where the folder should be")
    assert worked(upload).state == "pending"
    assert worked(upload).state == "pending"
    assert worked(upload).state == "failed"
    assert "could not be stored" in upload.sentences[0]
    assert not upload.file.exists()


def test_leftovers_go_after_a_day(settings: Any, study_zip: Path) -> None:
    wanted = sent(study_zip)
    root = Path(settings.UPLOADS_ROOT)
    names = ["old.part", "old.upload.zip", "recent.part"]
    for name in names:
        (root / name).write_bytes(b"x")
    (root / "old.unpacked").mkdir()
    for path in (root / "old.part", root / "old.upload.zip", root / "old.unpacked", wanted.file):
        os.utime(path, (time.time() - 25 * 3600,) * 2)
    services.remove_leftovers()
    assert {path.name for path in root.iterdir()} == {"recent.part", wanted.file.name}


def test_the_command_takes_a_zip(commands: Any, study_zip: Path, settings: Any) -> None:
    done = commands.run("import_study", str(study_zip))
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("Imported study 'clips': 6 clips")
    assert list(settings.UPLOADS_ROOT.iterdir()) == []
    (bad := study_zip.with_name("bad.zip")).write_bytes(b"PK")
    refused = commands.run("import_study", str(bad))
    assert (refused.returncode, refused.stdout) == (2, "")
    assert refused.stderr == "bad.zip is no zip, or it is cut off; make it anew from the study's folder.\n"


@pytest.mark.all
def test_a_worker_killed_in_the_midst_loses_nothing(
    installation: Any, study_zip: Path, wait_for: Any
) -> None:
    token = "0" * 16
    (installation.var / "uploads").mkdir(exist_ok=True)
    (installation.var / "uploads" / f"{token}.zip").write_bytes(study_zip.read_bytes())
    installation.sql(
        "INSERT INTO uploads_upload (token, name, sender, new_version, state, phase, done, total, sentences, "
        "was_here, attempts, claim, requested_at) VALUES (?, 'study.zip', 'ann', 0, 'pending', '', 0, 0, "
        "'[]', 0, 0, '', '2026-01-01 00:00:00')",
        token,
    )

    def state() -> tuple[Any, ...]:
        return installation.sql("SELECT state, done FROM uploads_upload")[0]

    worker = installation.start("-m", "mos_platform", "serve", "--bind", "127.0.0.1:0")
    wait_for(lambda: state()[0] == "running")
    worker.send_signal(signal.SIGKILL)
    worker.communicate()
    assert state()[0] == "running"
    installation.sql("UPDATE uploads_upload SET claimed_at = '2000-01-01 00:00:00'")
    with installation.serving():
        wait_for(lambda: state()[0] in ("done", "failed"))
    assert state()[0] == "done"
    assert installation.sql("SELECT count(*) FROM stimuli_stimulus") == [(6,)]
    assert [path.name for path in (installation.var / "uploads").iterdir()] == []


def test_an_upload_does_not_wait_for_thousands_of_metric_values() -> None:
    """All queues are worked off, in turn; what somebody waits for stands in the shorter one."""
    route = app.amqp.router.route
    tasks = ("uploads.take_in", "metrics.measure", "metrics.by_network")
    queues = {name: route({}, name)["queue"].name for name in tasks}
    assert len(set(queues.values())) == len(tasks)
    assert set(queues.values()) == set(app.amqp.queues.consume_from)
