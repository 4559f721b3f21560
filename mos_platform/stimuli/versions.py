"""Whether a study is here already: the same, or another version of it."""

from __future__ import annotations

from django.db.models import Max

from mos_platform.stimuli.models import Study
from mos_platform.stimuli.sources import Source, Sources
from studies.config import StudyConfig
from studies.errors import InputError


def existing(config: StudyConfig, sources: Sources, *, new_version: bool) -> Study | None:
    """The version of the study that is this one, or None where it is to be imported.

    Raises InputError where the newest version differs and no new one is asked for: its config is frozen.
    """
    versions = list(Study.objects.filter(slug=config.study).order_by("-version"))
    if not versions:
        return None
    differences = _differences(versions[0], config, sources)
    if not differences:
        return versions[0]
    if new_version:
        return None
    same = next((study for study in versions[1:] if not _differences(study, config, sources)), None)
    if same is None:
        raise InputError(
            f"study '{config.study}' is here already and differs in {', '.join(differences)}; import it as a "
            "new version (--new-version; to the API ?new_version=true), or give it another name under "
            "'study:' to keep both running."
        )
    return same


def next_version(slug: str) -> int:
    latest: int | None = Study.objects.filter(slug=slug).aggregate(latest=Max("version"))["latest"]
    return (latest or 0) + 1


def retire(slug: str) -> None:
    """Older versions let nobody new in; who has begun can finish, and their ratings stay."""
    Study.objects.filter(slug=slug, is_newest=True).update(is_newest=False, is_open=False)


def _differences(study: Study, config: StudyConfig, sources: Sources) -> list[str]:
    old, new = study.parsed.model_dump(mode="json"), config.model_dump(mode="json")
    keys = [f"'{key}'" for key in new if new[key] != old[key]]
    clips = {
        (method, item): sha256
        for method, item, sha256 in study.stimuli.values_list("method__name", "item__name", "sha256")
    }
    pictures = dict(study.items.exclude(picture="").values_list("name", "picture_sha256"))
    changed = [
        *_counted("clip", [one for cell, one in sources.clips.items() if _is_other(clips.get(cell), one)]),
        *_counted(
            "picture", [one for item, one in sources.pictures.items() if _is_other(pictures.get(item), one)]
        ),
    ]
    return keys + changed


def _is_other(known: str | None, source: Source) -> bool:
    """Files that the old study lacks altogether show in its keys."""
    return known is not None and known != source.sha256


def _counted(what: str, changed: list[Source]) -> list[str]:
    if not changed:
        return []
    plural = "s" if len(changed) > 1 else ""
    return [f"{len(changed)} {what}{plural} (the first is {changed[0].name})"]
