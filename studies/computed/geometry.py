"""Geometry: where landmarks lie."""

from __future__ import annotations

from studies.computed.faces import DETECTOR, LANDMARKER, MATCHED, POINTS, UNIT
from studies.computed.metric import Metric

_LMD = "Chen, Li, Maddox, Duan & Xu (2018)"
_NEEDS = frozenset({"reference", "face"})
_DISTANCE = (*DETECTOR, POINTS, UNIT, MATCHED)
_NONE = ("alignment", "none: head pose counts")
_FILES = (LANDMARKER,)

METRICS: tuple[Metric, ...] = (
    Metric(
        "lmd",
        "LMD",
        "mean distance of facial landmarks from those of the real video; the detector and the set of "
        "landmarks have to be stated",
        _LMD,
        "lower",
        "px",
        needs=_NEEDS,
        aliases=("landmark distance", "LD"),
        files=_FILES,
        parameters=(*_DISTANCE, ("landmarks", "all 68"), _NONE, ("over points and pictures", "mean")),
    ),
    Metric(
        "m_lmd",
        "M-LMD",
        "landmark distance over the mouth's landmarks",
        f"survey literature, after {_LMD}",
        "lower",
        "px",
        needs=_NEEDS,
        aliases=("M-LD", "mouth LMD"),
        files=_FILES,
        parameters=(
            *_DISTANCE,
            ("landmarks", "the mouth's 20"),
            _NONE,
            ("over points and pictures", "mean"),
        ),
    ),
    Metric(
        "f_lmd",
        "F-LMD",
        "landmark distance over the face's landmarks: all but the mouth's here, all of them (LMD) in other "
        "papers",
        "RealTalk (2024), whose LMD is the mean of M-LMD and F-LMD weighted by 20 and 48 points",
        "lower",
        "px",
        needs=_NEEDS,
        aliases=("F-LD", "face LMD"),
        files=_FILES,
        parameters=(
            *_DISTANCE,
            ("landmarks", "the 48 that are not the mouth's"),
            _NONE,
            ("over points and pictures", "mean"),
        ),
    ),
    Metric(
        "lmd_lips",
        "LMD (lips, calibrated)",
        "landmark distance over the mouth's landmarks after the means of both mouths are brought together: "
        "LMD as first defined",
        _LMD,
        "lower",
        "px",
        needs=_NEEDS,
        files=_FILES,
        parameters=(
            *_DISTANCE,
            ("landmarks", "the mouth's 20"),
            ("alignment", "shift of the mouth's mean; turn and scale are kept"),
            ("over points and pictures", "mean"),
        ),
    ),
    Metric(
        "lve_2d",
        "LVE-2D",
        "per picture the largest distance of a lip landmark from the real one, then the mean over pictures: "
        "the lip vertex error in two dimensions, not comparable with that of meshes",
        "own, after MeshTalk (ICCV 2021), arXiv:2104.08223",
        "lower",
        "px",
        needs=_NEEDS,
        files=_FILES,
        parameters=(
            *_DISTANCE,
            ("landmarks", "the mouth's 20"),
            _NONE,
            ("distance", "Euclidean, not squared"),
            ("over pictures", "mean"),
        ),
    ),
    Metric(
        "akd",
        "AKD",
        "mean distance of facial key points from those of the driving video; the detector has to be stated",
        "Siarohin, Lathuilière, Tulyakov, Ricci & Sebe (2019)",
        "lower",
        "px",
        needs=_NEEDS,
        aliases=("average keypoint distance",),
        files=_FILES,
        parameters=(
            *_DISTANCE,
            ("landmarks", "all 68; the usual detector is face-alignment"),
            ("distance", "absolute difference of coordinates, as in the authors' pose-evaluation"),
            ("over coordinates, points and pictures", "mean"),
        ),
    ),
    Metric(
        "ear",
        "EAR",
        "height of the eye's opening over its width, from six landmarks; a description, better when close to "
        "the real one",
        "Soukupová & Čech (2016)",
        None,
        "1",
        needs=frozenset({"face"}),
        aliases=("eye aspect ratio",),
        files=_FILES,
        parameters=(*DETECTOR, POINTS, ("over eyes and pictures", "mean")),
    ),
    Metric(
        "ear_difference",
        "EAR difference",
        "mean absolute difference of the eye aspect ratio from that of the real video at the same time",
        "own, after Soukupová & Čech (2016)",
        "lower",
        "1",
        needs=_NEEDS,
        files=_FILES,
        parameters=(*DETECTOR, POINTS, MATCHED, ("over eyes", "mean"), ("over pictures", "mean")),
    ),
    Metric(
        "lip_opening",
        "Lip opening",
        "distance of the middles of the inner lips over that of the outer corners of the eyes; a "
        "description, better when close to the real one",
        "own",
        None,
        "1",
        needs=frozenset({"face"}),
        files=_FILES,
        parameters=(*DETECTOR, POINTS, ("landmarks", "62 and 66 over 36 and 45"), ("over pictures", "mean")),
    ),
    Metric(
        "lip_opening_difference",
        "Lip opening difference",
        "mean absolute difference of the lip opening from that of the real video at the same time: a mouth "
        "opening difference in two dimensions",
        "own, after DiffPoseTalk (TOG 2024), arXiv:2310.00434",
        "lower",
        "1",
        needs=_NEEDS,
        files=_FILES,
        parameters=(
            *DETECTOR,
            POINTS,
            MATCHED,
            ("landmarks", "62 and 66 over 36 and 45"),
            ("over pictures", "mean"),
        ),
    ),
)
