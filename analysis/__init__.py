"""Statistics and reports for perceptual studies."""

RESULTS_FILE = "results.json"
