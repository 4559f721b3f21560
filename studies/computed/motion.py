"""Pose and motion: how heads and faces move."""

from __future__ import annotations

from studies.computed.faces import DETECTOR, LANDMARKER, MATCHED, POINTS, UNIT
from studies.computed.metric import Metric

_REFERENCE = frozenset({"reference", "face"})
_FACE = frozenset({"face"})
_FILES = (LANDMARKER,)
_ANGLES = (
    ("estimator", "rotation of the landmarker's transformation matrix"),
    ("angles", "pitch, yaw, roll of R = Rz(roll)·Ry(yaw)·Rx(pitch); x right, y up, z to the viewer"),
)
_STEPS = (*DETECTOR, POINTS, UNIT, ("clock", "25 steps per second, linear between pictures"))
_MEAN_LENGTH = ("over points and steps", "mean Euclidean length")
_MEAN_SQUARE = ("over coordinates, points and steps", "mean")

METRICS: tuple[Metric, ...] = (
    Metric(
        "prmse",
        "PRMSE",
        "root mean squared difference of head-pose angles from the driving video's",
        "survey literature",
        "lower",
        "°",
        needs=_REFERENCE,
        aliases=("pose RMSE", "head pose RMSE"),
        files=_FILES,
        parameters=(*DETECTOR, *_ANGLES, MATCHED, ("over angles and pictures", "root of the mean square")),
    ),
    Metric(
        "apd",
        "APD",
        "mean distance of head-pose parameters from those of the driving video; the estimator has to be "
        "stated",
        "PIRenderer (ICCV 2021), arXiv:2109.08379",
        "lower",
        "rad",
        needs=_REFERENCE,
        aliases=("average pose distance",),
        files=_FILES,
        parameters=(
            *DETECTOR,
            *_ANGLES,
            MATCHED,
            ("distance", "absolute difference; rotation only; the usual estimator is a 3DMM network"),
            ("over angles and pictures", "mean"),
        ),
    ),
    Metric(
        "aed_blendshapes",
        "AED (blendshapes)",
        "mean absolute difference of 52 blendshape scores from those of the driving video: an average "
        "expression distance by another estimator, not comparable with that of 3DMM parameters",
        "own, after PIRenderer (ICCV 2021), arXiv:2109.08379",
        "lower",
        "1",
        needs=_REFERENCE,
        files=_FILES,
        parameters=(
            *DETECTOR,
            ("estimator", "MediaPipe blendshapes V2, scores 0–1"),
            MATCHED,
            ("over blendshapes and pictures", "mean"),
        ),
    ),
    Metric(
        "fdd_2d",
        "FDD-2D",
        "absolute difference between the real and the generated upper face in how much it moves over time: "
        "upper-face dynamics deviation in two dimensions, not comparable with that of meshes",
        "own, after CodeTalker (CVPR 2023), arXiv:2301.02379",
        "lower",
        "1",
        needs=_REFERENCE,
        files=_FILES,
        parameters=(
            *DETECTOR,
            POINTS,
            ("landmarks", "brows and eyes, 22"),
            ("alignment", "similarity of nose and eye corners to their mean shape, in either clip"),
            ("unit", "inter-ocular distance"),
            MATCHED,
            (
                "dynamics",
                "mean over points of the standard deviation of the distance from the mean place",
            ),
        ),
    ),
    Metric(
        "diversity_head_motion_pose",
        "Diversity of head motion (pose)",
        "standard deviation over time of head-pose angles, the mean of the three; in papers the features are "
        "those of a network",
        "own, after SadTalker (CVPR 2023), arXiv:2211.12194",
        None,
        "°",
        needs=_FACE,
        files=_FILES,
        parameters=(*DETECTOR, *_ANGLES, ("over angles", "mean of the standard deviations")),
    ),
    Metric(
        "landmark_velocity",
        "Landmark velocity",
        "mean distance that a landmark moves from step to step; a description, head motion included",
        "definition",
        None,
        "px/step",
        needs=_FACE,
        files=_FILES,
        parameters=(*_STEPS, ("difference", "first"), _MEAN_LENGTH),
    ),
    Metric(
        "landmark_acceleration",
        "Landmark acceleration",
        "mean length of the change of a landmark's velocity from step to step: small in smooth motion and in "
        "none; head motion and the detector's noise included",
        "definition",
        None,
        "px/step²",
        needs=_FACE,
        files=_FILES,
        parameters=(*_STEPS, ("difference", "second"), _MEAN_LENGTH),
    ),
    Metric(
        "landmark_jitter",
        "Landmark jitter",
        "mean length of the jerk, the third difference of a landmark's place; small in smooth motion and in "
        "none; head motion and the detector's noise included",
        "Flash & Hogan (1985) for the jerk as what smooth motion keeps small",
        "lower",
        "px/step³",
        needs=_FACE,
        files=_FILES,
        parameters=(
            *_STEPS,
            ("difference", "third"),
            _MEAN_LENGTH,
            ("detector's noise", "0.2 to 0.5 on a still face whose pixels vary by one grey level"),
        ),
    ),
    Metric(
        "velocity_mse",
        "Velocity MSE",
        "mean squared difference of the velocity of landmarks or vertices from the real one",
        "definition",
        "lower",
        "px²/step²",
        needs=_REFERENCE,
        files=_FILES,
        parameters=(*_STEPS, ("difference", "first"), ("landmarks", "all 68"), _MEAN_SQUARE),
    ),
    Metric(
        "acceleration_mse",
        "Acceleration MSE",
        "mean squared difference of the acceleration of landmarks or vertices from the real one",
        "definition",
        "lower",
        "px²/step⁴",
        needs=_REFERENCE,
        files=_FILES,
        parameters=(*_STEPS, ("difference", "second"), ("landmarks", "all 68"), _MEAN_SQUARE),
    ),
)
