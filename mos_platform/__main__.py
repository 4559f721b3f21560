"""`python -m mos_platform COMMAND`: Django's manage.py, with errors that a user can mend as one sentence."""

import os
import sys

from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line
from django.db.utils import OperationalError, ProgrammingError

from studies.errors import InputError


def main() -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mos_platform.settings")
    try:
        execute_from_command_line(["python -m mos_platform", *sys.argv[1:]])
    except InputError as error:
        return _refused("\n".join(error.sentences))
    except ImproperlyConfigured as error:
        return _refused(str(error))
    except (OperationalError, ProgrammingError) as error:
        reason = str(error).strip().splitlines()[0]
        return _refused(
            f"the database is not ready ({reason}); run `python -m mos_platform migrate` first, "
            "or check MOS_DATABASE_URL."
        )
    except KeyboardInterrupt:
        sys.stderr.write("Stopped.\n")
        return 130
    return 0


def _refused(sentence: str) -> int:
    sys.stderr.write(f"{sentence}\n")
    return 2


if __name__ == "__main__":
    sys.exit(main())
