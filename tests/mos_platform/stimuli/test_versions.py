"""A running study's config is frozen: a changed study is a new version beside the old one."""

from __future__ import annotations

import json
import re
import shutil
import zipfile
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import IntegrityError
from django.test import Client

from mos_platform.console.reports import report_folder
from mos_platform.exports.services import bundle_folder, export_bundle
from mos_platform.exports.tokens import make_token
from mos_platform.intake import take_in
from mos_platform.raters.services import open_link
from mos_platform.stimuli.lookup import find_study
from mos_platform.stimuli.models import Study
from studies.errors import InputError

pytestmark = pytest.mark.django_db


def edited(study: Path, old: str, new: str) -> Path:
    file = study / "study.yaml"
    assert old in file.read_text()
    file.write_text(file.read_text().replace(old, new))
    return study


@pytest.fixture
def two_versions(imported_study: Study, own_study: Path) -> tuple[Study, Study]:
    first = imported_study
    second = take_in(edited(own_study, "seed: 3", "seed: 4"), new_version=True).study
    first.refresh_from_db()
    return first, second


def test_a_changed_study_is_refused_until_a_new_version_is_asked_for(
    imported_study: Study, own_study: Path
) -> None:
    edited(own_study, "seed: 3", "seed: 4")
    with pytest.raises(InputError, match=r"in 'seed'; import it as a new version \(--new-version; .*=true\)"):
        take_in(own_study)
    assert take_in(own_study, new_version=True).study.version == 2
    assert not take_in(own_study, new_version=True).created
    assert Study.objects.count() == 2


def test_other_clips_make_a_new_version_too(imported_study: Study, own_study: Path) -> None:
    shutil.copy(own_study / "clips/soft/one.mp4", own_study / "clips/soft/two.mp4")
    with pytest.raises(InputError, match=r"differs in 1 clip \(the first is clips/soft/two\.mp4\)"):
        take_in(own_study)
    assert take_in(own_study, new_version=True).study.version == 2


def test_the_older_version_lets_nobody_new_in_and_keeps_what_it_has(
    two_versions: tuple[Study, Study],
) -> None:
    first, second = two_versions
    assert (first.is_open, second.is_open) == (False, True)
    assert (first.parsed.seed, second.parsed.seed) == (3, 4)
    assert first.stimuli.count() == second.stimuli.count() == 6
    assert all(Path(stimulus.file.path).is_file() for stimulus in first.stimuli.all())
    assert {s.token for s in first.stimuli.all()}.isdisjoint(s.token for s in second.stimuli.all())
    assert "closed" in Client().get(f"/r/{open_link(first).token}/").text
    assert Client().get(f"/r/{open_link(second).token}/").status_code == 200


def test_going_back_finds_the_older_version_here(two_versions: tuple[Study, Study], own_study: Path) -> None:
    first, _second = two_versions
    again = take_in(edited(own_study, "seed: 4", "seed: 3"))
    assert (again.created, again.study) == (False, first)


def test_names_say_which_version(two_versions: tuple[Study, Study]) -> None:
    first, second = two_versions
    assert (first.name, second.name) == ("clips@1", "clips")
    assert find_study("clips") == find_study("clips@2") == second
    assert find_study("clips@1") == first
    for name in (
        "clips@3",
        "clips@",
        "clips@0x1",
        "clips@1@1",
        "other",
        "clips\0",
        "@1",
        "clips@99999999999",
    ):
        with pytest.raises(InputError, match=re.escape("name one of these: clips@1, clips.")):
            find_study(name)


def test_nothing_of_one_version_is_written_over_by_another(two_versions: tuple[Study, Study]) -> None:
    first, second = two_versions
    assert (bundle_folder(first).name, bundle_folder(second).name) == ("clips", "clips@2")
    assert report_folder(first) != report_folder(second)
    for study in two_versions:
        told = json.loads((export_bundle(study, bundle_folder(study)) / "study.json").read_text())
        assert (told["study"], told["version"]) == ("clips", study.version)


def test_pages_and_the_api_serve_either_version(two_versions: tuple[Study, Study]) -> None:
    client = Client()
    client.force_login(User.objects.create_superuser("researcher"))
    older = client.get("/console/studies/clips@1/").text
    assert "The newest version" in older
    assert "Open it again" not in older
    assert "send the raters" not in older
    client.post("/console/studies/clips@1/open/")
    assert not find_study("clips@1").is_open
    newest = client.get("/console/studies/clips/").text
    assert "version 2" in newest
    assert "The newest version" not in newest
    listed = client.get("/console/").text
    assert '"/console/studies/clips@1/"' in listed
    assert '"/console/studies/clips/"' in listed
    assert client.get("/console/studies/clips@3/").status_code == 404
    bearer = Client(headers={"Authorization": f"Bearer {make_token('reader', two_versions[0])}"})
    for name, version in (("clips@1", 1), ("clips", 2)):
        archive = bearer.get(f"/api/studies/{name}/bundle").getvalue()
        assert version_of(archive) == version


def version_of(archive: bytes) -> int:
    from io import BytesIO

    version: int = json.loads(zipfile.ZipFile(BytesIO(archive)).read("study.json"))["version"]
    return version


def test_no_study_takes_the_address_of_the_page_for_importing(own_study: Path) -> None:
    with pytest.raises(InputError, match="'new' is the name of a page of the console"):
        take_in(edited(own_study, "study: clips", "study: new"))


def test_there_is_one_newest_version(two_versions: tuple[Study, Study]) -> None:
    with pytest.raises(IntegrityError):
        Study.objects.filter(slug="clips").update(is_newest=True)


def test_the_command_says_what_it_did(commands: Any, imported_study: Study, own_study: Path) -> None:
    edited(own_study, "seed: 3", "seed: 4")
    refused = commands.run("import_study", str(own_study))
    assert (refused.returncode, refused.stdout) == (2, "")
    assert "--new-version" in refused.stderr
    done = commands.run("import_study", str(own_study), "--new-version")
    assert done.stdout.startswith("Imported study 'clips', version 2: 6 clips")
    for study in Study.objects.all():
        exported = commands.run("export", study.name)
        assert exported.returncode == 0, exported.stderr
        assert (bundle_folder(study) / "study.json").is_file()


@pytest.mark.services
@pytest.mark.all
def test_versions_on_postgresql(installation: Any, own_study: Path, postgres_url: str) -> None:
    installation.env["MOS_DATABASE_URL"] = postgres_url
    assert installation.run("migrate", "-v", "0").returncode == 0
    both = [installation.start("-m", "mos_platform", "import_study", str(own_study)) for _ in range(2)]
    told = sorted(process.communicate(timeout=120)[0].split(" ")[0] for process in both)
    assert told == ["Imported", "Study"]
    edited(own_study, "seed: 3", "seed: 4")
    assert "--new-version" in installation.run("import_study", str(own_study)).stderr
    done = installation.run("import_study", str(own_study), "--new-version")
    assert done.stdout.startswith("Imported study 'clips', version 2: 6 clips"), done.stderr
    assert "name one of these: clips@1, clips." in installation.run("export", "clips@7").stderr
