"""A native installation refuses to start half configured, in one sentence."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from native_servers import DeployError
from native_settings import native_settings, read_env_file

COMPLETE = {
    "MOS_SECRET_KEY": "k" * 48,
    "MOS_ALLOWED_HOSTS": "study.example.org,localhost",
    "MOS_BASE_URL": "https://study.example.org",
    "MOS_POSTGRES_PASSWORD": "p",
}
HERE = Path("deploy/.env")


@pytest.fixture(autouse=True)
def no_settings_in_the_environment(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in (*COMPLETE, "MOS_DATABASE_URL", "MOS_REDIS_URL", "MOS_VAR", "MOS_BIND", "MOS_WORKERS"):
        monkeypatch.delenv(name, raising=False)
    return


def write(folder: Path, text: str, mode: int = 0o600) -> Path:
    file = folder / "env"
    file.write_text(text)
    file.chmod(mode)
    return file


def test_a_complete_file_is_taken(tmp_path: Path) -> None:
    lines = [f"{name}={value}" for name, value in COMPLETE.items()]
    file = write(
        tmp_path, "\n".join(["# a comment", "", *lines, 'MOS_BIND="0.0.0.0:8100"', "MOS_UPLOAD_MAX_MB=10"])
    )
    settings = native_settings(read_env_file(file), file)
    assert settings.secret_key == "k" * 48
    assert settings.health_url == "http://127.0.0.1:8100/healthz"
    assert settings.health_host == "study.example.org"
    assert settings.workers >= 1
    assert settings.optional == {"MOS_UPLOAD_MAX_MB": "10"}


@pytest.mark.parametrize("name", COMPLETE)
def test_a_missing_secret_or_address_is_named(name: str) -> None:
    values = {key: value for key, value in COMPLETE.items() if key != name}
    with pytest.raises(DeployError, match=rf"^{name} is not set; write it into deploy/\.env"):
        native_settings(values, HERE)


def test_a_database_elsewhere_needs_no_password_here() -> None:
    values = {**COMPLETE, "MOS_POSTGRES_PASSWORD": "", "MOS_DATABASE_URL": "postgres://u:p@db/mos"}
    assert native_settings(values, HERE).database_url == "postgres://u:p@db/mos"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("MOS_SECRET_KEY", "short"),
        ("MOS_BASE_URL", "study.example.org"),
        ("MOS_BIND", "8000:http"),
        ("MOS_WORKERS", "many"),
        ("MOS_WORKERS", "0"),
    ],
)
def test_nonsense_is_refused(name: str, value: str) -> None:
    with pytest.raises(DeployError, match=name):
        native_settings({**COMPLETE, name: value}, HERE)


def test_the_environment_wins_over_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MOS_BIND", "127.0.0.1:9000")
    assert native_settings({**COMPLETE, "MOS_BIND": "127.0.0.1:8000"}, HERE).port == 9000


def test_a_file_that_others_can_read_is_refused(tmp_path: Path) -> None:
    file = write(tmp_path, "MOS_SECRET_KEY=x\n", 0o644)
    with pytest.raises(DeployError, match="chmod 600"):
        read_env_file(file)


def test_a_line_that_is_no_setting_is_named(tmp_path: Path) -> None:
    file = write(tmp_path, "MOS_DEBUG=0\nexport MOS_VAR /srv\n")
    with pytest.raises(DeployError, match="line 2: write NAME=VALUE"):
        read_env_file(file)


def test_the_program_refuses_in_one_sentence_and_makes_nothing(repo: Path, tmp_path: Path) -> None:
    script = repo / "deploy" / "run_native.py"
    example = write(tmp_path, (repo / "deploy" / "env.example").read_text())
    done = subprocess.run([sys.executable, script, example], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 2
    assert done.stderr.startswith("MOS_SECRET_KEY is not set; write it into ")
    assert len(done.stderr.splitlines()) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["env"]
