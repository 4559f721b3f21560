"""Which of its files a study's folder holds; what is missing is told by method and item, not one by one."""

from __future__ import annotations

from pathlib import Path

from studies.config.model import Cell, StudyConfig

MOST_NAMED = 3


def is_file(path: Path) -> bool:
    """False also for a name that the file system cannot hold."""
    try:
        return path.is_file()
    except (OSError, ValueError):
        return False


def missing_clips(config: StudyConfig, folder: Path) -> list[str]:
    """What has no file: the path (relative to the study folder), or the names of method and item."""
    return [_named(config, cell) for cell in _missing_cells(config, folder)]


def _named(config: StudyConfig, cell: Cell) -> str:
    return config.stimuli.path(*cell) or f"{cell[0]} × {cell[1]}"


def _missing_cells(config: StudyConfig, folder: Path) -> list[Cell]:
    """Method × item cells that have no file, in the order of the study file."""
    return [cell for cell in config.given_cells() if not _is_there(config, folder, cell)]


def _is_there(config: StudyConfig, folder: Path, cell: Cell) -> bool:
    path = config.stimuli.path(*cell)
    return path is not None and is_file(folder / path)


def told_missing(config: StudyConfig, folder: Path) -> str:
    """What is missing, in words: whole methods, whole items, single clips; a name spelt otherwise."""
    missing = _missing_cells(config, folder)
    wholes, rest = _wholes(config, missing)
    single = [_named(config, cell) for cell in rest]
    told = ", ".join([*wholes, *single][:MOST_NAMED])
    more = len(wholes) + len(single) - MOST_NAMED
    return told + (f" and {more} more" if more > 0 else "") + _spelt_otherwise(config, folder, missing)


def _wholes(config: StudyConfig, missing: list[Cell]) -> tuple[list[str], list[Cell]]:
    """Methods, then items, of which every clip is missing; and the cells that belong to neither."""
    told: list[str] = []
    rest = list(missing)
    given = config.given_cells()
    for axis, noun in ((0, "method"), (1, "item")):
        for name in dict.fromkeys(cell[axis] for cell in missing):
            own = [cell for cell in given if cell[axis] == name]
            if len(own) > 1 and set(own) <= set(rest):
                told.append(f"all {len(own)} clips of {noun} {name!r}")
                rest = [cell for cell in rest if cell[axis] != name]
    return told, rest


def _spelt_otherwise(config: StudyConfig, folder: Path, missing: list[Cell]) -> str:
    """File systems tell capital from small letters, people do not."""
    for cell in missing:
        path = config.stimuli.path(*cell)
        found = _alike(folder, path) if path is not None else None
        if found is not None:
            return f" (there is {found}: capital and small letters differ from {path})"
    return ""


def _alike(folder: Path, path: str) -> str | None:
    """The file below the folder whose path differs from this one by capital and small letters alone."""
    here = folder
    for name in Path(path).parts:
        beside = (one for one in _entries(here) if one.name.casefold() == name.casefold())
        here = next(beside, here / name)
    return here.relative_to(folder).as_posix() if is_file(here) else None


def _entries(folder: Path) -> list[Path]:
    """What lies in a folder; nothing where there is none, or none can have such a name."""
    try:
        return list(folder.iterdir())
    except (OSError, ValueError):
        return []
