"""What the metrics of faces have in common: the detector of landmarks, and how clip and reference meet."""

from __future__ import annotations

LANDMARKER = "face_landmarker_v2_with_blendshapes.task"

DETECTOR = (
    ("detector", "MediaPipe Face Landmarker, every picture by itself, nothing smoothed over time"),
    ("several faces", "the largest is followed, then the one that overlaps most with the one before"),
)
POINTS = ("points", "68 of the iBUG convention, by the nearest points of MediaPipe's mesh of 478")
MATCHED = ("pictures matched by", "time since the first picture, where both show a face")
UNIT = ("pixels", "of a picture whose longer side is 256")
