"""Walk studies from their folders to their bundles, with simulated raters over HTTP; a program of its own.

python walking.py BUNDLES RATERS FOLDER… prints one JSON line per study: {"folder", "bundle"} or with "error".
Where each rater meets one method, there are at least two raters for each.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import django


def quiet(*_progress: object) -> None:
    """No bar: the output is for a program."""


def main(bundles: Path, raters: int, folders: list[Path]) -> None:
    django.setup()
    from mos_platform.intake import take_in
    from mos_platform.server import running_server
    from mos_platform.simulate.client import RefusedError
    from studies.errors import InputError

    with running_server("127.0.0.1:0") as url:
        for folder in folders:
            told = {"folder": folder.name}
            try:
                told |= walked(take_in(folder, progress=quiet).study, bundles, raters, url)
            except (InputError, RefusedError) as error:
                told |= {"error": str(error)}
            print(json.dumps(told), flush=True)


def walked(study: object, bundles: Path, raters: int, url: str) -> dict[str, str]:
    from mos_platform.demo import wait_for_metrics
    from mos_platform.exports.services import export_bundle
    from mos_platform.simulate.services import simulate
    from mos_platform.stimuli.models import Study
    from studies.invention import invented

    assert isinstance(study, Study)
    if study.parsed.design.raters == "between":
        raters = max(raters, 2 * len(study.parsed.scored_methods))
    simulate(study, invented(study.parsed, raters), url, quiet)
    wait_for_metrics(study)
    return {"bundle": str(export_bundle(study, bundles / study.slug))}


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), [Path(folder) for folder in sys.argv[3:]])
