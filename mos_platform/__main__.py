"""`python -m mos_platform COMMAND`: Django's manage.py, with errors that a user can mend as one sentence."""

import os
import sys

from django.core.management import execute_from_command_line

from studies.errors import InputError


def main() -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mos_platform.settings")
    try:
        execute_from_command_line(["python -m mos_platform", *sys.argv[1:]])
    except InputError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    except KeyboardInterrupt:
        sys.stderr.write("Stopped.\n")
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
