"""The `analysis` program, run on a bundle: the platform never imports it."""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.conf import settings

from studies.errors import InputError

LONGEST_S = 900.0
BAD_INPUT = 2

logger = logging.getLogger(__name__)


def run_analysis(arguments: Sequence[str], longest_s: float = LONGEST_S) -> str:
    """What `analysis` printed. Raises InputError, one sentence, where it ended otherwise."""
    command = [sys.executable, "-m", "analysis", *arguments]
    try:
        done = subprocess.run(  # noqa: S603
            command, capture_output=True, text=True, check=False, timeout=longest_s, env=_environment()
        )
    except subprocess.TimeoutExpired:
        raise InputError(
            f"The analysis did not end within {longest_s / 60:.0f} minutes and was stopped; try again."
        ) from None
    if done.returncode == BAD_INPUT:
        raise InputError(done.stderr.strip())
    if done.returncode:
        logger.error("analysis %s ended with exit code %s:\n%s", arguments, done.returncode, done.stderr)
        raise InputError(
            f"The analysis ended with exit code {done.returncode}; its messages stand in the log."
        )
    return done.stdout


def standing_of(bundle: Path) -> dict[str, Any]:
    """What `analysis standing` says of a bundle. Raises InputError."""
    found: dict[str, Any] = json.loads(run_analysis(["standing", str(bundle), "--json"]))
    return found


def _environment() -> dict[str, str]:
    """Caches of the plotting library and the notebook lie under var/ too."""
    cache = Path(settings.VAR) / "cache"
    own = {"MPLCONFIGDIR": cache / "matplotlib", "IPYTHONDIR": cache / "ipython"}
    return {**os.environ, **{name: str(folder) for name, folder in own.items()}}
