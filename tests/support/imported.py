"""Studies as rows without files, for tests that never play a clip."""

from __future__ import annotations

from typing import Any

from mos_platform.stimuli.models import Item, Method, Stimulus, Study
from studies.config import parse_study


def rows_of(raw: dict[str, Any], seconds: float = 3.0) -> Study:
    """A study as an import makes it, each clip of that length."""
    config = parse_study(raw, raw["study"])
    study = Study.objects.create(
        slug=config.study,
        title=config.title,
        config=config.model_dump(mode="json"),
        config_sha256=config.sha256(),
    )
    methods = {
        one.name: Method.objects.create(
            study=study, name=one.name, is_reference=one.reference, role=one.role, order=place
        )
        for place, one in enumerate(config.methods)
    }
    items = {
        one.name: Item.objects.create(study=study, name=one.name, role=one.role, order=place)
        for place, one in enumerate(config.items)
    }
    Stimulus.objects.bulk_create(
        Stimulus(
            study=study,
            method=methods[method],
            item=items[item],
            file=f"{method}-{item}.mp4",
            sha256="0" * 64,
            bytes=1,
            duration_s=seconds,
            fps=25,
            width=64,
            height=64,
            has_audio=True,
        )
        for method, item in config.cells()
    )
    return study
