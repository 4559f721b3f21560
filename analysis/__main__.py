"""`python -m analysis` is the `analysis` program."""

import sys

from analysis.cli import main

sys.exit(main())
