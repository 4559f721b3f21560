"""Studies by name: `demo` is the newest version of a study, `demo@1` its first."""

from __future__ import annotations

import re

from django.db.models import QuerySet
from django.db.utils import OperationalError, ProgrammingError

from mos_platform.stimuli.models import Study
from studies.errors import InputError

NAME = re.compile(r"(?P<slug>[A-Za-z0-9][A-Za-z0-9_.-]{0,63})(@(?P<version>[0-9]{1,6}))?", re.ASCII)


def named(name: str, among: QuerySet[Study] | None = None) -> Study | None:
    """The study of that name, or None; `among` limits which studies can be found."""
    match = NAME.fullmatch(name)
    if match is None:
        return None
    opened = (Study.objects.all() if among is None else among).filter(slug=match["slug"])
    if match["version"] is None:
        return opened.filter(is_newest=True).first()
    return opened.filter(version=int(match["version"])).first()


def find_study(name: str) -> Study:
    """The study of that name. Raises InputError that lists the names there are."""
    try:
        study = named(name)
        known = [] if study else [one.name for one in Study.objects.order_by("slug", "version")]
    except (OperationalError, ProgrammingError) as error:
        if not re.search("no such table|does not exist", str(error)):
            raise
        study, known = None, []
    if study is None:
        mend = f"name one of these: {', '.join(known)}" if known else "import it first with import_study"
        raise InputError(f"no study {name!r} is on the platform here; {mend}.")
    return study
