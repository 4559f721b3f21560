"""What is asked: the study file, the study bundle and the metric catalogue. Imports nothing of ours."""
