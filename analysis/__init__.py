"""Statistics and reports for perceptual studies."""

import os

# One thread, before numpy is loaded: sums then round alike however many cores a machine has, so that results
# are the same bytes; and threads that wait for each other busily made a report five times as slow where the
# cores had other work to do.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

RESULTS_FILE = "results.json"
