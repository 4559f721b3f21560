"""The platform's answer to `analysis report STUDY_ID`: a fresh bundle of a study in this installation."""

from __future__ import annotations

import os
from pathlib import Path

import django
from django.apps import apps
from django.core.exceptions import ImproperlyConfigured
from django.db.utils import DatabaseError

from studies.errors import InputError


def open_study(study_id: str) -> Path:
    """Export the study and return the bundle's folder. Raises InputError where there is no such study."""
    if not apps.ready:
        _set_up()
    # Models can be imported only once Django is set up.
    from mos_platform.exports.services import bundle_folder, export_bundle
    from mos_platform.stimuli.lookup import find_study

    try:
        study = find_study(study_id)
        return export_bundle(study, bundle_folder(study))
    except DatabaseError as error:
        reason = str(error).strip().splitlines()[0]
        raise InputError(
            f"the platform's database cannot be read ({reason}); check MOS_DATABASE_URL."
        ) from None


def _set_up() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mos_platform.settings")
    try:
        django.setup()
    except ImproperlyConfigured as error:
        raise InputError(str(error)) from None
