"""The page as a PDF, printed by an installed Chromium."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from pathlib import Path

from studies.errors import InputError

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
SECONDS = 120


def print_pdf(page: Path, target: Path) -> None:
    """Print `page` to `target`. Raises InputError where no browser is found or it fails."""
    browser = find_browser()
    with tempfile.TemporaryDirectory(prefix="report-pdf-") as profile:
        command = [
            browser,
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            f"--user-data-dir={profile}",
            "--no-pdf-header-footer",
            "--generate-pdf-document-outline",
            f"--print-to-pdf={target.resolve()}",
            page.resolve().as_uri(),
        ]
        _run(command, target)


def find_browser() -> str:
    """Raises InputError where there is none."""
    browser = next((found for name in BROWSERS if (found := shutil.which(name))), None)
    if browser is None:
        raise InputError(
            "Format pdf needs Chromium or Chrome on the PATH; install one (Debian: apt install chromium) or "
            "print report.html from any browser."
        )
    return browser


def _run(command: list[str], target: Path) -> None:
    try:
        subprocess.run(command, check=True, capture_output=True, timeout=SECONDS)  # noqa: S603
    except (OSError, subprocess.SubprocessError) as error:
        raise InputError(
            f"{command[0]} could not print the report to PDF ({type(error).__name__}); "
            "print report.html from any browser."
        ) from None
    if not target.is_file():
        raise InputError(f"{command[0]} printed no PDF; print report.html from any browser.")
