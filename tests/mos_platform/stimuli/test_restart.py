"""An import that is killed goes on where it stopped; two at once make one study."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path
from typing import Any

import pytest

from mos_platform.stimuli.services import import_study
from mos_platform.stimuli.staging import KEPT_S
from mos_platform.stimuli.storing import STORING
from studies.errors import InputError

PHASES = ["Reading the files", "Decoding the clips", "Preparing the clips", STORING]
# Imports, and is killed by itself in a phase, after the clip of that number.
KILLED_IN = """
import os, signal, sys
os.environ["DJANGO_SETTINGS_MODULE"] = "mos_platform.settings"
import django
django.setup()
from pathlib import Path
from mos_platform.intake import take_in
where, number = sys.argv[2], int(sys.argv[3])
def step(phase, done, total):
    if phase == where and done >= number:
        os.kill(os.getpid(), signal.SIGKILL)
take_in(Path(sys.argv[1]), progress=step)
"""


def files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def studies_and_clips(here: Any) -> tuple[int, int]:
    ((studies,),) = here.sql("SELECT count(*) FROM stimuli_study")
    ((clips,),) = here.sql("SELECT count(*) FROM stimuli_stimulus")
    return studies, clips


@pytest.mark.parametrize(
    "phase", [pytest.param(phase, marks=[pytest.mark.all] * (phase in PHASES[:2])) for phase in PHASES]
)
def test_killed_in_any_phase_and_started_again(installation: Any, clip_study: Path, phase: str) -> None:
    killed = installation.start("-c", KILLED_IN, str(clip_study), phase, "2")
    killed.communicate(timeout=60)
    assert killed.returncode == -signal.SIGKILL
    assert studies_and_clips(installation) == (0, 0)
    again = installation.run("import_study", str(clip_study))
    assert (again.returncode, again.stderr) == (0, "")
    assert studies_and_clips(installation) == (1, 6)
    # Neither twice nor half: what the killed one had stored is gone, and so is the staging.
    assert len(files(installation.var / "media")) == 6
    assert files(installation.var / "staging" / "studies") == []


@pytest.mark.django_db
def test_what_was_done_is_not_done_again(own_study: Path, settings: Any) -> None:
    def stop(phase: str, done: int, _total: int) -> None:
        if phase == "Preparing the clips" and done == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        import_study(own_study, progress=stop)
    steps: list[tuple[str, int, int]] = []
    assert import_study(own_study, progress=lambda *step: steps.append(step)).created
    assert [step for step in steps if step[0] == "Decoding the clips"] == [("Decoding the clips", 4, 4)]
    prepared = [done for phase, done, _total in steps if phase == "Preparing the clips"]
    assert prepared[0] >= 2
    assert prepared[-1] == 4


@pytest.mark.django_db
def test_a_clip_that_was_exchanged_meanwhile_is_decoded_again(own_study: Path, settings: Any) -> None:
    def stop(phase: str, _done: int, _total: int) -> None:
        if phase == STORING:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        import_study(own_study, progress=stop)
    (own_study / "clips/soft/two.mp4").write_text("not a video")
    with pytest.raises(InputError, match=r"clips/soft/two\.mp4 is not a video"):
        import_study(own_study)
    assert files(Path(settings.STAGING_ROOT) / "studies") == []


@pytest.mark.django_db
def test_a_clip_that_changes_under_the_import_is_noticed(own_study: Path) -> None:
    def change(phase: str, _done: int, _total: int) -> None:
        if phase == "Preparing the clips":
            os.utime(own_study / "clips/soft/two.mp4", (1, 1))

    with pytest.raises(InputError, match=r"clips/soft/two\.mp4 changed while it was imported"):
        import_study(own_study, progress=change)


def test_two_imports_at_the_same_moment_make_one_study(installation: Any, clip_study: Path) -> None:
    started = [installation.start("-m", "mos_platform", "import_study", str(clip_study)) for _ in range(2)]
    said = [process.communicate(timeout=90) for process in started]
    assert [process.returncode for process in started] == [0, 0], said
    told = sorted(out.splitlines()[0].split(" ")[0] for out, _ in said)
    assert told == ["Imported", "Study"]
    assert studies_and_clips(installation) == (1, 6)
    assert len(files(installation.var / "media")) == 6


@pytest.mark.django_db
def test_staging_that_nobody_takes_up_again_goes_after_a_week(own_study: Path, settings: Any) -> None:
    root = Path(settings.STAGING_ROOT) / "studies"
    for name, age in (("old", KEPT_S + 60), ("recent", KEPT_S - 60)):
        (root / name).mkdir(parents=True)
        (root / name / "0.mp4").write_bytes(b"clip")
        os.utime(root / name, (time.time() - age,) * 2)
    import_study(own_study)
    assert [folder.name for folder in root.iterdir()] == ["recent"]
